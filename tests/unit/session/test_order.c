/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several events at one instant: T-ST-08.
 */
#include "scene.h"

#define LATE 20000 /* when everything is due that took less */

/* Makes the event that wins at `place` of the order impossible. */
static void take_away(size_t place, struct state_facts *facts, struct state_policy *policy)
{
	switch (place) {
	case 0:
		policy->max_lifetime_ms = LATE;
		break;
	case 1:
		facts->owner_conflict = false;
		break;
	case 2:
		facts->compromised = false;
		break;
	case 3:
		facts->operator_terminates = false;
		break;
	case 4:
		facts->peer_terminates = false;
		break;
	case 5:
		policy->transport_lost_ttl_ms = LATE;
		break;
	case 6:
		policy->key_max_age_ms = 0;
		break;
	case 7:
		facts->validated = NULL;
		break;
	case 8:
		facts->denied = 0;
		policy->recovery_window_ms = LATE - 1;
		break;
	case 9:
		policy->recovery_window_ms = LATE;
		break;
	default:
		facts->candidates = 1;
	}
}

/* All at one instant: the table's order decides. Take the winner away, and the next one wins. */
Test(order, simultaneous_events_are_taken_in_order)
{
	static const char *const order[] = {"RX:150", "RX:503", "RX:300", "RX:152", "RX:153", "RX:151",
					    "RX:604", "RA:200", "RD:208", "RD:140", "RD:141", ":"};
	struct state_record record = scene_dead(JVPN_STATE_RECOVERING, T0);
	struct state_policy policy = scene_policy;
	struct checks_validated token;
	struct state_facts facts = scene_facts();

	policy.recovery_window_ms = policy.transport_lost_ttl_ms = LATE;
	policy.switch_cooldown_ms = LATE + 1; /* nobody goes back to RECOVERING */
	token = scene_token(&record, &policy, SECOND, T0 + LATE);
	policy.max_lifetime_ms = policy.transport_lost_ttl_ms = policy.key_max_age_ms = LATE - 1;
	facts.operator_terminates = facts.peer_terminates = facts.compromised = facts.owner_conflict = true;
	facts.has_key = true;
	facts.key_created_ms = T0;
	facts.validated = &token;
	facts.denied = JVPN_REASON_policy_denied;
	for (size_t place = 0; place < sizeof(order) / sizeof(order[0]); place++) {
		struct state_result result = scene_step(&record, &policy, &facts, T0 + LATE);

		cr_assert_str_eq(scene_story(&result), order[place]);
		take_away(place, &facts, &policy);
	}
}

/* Dead and over a threshold at once: dead. */
Test(order, death_comes_before_quality)
{
	struct state_record record = scene_record(JVPN_STATE_ATTACHED, T0);
	struct state_facts facts = scene_facts();
	struct state_result result;

	facts.dead = facts.unstable = FIRST;
	facts.instability = JVPN_REASON_loss_threshold_exceeded;
	result = scene_step(&record, &scene_policy, &facts, T0);
	cr_assert_eq(scene_change(&result, 2)->reason, JVPN_REASON_transport_dead);
	cr_assert_eq(scene_count(&result, NOTICE_TransportDead), 1);
}
