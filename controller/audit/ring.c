/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring and its limits. `put` and `taken` only ever grow; a slot is number modulo count.
 */
#include "audit/ring.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"

#define SLOTS_MIN 64

static const struct {
	uint64_t per_second;
	uint64_t burst;
	uint64_t share_percent;
} limits[AUDIT_CLASS_COUNT] = {
#define X(name, per_second, burst, share) {per_second, burst, share},
	AUDIT_CLASSES(X)
#undef X
};

int audit_ring_init(struct audit_ring *ring, size_t events)
{
	size_t count = SLOTS_MIN;
	struct audit_event *slots;

	while (count < events)
		count *= 2;
	slots = calloc(count, sizeof(*slots)); /* untouched pages cost nothing */
	if (!slots)
		return -ENOMEM;
	*ring = (struct audit_ring){.slots = slots, .count = count};
	for (int class = 0; class < AUDIT_CLASS_COUNT; class ++)
		ring->tokens[class] = limits[class].burst * CLOCK_NS_PER_S;
	return 0;
}

void audit_ring_free(struct audit_ring *ring)
{
	free(ring->slots);
	ring->slots = NULL;
}

static void refill(struct audit_ring *ring, uint64_t now)
{
	uint64_t passed = now > ring->refilled_ns ? now - ring->refilled_ns : 0;

	if (passed > CLOCK_NS_PER_S * 60)
		passed = CLOCK_NS_PER_S * 60; /* every bucket is full by then */
	for (int class = 0; class < AUDIT_CLASS_COUNT; class ++) {
		uint64_t full = limits[class].burst * CLOCK_NS_PER_S;
		uint64_t fresh = ring->tokens[class] + passed * limits[class].per_second;

		ring->tokens[class] = fresh < full ? fresh : full;
	}
	if (now > ring->refilled_ns)
		ring->refilled_ns = now;
}

static bool has_token(const struct audit_ring *ring, enum audit_class class)
{
	return !limits[class].per_second || ring->tokens[class] >= CLOCK_NS_PER_S;
}

bool audit_ring_put(struct audit_ring *ring, const struct audit_event *event)
{
	enum audit_class class = audit_event_class(event->type);
	uint64_t put = atomic_load_explicit(&ring->put, memory_order_relaxed);
	uint64_t used = put - atomic_load_explicit(&ring->taken, memory_order_acquire);

	refill(ring, event->mono_ns);
	if (used >= ring->count * limits[class].share_percent / 100 || !has_token(ring, class)) {
		atomic_fetch_add_explicit(&ring->dropped[class], 1, memory_order_relaxed);
		return false;
	}
	if (limits[class].per_second)
		ring->tokens[class] -= CLOCK_NS_PER_S;
	ring->slots[put & (ring->count - 1)] = *event;
	atomic_store(&ring->put, put + 1); /* ordered with the writer's going to sleep: journal.c */
	return true;
}

const struct audit_event *audit_ring_peek_ahead(struct audit_ring *ring, size_t ahead)
{
	uint64_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);

	if (atomic_load(&ring->put) - taken <= ahead)
		return NULL;
	return &ring->slots[(taken + ahead) & (ring->count - 1)];
}

const struct audit_event *audit_ring_peek(struct audit_ring *ring)
{
	return audit_ring_peek_ahead(ring, 0);
}

void audit_ring_take(struct audit_ring *ring, size_t count)
{
	atomic_fetch_add_explicit(&ring->taken, count, memory_order_release);
}

size_t audit_ring_used(struct audit_ring *ring)
{
	uint64_t taken = atomic_load(&ring->taken); /* first: `put` may only be ahead of it */

	return atomic_load(&ring->put) - taken;
}
