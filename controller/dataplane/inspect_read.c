/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One reading an element, for every key a walk found. Never writes, and wipes
 * every value that held a key.
 */
#include "dataplane/inspect_read.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "base/secret.h"
#include "dataplane/inspect_walk.h"

/* Reads the element of `key` into `ret_item`; -ENOENT: vanished, or not worth an item. */
typedef int (*read_fn)(int fd, const void *key, void *ret_item);

struct items {
	void *array;
	size_t count;
};

static int read_all(const struct inspect *inspect, enum inspect_map map, size_t item_bytes, read_fn read,
		    struct items *ret_items)
{
	const struct inspect_facts *facts = inspect_facts(inspect, map);
	_cleanup_free_ uint8_t *keys = NULL;
	_cleanup_free_ uint8_t *items = NULL;
	size_t count, kept = 0;
	int code = inspect_walk(inspect, map, &keys, &count);

	if (code < 0)
		return code;
	items = calloc(count ? count : 1, item_bytes);
	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		code = read(inspect_fd(inspect, map), keys + i * facts->key_bytes, items + kept * item_bytes);
		if (code < 0 && code != -ENOENT)
			return code;
		kept += code == 0;
	}
	ret_items->array = kept ? take_ptr(items) : NULL;
	ret_items->count = kept;
	return 0;
}

static int read_session(int fd, const void *key, void *ret_item)
{
	struct inspect_session *item = ret_item;
	struct jvpn_session again;
	int code = bpf_map_lookup_elem(fd, key, &item->session);

	for (int reading = 1; code == 0 && reading < INSPECT_READINGS; reading++) {
		code = bpf_map_lookup_elem(fd, key, &again);
		if (code < 0 || !memcmp(&again, &item->session, sizeof(again)))
			break;
		item->session = again;
	}
	if (code == 0)
		memcpy(&item->id, key, sizeof(item->id));
	return code;
}

static int read_keypair(int fd, const void *key, void *ret_item)
{
	struct inspect_keypair *item = ret_item;
	struct jvpn_keypair keypair;
	int code = bpf_map_lookup_elem(fd, key, &keypair);

	secret_wipe(keypair.send_key, sizeof(keypair.send_key));
	secret_wipe(keypair.receive_key, sizeof(keypair.receive_key));
	if (code < 0)
		return code;
	*item = (struct inspect_keypair){
		.session = keypair.session,
		.birth_ns = keypair.birth_ns,
		.send_counter = keypair.send_counter,
		.received = keypair.received,
		.greatest = keypair.replay.greatest,
		.peer_index = keypair.peer_index,
		.initiator = keypair.initiator,
		.dead = keypair.dead,
	};
	memcpy(&item->index, key, sizeof(item->index));
	return 0;
}

static int read_route_v4(int fd, const void *key, void *ret_item)
{
	struct inspect_route *item = ret_item;
	struct jvpn_prefix_v4 prefix;
	__be32 address;

	memcpy(&prefix, key, sizeof(prefix));
	memcpy(&address, prefix.address, sizeof(address));
	item->prefix = (struct prefix){ip_from_v4(address), 4, (uint8_t)prefix.length};
	return bpf_map_lookup_elem(fd, key, &item->route);
}

static int read_route_v6(int fd, const void *key, void *ret_item)
{
	struct inspect_route *item = ret_item;
	struct jvpn_prefix_v6 prefix;

	memcpy(&prefix, key, sizeof(prefix));
	item->prefix = (struct prefix){.family = 6, .length = (uint8_t)prefix.length};
	memcpy(item->prefix.ip.bytes, prefix.address, sizeof(prefix.address));
	return bpf_map_lookup_elem(fd, key, &item->route);
}

static int read_source(int fd, const void *key, void *ret_item)
{
	struct inspect_source *item = ret_item;

	memcpy(&item->source, key, sizeof(item->source));
	return bpf_map_lookup_elem(fd, key, &item->bucket);
}

static int read_slot(int fd, const void *key, void *ret_item)
{
	static const struct jvpn_counters zero;
	struct inspect_slot *item = ret_item;
	int code = bpf_map_lookup_elem(fd, key, &item->counters);

	memcpy(&item->slot, key, sizeof(item->slot));
	return code == 0 && !memcmp(&item->counters, &zero, sizeof(zero)) ? -ENOENT : code;
}

/* A function that yields the elements of one map as an array of `type`. */
#define DEFINE_READER(function, type, map, read) \
	int function(const struct inspect *inspect, type **ret_array, size_t *ret_count) \
	{ \
		struct items items = {0}; \
		int code = read_all(inspect, INSPECT_MAP_##map, sizeof(type), read, &items); \
\
		if (code < 0) \
			return code; \
		*ret_array = items.array; \
		*ret_count = items.count; \
		return 0; \
	}

DEFINE_READER(inspect_sessions, struct inspect_session, sessions, read_session)
DEFINE_READER(inspect_keypairs, struct inspect_keypair, keypairs, read_keypair)
DEFINE_READER(inspect_uplinks, struct jvpn_uplink, uplinks, bpf_map_lookup_elem)
DEFINE_READER(inspect_admission, struct inspect_source, admission, read_source)
DEFINE_READER(inspect_counters, struct inspect_slot, counters, read_slot)

int inspect_routes(const struct inspect *inspect, struct inspect_route **ret_routes, size_t *ret_count)
{
	const size_t bytes = sizeof(struct inspect_route);
	struct items v4 = {0}, v6 = {0};
	_cleanup_free_ struct inspect_route *first = NULL, *second = NULL;
	int code = read_all(inspect, INSPECT_MAP_routes_v4, bytes, read_route_v4, &v4);

	first = v4.array;
	if (code == 0)
		code = read_all(inspect, INSPECT_MAP_routes_v6, bytes, read_route_v6, &v6);
	second = v6.array;
	if (code < 0)
		return code;
	if (v6.count) {
		struct inspect_route *both = realloc(first, (v4.count + v6.count) * bytes);

		if (!both)
			return -ENOMEM;
		first = both;
		memcpy(first + v4.count, second, v6.count * bytes);
	}
	*ret_routes = take_ptr(first);
	*ret_count = v4.count + v6.count;
	return 0;
}

int inspect_counters_of(const struct inspect *inspect, uint32_t slot, struct jvpn_counters *ret_counters)
{
	struct jvpn_counters counters;
	int code;

	if (slot >= inspect_facts(inspect, INSPECT_MAP_counters)->max_entries)
		return -ERANGE;
	code = bpf_map_lookup_elem(inspect_fd(inspect, INSPECT_MAP_counters), &slot, &counters);
	if (code == 0)
		*ret_counters = counters;
	return code;
}

int inspect_drops(const struct inspect *inspect, uint64_t ret_drops[static JVPN_DROP_SLOTS])
{
	uint32_t slots = inspect_facts(inspect, INSPECT_MAP_drops)->max_entries;
	uint64_t sums[JVPN_DROP_SLOTS] = {0};
	_cleanup_free_ uint64_t *counts = NULL;
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0)
		return cpus;
	counts = calloc((size_t)cpus, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	for (uint32_t reason = 0; reason < slots && reason < JVPN_DROP_SLOTS; reason++) {
		int code = bpf_map_lookup_elem(inspect_fd(inspect, INSPECT_MAP_drops), &reason, counts);

		if (code < 0)
			return code;
		for (int cpu = 0; cpu < cpus; cpu++)
			sums[reason] += counts[cpu];
	}
	memcpy(ret_drops, sums, sizeof(sums));
	return 0;
}

int inspect_delivery(const struct inspect *inspect, uint32_t *ret_ifindex)
{
	uint32_t entry = 0, ifindex = 0;
	int code = bpf_map_lookup_elem(inspect_fd(inspect, INSPECT_MAP_delivery), &entry, &ifindex);

	if (code < 0 && code != -ENOENT)
		return code;
	*ret_ifindex = ifindex;
	return 0;
}
