/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One event upon one record: look up, refuse what the record forbids, commit. commit() is
 * the only place that changes a record's state, version or active path.
 */
#include "session/state.h"

#include "session/state_notices.h"
#include "session/token.h"

static uint64_t since_ms(uint64_t then_ms, uint64_t now_ms)
{
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

uint64_t state_age_ms(const struct state_record *record, uint64_t now_ms)
{
	return since_ms(record->created_ms, now_ms);
}

uint64_t state_transportless_ms(const struct state_record *record, uint64_t now_ms)
{
	return record->active ? 0 : since_ms(record->active_until_ms, now_ms);
}

uint64_t state_dwell_ms(const struct state_record *record, uint64_t now_ms)
{
	return since_ms(record->entered_ms, now_ms);
}

uint64_t state_recovery_deadline_ms(const struct state_record *record, const struct state_policy *policy)
{
	return record->entered_ms + policy->recovery_window_ms;
}

struct state_record state_begin(uint64_t id, uint64_t now_ms)
{
	return (struct state_record){.id = id,
				     .created_ms = now_ms,
				     .entered_ms = now_ms,
				     .active_until_ms = now_ms,
				     .reason = JVPN_REASON_session_created,
				     .state = JVPN_STATE_BIRTH};
}

bool state_holds(const struct state_record *record)
{
	if (!record->id || record->version > JVPN_VERSION_MAX || record->attached_version > record->version)
		return false;
	if (record->attempts.count > ATTEMPTS_MAX || record->attempts.first >= ATTEMPTS_MAX)
		return false;
	switch (record->state) {
	case JVPN_STATE_BIRTH:
		return !record->version && !record->active;
	case JVPN_STATE_ATTACHED:
		return record->active && record->attached_version == record->version;
	case JVPN_STATE_VOLATILE:
	case JVPN_STATE_DEGRADED:
		return record->attached_version && record->version < JVPN_VERSION_MAX;
	case JVPN_STATE_RECOVERING:
		return record->attached_version && record->version < JVPN_VERSION_MAX && record->target;
	case JVPN_STATE_TERMINATED:
		return record->version && !record->active;
	default:
		return false;
	}
}

static bool token_fits(const struct state_record *record, const struct state_cause *cause, uint64_t now_ms)
{
	return cause->validated && token_opens(cause->validated, cause->event, record, now_ms);
}

/* What the record itself knows of an edge's guard. */
static bool may_take(const struct state_record *record, const struct state_policy *policy,
		     const struct state_cause *cause, uint64_t now_ms)
{
	switch (cause->event) {
	case FSM_attach_ok:
		return token_fits(record, cause, now_ms);
	case FSM_reattach_valid:
		return token_fits(record, cause, now_ms) && now_ms <= state_recovery_deadline_ms(record, policy);
	case FSM_switch_initiated:
		return cause->path && !attempts_reached(&record->attempts, policy->max_switches_per_min, now_ms) &&
		       !attempts_cooling(&record->attempts, policy->switch_cooldown_ms, now_ms);
	case FSM_transport_dead:
		return record->active;
	case FSM_transport_ttl_expired:
		return !record->active;
	default:
		return true;
	}
}

static void lose_transport(struct state_record *record, uint64_t now_ms)
{
	if (!record->active)
		return;
	record->previous = record->active;
	record->active = 0;
	record->active_until_ms = now_ms;
}

static void take_transport(struct state_record *record, const struct state_cause *cause, uint64_t now_ms)
{
	lose_transport(record, now_ms);
	record->active = cause->validated->permit.path;
	record->attached_version = record->version;
	if (cause->validated->permit.acknowledged)
		record->acknowledged = cause->validated->permit.acknowledged;
	if (cause->event == FSM_reattach_valid)
		record->switches++;
}

static void commit(struct state_record *record, const struct state_cause *cause, uint8_t next, uint64_t now_ms)
{
	record->version = record->version < JVPN_VERSION_MAX ? record->version + 1 : JVPN_VERSION_MAX;
	record->reason = cause->reason;
	if (next != record->state) {
		record->entered_ms = now_ms;
		record->denied = JVPN_REASON_NONE;
		record->target = 0;
	}
	record->state = next;
	if (cause->event == FSM_transport_dead || next == JVPN_STATE_TERMINATED)
		lose_transport(record, now_ms);
	if (next == JVPN_STATE_ATTACHED)
		take_transport(record, cause, now_ms);
	if (cause->event == FSM_switch_initiated) {
		attempts_add(&record->attempts, now_ms);
		record->target = cause->path;
	}
}

/* Instead of an event that a record without a version left, or without a meaning, cannot take. */
static struct state_cause as_violation(const struct state_cause *cause, uint16_t reason)
{
	return (struct state_cause){.event = FSM_invariant_violation, .reason = reason, .detail = cause->reason};
}

static enum state_outcome change(struct state_result *result, const struct state_policy *policy,
				 const struct state_cause *cause, uint8_t next, uint64_t now_ms)
{
	struct state_record before = result->record;

	commit(&result->record, cause, next, now_ms);
	notices_of_change(&result->notices, &before, &result->record, policy, cause, now_ms);
	return STATE_CHANGED;
}

static enum state_outcome reject(struct state_result *result, const struct state_cause *cause, uint64_t now_ms,
				 enum state_outcome outcome)
{
	notice_invalid(&result->notices, &result->record, cause->event, now_ms);
	return outcome;
}

enum state_outcome state_apply(struct state_result *result, const struct state_policy *policy,
			       const struct state_cause *given, uint64_t now_ms)
{
	struct state_record *record = &result->record;
	struct state_cause cause = *given;
	uint8_t cell;

	if (record->state == JVPN_STATE_TERMINATED)
		return reject(result, &cause, now_ms, STATE_ABSORBED);
	if ((unsigned int)cause.event >= FSM_EVENTS)
		return reject(result, &cause, now_ms, STATE_INVALID);
	if (record->state >= FSM_STATES) {
		cause = as_violation(&cause, JVPN_REASON_invariant_violation);
		return change(result, policy, &cause, JVPN_STATE_TERMINATED, now_ms);
	}
	cell = fsm_rows[cause.event].cells[record->state];
	if (!cause.reason)
		cause.reason = fsm_rows[cause.event].reasons[0];
	if (cell == FSM_CELL_bad || cell == FSM_CELL_end)
		return reject(result, &cause, now_ms, STATE_INVALID);
	if (!fsm_allows(cause.event, cause.reason))
		return reject(result, &cause, now_ms, STATE_REFUSED);
	if (cell == FSM_CELL_eat) {
		notices_of_consumed(&result->notices, record, &cause, now_ms);
		return STATE_CONSUMED;
	}
	if (!may_take(record, policy, &cause, now_ms))
		return reject(result, &cause, now_ms, STATE_REFUSED);
	if (cell == FSM_CELL_same)
		cell = record->state;
	if (cell != JVPN_STATE_TERMINATED && record->version >= STATE_VERSION_LAST) {
		cause = as_violation(&cause, JVPN_REASON_version_overflow);
		cell = JVPN_STATE_TERMINATED;
	}
	return change(result, policy, &cause, cell, now_ms);
}

enum state_outcome state_transition(const struct state_record *record, const struct state_policy *policy,
				    const struct state_cause *cause, uint64_t now_ms, struct state_result *ret)
{
	ret->record = *record;
	ret->notices.count = 0;
	ret->notices.pad = 0;
	return state_apply(ret, policy, cause, now_ms);
}
