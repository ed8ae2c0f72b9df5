/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring of attempts.h. Never allocates, never walks it but to forget or to count.
 */
#include "session/attempts.h"

/* The time of the attempt that has `newer` newer ones beside it; newer < count. */
static uint64_t time_of(const struct attempts *attempts, uint32_t newer)
{
	uint32_t place = (uint32_t)(attempts->first + attempts->count - 1u - newer) % ATTEMPTS_MAX;

	return attempts->newest_ms - (uint16_t)((uint16_t)attempts->newest_ms - attempts->low_ms[place]);
}

static bool is_over(uint64_t attempt_ms, uint64_t now_ms)
{
	return now_ms > attempt_ms && now_ms - attempt_ms >= ATTEMPTS_WINDOW_MS;
}

static void forget_oldest(struct attempts *attempts)
{
	attempts->first = (uint16_t)((attempts->first + 1u) % ATTEMPTS_MAX);
	attempts->count--;
}

void attempts_add(struct attempts *attempts, uint64_t now_ms)
{
	if (now_ms < attempts->newest_ms)
		now_ms = attempts->newest_ms;
	while (attempts->count && is_over(time_of(attempts, attempts->count - 1u), now_ms))
		forget_oldest(attempts);
	if (attempts->count == ATTEMPTS_MAX)
		forget_oldest(attempts);
	attempts->low_ms[(attempts->first + attempts->count) % ATTEMPTS_MAX] = (uint16_t)now_ms;
	attempts->count++;
	attempts->newest_ms = now_ms;
	if (attempts->total < UINT32_MAX)
		attempts->total++;
}

uint32_t attempts_count(const struct attempts *attempts, uint64_t now_ms)
{
	uint32_t count = 0;

	while (count < attempts->count && !is_over(time_of(attempts, count), now_ms))
		count++;
	return count;
}

bool attempts_reached(const struct attempts *attempts, uint32_t limit, uint64_t now_ms)
{
	if (limit > ATTEMPTS_MAX)
		limit = ATTEMPTS_MAX;
	if (!limit)
		return true;
	return attempts->count >= limit && !is_over(time_of(attempts, limit - 1), now_ms);
}

uint64_t attempts_free_ms(const struct attempts *attempts, uint32_t limit, uint64_t now_ms)
{
	if (limit > ATTEMPTS_MAX)
		limit = ATTEMPTS_MAX;
	if (!limit)
		return UINT64_MAX;
	if (!attempts_reached(attempts, limit, now_ms))
		return now_ms;
	return time_of(attempts, limit - 1) + ATTEMPTS_WINDOW_MS;
}

bool attempts_cooling(const struct attempts *attempts, uint32_t cooldown_ms, uint64_t now_ms)
{
	uint64_t age_ms = now_ms > attempts->newest_ms ? now_ms - attempts->newest_ms : 0;

	return attempts->total && age_ms < cooldown_ms;
}
