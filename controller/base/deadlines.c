/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Binary heap of timers, and the arming of them that loop.h promises. Never calls one.
 */
#include "base/deadlines.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_CAPACITY 64

int deadlines_register(struct deadlines *deadlines)
{
	if (deadlines->registered == LOOP_TIMERS_MAX)
		return -ENOSPC;
	if (deadlines->registered == deadlines->capacity) {
		size_t capacity = deadlines->capacity ? deadlines->capacity * 2 : FIRST_CAPACITY;
		struct loop_timer **entries = reallocarray(deadlines->entries, capacity, sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		deadlines->entries = entries;
		deadlines->capacity = capacity;
	}
	deadlines->registered++;
	return 0;
}

void deadlines_unregister(struct deadlines *deadlines)
{
	deadlines->registered--;
}

static void place(struct deadlines *deadlines, size_t index, struct loop_timer *timer)
{
	deadlines->entries[index] = timer;
	timer->position = index + 1;
}

/* Puts the timer at `index` or above, where its parent is due no later. */
static void sift_up(struct deadlines *deadlines, size_t index, struct loop_timer *timer)
{
	while (index > 0) {
		struct loop_timer *parent = deadlines->entries[(index - 1) / 2];

		if (parent->due_ns <= timer->due_ns)
			break;
		place(deadlines, index, parent);
		index = (index - 1) / 2;
	}
	place(deadlines, index, timer);
}

/* Puts the timer at `index` or below, where no child is due before it. */
static void sift_down(struct deadlines *deadlines, size_t index, struct loop_timer *timer)
{
	for (;;) {
		size_t child = 2 * index + 1;

		if (child >= deadlines->count)
			break;
		if (child + 1 < deadlines->count &&
		    deadlines->entries[child + 1]->due_ns < deadlines->entries[child]->due_ns)
			child++;
		if (timer->due_ns <= deadlines->entries[child]->due_ns)
			break;
		place(deadlines, index, deadlines->entries[child]);
		index = child;
	}
	place(deadlines, index, timer);
}

void deadlines_insert(struct deadlines *deadlines, struct loop_timer *timer)
{
	sift_up(deadlines, deadlines->count++, timer);
}

void deadlines_remove(struct deadlines *deadlines, struct loop_timer *timer)
{
	size_t hole = timer->position - 1;
	struct loop_timer *last;

	if (timer->position == 0)
		return;
	last = deadlines->entries[--deadlines->count];
	timer->position = 0;
	if (last == timer)
		return;
	if (last->due_ns < timer->due_ns)
		sift_up(deadlines, hole, last);
	else
		sift_down(deadlines, hole, last);
}

struct loop_timer *deadlines_first(const struct deadlines *deadlines)
{
	return deadlines->count ? deadlines->entries[0] : NULL;
}

void deadlines_release(struct deadlines *deadlines)
{
	free(deadlines->entries);
	*deadlines = (struct deadlines){0};
}

void loop_remove_timer(struct loop_timer *timer)
{
	if (!timer->deadlines)
		return;
	loop_disarm(timer);
	deadlines_unregister(timer->deadlines);
	timer->deadlines = NULL;
}

void loop_arm_periodic(struct loop_timer *timer, uint64_t first_ns, uint64_t period_ns)
{
	loop_disarm(timer);
	if (first_ns == LOOP_NEVER)
		return;
	timer->due_ns = first_ns;
	timer->period_ns = period_ns;
	deadlines_insert(timer->deadlines, timer);
}

void loop_arm(struct loop_timer *timer, uint64_t due_ns)
{
	loop_arm_periodic(timer, due_ns, 0);
}

void loop_disarm(struct loop_timer *timer)
{
	if (timer->deadlines)
		deadlines_remove(timer->deadlines, timer);
}

bool loop_is_armed(const struct loop_timer *timer)
{
	return timer->position != 0;
}
