/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deadlines from lengths and beginnings. Never keeps a policy: both are the caller's.
 */
#include "policy/snapshot.h"

#include "base/clock.h"

enum timer_end {
	END_EVENT,
	END_LIMIT,
	END_WAIT,
};

static const enum timer_end ends[POLICY_TIMER_COUNT] = {
#define END_OF(NAME, length, END) [POLICY_TIMER_##NAME] = END_##END,
	POLICY_TIMERS(END_OF)
#undef END_OF
};

static const enum policy_key lengths[POLICY_TIMER_COUNT] = {
#define LENGTH_OF(NAME, length, END) [POLICY_TIMER_##NAME] = offsetof(struct policy, length) / sizeof(__u32),
	POLICY_TIMERS(LENGTH_OF)
#undef LENGTH_OF
};

/* 0 is "off" for the age of keys; a drain of 0 ms is a drain that is over at once. */
static __u64 deadline_ns(const struct policy *policy, enum policy_timer timer, __u64 since)
{
	__u64 length = policy_get(policy, lengths[timer]) * CLOCK_NS_PER_MS;

	if (since == 0 || (timer == POLICY_TIMER_KEY && length == 0))
		return 0;
	return since + length;
}

struct policy_deadlines policy_deadlines(const struct policy *policy, const __u64 since_ns[static POLICY_TIMER_COUNT])
{
	struct policy_deadlines deadlines;

	for (unsigned int timer = 0; timer < POLICY_TIMER_COUNT; timer++)
		deadlines.at_ns[timer] = deadline_ns(policy, timer, since_ns[timer]);
	return deadlines;
}

const struct policy *policy_in_force(const struct policy_change *change, bool is_committed, __u64 now)
{
	bool is_past_date = change->strict_after_ns != 0 && now > change->strict_after_ns;

	return change->mode == POLICY_MODE_strict || is_committed || is_past_date ? change->after : change->before;
}

struct policy_deadlines policy_deadlines_in_force(const struct policy_change *change,
						  const struct policy_timers *timers, bool is_committed, __u64 now)
{
	const struct policy *policy = policy_in_force(change, is_committed, now);
	struct policy_deadlines deadlines = policy_deadlines(policy, timers->since_ns);

	if (policy == change->after)
		return deadlines;
	for (unsigned int timer = 0; timer < POLICY_TIMER_COUNT; timer++) {
		if (timers->since_ns[timer] != 0 && timers->deadlines.at_ns[timer] != 0)
			deadlines.at_ns[timer] = timers->deadlines.at_ns[timer];
	}
	return deadlines;
}

bool policy_timer_is_over(const struct policy_deadlines *deadlines, enum policy_timer timer, __u64 now)
{
	__u64 at = deadlines->at_ns[timer];

	if (at == 0)
		return false;
	return ends[timer] == END_WAIT ? now >= at : now > at;
}

enum policy_timer policy_first_due(const struct policy_deadlines *deadlines, __u64 now)
{
	for (unsigned int timer = 0; timer < POLICY_TIMER_COUNT; timer++) {
		if (ends[timer] == END_EVENT && policy_timer_is_over(deadlines, timer, now))
			return timer;
	}
	return POLICY_TIMER_COUNT;
}
