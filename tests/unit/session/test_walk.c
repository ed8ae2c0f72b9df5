/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seeded random lives of sessions, a million steps a test, each step checked against ghosts
 * that know nothing of the engine: T-DET-01, T-FP-01, INV-01, INV-03 to INV-05, INV-07 to
 * INV-11, INV-13 to INV-19, INV-22, INV-26, INV-37.
 */
#include "walk.h"

#define STEPS 1000000

static void walk(uint64_t seed, uint32_t *seen)
{
	static struct life life;

	life = (struct life){.seed = seed * 0x9e3779b97f4a7c15ull, .now = T0};
	be_born(&life);
	for (int step = 0; step < STEPS; step++) {
		live_one_step(&life);
		seen[life.record.state]++;
		if (life.record.state == JVPN_STATE_TERMINATED && !roll(&life, 4))
			be_born(&life);
	}
}

static void walk_and_see_all_states(uint64_t seed)
{
	uint32_t seen[FSM_STATES] = {0};

	walk(seed, seen);
	for (unsigned int state = 0; state < FSM_STATES; state++)
		cr_assert_gt(seen[state], STEPS / 500, "only %u steps in state %u", seen[state], state);
}

Test(walk, keeps_every_invariant_1)
{
	walk_and_see_all_states(1);
}

Test(walk, keeps_every_invariant_2)
{
	walk_and_see_all_states(20261);
}

Test(walk, keeps_every_invariant_3)
{
	walk_and_see_all_states(77777);
}

/* Between now and state_due_ms() time alone does nothing; at it, it does, or closes the gate for another reason. */
Test(walk, due_time_is_exact)
{
	static struct life life;
	static struct state_result result;
	uint32_t woken = 0;

	life = (struct life){.seed = 4242, .now = T0};
	be_born(&life);
	for (int step = 0; step < STEPS / 5; step++) {
		uint64_t due;

		live_one_step(&life);
		if (life.record.state == JVPN_STATE_TERMINATED)
			be_born(&life);
		life.facts.validated = NULL;
		life.facts.denied = life.facts.move = life.facts.instability = 0;
		life.facts.dead = 0;
		life.facts.handshake_failed = life.facts.asked = life.facts.operator_terminates = false;
		step_and_check(&life);
		due = state_due_ms(&life.record, &life.policy, &life.facts, life.now);
		if (due == STATE_NEVER)
			continue;
		cr_assert_gt(due, life.now);
		cr_assert_eq(state_step(&life.record, &life.policy, &life.facts, due - 1, &result), 0);
		cr_assert_eq(result.notices.count, 0);
		state_step(&life.record, &life.policy, &life.facts, due, &result);
		woken += result.notices.count > 0;
		cr_assert(result.notices.count || state_due_ms(&life.record, &life.policy, &life.facts, due) > due);
	}
	cr_assert_gt(woken, STEPS / 20);
}
