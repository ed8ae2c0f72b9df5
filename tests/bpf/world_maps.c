/* SPDX-License-Identifier: BSD-2-Clause */
/* The maps of a world, read and written: world.h. */
#include "world.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#define CPUS_MAX 256

__u64 world_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * SECOND_NS + (__u64)now.tv_nsec;
}

struct jvpn_ip world_ip(const char *text)
{
	struct jvpn_ip ip = {0};
	__u8 address[16];
	if (packet_address(text, address) == 6) {
		memcpy(ip.bytes, address, 16);
		return ip;
	}
	ip.bytes[10] = ip.bytes[11] = 0xff;
	memcpy(ip.bytes + 12, address, 4);
	return ip;
}

struct jvpn_path world_path(const struct world *world, const char *local, const char *remote, __u16 port)
{
	struct jvpn_path path = {
		.local = world_ip(local),
		.remote = world_ip(remote),
		.remote_port = htons(port),
		.state = JVPN_PATH_ACTIVE,
		.family = strchr(remote, ':') ? 6 : 4,
		.ifindex = world->uplink,
		.mtu = WORLD_MTU,
		.id = 1,
		.name = "path",
	};
	return path;
}

static void get(const struct bpf_map *map, const void *key, void *value)
{
	cr_assert_eq(bpf_map_lookup_elem(bpf_map__fd(map), key, value), 0, "nothing in %s", bpf_map__name(map));
}

static void put(const struct bpf_map *map, const void *key, const void *value)
{
	cr_assert_eq(bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY), 0, "%s", bpf_map__name(map));
}

struct jvpn_session world_session(const struct world *world)
{
	__u64 id = WORLD_SESSION;
	struct jvpn_session session;
	get(world->dataplane->maps.sessions, &id, &session);
	return session;
}

struct jvpn_keypair world_keypair(const struct world *world, __u32 index)
{
	struct jvpn_keypair keypair;
	get(world->dataplane->maps.keypairs, &index, &keypair);
	return keypair;
}

struct jvpn_counters world_counters(const struct world *world)
{
	__u32 slot = WORLD_SLOT;
	struct jvpn_counters counters;
	get(world->dataplane->maps.counters, &slot, &counters);
	return counters;
}

__u64 world_drops(const struct world *world, __u32 reason)
{
	__u64 of_cpu[CPUS_MAX] = {0}, sum = 0;
	cr_assert_leq(libbpf_num_possible_cpus(), CPUS_MAX);
	get(world->dataplane->maps.drops, &reason, of_cpu);
	for (int cpu = 0; cpu < CPUS_MAX; cpu++)
		sum += of_cpu[cpu];
	return sum;
}

void world_put_session(struct world *world, const struct jvpn_session *session)
{
	put(world->dataplane->maps.sessions, &session->id, session);
}

void world_put_keypair(struct world *world, __u32 index, const struct jvpn_keypair *keypair)
{
	put(world->dataplane->maps.keypairs, &index, keypair);
}

void world_put_counters(struct world *world, const struct jvpn_counters *counters)
{
	__u32 slot = WORLD_SLOT;
	put(world->dataplane->maps.counters, &slot, counters);
}

/* A key of either family: the length, then the address. Returns the map it is for. */
static const struct bpf_map *route_key(const struct world *world, const char *prefix, __u32 length,
				       struct jvpn_prefix_v6 *ret_key)
{
	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->length = length;
	int family = packet_address(prefix, ret_key->address);
	return family == 6 ? world->dataplane->maps.routes_v6 : world->dataplane->maps.routes_v4;
}

void world_put_route(struct world *world, const char *prefix, __u32 length, const struct jvpn_route *route)
{
	struct jvpn_prefix_v6 key;
	const struct bpf_map *map = route_key(world, prefix, length, &key);
	put(map, &key, route);
}

struct jvpn_route world_route(const struct world *world, const char *prefix, __u32 length)
{
	struct jvpn_prefix_v6 key;
	struct jvpn_route route;
	const struct bpf_map *map = route_key(world, prefix, length, &key);
	get(map, &key, &route);
	return route;
}

void world_put_bucket(struct world *world, const char *source, const struct jvpn_bucket *bucket)
{
	struct jvpn_ip key = world_ip(source);
	put(world->dataplane->maps.admission, &key, bucket);
}
