/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a session last tried to move: exactly, for the sliding minute the policy counts
 * over. Bounded memory, constant work. Never decides, never reads a clock.
 *
 * An attempt at t counts while now - t < ATTEMPTS_WINDOW_MS: its place is free again
 * exactly a window later. Only the low 16 bits of an attempt's time are kept. That is
 * enough: adding one forgets those a whole window older, so every one kept lies less
 * than 2^16 ms before the newest, whose time is kept whole.
 *
 * Times are monotonic ms. A `now` before the newest attempt counts as the newest's time.
 * A zeroed struct attempts is that of a session that never tried.
 */
#ifndef SESSION_ATTEMPTS_H
#define SESSION_ATTEMPTS_H

#include <stdbool.h>
#include <stdint.h>

#define ATTEMPTS_WINDOW_MS 60000
#define ATTEMPTS_MAX 600 /* the most a policy may allow in a window */

struct attempts {
	uint64_t newest_ms;
	uint16_t first; /* place of the oldest kept */
	uint16_t count;
	uint32_t total;		       /* ever made; stays at its greatest value */
	uint16_t low_ms[ATTEMPTS_MAX]; /* low bits of their times, a ring */
};
_Static_assert(ATTEMPTS_WINDOW_MS <= UINT16_MAX, "the low bits of a time name it within a window");

void attempts_add(struct attempts *attempts, uint64_t now_ms);

/* How many are in the window that ends now. */
uint32_t attempts_count(const struct attempts *attempts, uint64_t now_ms);

/* Are there `limit` or more in the window that ends now? Always with limit 0; more than ATTEMPTS_MAX is cut. */
bool attempts_reached(const struct attempts *attempts, uint32_t limit, uint64_t now_ms);

/* The first instant at or after `now_ms` at which attempts_reached() is false; UINT64_MAX with limit 0. */
uint64_t attempts_free_ms(const struct attempts *attempts, uint32_t limit, uint64_t now_ms);

/* Was there one less than `cooldown_ms` ago? */
bool attempts_cooling(const struct attempts *attempts, uint32_t cooldown_ms, uint64_t now_ms);

#endif
