/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * T-POL-03: a change of policy in the middle of each timer, strict and in grace, at the exact
 * instants.
 */
#include "policy_texts.h"

#include "base/clock.h"
#include "policy/snapshot.h"

#define MS CLOCK_NS_PER_MS
#define T0 (1000 * CLOCK_NS_PER_S)

/* Every timer with its length before and after, in ms; `is_wait`: over at the deadline, not behind it. */
static const struct row {
	enum policy_timer timer;
	enum policy_key key;
	__u32 before, after;
	bool is_wait, is_event;
} rows[] = {
	{POLICY_TIMER_LIFETIME, POLICY_MaxLifetimeMs, 60000, 30000, false, true},
	{POLICY_TIMER_TRANSPORT_LOST, POLICY_TransportLostTtlMs, 15000, 5000, false, true},
	{POLICY_TIMER_KEY, POLICY_KeyMaxAgeMs, 20000, 40000, false, true},
	{POLICY_TIMER_RECOVERY, POLICY_RecoveryWindowMs, 8000, 2000, false, true},
	{POLICY_TIMER_HEARTBEAT, POLICY_HeartbeatVolatileMs, 2000, 3000, false, true},
	{POLICY_TIMER_DEGRADE, POLICY_VolatileToDegradedMs, 4000, 8000, false, true},
	{POLICY_TIMER_DRAIN, POLICY_DrainMs, 1000, 0, false, false},
	{POLICY_TIMER_COOLDOWN, POLICY_SwitchCooldownMs, 1500, 500, true, false},
	{POLICY_TIMER_STABILIZE, POLICY_StabilizeWindowMs, 2000, 4000, true, false},
};

static struct policy before, after;
static struct policy_timers timers;
static struct policy_change change;

/* One timer runs since T0 under the old policy; the change comes. */
static void run(const struct row *row, enum policy_mode mode)
{
	before = after = policy_of_preset(POLICY_PRESET_default);
	policy_set(&before, row->key, row->before);
	policy_set(&after, row->key, row->after);
	change = (struct policy_change){.before = &before, .after = &after, .mode = mode};
	timers = (struct policy_timers){0};
	timers.since_ns[row->timer] = T0;
	timers.deadlines = policy_deadlines(&before, timers.since_ns);
}

static bool is_over(const struct row *row, bool is_committed, __u64 now)
{
	struct policy_deadlines deadlines = policy_deadlines_in_force(&change, &timers, is_committed, now);
	bool over = policy_timer_is_over(&deadlines, row->timer, now);

	cr_assert_eq(policy_first_due(&deadlines, now), over && row->is_event ? row->timer : POLICY_TIMER_COUNT);
	return over;
}

static void assert_over_at(const struct row *row, bool is_committed, __u32 length_ms)
{
	__u64 end = T0 + length_ms * MS + (row->is_wait ? 0 : 1); /* 2000 is not over, 2001 is */

	cr_assert_not(is_over(row, is_committed, end - 1), "timer %u, one ns before", row->timer);
	cr_assert(is_over(row, is_committed, end), "timer %u", row->timer);
	cr_assert(is_over(row, is_committed, T0 + (length_ms + 1) * MS), "timer %u, one ms behind", row->timer);
}

TestSuite(policy_snapshot);

Test(policy_snapshot, t_pol_03_strict_counts_anew_at_once)
{
	cr_assert_eq(COUNT_OF(rows), POLICY_TIMER_COUNT, "every timer has a row");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		run(&rows[i], POLICY_MODE_strict);
		assert_over_at(&rows[i], false, rows[i].after);
		assert_over_at(&rows[i], true, rows[i].after);
	}
}

Test(policy_snapshot, t_pol_03_grace_keeps_deadlines_until_a_transition)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		run(&rows[i], POLICY_MODE_grace);
		assert_over_at(&rows[i], false, rows[i].before);
		assert_over_at(&rows[i], true, rows[i].after);
	}
}

Test(policy_snapshot, t_pol_03_grace_lets_new_timers_take_the_old_length)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		run(&rows[i], POLICY_MODE_grace);
		timers.deadlines.at_ns[rows[i].timer] = 0; /* has only just begun */
		assert_over_at(&rows[i], false, rows[i].before);
	}
}

/* A deadline in force may come from a policy before the old one. */
Test(policy_snapshot, t_pol_03_grace_keeps_instants_not_lengths)
{
	run(&rows[3], POLICY_MODE_grace);
	timers.deadlines.at_ns[POLICY_TIMER_RECOVERY] = T0 + 7000 * MS;
	assert_over_at(&rows[3], false, 7000);
	assert_over_at(&rows[3], true, 2000);
}

Test(policy_snapshot, t_pol_03_grace_ends_on_its_date)
{
	run(&rows[0], POLICY_MODE_grace);
	change.strict_after_ns = T0 + 45000 * MS;
	cr_assert_not(is_over(&rows[0], false, T0 + 45000 * MS));
	cr_assert_eq(policy_in_force(&change, false, T0 + 45000 * MS), &before);
	cr_assert_eq(policy_in_force(&change, false, T0 + 45000 * MS + 1), &after);
	cr_assert(is_over(&rows[0], false, T0 + 45000 * MS + 1));
}

Test(policy_snapshot, t_pol_03_the_first_of_one_instant_wins)
{
	struct policy_deadlines deadlines;

	run(&rows[0], POLICY_MODE_strict);
	for (unsigned int timer = 0; timer < POLICY_TIMER_COUNT; timer++)
		deadlines.at_ns[timer] = T0;
	for (unsigned int timer = 0; timer <= POLICY_TIMER_DEGRADE; timer++) {
		cr_assert_eq(policy_first_due(&deadlines, T0 + 1), timer);
		deadlines.at_ns[timer] = 0;
	}
	cr_assert_eq(policy_first_due(&deadlines, T0 + 1), POLICY_TIMER_COUNT, "the rest is nobody's event");
}

Test(policy_snapshot, what_does_not_run_is_never_over)
{
	struct policy_deadlines deadlines;

	run(&rows[0], POLICY_MODE_strict);
	timers.since_ns[POLICY_TIMER_LIFETIME] = 0;
	timers.since_ns[POLICY_TIMER_KEY] = T0;
	deadlines = policy_deadlines_in_force(&change, &timers, true, T0 + POLICY_WEEK_MS * MS);
	for (unsigned int timer = 0; timer < POLICY_TIMER_COUNT; timer++)
		cr_assert_not(policy_timer_is_over(&deadlines, timer, ~0ull), "%u; an age of 0 is no limit", timer);
}

Test(policy_snapshot, the_longest_times_do_not_overflow)
{
	struct policy_deadlines deadlines;
	__u64 late = 1ull << 62; /* ns: 146 years after boot */

	run(&rows[0], POLICY_MODE_strict);
	after.session.max_lifetime_ms = POLICY_WEEK_MS;
	timers.since_ns[POLICY_TIMER_LIFETIME] = late;
	deadlines = policy_deadlines_in_force(&change, &timers, false, late);
	cr_assert_eq(deadlines.at_ns[POLICY_TIMER_LIFETIME], late + 604800000ull * 1000000);
}
