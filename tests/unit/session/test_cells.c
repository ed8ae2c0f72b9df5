/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every event in every state against the specification's file, with every reason it may
 * carry: T-ST-01, T-ST-04, T-ST-13, T-ST-14, INV-07, INV-08, INV-10, INV-11, INV-14.
 */
#include "scene.h"
#include "tsv.h"

#define NOW (T0 + 20000)

static const char *const states[FSM_STATES] = {"BIRTH", "ATTACHED", "VOLATILE", "DEGRADED", "RECOVERING", "TERMINATED"};

/* A record that satisfies what the event's guard asks of a record. */
static struct state_record record_for(enum jvpn_session_state state, enum fsm_event event)
{
	return event == FSM_transport_ttl_expired && state != JVPN_STATE_ATTACHED ? scene_dead(state, NOW - 5000)
										  : scene_record(state, NOW - 5000);
}

/* What behaviour.md, section 1, has emitted with the transition, apart from SessionStateChange. */
static const char *companions(enum fsm_event event, const char *to)
{
	if (!strcmp(to, "TERMINATED"))
		return "SessionTerminated ";
	switch (event) {
	case FSM_attach_ok:
		return "TransportAttached ";
	case FSM_transport_dead:
		return "TransportDead ";
	case FSM_switch_initiated:
		return "ReattachAttempt ";
	case FSM_reattach_valid:
		return "ReattachResult TransportSwitch AuditEvent AuditEvent ";
	case FSM_reattach_invalid:
		return "ReattachResult TransportSwitchDenied ";
	case FSM_recovery_timeout:
	case FSM_candidates_exhausted:
		return "TransportSwitchFailed ";
	case FSM_switch_denied_rate:
	case FSM_switch_denied_policy:
	case FSM_switch_denied_nocand_dead:
		return "TransportSwitchDenied ";
	default:
		return "";
	}
}

static const char *said(const struct state_result *result)
{
	static char text[512];
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < result->notices.count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s ",
					 notice_name(result->notices.list[i].kind));
	return text;
}

static void assert_unchanged(const struct state_record *before, const struct state_result *result, const char *words)
{
	cr_assert(!memcmp(before, &result->record, sizeof(*before)));
	cr_assert_str_eq(said(result), words);
}

static void assert_changed(const struct state_record *before, const struct state_result *result, enum fsm_event event,
			   const char *to, uint16_t reason)
{
	char words[256];

	snprintf(words, sizeof(words), "SessionStateChange %s", companions(event, to));
	cr_assert_str_eq(states[result->record.state], to);
	cr_assert_eq(result->record.version, before->version + 1);
	cr_assert_eq(result->record.reason, reason);
	cr_assert_eq(result->record.id, before->id);
	cr_assert(state_holds(&result->record));
	cr_assert_str_eq(said(result), words);
	for (uint32_t i = 0; i < result->notices.count; i++) {
		cr_assert_eq(result->notices.list[i].version, before->version + 1);
		cr_assert_eq(result->notices.list[i].from, before->state);
		cr_assert_eq(result->notices.list[i].to, result->record.state);
		cr_assert_eq(result->notices.list[i].at_ms, NOW);
	}
	cr_assert_eq(result->notices.list[0].reason, reason);
}

/* One cell, one reason. Returns whether it was an edge. */
static bool assert_cell(enum jvpn_session_state state, enum fsm_event event, uint16_t reason, const char *cell)
{
	struct state_record record = record_for(state, event), before = record;
	struct checks_validated token = {0};
	struct state_cause cause = {.event = event, .reason = reason, .path = SECOND, .validated = &token};
	bool again = strchr(cell, '*');
	struct state_result result;
	enum state_outcome outcome;
	char to[16];

	if (event == FSM_attach_ok && state == JVPN_STATE_BIRTH)
		token = scene_token(&record, &scene_policy, FIRST, NOW);
	if (event == FSM_reattach_valid && state == JVPN_STATE_RECOVERING)
		token = scene_token(&record, &scene_policy, SECOND, NOW);
	outcome = state_transition(&record, &scene_policy, &cause, NOW, &result);
	cr_assert(!memcmp(&before, &record, sizeof(before)), "the input was changed");
	if (!strcmp(cell, "=") || !strcmp(cell, "!") || !strcmp(cell, "-")) {
		bool consumed = *cell == '=';

		cr_assert_eq(outcome, consumed ? STATE_CONSUMED : *cell == '!' ? STATE_INVALID : STATE_ABSORBED);
		assert_unchanged(&before, &result,
				 !consumed			   ? "InvalidTransition "
				 : event >= FSM_switch_denied_rate ? "TransportSwitchDenied "
								   : "");
		return false;
	}
	snprintf(to, sizeof(to), "%.*s", (int)strcspn(cell, "*"), cell);
	cr_assert(!again || !strcmp(to, states[state]));
	cr_assert_eq(outcome, STATE_CHANGED, "%s in %s: outcome %d", fsm_rows[event].name, states[state], outcome);
	assert_changed(&before, &result, event, to, reason);
	return true;
}

Test(cells, of_all_events_in_all_states_are_the_specifications)
{
	const struct tsv *tsv = tsv_read();
	unsigned int edges = 0, cells = 0;

	for (unsigned int event = 0; event < FSM_EVENTS; event++)
		for (unsigned int state = 0; state < FSM_STATES; state++, cells++)
			for (const uint16_t *reason = fsm_rows[event].reasons; *reason; reason++) {
				const char *cell = tsv->cells[event][TSV_STATE + state];
				bool edge = assert_cell((enum jvpn_session_state)state, (enum fsm_event)event, *reason,
							cell);

				edges += edge && reason == fsm_rows[event].reasons;
			}
	cr_assert_eq(cells, 126);
	cr_assert_eq(edges, 46);
}

/* T-ST-04, T-ST-13 by name: nothing leaves TERMINATED, nothing enters BIRTH, no way around RECOVERING. */
Test(cells, forbidden_edges_do_not_exist)
{
	static const char *const forbidden[] = {"AB", "VB", "DB", "RB", "XB", "VA", "DA", "AR", "AD", "RV", "AA", "DV"};
	static const char letters[] = "BAVDRX";

	for (unsigned int event = 0; event < FSM_EVENTS; event++)
		for (unsigned int state = 0; state < FSM_STATES; state++) {
			uint8_t cell = fsm_rows[event].cells[state];
			char edge[3] = {letters[state], cell < FSM_STATES ? letters[cell] : '.', '\0'};

			for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
				cr_assert_str_neq(edge, forbidden[i], "%s", fsm_rows[event].name);
			cr_assert(state != JVPN_STATE_TERMINATED || cell == FSM_CELL_end);
		}
}

/* A cause that is no event at all. */
Test(cells, an_event_that_does_not_exist_is_invalid)
{
	struct state_record record = scene_record(JVPN_STATE_VOLATILE, T0);
	struct state_cause cause = {.event = FSM_EVENTS};
	struct state_result result;

	cr_assert_eq(state_transition(&record, &scene_policy, &cause, NOW, &result), STATE_INVALID);
	assert_unchanged(&record, &result, "InvalidTransition ");
}

/* Exactly one reason, and one of the row's: anything else is refused. */
Test(cells, a_reason_of_another_row_is_refused)
{
	for (unsigned int event = 0; event < FSM_EVENTS; event++)
		for (unsigned int state = 0; state < JVPN_STATE_TERMINATED; state++) {
			struct state_record record = record_for((enum jvpn_session_state)state, (enum fsm_event)event);
			struct state_cause cause = {
				.event = (enum fsm_event)event, .reason = JVPN_REASON_internal_error, .path = SECOND};
			bool invalid = fsm_rows[event].cells[state] == FSM_CELL_bad;
			struct state_result result;

			cr_assert_eq(state_transition(&record, &scene_policy, &cause, NOW, &result),
				     invalid ? STATE_INVALID : STATE_REFUSED);
			assert_unchanged(&record, &result, "InvalidTransition ");
		}
}

/* T-ST-14 */
Test(cells, operator_ends_a_session_in_every_state)
{
	for (unsigned int state = 0; state < FSM_STATES; state++) {
		struct state_record record = scene_record((enum jvpn_session_state)state, T0);
		struct state_facts facts = scene_facts();
		struct state_result result;

		facts.operator_terminates = true;
		result = scene_step(&record, &scene_policy, &facts, T0 + 10);
		cr_assert_eq(result.record.state, JVPN_STATE_TERMINATED);
		cr_assert_eq(result.record.reason, JVPN_REASON_operator_terminated);
		cr_assert_eq(result.record.active, 0);
		if (state == JVPN_STATE_TERMINATED)
			assert_unchanged(&record, &result, "InvalidTransition ");
		else
			cr_assert_str_eq(said(&result), "SessionStateChange SessionTerminated ");
	}
}

/* behaviour.md: a Security* notice goes with row 8 if it was for proof or replay. */
Test(cells, a_denial_for_proof_or_replay_says_so)
{
	struct state_record record = scene_record(JVPN_STATE_RECOVERING, T0);
	struct state_cause cause = {.event = FSM_reattach_invalid, .detail = JVPN_REASON_replay_detected};
	struct state_result result;

	cr_assert_eq(state_transition(&record, &scene_policy, &cause, NOW, &result), STATE_CHANGED);
	cr_assert_str_eq(said(&result),
			 "SessionStateChange ReattachResult TransportSwitchDenied SecurityReplayDetected ");
	cause.detail = JVPN_REASON_bad_proof;
	cr_assert_eq(state_transition(&record, &scene_policy, &cause, NOW, &result), STATE_CHANGED);
	cr_assert_str_eq(said(&result),
			 "SessionStateChange ReattachResult TransportSwitchDenied SecurityValidationFailed ");
}
