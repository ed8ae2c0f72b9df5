/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows' guards, one function each, and the loop that asks them in the table's order.
 * A guard fills in what goes with its event; it never changes the record.
 */
#include "session/state_step.h"

#include "session/gate.h"
#include "session/state_notices.h"
#include "session/token.h"

#define BIT(event) (1u << (event))
#define DENIALS \
	(BIT(FSM_switch_denied_rate) | BIT(FSM_switch_denied_policy) | BIT(FSM_switch_denied_nocand_dead) | \
	 BIT(FSM_switch_denied_nocand_live) | BIT(FSM_switch_denied_cooldown))

struct moment {
	const struct state_record *record;
	const struct state_policy *policy;
	const struct state_facts *facts;
	uint64_t now_ms;
	struct gate gate;
};

static bool is_in(const struct moment *moment, enum jvpn_session_state state)
{
	return moment->record->state == state;
}

static bool token_is_for(const struct moment *moment, enum fsm_event event)
{
	return moment->facts->validated && moment->facts->validated->permit.event == event;
}

static bool guard_session_ttl_expired(const struct moment *moment, struct state_cause *cause)
{
	(void)cause;
	return state_age_ms(moment->record, moment->now_ms) > moment->policy->max_lifetime_ms;
}

static bool guard_invariant_violation(const struct moment *moment, struct state_cause *cause)
{
	if (!state_holds(moment->record))
		cause->reason = JVPN_REASON_invariant_violation;
	else if (moment->facts->owner_conflict)
		cause->reason = JVPN_REASON_ownership_conflict;
	else if (moment->record->version >= STATE_VERSION_LAST)
		cause->reason = JVPN_REASON_version_overflow;
	return cause->reason;
}

static bool guard_security_terminate(const struct moment *moment, struct state_cause *cause)
{
	if (moment->facts->compromised)
		cause->detail = JVPN_REASON_key_compromise_suspected;
	return moment->facts->compromised || moment->facts->auth_failures > moment->policy->max_auth_failures;
}

static bool guard_operator_terminate(const struct moment *moment, struct state_cause *cause)
{
	if (!moment->facts->operator_terminates)
		cause->reason = JVPN_REASON_peer_terminated;
	return moment->facts->operator_terminates || moment->facts->peer_terminates;
}

static bool guard_transport_ttl_expired(const struct moment *moment, struct state_cause *cause)
{
	(void)cause;
	return state_transportless_ms(moment->record, moment->now_ms) > moment->policy->transport_lost_ttl_ms;
}

static bool guard_key_expired(const struct moment *moment, struct state_cause *cause)
{
	const struct state_facts *facts = moment->facts;

	(void)cause;
	return facts->has_key && moment->policy->key_max_age_ms && moment->now_ms > facts->key_created_ms &&
	       moment->now_ms - facts->key_created_ms > moment->policy->key_max_age_ms;
}

static bool guard_attach_ok(const struct moment *moment, struct state_cause *cause)
{
	cause->validated = moment->facts->validated;
	return token_is_for(moment, FSM_attach_ok);
}

static bool guard_handshake_fail(const struct moment *moment, struct state_cause *cause)
{
	(void)cause;
	return moment->facts->handshake_failed;
}

static bool guard_reattach_valid(const struct moment *moment, struct state_cause *cause)
{
	cause->validated = moment->facts->validated;
	return token_is_for(moment, FSM_reattach_valid) && is_in(moment, JVPN_STATE_RECOVERING) &&
	       moment->now_ms <= state_recovery_deadline_ms(moment->record, moment->policy);
}

static bool guard_reattach_invalid(const struct moment *moment, struct state_cause *cause)
{
	cause->reason = moment->facts->denied;
	cause->detail = moment->facts->denied_detail;
	return moment->facts->denied && is_in(moment, JVPN_STATE_RECOVERING);
}

static bool guard_recovery_timeout(const struct moment *moment, struct state_cause *cause)
{
	(void)cause;
	return is_in(moment, JVPN_STATE_RECOVERING) &&
	       moment->now_ms > state_recovery_deadline_ms(moment->record, moment->policy);
}

static bool guard_candidates_exhausted(const struct moment *moment, struct state_cause *cause)
{
	(void)cause;
	return is_in(moment, JVPN_STATE_RECOVERING) && !moment->facts->candidates;
}

static bool guard_transport_dead(const struct moment *moment, struct state_cause *cause)
{
	(void)cause;
	return moment->record->active && moment->facts->dead == moment->record->active;
}

/* A soft threshold on the active path; or a move that can be made whole, here and now. */
static bool guard_instability_detected(const struct moment *moment, struct state_cause *cause)
{
	const struct state_facts *facts = moment->facts;

	cause->reason = facts->instability;
	if (facts->instability && moment->record->active && facts->unstable == moment->record->active)
		return true;
	cause->reason = facts->move;
	return facts->move && is_in(moment, JVPN_STATE_ATTACHED) && token_is_for(moment, FSM_reattach_valid) &&
	       moment->gate.event == FSM_switch_initiated;
}

/* The gate's answer, where one is due: all rows from 13 to 18. */
static bool gate_says(const struct moment *moment, enum fsm_event event, struct state_cause *cause)
{
	uint16_t said = moment->gate.detail ? moment->gate.detail : moment->gate.reason;

	if (!is_in(moment, JVPN_STATE_VOLATILE) && !is_in(moment, JVPN_STATE_DEGRADED))
		return false;
	cause->reason = moment->gate.reason;
	cause->detail = moment->gate.detail;
	cause->path = moment->gate.path;
	return moment->gate.event == event &&
	       (event == FSM_switch_initiated || moment->facts->asked || said != moment->record->denied);
}

#define GUARD_OF_GATE(event) \
	static bool guard_##event(const struct moment *moment, struct state_cause *cause) \
	{ \
		return gate_says(moment, FSM_##event, cause); \
	}
GUARD_OF_GATE(switch_initiated)
GUARD_OF_GATE(switch_denied_rate)
GUARD_OF_GATE(switch_denied_policy)
GUARD_OF_GATE(switch_denied_nocand_dead)
GUARD_OF_GATE(switch_denied_nocand_live)
GUARD_OF_GATE(switch_denied_cooldown)

static bool guard_volatile_timeout(const struct moment *moment, struct state_cause *cause)
{
	(void)cause;
	return is_in(moment, JVPN_STATE_VOLATILE) &&
	       state_dwell_ms(moment->record, moment->now_ms) > moment->policy->volatile_to_degraded_ms;
}

static bool (*const guards[FSM_EVENTS])(const struct moment *moment, struct state_cause *cause) = {
#define GUARD(priority, event, ...) [FSM_##event] = guard_##event,
	FSM_ROWS(GUARD)
#undef GUARD
};

/* The first enabled row that was not applied yet, or FSM_EVENTS. */
static enum fsm_event first_enabled(struct moment *moment, uint32_t applied, struct state_cause *ret_cause)
{
	moment->gate = gate_ask(moment->record, moment->policy, moment->facts, moment->now_ms);
	for (unsigned int event = 0; event < FSM_EVENTS; event++) {
		struct state_cause cause = {.event = (enum fsm_event)event};

		if ((applied & BIT(event)) || !guards[event](moment, &cause))
			continue;
		*ret_cause = cause;
		return (enum fsm_event)event;
	}
	return FSM_EVENTS;
}

/* So that the same refusal is not said again, nor in the state it led to. */
static void remember_denial(struct state_record *record, const struct state_cause *cause)
{
	if (BIT(cause->event) & DENIALS)
		record->denied = cause->detail ? cause->detail : cause->reason;
}

/* A planned move that stayed where it was, and what was handed in for nothing. */
static void report_unused(const struct moment *moment, uint32_t applied, struct state_result *result)
{
	const struct state_facts *facts = moment->facts;
	struct gate gate = gate_ask(&result->record, moment->policy, facts, moment->now_ms);
	struct state_cause cause = {
		.event = gate.event, .reason = gate.reason, .detail = gate.detail, .path = gate.path};

	if (facts->move && is_in(moment, JVPN_STATE_ATTACHED) && !(applied & BIT(FSM_reattach_valid)) &&
	    gate.event != FSM_switch_initiated && gate.event != FSM_EVENTS)
		notice_move_refused(&result->notices, &result->record, &cause, moment->now_ms);
	if (facts->validated && !(applied & (BIT(FSM_attach_ok) | BIT(FSM_reattach_valid))))
		notice_invalid(&result->notices, &result->record, facts->validated->permit.event, moment->now_ms);
	if (facts->handshake_failed && !(applied & BIT(FSM_handshake_fail)))
		notice_invalid(&result->notices, &result->record, FSM_handshake_fail, moment->now_ms);
	if ((facts->operator_terminates || facts->peer_terminates) && !applied)
		notice_invalid(&result->notices, &result->record, FSM_operator_terminate, moment->now_ms);
}

unsigned int state_step(const struct state_record *record, const struct state_policy *policy,
			const struct state_facts *facts, uint64_t now_ms, struct state_result *ret)
{
	struct moment moment = {.record = &ret->record, .policy = policy, .facts = facts, .now_ms = now_ms};
	unsigned int transitions = 0;
	struct state_cause cause;
	uint32_t applied = 0;

	ret->record = *record;
	ret->notices.count = 0;
	ret->notices.pad = 0;
	while (ret->record.state != JVPN_STATE_TERMINATED && first_enabled(&moment, applied, &cause) != FSM_EVENTS) {
		transitions += state_apply(ret, policy, &cause, now_ms) == STATE_CHANGED;
		applied |= BIT(cause.event) & DENIALS ? DENIALS : BIT(cause.event);
		remember_denial(&ret->record, &cause);
	}
	report_unused(&moment, applied, ret);
	return transitions;
}

/* When a duration counted from `then_ms` is exceeded; strictly, so one later. */
static uint64_t beyond(uint64_t then_ms, uint64_t limit_ms)
{
	return limit_ms >= STATE_NEVER - then_ms ? STATE_NEVER : then_ms + limit_ms + 1;
}

static void sooner(uint64_t *due_ms, uint64_t at_ms)
{
	if (at_ms < *due_ms)
		*due_ms = at_ms;
}

/* When the gate, closed by time alone, is to be asked again. */
static uint64_t gate_due_ms(const struct state_record *record, const struct state_policy *policy,
			    const struct state_facts *facts, uint64_t now_ms)
{
	switch (gate_ask(record, policy, facts, now_ms).event) {
	case FSM_switch_denied_rate:
		return attempts_free_ms(&record->attempts, policy->max_switches_per_min, now_ms);
	case FSM_switch_denied_cooldown:
		return record->attempts.newest_ms + policy->switch_cooldown_ms;
	default:
		return STATE_NEVER;
	}
}

uint64_t state_due_ms(const struct state_record *record, const struct state_policy *policy,
		      const struct state_facts *facts, uint64_t now_ms)
{
	uint64_t due_ms = beyond(record->created_ms, policy->max_lifetime_ms);

	if (record->state == JVPN_STATE_TERMINATED)
		return STATE_NEVER;
	if (!record->active)
		sooner(&due_ms, beyond(record->active_until_ms, policy->transport_lost_ttl_ms));
	if (facts->has_key && policy->key_max_age_ms)
		sooner(&due_ms, beyond(facts->key_created_ms, policy->key_max_age_ms));
	if (record->state == JVPN_STATE_RECOVERING)
		sooner(&due_ms, beyond(record->entered_ms, policy->recovery_window_ms));
	if (record->state == JVPN_STATE_VOLATILE)
		sooner(&due_ms, beyond(record->entered_ms, policy->volatile_to_degraded_ms));
	if (record->state == JVPN_STATE_VOLATILE || record->state == JVPN_STATE_DEGRADED)
		sooner(&due_ms, gate_due_ms(record, policy, facts, now_ms));
	return due_ms > now_ms ? due_ms : now_ms + 1;
}
