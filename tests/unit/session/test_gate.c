/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a session may try to move, and what is said when it may not, at exact instants.
 * T-FP-01 to T-FP-03, T-FP-06, INV-18, INV-19.
 */
#include "scene.h"

/*
 * T-FP-01: a path that dies and comes back every 400 ms for ten minutes. However it is
 * driven: never more than max attempts in any 60 s, never two within the cooldown, refusals
 * said, DEGRADED reached, and little said in all.
 */
Test(gate, flapping_is_bounded)
{
	static uint64_t attempts_at[1000];
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	uint32_t attempts = 0, denied = 0, said = 0, degraded = 0;

	for (uint64_t now = T0; now < T0 + 600000; now += 100) {
		bool alive = (now / 400) % 2;
		struct state_facts facts = alive ? scene_facts_to(SECOND + attempts) : scene_facts();
		struct checks_validated token;
		struct state_result result;

		facts.dead = alive ? 0 : record.active;
		facts.candidates = alive;
		if (record.state == JVPN_STATE_RECOVERING && alive) {
			token = scene_token(&record, &scene_policy, SECOND + attempts, now);
			facts.validated = &token;
		}
		result = scene_step(&record, &scene_policy, &facts, now);
		degraded += result.record.state == JVPN_STATE_DEGRADED && record.state != JVPN_STATE_DEGRADED;
		record = result.record;
		denied += scene_count(&result, NOTICE_TransportSwitchDenied);
		said += result.notices.count;
		if (scene_count(&result, NOTICE_ReattachAttempt))
			attempts_at[attempts++] = now;
		if (record.state == JVPN_STATE_TERMINATED)
			break;
	}
	cr_assert_gt(attempts, RATE / 2);
	for (uint32_t i = 1; i < attempts; i++) {
		cr_assert_geq(attempts_at[i] - attempts_at[i - 1], COOLDOWN);
		cr_assert(i < RATE || attempts_at[i] - attempts_at[i - RATE] >= ATTEMPTS_WINDOW_MS);
	}
	cr_assert_gt(denied, 0);
	cr_assert_gt(degraded, 0);
	cr_assert_lt(said, 20 * attempts + 100, "%u notices", said);
}

/* T-FP-02: the place is free exactly at 60 s; until then DEGRADED, the refusal said once. */
Test(gate, one_attempt_too_many_waits_for_its_place)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct state_result result;

	for (uint64_t i = 0; i < RATE; i++)
		attempts_add(&record.attempts, T0 + i);
	facts.dead = FIRST;
	result = scene_step(&record, &scene_policy, &facts, T0 + 30000);
	cr_assert_str_eq(scene_story(&result), "AVD:115,701");
	cr_assert_eq(scene_count(&result, NOTICE_TransportSwitchDenied), 1);
	record = result.record;
	facts.dead = 0;
	result = scene_step(&record, &scene_policy, &facts, T0 + 30001);
	cr_assert_eq(result.notices.count, 0);
	facts.asked = true;
	result = scene_step(&record, &scene_policy, &facts, T0 + 30001);
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchDenied)->reason, JVPN_REASON_switch_rate_limited);
	cr_assert_eq(result.record.version, record.version);
	facts.asked = false;
	record.active_until_ms = T0 + 50000;
	cr_assert_eq(state_due_ms(&record, &scene_policy, &facts, T0 + 50000), T0 + ATTEMPTS_WINDOW_MS);
	result = scene_step(&record, &scene_policy, &facts, T0 + ATTEMPTS_WINDOW_MS - 1);
	cr_assert_eq(result.notices.count, 0);
	result = scene_step(&record, &scene_policy, &facts, T0 + ATTEMPTS_WINDOW_MS);
	cr_assert_str_eq(scene_story(&result), "DR:131");
}

/* T-FP-03, INV-19 */
Test(gate, second_switch_inside_the_cooldown_is_retried_at_its_end)
{
	struct state_record record = scene_after(scene_record(JVPN_STATE_RECOVERING, T0), FSM_reattach_valid, T0 + 5);
	struct state_facts facts = scene_facts_to(FIRST);
	struct state_result result;

	facts.dead = SECOND;
	result = scene_step(&record, &scene_policy, &facts, T0 + 500);
	cr_assert_str_eq(scene_story(&result), "AV:115");
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchDenied)->reason, JVPN_REASON_cooldown_active);
	record = result.record;
	facts.dead = 0;
	cr_assert_eq(state_due_ms(&record, &scene_policy, &facts, T0 + 500), T0 + COOLDOWN);
	result = scene_step(&record, &scene_policy, &facts, T0 + COOLDOWN - 1);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_eq(result.notices.count, 0);
	result = scene_step(&record, &scene_policy, &facts, T0 + COOLDOWN);
	cr_assert_str_eq(scene_story(&result), "VR:131");
}

/* T-FP-06: 0 switches a minute: none ever, DEGRADED, then the end. */
Test(gate, policy_without_switches_never_switches)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct state_policy policy = scene_policy;
	struct state_result result;

	policy.max_switches_per_min = 0;
	facts.dead = FIRST;
	result = scene_step(&record, &policy, &facts, T0);
	cr_assert_str_eq(scene_story(&result), "AVD:115,701");
	record = result.record;
	facts.dead = 0;
	for (uint64_t now = T0; now <= T0 + TTL; now += 100)
		cr_assert_eq(scene_step(&record, &policy, &facts, now).record.version, record.version);
	cr_assert_eq(state_due_ms(&record, &policy, &facts, T0), T0 + TTL + 1);
	result = scene_step(&record, &policy, &facts, T0 + TTL + 1);
	cr_assert_str_eq(scene_story(&result), "DX:151");
}

/* The gate's rows in their order: take the first obstacle away, and the next is named. */
Test(gate, gate_names_the_first_obstacle)
{
	static const uint16_t order[] = {JVPN_REASON_switch_rate_limited, JVPN_REASON_policy_denied,
					 JVPN_REASON_no_valid_candidate, JVPN_REASON_no_valid_candidate,
					 JVPN_REASON_cooldown_active};
	struct state_record record = scene_record(JVPN_STATE_DEGRADED, T0);
	struct state_facts facts = {.owner = true};
	struct state_policy policy = scene_policy;
	struct state_result result;

	policy.max_switches_per_min = 1;
	attempts_add(&record.attempts, T0);
	for (size_t taken = 0; taken < 5; taken++) {
		result = scene_step(&record, &policy, &facts, T0 + 1);
		cr_assert_eq(result.notices.count, 1);
		cr_assert_eq(result.notices.list[0].reason, order[taken]);
		cr_assert_eq(result.notices.list[0].detail, taken == 3 ? JVPN_REASON_hysteresis_hold : 0);
		policy.max_switches_per_min = 2;
		facts.allowed = taken >= 1;
		facts.candidates = taken >= 1;
		facts.selected = taken >= 2 ? SECOND : 0;
		facts.better = taken >= 3;
	}
	result = scene_step(&record, &policy, &facts, T0 + COOLDOWN);
	cr_assert_str_eq(scene_story(&result), "DR:130");
}

/* A node that does not own the session neither moves it nor says anything about it. */
Test(gate, gate_is_silent_for_another_owner)
{
	struct state_record record = scene_record(JVPN_STATE_DEGRADED, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct state_result result;

	facts.owner = false;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_eq(result.notices.count, 0);
}

/* The path that was just declared dead is no candidate, whatever the selection still says. */
Test(gate, dead_path_is_not_chosen)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts_to(FIRST);
	struct state_result result;

	facts.dead = FIRST;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_str_eq(scene_story(&result), "AVD:115,141");
}

/* Said once a state: the same refusal is news again in the next. */
Test(gate, refusal_is_said_again_in_another_state)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct state_policy policy = scene_policy;
	struct state_result result;

	policy.switch_cooldown_ms = 60000;
	attempts_add(&record.attempts, T0);
	record = scene_step(&record, &policy, &facts, T0 + 1).record;
	cr_assert_eq(record.denied, JVPN_REASON_cooldown_active);
	result = scene_step(&record, &policy, &facts, T0 + VOLATILE_FOR);
	cr_assert_eq(result.notices.count, 0);
	result = scene_step(&record, &policy, &facts, T0 + VOLATILE_FOR + 1);
	cr_assert_str_eq(scene_story(&result), "VD:120");
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchDenied)->from, JVPN_STATE_DEGRADED);
}
