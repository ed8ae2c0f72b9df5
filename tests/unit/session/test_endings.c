/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ends a session by time and number, at exact instants. T-TTL-01 to T-TTL-04, T-SEC-11,
 * T-KEY-03, T-SEC-09, T-SEC-14, T-ST-11, INV-16, INV-17, INV-44.
 */
#include "scene.h"

/* T-TTL-01, INV-17, under any traffic: nothing that is known helps. */
Test(endings, lifetime_ends_a_session_in_every_state)
{
	for (unsigned int state = 0; state < JVPN_STATE_TERMINATED; state++) {
		struct state_record record = scene_record((enum jvpn_session_state)state, T0);
		struct state_facts facts = scene_facts_to(SECOND);
		struct state_policy policy = scene_policy;
		struct state_result result;

		policy.transport_lost_ttl_ms = policy.recovery_window_ms = policy.volatile_to_degraded_ms = LIFETIME;
		facts.selected = 0;
		result = scene_step(&record, &policy, &facts, T0 + LIFETIME);
		cr_assert_eq(result.record.state, state);
		result = scene_step(&record, &policy, &facts, T0 + LIFETIME + 1);
		cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
		cr_assert_eq(result.record.reason, JVPN_REASON_session_lifetime_exceeded);
		cr_assert_eq(result.record.active, 0);
	}
}

/* T-TTL-02, INV-16: in BIRTH since creation, else since the transport died. */
Test(endings, time_without_a_transport_ends_a_session)
{
	static const enum jvpn_session_state states[] = {JVPN_STATE_BIRTH, JVPN_STATE_VOLATILE, JVPN_STATE_DEGRADED,
							 JVPN_STATE_RECOVERING};

	for (int i = 0; i < 4; i++) {
		struct state_record record = scene_dead(states[i], T0);
		struct state_facts facts = scene_facts_to(SECOND);
		struct state_policy policy = scene_policy;
		struct state_result result;

		policy.recovery_window_ms = policy.volatile_to_degraded_ms = TTL + 10;
		facts.owner = false; /* so that it does not recover */
		result = scene_step(&record, &policy, &facts, T0 + TTL);
		cr_assert_eq(result.record.state, states[i]);
		result = scene_step(&record, &policy, &facts, T0 + TTL + 1);
		cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
		cr_assert_eq(result.record.reason, JVPN_REASON_transport_ttl_exceeded);
	}
}

/* With a transport no such time runs, however long the trouble. */
Test(endings, time_with_a_bad_transport_is_not_time_without)
{
	struct state_record record = scene_record(JVPN_STATE_DEGRADED, T0);
	struct state_facts facts = scene_facts();
	struct state_result result = scene_step(&record, &scene_policy, &facts, T0 + 100 * TTL);

	cr_assert_eq(result.record.state, JVPN_STATE_DEGRADED);
}

/* T-TTL-03, T-SEC-11: the reattach is valid, and a millisecond late. */
Test(endings, ttl_wins_over_a_reattach_in_flight)
{
	struct state_record record = scene_dead(JVPN_STATE_RECOVERING, T0);
	struct state_policy policy = scene_policy;
	struct state_facts facts = scene_facts_to(SECOND);
	struct checks_validated token;
	struct state_result result;

	policy.recovery_window_ms = TTL + 1;
	token = scene_token(&record, &policy, SECOND, T0 + TTL);
	facts.validated = &token;
	result = scene_step(&record, &policy, &facts, T0 + TTL);
	cr_assert_str_eq(scene_story(&result), "RA:200");
	token.permit.at_ms++;
	result = scene_step(&record, &policy, &facts, T0 + TTL + 1);
	cr_assert_str_eq(scene_story(&result), "RX:151");
	cr_assert_eq(scene_notice(&result, NOTICE_InvalidTransition)->event, FSM_reattach_valid);
}

/* T-TTL-04, INV-44: only differences of the one clock count. A history an hour later is the same history. */
Test(endings, only_elapsed_time_counts)
{
	static const uint64_t shifts[] = {0, 3600000, 1ull << 40, 1ull << 62};

	for (int i = 0; i < 4; i++) {
		uint64_t begin = shifts[i] + 7;
		struct state_record record = scene_dead(JVPN_STATE_DEGRADED, begin);
		struct state_facts facts = scene_facts();
		struct state_result result;

		cr_assert_eq(state_due_ms(&record, &scene_policy, &facts, begin) - begin, TTL + 1);
		result = scene_step(&record, &scene_policy, &facts, begin + TTL);
		cr_assert_eq(result.record.state, JVPN_STATE_DEGRADED);
		result = scene_step(&record, &scene_policy, &facts, begin + TTL + 1);
		cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
	}
}

/* A `now` before what the record knows is no time elapsed, not a very long one. */
Test(endings, time_that_ran_backwards_ends_nothing)
{
	struct state_record record = scene_dead(JVPN_STATE_RECOVERING, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct state_policy policy = scene_policy;
	struct state_result result;

	policy.key_max_age_ms = 1000;
	facts.has_key = true;
	facts.key_created_ms = T0;
	result = scene_step(&record, &policy, &facts, T0 - 500000);
	cr_assert_eq(result.record.state, JVPN_STATE_RECOVERING);
	cr_assert_eq(result.notices.count, 0);
}

/* T-KEY-03 as far as the engine goes. */
Test(endings, hard_key_expiry_ends_a_session)
{
	for (unsigned int state = 0; state < JVPN_STATE_TERMINATED; state++) {
		struct state_record record = scene_record((enum jvpn_session_state)state, T0);
		struct state_facts facts = {.has_key = true, .key_created_ms = T0 - 100, .candidates = 1};
		struct state_policy policy = scene_policy;
		struct state_result result;

		policy.key_max_age_ms = 1000;
		result = scene_step(&record, &policy, &facts, T0 + 900);
		cr_assert_eq(result.record.state, state);
		result = scene_step(&record, &policy, &facts, T0 + 901);
		cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
		cr_assert_eq(result.record.reason, JVPN_REASON_key_expired);
	}
}

/* T-SEC-09, T-SEC-14 */
Test(endings, authenticated_failures_beyond_the_budget_end_a_session)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts();
	struct state_result result;

	facts.auth_failures = scene_policy.max_auth_failures;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_eq(result.record.state, JVPN_STATE_ATTACHED);
	facts.auth_failures++;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_str_eq(scene_story(&result), "AX:300");
	facts = (struct state_facts){.compromised = true};
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_str_eq(scene_story(&result), "AX:300");
	cr_assert_eq(scene_change(&result, 2)->detail, JVPN_REASON_key_compromise_suspected);
}

/* T-ST-11: with one version left, it ends by itself; a record that is none does too. */
Test(endings, last_version_and_broken_records_end)
{
	struct state_record record = scene_record(JVPN_STATE_DEGRADED, T0);
	struct state_facts facts = {0};
	struct state_result result;

	record.version = STATE_VERSION_LAST - 1;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_eq(result.record.version, record.version);
	record.version = STATE_VERSION_LAST;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_str_eq(scene_story(&result), "DX:157");
	cr_assert_eq(result.record.version, JVPN_VERSION_MAX);
	record = scene_record(JVPN_STATE_ATTACHED, T0);
	record.active = 0; /* INV-04 */
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_str_eq(scene_story(&result), "AX:155");
	record = scene_record(JVPN_STATE_BIRTH, T0);
	record.active = FIRST; /* INV-05 */
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_str_eq(scene_story(&result), "BX:155");
}
