/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop's armed timers as a binary heap, earliest first. Used by loop.c only.
 * Never allocates while arming: room is reserved when a timer is registered.
 *
 * Invariants
 *   I1  entries[i]->position == i + 1 for every i < count; an unarmed timer has position 0
 *   I2  no entry is due before its parent, entries[(i - 1) / 2]
 *   I3  count <= registered <= capacity
 */
#ifndef BASE_DEADLINES_H
#define BASE_DEADLINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"

struct deadlines {
	struct loop_timer **entries;
	size_t count;
	size_t registered;
	size_t capacity;
};

/* Room for one more timer: 0, -ENOSPC at LOOP_TIMERS_MAX, -ENOMEM. */
int deadlines_register(struct deadlines *deadlines);
void deadlines_unregister(struct deadlines *deadlines);

/* The timer must be unarmed; its due_ns is set. */
void deadlines_insert(struct deadlines *deadlines, struct loop_timer *timer);
/* No effect on an unarmed timer. */
void deadlines_remove(struct deadlines *deadlines, struct loop_timer *timer);

/* The earliest timer, or NULL. */
struct loop_timer *deadlines_first(const struct deadlines *deadlines);

/* Frees the array, not the timers. */
void deadlines_release(struct deadlines *deadlines);

#endif
