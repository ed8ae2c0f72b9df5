/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session and its candidates, for path_select.c and path_select_choice.c. Never a clock: time
 * is what a test says it is.
 */
#ifndef JVPN_TESTS_PATH_CANDIDATES_H
#define JVPN_TESTS_PATH_CANDIDATES_H

#include <criterion/criterion.h>

#include "base/clock.h"
#include "path/select.h"

#define MS CLOCK_NS_PER_MS
#define T0 (1000 * CLOCK_NS_PER_S)

static struct policy policy;
static struct select_set set;
static struct select_situation situation;
static __u64 now;

static inline void begin(void)
{
	policy = policy_of_preset(POLICY_PRESET_default);
	set = (struct select_set){0};
	situation = (struct select_situation){.state = JVPN_STATE_VOLATILE, .active = SELECT_NONE};
	now = T0;
}

/* A measured path without a fault, stable for a minute. */
static inline struct select_candidate good(__u32 id)
{
	return (struct select_candidate){.id = id,
					 .priority = 10,
					 .rtt_us = 20000,
					 .p95_us = 20000,
					 .is_measured = true,
					 .stable_since_ns = T0 - 60000 * MS,
					 .seen_ns = now};
}

static inline struct select_candidate *put(struct select_candidate candidate)
{
	struct select_gone gone = select_offer(&set, &candidate, &policy, &situation, now);

	cr_assert_eq(gone.count, 0);
	for (__u32 i = 0; i < set.count; i++) {
		if (set.candidates[i].id == candidate.id)
			return &set.candidates[i];
	}
	cr_assert_fail("it is not there");
	return NULL;
}

static inline struct select_result choose(void)
{
	return select_choose(&set, &policy, &situation, now);
}

static inline enum select_refusal refusal(const struct select_candidate *candidate)
{
	return select_refuse(candidate, &policy, &situation, now, NULL);
}

static inline void assert_chosen(__u32 id, enum jvpn_reason reason)
{
	struct select_result result = choose();

	cr_assert_eq(result.chosen, id, "%u, not %u", result.chosen, id);
	cr_assert_eq(result.reason, reason, "reason %u, not %u", result.reason, reason);
}

/* An active path that loses `loss_ppm`. */
static inline struct select_candidate *put_active(__u32 id, __u32 loss_ppm)
{
	struct select_candidate *active = put(good(id));

	active->loss_ppm = loss_ppm;
	active->stable_since_ns = 0;
	active->failed_ns = now;
	situation.active = id;
	return active;
}

#endif
