/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was delivered and what was lost in the last so many ms, in constant memory: counts in
 * slices of time, the oldest emptied as time passes. Never knows what is counted.
 *
 *   ... | slice n-16 | ... | slice n-1 | slice n, up to now |     a slice: length / 16
 *
 * So it holds its length, and up to one slice more. Counts of a slice stop at 65535.
 */
#ifndef PATH_WINDOW_H
#define PATH_WINDOW_H

#include "jvpn/types.h"

#define WINDOW_SLICES 16
#define WINDOW_MS_MIN 1
#define WINDOW_MS_MAX 600000

struct window_slice {
	__u16 delivered;
	__u16 lost;
};

struct window {
	struct window_slice slices[WINDOW_SLICES + 1];
	__u32 length_ms;
	__u64 newest; /* number of the newest slice: time / its width */
};

struct window_sum {
	__u32 delivered;
	__u32 lost;
};

/* Empty. `length_ms`: WINDOW_MS_MIN..WINDOW_MS_MAX. Times are monotonic ns; one that is earlier than the last counts as
 * it. */
void window_open(struct window *window, __u32 length_ms, __u64 now);
void window_slide(struct window *window, __u64 now);

void window_delivered(struct window *window, __u64 now);
void window_lost(struct window *window, __u64 now);

/* As of the last call of the others. */
struct window_sum window_sum(const struct window *window);

#endif
