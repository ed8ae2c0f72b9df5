/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sliding minute against a list of every attempt ever made: INV-18, INV-19, T-FP-02.
 */
#include "scene.h"

#define LIST_MAX 20000

static uint64_t list[LIST_MAX]; /* the oracle: all attempts, by brute force */
static size_t listed;

static uint32_t in_window(uint64_t now)
{
	uint32_t count = 0;

	for (size_t i = listed; i-- && now - list[i] < ATTEMPTS_WINDOW_MS;)
		count++;
	return count;
}

static uint64_t first_free(uint32_t limit, uint64_t now)
{
	uint64_t at = now;

	if (limit > listed || in_window(now) < limit)
		return now;
	while (at - list[listed - limit] < ATTEMPTS_WINDOW_MS)
		at++;
	return at;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void assert_agrees(const struct attempts *attempts, uint64_t now, bool slowly)
{
	static const uint32_t limits[] = {1, 2, 5, 8, 60, 599, 600};
	uint32_t expected = in_window(now);

	cr_assert_eq(attempts_count(attempts, now), expected < ATTEMPTS_MAX ? expected : ATTEMPTS_MAX);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		cr_assert_eq(attempts_reached(attempts, limits[i], now), expected >= limits[i]);
		if (slowly)
			cr_assert_eq(attempts_free_ms(attempts, limits[i], now), first_free(limits[i], now));
	}
}

/* Spacings from bursts within one ms to pauses longer than the low 16 bits of a time can tell. */
Test(attempts, agree_with_a_list_of_all_of_them)
{
	static const uint64_t spacings[] = {1, 3, 50, 110, 700, 30000, 61000, 66000, 200000};

	for (uint64_t seed = 1; seed <= 8; seed++) {
		uint64_t random = seed * 0x9e3779b97f4a7c15ull, now = random >> 20;
		struct attempts attempts = {0};

		listed = 0;
		for (int i = 0; i < 12000; i++) {
			uint64_t spacing = spacings[next_random(&random) % (i % 1000 < 900 ? 5 : 9)];

			now += next_random(&random) % spacing;
			assert_agrees(&attempts, now, !(i % 64));
			if (next_random(&random) % 4)
				continue;
			attempts_add(&attempts, now);
			list[listed++] = now;
		}
		cr_assert_eq(attempts.total, listed);
	}
}

/* T-FP-02: exactly max, then one more; the place is free exactly at 60 s. */
Test(attempts, free_a_place_exactly_a_window_later)
{
	struct attempts attempts = {0};

	for (uint64_t i = 0; i < RATE; i++)
		attempts_add(&attempts, T0 + i);
	cr_assert(attempts_reached(&attempts, RATE, T0 + RATE));
	cr_assert(attempts_reached(&attempts, RATE, T0 + ATTEMPTS_WINDOW_MS - 1));
	cr_assert(!attempts_reached(&attempts, RATE, T0 + ATTEMPTS_WINDOW_MS));
	cr_assert_eq(attempts_free_ms(&attempts, RATE, T0 + RATE), T0 + ATTEMPTS_WINDOW_MS);
	cr_assert_eq(attempts_count(&attempts, T0 + ATTEMPTS_WINDOW_MS), RATE - 1);
}

Test(attempts, limit_0_is_always_reached)
{
	struct attempts attempts = {0};

	cr_assert(attempts_reached(&attempts, 0, T0));
	cr_assert_eq(attempts_free_ms(&attempts, 0, T0), UINT64_MAX);
}

Test(attempts, are_bounded)
{
	struct attempts attempts = {0};

	for (uint64_t i = 0; i < 5 * ATTEMPTS_MAX; i++)
		attempts_add(&attempts, T0 + i);
	cr_assert_eq(attempts_count(&attempts, T0 + 5 * ATTEMPTS_MAX), ATTEMPTS_MAX);
	cr_assert(attempts_reached(&attempts, ATTEMPTS_MAX + 1, T0 + 5 * ATTEMPTS_MAX));
}

Test(attempts, cool_down_to_the_millisecond)
{
	struct attempts attempts = {0};

	cr_assert(!attempts_cooling(&attempts, COOLDOWN, 0));
	attempts_add(&attempts, T0);
	cr_assert(attempts_cooling(&attempts, COOLDOWN, T0));
	cr_assert(attempts_cooling(&attempts, COOLDOWN, T0 + COOLDOWN - 1));
	cr_assert(!attempts_cooling(&attempts, COOLDOWN, T0 + COOLDOWN));
}

/* Time does not run backwards; if it did, nothing would open early. */
Test(attempts, do_not_open_when_time_runs_backwards)
{
	struct attempts attempts = {0};

	attempts_add(&attempts, T0);
	attempts_add(&attempts, T0 - 30000);
	cr_assert_eq(attempts.newest_ms, T0);
	cr_assert(attempts_reached(&attempts, 2, T0 - 50000));
	cr_assert(attempts_reached(&attempts, 2, T0 + ATTEMPTS_WINDOW_MS - 1));
	cr_assert(attempts_cooling(&attempts, COOLDOWN, T0 - 50000));
}
