/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One transition at a time: what a record refuses, and what it says when it changes.
 * T-ST-02, T-ST-03, T-ST-09, T-ST-11, INV-01, INV-03, INV-09, INV-11, INV-15, INV-18,
 * INV-19, INV-38.
 */
#include "scene.h"

static enum state_outcome apply(const struct state_record *record, enum fsm_event event,
				const struct checks_validated *token, uint64_t now, struct state_result *ret)
{
	struct state_cause cause = {.event = event, .path = SECOND, .validated = token};
	struct state_record before = *record;
	enum state_outcome outcome = state_transition(record, &scene_policy, &cause, now, ret);

	cr_assert(!memcmp(record, &before, sizeof(before)));
	if (outcome == STATE_REFUSED) {
		cr_assert(!memcmp(record, &ret->record, sizeof(before)));
		cr_assert_eq(ret->notices.count, 1);
		cr_assert_eq(ret->notices.list[0].kind, NOTICE_InvalidTransition);
	}
	return outcome;
}

/* T-ST-02 */
Test(state, handshake_attaches_version_1)
{
	struct state_record record = state_begin(ID, T0);
	struct checks_validated token = scene_token(&record, &scene_policy, FIRST, T0 + 20);
	struct state_result result;

	cr_assert_eq(record.version, 0);
	cr_assert(state_holds(&record));
	cr_assert_eq(apply(&record, FSM_attach_ok, &token, T0 + 20, &result), STATE_CHANGED);
	cr_assert_eq(result.record.state, JVPN_STATE_ATTACHED);
	cr_assert_eq(result.record.version, 1);
	cr_assert_eq(result.record.active, FIRST);
	cr_assert_eq(result.record.id, ID);
	cr_assert_eq(result.record.switches, 0);
	cr_assert_eq(scene_notice(&result, NOTICE_TransportAttached)->path, FIRST);
}

/* T-ST-03 */
Test(state, failed_handshake_ends_the_birth)
{
	struct state_record record = state_begin(ID, T0);
	struct state_result result;

	cr_assert_eq(apply(&record, FSM_handshake_fail, NULL, T0 + 5, &result), STATE_CHANGED);
	cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
	cr_assert_eq(result.record.reason, JVPN_REASON_handshake_failed);
	cr_assert_eq(scene_notice(&result, NOTICE_SessionTerminated)->age_ms, 5);
}

/* INV-09: no token, an empty one, one for another session, version, edge or instant. */
Test(state, attaches_with_a_fitting_token_only)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);
	struct checks_validated good = scene_token(&record, &scene_policy, SECOND, T0 + 1), bad = {0};
	struct state_result result;

	cr_assert_eq(apply(&record, FSM_reattach_valid, NULL, T0 + 1, &result), STATE_REFUSED);
	cr_assert_eq(apply(&record, FSM_reattach_valid, &bad, T0 + 1, &result), STATE_REFUSED);
	cr_assert_eq(apply(&record, FSM_reattach_valid, &good, T0 + 2, &result), STATE_REFUSED);
	bad = good;
	bad.permit.session++;
	cr_assert_eq(apply(&record, FSM_reattach_valid, &bad, T0 + 1, &result), STATE_REFUSED);
	bad = good;
	bad.permit.version++;
	cr_assert_eq(apply(&record, FSM_reattach_valid, &bad, T0 + 1, &result), STATE_REFUSED);
	bad = good;
	bad.permit.event = FSM_attach_ok;
	cr_assert_eq(apply(&record, FSM_reattach_valid, &bad, T0 + 1, &result), STATE_REFUSED);
	bad = good;
	bad.permit.path = 0;
	cr_assert_eq(apply(&record, FSM_reattach_valid, &bad, T0 + 1, &result), STATE_REFUSED);
	cr_assert_eq(apply(&record, FSM_reattach_valid, &good, T0 + 1, &result), STATE_CHANGED);
	cr_assert_eq(result.record.active, SECOND);
	cr_assert_eq(result.record.switches, 1);
}

Test(state, a_birth_attaches_with_a_fitting_token_only)
{
	struct state_record record = state_begin(ID, T0), moving = scene_record(JVPN_STATE_RECOVERING, T0);
	struct checks_validated other = scene_token(&moving, &scene_policy, SECOND, T0);
	struct state_result result;

	cr_assert_eq(apply(&record, FSM_attach_ok, NULL, T0, &result), STATE_REFUSED);
	cr_assert_eq(apply(&record, FSM_attach_ok, &other, T0, &result), STATE_REFUSED);
}

/* A token is spent by the transition it opens: the version has moved on. */
Test(state, a_token_opens_once)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);
	struct checks_validated token = scene_token(&record, &scene_policy, SECOND, T0);
	struct state_policy policy = scene_policy;
	struct state_result result;

	policy.switch_cooldown_ms = 0;
	cr_assert_eq(apply(&record, FSM_reattach_valid, &token, T0, &result), STATE_CHANGED);
	record = scene_after(result.record, FSM_instability_detected, T0);
	cr_assert_eq(state_transition(&record, &policy,
				      &(struct state_cause){.event = FSM_switch_initiated, .path = FIRST}, T0, &result),
		     STATE_CHANGED);
	record = result.record;
	cr_assert_eq(apply(&record, FSM_reattach_valid, &token, T0, &result), STATE_REFUSED);
}

/* INV-15: the deadline is the last instant. */
Test(state, reattaches_until_the_deadline)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);
	struct checks_validated token = scene_token(&record, &scene_policy, SECOND, T0 + WINDOW);
	struct checks_validated late = {.permit = token.permit};
	struct state_result result;

	late.permit.at_ms++;
	cr_assert_eq(apply(&record, FSM_reattach_valid, &token, T0 + WINDOW, &result), STATE_CHANGED);
	cr_assert_eq(apply(&record, FSM_reattach_valid, &late, T0 + WINDOW + 1, &result), STATE_REFUSED);
}

/* INV-18, INV-19, INV-22: the record keeps its own budget, whatever the caller says. */
Test(state, refuses_an_attempt_beyond_the_budget)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);
	struct state_cause nowhere = {.event = FSM_switch_initiated};
	struct state_result result;

	cr_assert_eq(state_transition(&record, &scene_policy, &nowhere, T0, &result), STATE_REFUSED);
	attempts_add(&record.attempts, T0);
	cr_assert_eq(apply(&record, FSM_switch_initiated, NULL, T0 + COOLDOWN - 1, &result), STATE_REFUSED);
	cr_assert_eq(apply(&record, FSM_switch_initiated, NULL, T0 + COOLDOWN, &result), STATE_CHANGED);
	for (int i = 1; i < RATE; i++)
		attempts_add(&record.attempts, T0);
	cr_assert_eq(apply(&record, FSM_switch_initiated, NULL, T0 + COOLDOWN, &result), STATE_REFUSED);
	cr_assert_eq(apply(&record, FSM_switch_initiated, NULL, T0 + ATTEMPTS_WINDOW_MS, &result), STATE_CHANGED);
}

Test(state, refuses_a_death_or_an_end_that_contradicts_the_record)
{
	struct state_record alive = scene_record(JVPN_STATE_DEGRADED, T0), dead = scene_dead(JVPN_STATE_DEGRADED, T0);
	struct state_result result;

	cr_assert_eq(apply(&dead, FSM_transport_dead, NULL, T0 + 1, &result), STATE_REFUSED);
	cr_assert_eq(apply(&alive, FSM_transport_ttl_expired, NULL, T0 + TTL + 1, &result), STATE_REFUSED);
}

/* INV-03: the old path is active until the commit, the new one from then on; never none, never both. */
Test(state, keeps_the_old_path_until_the_commit)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);

	cr_assert_eq(record.active, FIRST);
	record = scene_after(record, FSM_reattach_valid, T0 + 3);
	cr_assert_eq(record.active, SECOND);
	cr_assert_eq(record.previous, FIRST);
	cr_assert_eq(record.target, 0);
}

Test(state, a_switch_names_both_paths)
{
	struct state_record record = scene_dead(JVPN_STATE_RECOVERING, T0);
	struct checks_validated token = scene_token(&record, &scene_policy, SECOND, T0 + 3);
	struct state_result result;

	cr_assert_eq(record.active, 0);
	cr_assert_eq(apply(&record, FSM_reattach_valid, &token, T0 + 3, &result), STATE_CHANGED);
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitch)->path, SECOND);
	cr_assert_eq(scene_notice(&result, NOTICE_TransportSwitch)->previous_path, FIRST);
	cr_assert_eq(scene_notice(&result, NOTICE_ReattachResult)->reason, JVPN_REASON_reattach_success);
	cr_assert_eq(scene_notice(&result, NOTICE_AuditEvent)->reason, JVPN_REASON_invariant_ok_single_active);
}

Test(state, an_attempt_names_its_path_deadline_and_number)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);
	const struct notice *notice;
	struct state_result result;

	cr_assert_eq(apply(&record, FSM_switch_initiated, NULL, T0 + 7, &result), STATE_CHANGED);
	notice = scene_notice(&result, NOTICE_ReattachAttempt);
	cr_assert_eq(notice->path, SECOND);
	cr_assert_eq(notice->deadline_ms, T0 + 7 + WINDOW);
	cr_assert_eq(notice->attempt, 1);
	cr_assert_eq(result.record.target, SECOND);
}

/* T-ST-09, INV-01: nothing that happens to a session gives it another id, or begins it again. */
Test(state, id_is_for_life)
{
	for (unsigned int event = 0; event < FSM_EVENTS; event++)
		for (unsigned int state = 0; state < FSM_STATES; state++) {
			struct state_record record = scene_record((enum jvpn_session_state)state, T0);
			struct state_result result;

			apply(&record, (enum fsm_event)event, NULL, T0, &result);
			cr_assert_eq(result.record.id, ID);
			cr_assert_eq(result.record.created_ms, T0);
			if (state != JVPN_STATE_BIRTH && (event == FSM_attach_ok || event == FSM_handshake_fail))
				cr_assert(!memcmp(&record, &result.record, sizeof(record)));
		}
}

/* T-ST-11, INV-11: whatever comes with the last version but one ends the session, and nothing wraps. */
Test(state, last_version_ends_the_session)
{
	for (unsigned int event = 0; event < FSM_EVENTS; event++)
		for (unsigned int state = JVPN_STATE_ATTACHED; state < JVPN_STATE_TERMINATED; state++) {
			struct state_record record = scene_record((enum jvpn_session_state)state, T0);
			uint8_t cell = fsm_rows[event].cells[state];
			struct checks_validated token = {0};
			struct state_result result;

			record.version = STATE_VERSION_LAST;
			if (state == JVPN_STATE_ATTACHED)
				record.attached_version = record.version;
			if (event == FSM_reattach_valid && state == JVPN_STATE_RECOVERING)
				token = scene_token(&record, &scene_policy, SECOND, T0 + COOLDOWN);
			if (apply(&record, (enum fsm_event)event, &token, T0 + COOLDOWN, &result) != STATE_CHANGED)
				continue;
			cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
			cr_assert_eq(result.record.version, JVPN_VERSION_MAX);
			cr_assert_eq(result.record.reason,
				     cell == FSM_CELL_X ? fsm_rows[event].reasons[0] : JVPN_REASON_version_overflow);
			cr_assert(state_holds(&result.record));
		}
}

Test(state, one_version_before_the_last_is_a_version_like_any_other)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);
	struct state_result result;

	record.version = STATE_VERSION_LAST - 1;
	cr_assert_eq(apply(&record, FSM_volatile_timeout, NULL, T0, &result), STATE_CHANGED);
	cr_assert_eq(result.record.state, JVPN_STATE_DEGRADED);
	cr_assert_eq(result.record.version, STATE_VERSION_LAST);
}

/* Total: what is no record at all ends, and no version beyond the last is ever made. */
Test(state, a_broken_record_ends)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);
	struct state_result result;

	record.state = 77;
	cr_assert(!state_holds(&record));
	cr_assert_eq(apply(&record, FSM_transport_dead, NULL, T0, &result), STATE_CHANGED);
	cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
	cr_assert_eq(result.record.reason, JVPN_REASON_invariant_violation);
	record = scene_record(JVPN_STATE_VOLATILE, T0);
	record.version = UINT64_MAX;
	cr_assert_eq(apply(&record, FSM_transport_dead, NULL, T0, &result), STATE_CHANGED);
	cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
	cr_assert_eq(result.record.version, JVPN_VERSION_MAX);
}

Test(state, end_says_how_long_it_lived)
{
	struct state_record record = scene_dead(JVPN_STATE_DEGRADED, T0);
	const struct notice *notice;
	struct state_result result;

	cr_assert_eq(apply(&record, FSM_transport_ttl_expired, NULL, T0 + TTL + 1, &result), STATE_CHANGED);
	notice = scene_notice(&result, NOTICE_SessionTerminated);
	cr_assert_eq(notice->age_ms, TTL + 1);
	cr_assert_eq(notice->transportless_ms, TTL + 1);
	cr_assert_eq(notice->version, record.version + 1);
}
