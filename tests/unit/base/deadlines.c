/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of base/deadlines, through base/loop: the order, the bounds and the removal of timers. */
#include <criterion/criterion.h>
#include <errno.h>

#include "base/clock.h"
#include "base/loop.h"
#include "leaks.h"

static struct loop *loop;

static void make_loop(void)
{
	cr_assert_eq(loop_new(&loop), 0);
}

static void free_loop(void)
{
	loop_free(loop);
	assert_no_leaks();
}

TestSuite(deadlines, .init = make_loop, .fini = free_loop, .timeout = 20);

struct alarm {
	struct loop_timer timer;
	uint64_t due_ns, called_ns;
	int calls;
	bool rearms;
	struct alarm *victim;
};

static uint64_t latest_due;
static int out_of_order;

static void on_alarm(uint64_t now_ns, void *userdata)
{
	struct alarm *alarm = userdata;

	alarm->calls++;
	alarm->called_ns = now_ns;
	if (alarm->due_ns < latest_due)
		out_of_order++;
	latest_due = alarm->due_ns;
	if (alarm->rearms)
		loop_arm(&alarm->timer, 0);
	if (alarm->victim)
		loop_remove_timer(&alarm->victim->timer);
}

/* Inserting, removing and popping in a scrambled order keeps the heap a heap (deadlines.h, I1 and I2). */
Test(deadlines, timers_fire_in_the_order_of_their_deadlines)
{
	enum { COUNT = 1000 };
	static struct alarm alarms[COUNT];
	uint32_t random = 12345;
	int expected = 0, fired = 0;

	for (int i = 0; i < COUNT; i++) {
		random = random * 1664525 + 1013904223;
		alarms[i].due_ns = 1 + (random >> 16) % 300;
		cr_assert_eq(loop_add_timer(loop, &alarms[i].timer, on_alarm, &alarms[i]), 0);
		loop_arm(&alarms[i].timer, alarms[i].due_ns);
	}
	for (int i = 0; i < COUNT; i++) {
		if (i % 3 == 0) {
			loop_disarm(&alarms[i].timer);
		} else if (i % 3 == 1) {
			alarms[i].due_ns = 301 - alarms[i].due_ns;
			loop_arm(&alarms[i].timer, alarms[i].due_ns);
		}
		expected += i % 3 != 0;
	}
	for (int turn = 0; turn < 4; turn++)
		cr_assert_eq(loop_turn(loop, 0), 0);
	for (int i = 0; i < COUNT; i++) {
		fired += alarms[i].calls;
		cr_assert_not(loop_is_armed(&alarms[i].timer));
	}
	cr_assert_eq(fired, expected);
	cr_assert_eq(out_of_order, 0);
}

Test(deadlines, a_timer_fires_at_its_deadline_and_not_before)
{
	struct alarm alarm = {.due_ns = clock_mono_ns() + 20 * CLOCK_NS_PER_MS};

	cr_assert_eq(loop_add_timer(loop, &alarm.timer, on_alarm, &alarm), 0);
	loop_arm(&alarm.timer, alarm.due_ns);
	cr_assert(loop_is_armed(&alarm.timer));
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(alarm.calls, 0);
	while (alarm.calls == 0)
		cr_assert_eq(loop_turn(loop, LOOP_NEVER), 0);
	cr_assert_geq(alarm.called_ns, alarm.due_ns);
	cr_assert_not(loop_is_armed(&alarm.timer));
}

Test(deadlines, a_timer_may_remove_itself_and_others)
{
	struct alarm first = {.due_ns = 1}, second = {.due_ns = 2};

	cr_assert_eq(loop_add_timer(loop, &first.timer, on_alarm, &first), 0);
	cr_assert_eq(loop_add_timer(loop, &second.timer, on_alarm, &second), 0);
	loop_arm_periodic(&first.timer, 1, 1);
	loop_arm(&second.timer, 2);
	first.victim = &second;
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(second.calls, 0);
	cr_assert_geq(first.calls, 1);
	first.victim = &first;
	cr_assert_eq(loop_turn(loop, 0), 0);
	first.calls = 0;
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(first.calls, 0);
	loop_remove_timer(&first.timer); /* again: fine */
}

/* Twenty beats were missed: one call, and the next is due in the future, on the beat. */
Test(deadlines, missed_beats_are_skipped)
{
	uint64_t period = CLOCK_NS_PER_S, first = clock_mono_ns() - 20 * period - period / 2;
	struct alarm alarm = {.due_ns = 0};

	cr_assert_eq(loop_add_timer(loop, &alarm.timer, on_alarm, &alarm), 0);
	loop_arm_periodic(&alarm.timer, first, period);
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(alarm.calls, 1);
	cr_assert(loop_is_armed(&alarm.timer));
	cr_assert_eq(alarm.timer.due_ns, first + 21 * period);
	loop_disarm(&alarm.timer);
}

/* A timer that arms itself for the past must leave the loop to the others. */
Test(deadlines, a_turn_runs_a_bounded_number_of_timers)
{
	struct alarm alarm = {.rearms = true};

	cr_assert_eq(loop_add_timer(loop, &alarm.timer, on_alarm, &alarm), 0);
	loop_arm(&alarm.timer, 1);
	cr_assert_eq(loop_turn(loop, LOOP_NEVER), 0);
	cr_assert_eq(alarm.calls, LOOP_TIMERS_PER_TURN);
	loop_remove_timer(&alarm.timer);
}

Test(deadlines, never_disarms)
{
	struct alarm alarm = {.due_ns = 0};

	cr_assert_eq(loop_add_timer(loop, &alarm.timer, on_alarm, &alarm), 0);
	loop_arm(&alarm.timer, 1);
	loop_arm(&alarm.timer, LOOP_NEVER);
	cr_assert_not(loop_is_armed(&alarm.timer));
	cr_assert_eq(loop_turn(loop, 0), 0);
	cr_assert_eq(alarm.calls, 0);
}

Test(deadlines, timers_are_bounded)
{
	struct loop_timer *timers = calloc(LOOP_TIMERS_MAX + 1, sizeof(*timers));

	for (size_t i = 0; i < LOOP_TIMERS_MAX; i++)
		cr_assert_eq(loop_add_timer(loop, &timers[i], on_alarm, NULL), 0);
	cr_assert_eq(loop_add_timer(loop, &timers[LOOP_TIMERS_MAX], on_alarm, NULL), -ENOSPC);
	loop_remove_timer(&timers[5]);
	cr_assert_eq(loop_add_timer(loop, &timers[LOOP_TIMERS_MAX], on_alarm, NULL), 0);
	free(timers);
}
