/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the pinned maps at this moment, as sorted arrays of plain values.
 * Never yields a key: struct inspect_keypair has no room for one, and the value
 * it was read from is wiped at once.
 *
 * The maps change while they are read. The rules:
 * 1. Every key is collected first, each once, in a bounded number of steps. The
 *    kernel starts over when the element a walk stands on vanishes; when that
 *    happens more often than the bound allows, the answer is -EBUSY.
 * 2. An element that vanished between the walk and its reading is left out; one
 *    that came after the walk is not in it. Neither is an error.
 * 3. A session is read until two readings agree (at most INSPECT_READINGS), so
 *    that its word and its path slots belong together.
 *
 * Every array is the caller's to free(), and NULL when the count is 0. Arrays
 * are sorted by their key. Errors besides: -ENOMEM, and those of bpf(2).
 */
#ifndef DATAPLANE_INSPECT_READ_H
#define DATAPLANE_INSPECT_READ_H

#include "dataplane/inspect.h"
#include "jvpn/maps.h"
#include "net/prefix.h"

#define INSPECT_READINGS 256

struct inspect_session {
	uint64_t id; /* the map's key; session.id should be the same */
	struct jvpn_session session;
};

struct inspect_keypair {
	uint64_t session;
	uint64_t birth_ns;
	uint64_t send_counter;
	uint64_t received;
	uint64_t greatest; /* highest authenticated counter plus one */
	uint32_t index;
	uint32_t peer_index;
	bool initiator;
	bool dead;
};

struct inspect_route {
	struct prefix prefix;
	struct jvpn_route route;
};

struct inspect_slot {
	uint32_t slot;
	struct jvpn_counters counters;
};

struct inspect_source {
	struct jvpn_ip source;
	struct jvpn_bucket bucket;
};

int inspect_sessions(const struct inspect *inspect, struct inspect_session **ret_sessions, size_t *ret_count);
int inspect_keypairs(const struct inspect *inspect, struct inspect_keypair **ret_keypairs, size_t *ret_count);
/* IPv4 before IPv6. */
int inspect_routes(const struct inspect *inspect, struct inspect_route **ret_routes, size_t *ret_count);
int inspect_uplinks(const struct inspect *inspect, struct jvpn_uplink **ret_uplinks, size_t *ret_count);
int inspect_admission(const struct inspect *inspect, struct inspect_source **ret_sources, size_t *ret_count);

/* The slots in which anything was counted. */
int inspect_counters(const struct inspect *inspect, struct inspect_slot **ret_slots, size_t *ret_count);
/* One slot. -ERANGE when there is no such slot. */
int inspect_counters_of(const struct inspect *inspect, uint32_t slot, struct jvpn_counters *ret_counters);

/* By reason number, summed over the CPUs. */
int inspect_drops(const struct inspect *inspect, uint64_t ret_drops[static JVPN_DROP_SLOTS]);

/* The ifindex opened packets are handed to; 0: none. */
int inspect_delivery(const struct inspect *inspect, uint32_t *ret_ifindex);

#endif
