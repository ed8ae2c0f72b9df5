/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events between the daemon's thread, which puts, and the journal's writer, which takes:
 * bounded, without a lock, one of each. Putting never waits and never allocates.
 *
 * Each class may fill its share of the slots (event_list.h), so that a flood of telemetry
 * leaves room for security events, and everything leaves room for transitions: the last
 * quarter of the slots is theirs alone. Classes are also limited in events per second, by
 * the events' own mono_ns; transitions are not.
 */
#ifndef AUDIT_RING_H
#define AUDIT_RING_H

#include <stdatomic.h>

#include "audit/event.h"

struct audit_ring {
	struct audit_event *slots;
	size_t count;				     /* of slots; a power of two */
	_Atomic uint64_t put;			     /* events ever put; written by the producer */
	_Atomic uint64_t taken;			     /* written by the consumer */
	_Atomic uint64_t dropped[AUDIT_CLASS_COUNT]; /* ever refused, by class; written by the producer */
	uint64_t tokens[AUDIT_CLASS_COUNT];	     /* in 1/CLOCK_NS_PER_S events; the producer's */
	uint64_t refilled_ns;
};

/* `events`: rounded up to a power of two, at least 64. -ENOMEM. */
int audit_ring_init(struct audit_ring *ring, size_t events);
void audit_ring_free(struct audit_ring *ring);

/* Copies the event. False: there was no room, or its class has had its share; it is counted in `dropped`. */
bool audit_ring_put(struct audit_ring *ring, const struct audit_event *event);

/* The oldest event, valid until audit_ring_take(); NULL: there is none. */
const struct audit_event *audit_ring_peek(struct audit_ring *ring);
/* `ahead` events behind the oldest. */
const struct audit_event *audit_ring_peek_ahead(struct audit_ring *ring, size_t ahead);
void audit_ring_take(struct audit_ring *ring, size_t count);

size_t audit_ring_used(struct audit_ring *ring); /* either thread */

#endif
