/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate of a switch: one condition a line, in the table's order. Never changes a thing.
 */
#include "session/gate.h"

#include "session/token.h"

/* The path of the token at hand: its request has passed the checks, and the data plane has it. 0: none. */
static uint32_t requested(const struct state_facts *facts)
{
	const struct checks_validated *token = facts->validated;

	return token && token->permit.issued && token->permit.event == FSM_reattach_valid ? token->permit.path : 0;
}

static uint32_t wanted(const struct state_facts *facts)
{
	return requested(facts) ? requested(facts) : facts->selected;
}

/* The active path may be selected again when it has been stable, the one just declared dead never. */
static bool has_candidate(const struct state_record *record, const struct state_facts *facts)
{
	if (!facts->candidates || !wanted(facts) || wanted(facts) == facts->dead)
		return false;
	return requested(facts) || facts->selected != record->active || facts->selected == facts->stable;
}

static bool held_by_hysteresis(const struct state_record *record, const struct state_facts *facts)
{
	if (!record->active || facts->selected == record->active)
		return false;
	return !facts->better && !facts->move && !requested(facts);
}

static uint16_t reason_to_switch(const struct state_record *record, const struct state_facts *facts)
{
	if (!record->active)
		return JVPN_REASON_dead_transport_recovery;
	if (facts->move)
		return JVPN_REASON_policy_forced_recovery;
	return wanted(facts) == record->active ? JVPN_REASON_stability_window_met : JVPN_REASON_loss_recovery;
}

static struct gate answer(const struct state_facts *facts, enum fsm_event event)
{
	return (struct gate){.event = event,
			     .reason = event < FSM_EVENTS ? fsm_rows[event].reasons[0] : JVPN_REASON_NONE,
			     .path = wanted(facts)};
}

struct gate gate_ask(const struct state_record *record, const struct state_policy *policy,
		     const struct state_facts *facts, uint64_t now_ms)
{
	struct gate gate = answer(facts, FSM_switch_initiated);

	if (!facts->owner || state_transportless_ms(record, now_ms) > policy->transport_lost_ttl_ms)
		return answer(facts, FSM_EVENTS);
	if (attempts_reached(&record->attempts, policy->max_switches_per_min, now_ms))
		return answer(facts, FSM_switch_denied_rate);
	if (!facts->allowed)
		return answer(facts, FSM_switch_denied_policy);
	if (!has_candidate(record, facts))
		return answer(facts, record->active ? FSM_switch_denied_nocand_live : FSM_switch_denied_nocand_dead);
	if (held_by_hysteresis(record, facts)) {
		gate = answer(facts, FSM_switch_denied_nocand_live);
		gate.detail = JVPN_REASON_hysteresis_hold;
		return gate;
	}
	if (attempts_cooling(&record->attempts, policy->switch_cooldown_ms, now_ms))
		return answer(facts, FSM_switch_denied_cooldown);
	gate.reason = reason_to_switch(record, facts);
	return gate;
}
