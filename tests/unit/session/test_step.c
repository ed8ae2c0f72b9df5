/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instants in the life of a session: what follows from what is known, in which order.
 * T-ST-05 to T-ST-07, T-ST-10, T-FL-01, T-FL-02, T-FL-04 to T-FL-06, T-LS-12, the planned
 * switch, INV-06, INV-21, INV-22.
 */
#include "scene.h"

static struct state_facts dead(uint32_t path)
{
	struct state_facts facts = scene_facts();

	facts.dead = path;
	return facts;
}

Test(step, nothing_known_changes_nothing)
{
	for (unsigned int state = 0; state < FSM_STATES; state++) {
		struct state_record record = scene_record((enum jvpn_session_state)state, T0);
		struct state_facts facts = {0};
		struct state_result result;

		facts.candidates = 1; /* one is under trial */
		result = scene_step(&record, &scene_policy, &facts, T0 + 1);
		cr_assert(!memcmp(&record, &result.record, sizeof(record)));
		cr_assert_eq(result.notices.count, 0);
	}
}

/* T-FL-01: a hard death with a backup that is known to answer, all at one instant. */
Test(step, death_with_a_validated_backup_is_one_instant)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct checks_validated token = scene_token(&record, &scene_policy, SECOND, T0 + 50);
	struct state_result result;

	facts.dead = FIRST;
	facts.validated = &token;
	result = scene_step(&record, &scene_policy, &facts, T0 + 50);
	cr_assert_str_eq(scene_story(&result), "AVRA:115,131,200");
	cr_assert_eq(result.record.active, SECOND);
	cr_assert_eq(result.record.id, ID);
	cr_assert_eq(result.record.version, record.version + 3);
	cr_assert_eq(result.record.version, token.permit.version);
	cr_assert_eq(scene_count(&result, NOTICE_TransportDead), 1);
	cr_assert_eq(scene_count(&result, NOTICE_TransportSwitch), 1);
	cr_assert_eq(scene_change(&result, 2)->reason, JVPN_REASON_transport_dead);
}

/* T-FL-02: no backup: degraded at once, the end exactly after the time without a transport. INV-06, INV-16. */
Test(step, death_without_a_backup_ends_after_the_ttl)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = dead(FIRST);
	struct state_result result = scene_step(&record, &scene_policy, &facts, T0 + 50);

	cr_assert_str_eq(scene_story(&result), "AVD:115,141");
	record = result.record;
	result = scene_step(&record, &scene_policy, &facts, T0 + 50 + TTL);
	cr_assert_eq(result.record.state, JVPN_STATE_DEGRADED);
	cr_assert_eq(result.notices.count, 0);
	result = scene_step(&record, &scene_policy, &facts, T0 + 50 + TTL + 1);
	cr_assert_str_eq(scene_story(&result), "DX:151");
}

/* T-FL-04 */
Test(step, reattach_inside_the_window_attaches)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct state_policy policy = scene_policy;
	struct checks_validated token;
	struct state_result result;

	policy.recovery_window_ms = 1000;
	facts.dead = FIRST;
	result = scene_step(&record, &policy, &facts, T0);
	cr_assert_str_eq(scene_story(&result), "AVR:115,131");
	record = result.record;
	token = scene_token(&record, &policy, SECOND, T0 + 500);
	facts.validated = &token;
	result = scene_step(&record, &policy, &facts, T0 + 500);
	cr_assert_str_eq(scene_story(&result), "RA:200");
}

/* T-FL-05: durations are exceeded strictly: still recovering at the deadline, degraded a ms later. */
Test(step, recovery_ends_with_its_window)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct state_policy policy = scene_policy;
	struct state_result result;

	policy.recovery_window_ms = 1000;
	record = scene_after(record, FSM_transport_dead, T0);
	result = scene_step(&record, &policy, &facts, T0 + 1000);
	cr_assert_eq(result.record.state, JVPN_STATE_RECOVERING);
	result = scene_step(&record, &policy, &facts, T0 + 1001);
	cr_assert_str_eq(scene_story(&result), "RD:140");
	cr_assert_eq(scene_count(&result, NOTICE_TransportSwitchFailed), 1);
	policy.transport_lost_ttl_ms = 1000;
	result = scene_step(&record, &policy, &facts, T0 + 1001);
	cr_assert_str_eq(scene_story(&result), "RX:151");
}

/* T-FL-06: two of three candidates time out; the recovery is not left before its end, nor its budget spent again. */
Test(step, recovery_tries_candidate_after_candidate)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct checks_validated token;
	struct state_result result;

	facts.candidates = 3;
	record = scene_step(&record, &scene_policy, &facts, T0).record;
	for (uint32_t tried = 1; tried <= 2; tried++) {
		facts.candidates = 3 - tried;
		facts.selected = SECOND + tried;
		result = scene_step(&record, &scene_policy, &facts, T0 + tried * 2000);
		cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	}
	token = scene_token(&record, &scene_policy, SECOND + 2, T0 + 5000);
	facts.validated = &token;
	result = scene_step(&record, &scene_policy, &facts, T0 + 5000);
	cr_assert_str_eq(scene_story(&result), "RA:200");
	cr_assert_eq(result.record.active, SECOND + 2);
	cr_assert_eq(result.record.attempts.total, 1);
}

/* T-ST-05: the same path is stable again, and is validated again: through RECOVERING, not around it. */
Test(step, stability_returns_through_recovery)
{
	static const enum jvpn_session_state states[] = {JVPN_STATE_VOLATILE, JVPN_STATE_DEGRADED};
	static const char *const stories[] = {"VRA:133,200", "DRA:133,200"};

	for (int i = 0; i < 2; i++) {
		struct state_record record = scene_record(states[i], T0);
		struct state_facts facts = scene_facts_to(FIRST);
		struct checks_validated token = scene_token(&record, &scene_policy, FIRST, T0 + 100);
		struct state_result result;

		facts.better = false; /* than itself */
		result = scene_step(&record, &scene_policy, &facts, T0 + 100);
		cr_assert_eq(result.record.state, states[i], "it is not stable yet");
		facts.stable = FIRST;
		facts.validated = &token;
		result = scene_step(&record, &scene_policy, &facts, T0 + 100);
		cr_assert_str_eq(scene_story(&result), stories[i]);
		cr_assert_eq(result.record.active, FIRST);
	}
}

/* T-ST-06 */
Test(step, instability_means_nothing_new_to_a_session_in_trouble)
{
	static const enum jvpn_session_state states[] = {JVPN_STATE_VOLATILE, JVPN_STATE_DEGRADED,
							 JVPN_STATE_RECOVERING};

	for (int i = 0; i < 3; i++) {
		struct state_record record = scene_record(states[i], T0);
		struct state_facts facts = {.unstable = FIRST, .instability = JVPN_REASON_heartbeat_timeout};
		struct state_result result;

		facts.candidates = 1;
		result = scene_step(&record, &scene_policy, &facts, T0 + 100);
		cr_assert(!memcmp(&record, &result.record, sizeof(record)));
		cr_assert_eq(result.notices.count, 0);
	}
}

/* T-ST-07, INV-22 */
Test(step, last_candidate_gone_ends_the_recovery)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);
	struct state_facts facts = scene_facts();
	struct state_result result = scene_step(&record, &scene_policy, &facts, T0 + 100);

	cr_assert_str_eq(scene_story(&result), "RD:141");
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchFailed)->path, SECOND);
}

/* T-ST-10: trouble right after a switch is trouble like any other, and the cooldown bounds what follows. */
Test(step, instability_after_a_switch_is_seen)
{
	struct state_record record = scene_after(scene_record(JVPN_STATE_RECOVERING, T0), FSM_reattach_valid, T0);
	struct state_facts facts = scene_facts_to(FIRST);
	struct state_result result;

	facts.unstable = SECOND;
	facts.instability = JVPN_REASON_consecutive_drop_exceeded;
	result = scene_step(&record, &scene_policy, &facts, T0 + 10);
	cr_assert_str_eq(scene_story(&result), "AV:111");
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitchDenied)->reason, JVPN_REASON_cooldown_active);
}

/* What is known of a path that is not the active one moves nothing. */
Test(step, trouble_elsewhere_is_no_trouble)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct state_result result;

	facts.dead = facts.unstable = SECOND + 1;
	facts.instability = JVPN_REASON_heartbeat_timeout;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_eq(result.notices.count, 0);
}

/* T-LS-12 */
Test(step, volatility_that_persists_degrades)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);
	struct state_facts facts = scene_facts();
	struct state_result result;

	facts.unstable = FIRST;
	facts.instability = JVPN_REASON_loss_threshold_exceeded;
	record = scene_step(&record, &scene_policy, &facts, T0).record;
	result = scene_step(&record, &scene_policy, &facts, T0 + VOLATILE_FOR);
	cr_assert_eq(result.record.state, JVPN_STATE_VOLATILE);
	result = scene_step(&record, &scene_policy, &facts, T0 + VOLATILE_FOR + 1);
	cr_assert_str_eq(scene_story(&result), "VD:120");
}

/* The time in VOLATILE is counted from its entry, not from the death that followed. */
Test(step, death_does_not_begin_volatility_anew)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);

	record = scene_after(record, FSM_transport_dead, T0 + 3000);
	cr_assert_eq(record.entered_ms, T0);
	record = scene_after(scene_record(JVPN_STATE_RECOVERING, T0), FSM_transport_dead, T0 + 3000);
	cr_assert_eq(state_recovery_deadline_ms(&record, &scene_policy), T0 + WINDOW);
}

/* INV-09, INV-21: nothing moves an attached session but trouble, or a move that can be made whole. */
Test(step, a_better_path_alone_moves_nothing)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts_to(SECOND);
	struct checks_validated token = scene_token(&record, &scene_policy, SECOND, T0);
	struct state_result result = scene_step(&record, &scene_policy, &facts, T0);

	cr_assert_eq(result.notices.count, 0);
	facts.validated = &token;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert(!memcmp(&record, &result.record, sizeof(record)));
	cr_assert_eq(scene_notice(&result, NOTICE_InvalidTransition)->event, FSM_reattach_valid);
}

/* T-ST-03; and it means nothing to a session that is past it. */
Test(step, failed_handshake_ends_a_birth_only)
{
	struct state_facts facts = {.handshake_failed = true};
	struct state_record record = scene_record(JVPN_STATE_BIRTH, T0);
	struct state_result result = scene_step(&record, &scene_policy, &facts, T0);

	cr_assert_str_eq(scene_story(&result), "BX:102");
	for (unsigned int state = JVPN_STATE_ATTACHED; state < FSM_STATES; state++) {
		record = scene_record((enum jvpn_session_state)state, T0);
		facts.candidates = 1;
		result = scene_step(&record, &scene_policy, &facts, T0);
		cr_assert(!memcmp(&record, &result.record, sizeof(record)));
		cr_assert_eq(result.notices.count, 1);
		cr_assert_eq(scene_notice(&result, NOTICE_InvalidTransition)->event, FSM_handshake_fail);
	}
}

/* INV-26: a request that was denied changes a session in recovery, and no other. */
Test(step, denial_ends_a_recovery_only)
{
	struct state_facts facts = {.denied = JVPN_REASON_reattach_validation_failed,
				    .denied_detail = JVPN_REASON_stale_state_version,
				    .candidates = 1};

	for (unsigned int state = 0; state < JVPN_STATE_TERMINATED; state++) {
		struct state_record record = scene_record((enum jvpn_session_state)state, T0);
		struct state_result result = scene_step(&record, &scene_policy, &facts, T0);

		if (state == JVPN_STATE_RECOVERING) {
			cr_assert_str_eq(scene_story(&result), "RD:212");
			cr_assert_eq(scene_notice(&result, NOTICE_ReattachResult)->detail,
				     JVPN_REASON_stale_state_version);
			continue;
		}
		cr_assert(!memcmp(&record, &result.record, sizeof(record)));
		cr_assert_eq(result.notices.count, 0);
	}
}
