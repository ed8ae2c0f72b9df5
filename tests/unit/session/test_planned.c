/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Moves somebody asked for while the session was ATTACHED: three transitions at one
 * instant, or none. The top of behaviour.md; T-NT-02 as far as the engine goes.
 */
#include "scene.h"

static struct state_record record;
static struct state_facts facts;
static struct checks_validated token;

static void setup(void)
{
	record = scene_record(JVPN_STATE_ATTACHED, T0);
	facts = scene_facts_to(SECOND);
	token = scene_token(&record, &scene_policy, SECOND, T0 + 10);
	facts.better = false; /* an operator need not find the best */
	facts.move = JVPN_REASON_preferred_path_changed;
	facts.validated = &token;
}

TestSuite(planned, .init = setup);

Test(planned, move_is_three_transitions_at_one_instant)
{
	struct state_result result = scene_step(&record, &scene_policy, &facts, T0 + 10);

	cr_assert_str_eq(scene_story(&result), "AVRA:700,132,200");
	cr_assert_eq(result.record.active, SECOND);
	cr_assert_eq(result.record.version, 4);
	cr_assert_eq(result.record.version, token.permit.version);
	cr_assert_eq(result.record.attempts.total, 1);
	for (uint32_t i = 0; i < result.notices.count; i++)
		cr_assert_eq(result.notices.list[i].at_ms, T0 + 10);
	cr_assert_eq(scene_count(&result, NOTICE_TransportDead), 0);
}

Test(planned, move_without_a_token_leaves_the_session_alone)
{
	struct state_result result;

	facts.validated = NULL;
	result = scene_step(&record, &scene_policy, &facts, T0 + 10);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_eq(result.notices.count, 0);
}

/* It spends budget and cools down like any other; refused, it leaves the session as it was. */
Test(planned, second_move_inside_the_cooldown_is_refused)
{
	struct state_result result = scene_step(&record, &scene_policy, &facts, T0 + 10);

	record = result.record;
	facts.selected = FIRST;
	facts.validated = NULL;
	result = scene_step(&record, &scene_policy, &facts, T0 + 10 + COOLDOWN - 1);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_eq(result.notices.count, 1);
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchDenied)->reason, JVPN_REASON_cooldown_active);
	token = scene_token(&record, &scene_policy, FIRST, T0 + 10 + COOLDOWN);
	facts.validated = &token;
	result = scene_step(&record, &scene_policy, &facts, T0 + 10 + COOLDOWN);
	cr_assert_str_eq(scene_story(&result), "AVRA:700,132,200");
}

Test(planned, move_beyond_the_rate_is_refused)
{
	struct state_result result;

	for (int i = 0; i < RATE; i++)
		attempts_add(&record.attempts, T0);
	result = scene_step(&record, &scene_policy, &facts, T0 + 10);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchDenied)->reason, JVPN_REASON_switch_rate_limited);
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchDenied)->version, record.version);
}

Test(planned, move_the_policy_forbids_is_refused)
{
	struct state_result result;

	facts.allowed = false;
	result = scene_step(&record, &scene_policy, &facts, T0 + 10);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchDenied)->reason, JVPN_REASON_policy_denied);
}

/* A stock peer that roamed. */
Test(planned, roaming_peer_moves_for_its_own_reason)
{
	struct state_result result;

	facts.move = JVPN_REASON_nat_rebind_detected;
	result = scene_step(&record, &scene_policy, &facts, T0 + 10);
	cr_assert_str_eq(scene_story(&result), "AVRA:118,132,200");
}

/* What time decides comes first, and the token is reported as unused. */
Test(planned, lifetime_comes_before_a_move)
{
	struct state_policy policy = scene_policy;
	struct state_result result;

	policy.max_lifetime_ms = 9;
	result = scene_step(&record, &policy, &facts, T0 + 10);
	cr_assert_str_eq(scene_story(&result), "AX:150");
	cr_assert_eq(scene_count(&result, NOTICE_InvalidTransition), 1);
}

Test(planned, only_a_cause_of_the_table_moves)
{
	struct state_result result;

	facts.move = JVPN_REASON_operator_terminated;
	result = scene_step(&record, &scene_policy, &facts, T0 + 10);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_geq(scene_count(&result, NOTICE_InvalidTransition), 1);
}

/* On a gateway the peer has chosen: its token's path is the candidate, whatever would have been selected here. */
Test(planned, token_is_the_choice)
{
	static const enum jvpn_session_state states[] = {JVPN_STATE_VOLATILE, JVPN_STATE_DEGRADED};
	static const char *const stories[] = {"VRA:130,200", "DRA:130,200"};

	for (int i = 0; i < 2; i++) {
		struct state_result result;

		record = scene_record(states[i], T0);
		token = scene_token(&record, &scene_policy, SECOND, T0 + 10);
		facts = scene_facts_to(FIRST); /* the active one, and not even stable */
		facts.better = false;
		facts.validated = &token;
		result = scene_step(&record, &scene_policy, &facts, T0 + 10);
		cr_assert_str_eq(scene_story(&result), stories[i]);
		cr_assert_eq(result.record.active, SECOND);
		token = scene_token(&record, &scene_policy, FIRST, T0 + 10); /* the same path, validated again */
		result = scene_step(&record, &scene_policy, &facts, T0 + 10);
		cr_assert_eq(result.record.active, FIRST);
		cr_assert_eq(result.record.reason, JVPN_REASON_reattach_success);
	}
}
