/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring of slices. Never more work than slices, however long nothing happened.
 */
#include "path/window.h"

#include "base/clock.h"

#define RING (WINDOW_SLICES + 1)

static __u64 slice_at(const struct window *window, __u64 now)
{
	return now / (window->length_ms * CLOCK_NS_PER_MS / WINDOW_SLICES);
}

void window_open(struct window *window, __u32 length_ms, __u64 now)
{
	*window = (struct window){.length_ms = length_ms};
	window->newest = slice_at(window, now);
}

void window_slide(struct window *window, __u64 now)
{
	__u64 slice = slice_at(window, now);

	if (slice <= window->newest)
		return;
	for (__u64 empty = 0; empty < RING && slice - empty > window->newest; empty++)
		window->slices[(slice - empty) % RING] = (struct window_slice){0};
	window->newest = slice;
}

static void count(__u16 *counter)
{
	if (*counter < UINT16_MAX)
		(*counter)++;
}

void window_delivered(struct window *window, __u64 now)
{
	window_slide(window, now);
	count(&window->slices[window->newest % RING].delivered);
}

void window_lost(struct window *window, __u64 now)
{
	window_slide(window, now);
	count(&window->slices[window->newest % RING].lost);
}

struct window_sum window_sum(const struct window *window)
{
	struct window_sum sum = {0};

	for (unsigned int i = 0; i < RING; i++) {
		sum.delivered += window->slices[i].delivered;
		sum.lost += window->slices[i].lost;
	}
	return sum;
}
