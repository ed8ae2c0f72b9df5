/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One path and a prober, for path_quality.c and path_quality_time.c. Never a clock: time is
 * what a test says it is.
 */
#ifndef JVPN_TESTS_PATH_PROBER_H
#define JVPN_TESTS_PATH_PROBER_H

#include <criterion/criterion.h>

#include "base/clock.h"
#include "path/quality.h"

#define MS CLOCK_NS_PER_MS
#define T0 (1000 * CLOCK_NS_PER_S)
#define LOST (~0ull)

static struct policy policy;
static struct quality quality;
static __u64 now;

static inline void begin(void)
{
	policy = policy_of_preset(POLICY_PRESET_default);
	now = T0;
	quality_begin(&quality, &policy, now);
}

static inline unsigned int tick_at(__u64 at)
{
	return quality_tick(&quality, &policy, at);
}

/* A probe every heartbeat, each answered after rtt_ns, or LOST. All causes seen on the way. */
static inline unsigned int probe(unsigned int count, __u64 rtt_ns)
{
	unsigned int causes = 0;

	for (unsigned int i = 0; i < count; i++) {
		__u64 number = quality_sent(&quality, &policy, now);

		if (rtt_ns != LOST)
			cr_assert(quality_answered(&quality, &policy, number, now + rtt_ns));
		now += policy.volatility.heartbeat_interval_ms * MS;
		causes |= tick_at(now);
	}
	return causes;
}

/* `cause` appears at `at` and not one ns before; quality_due() foretells it. */
static inline void assert_exact(unsigned int cause, __u64 at)
{
	struct quality copy = quality;

	for (__u64 due = now; due < at - 1; due = quality_due(&quality, &policy, due)) {
		unsigned int causes = tick_at(due);

		cr_assert_eq(causes & cause, 0, "at T0 + %llu ns", due - T0);
	}
	cr_assert_eq(tick_at(at - 1) & cause, 0, "one ns before");
	cr_assert_eq(quality_due(&quality, &policy, at - 1), at, "is foretold");
	cr_assert_neq(tick_at(at) & cause, 0, "at the instant");
	quality = copy;
	cr_assert_neq(tick_at(at + MS - 1) & cause, 0, "looked at a millisecond late");
}

#endif
