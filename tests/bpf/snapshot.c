/* SPDX-License-Identifier: BSD-2-Clause */
/* What the data path may change, before and after: snapshot.h. */
#include "snapshot.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <string.h>

static const struct {
	const char *prefix;
	__u32 length;
} ROUTES[] = {{"10.9.0.0", 24}, {"fd00:9::", 64}, {"10.7.0.0", 24}, {"fd00:7::", 64}};

const char *snapshot_reason_name(__u32 reason)
{
	switch (reason) {
#define X(number, name, sentence) \
	case number: \
		return #name;
		JVPN_DROP_REASONS(X)
#undef X
	default:
		return "nothing";
	}
}

static __u32 count_sources(const struct world *world)
{
	int map = bpf_map__fd(world->dataplane->maps.admission);
	struct jvpn_ip key;
	__u32 count = 0;
	for (int more = !bpf_map_get_next_key(map, NULL, &key); more; more = !bpf_map_get_next_key(map, &key, &key))
		count++;
	return count;
}

void snapshot_take(struct world *world, struct snapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->session = world_session(world);
	snapshot->key = world_keypair(world, WORLD_KEY);
	snapshot->next_key = world_keypair(world, WORLD_NEXT_KEY);
	snapshot->counters = world_counters(world);
	for (__u32 i = 0; i < 4; i++)
		snapshot->routes[i] = world_route(world, ROUTES[i].prefix, ROUTES[i].length);
	for (__u32 reason = 0; reason < JVPN_DROP_SLOTS; reason++)
		snapshot->drops[reason] = world_drops(world, reason);
	snapshot->events = world_poll(world);
	snapshot->sources = count_sources(world);
}

static void expect_drops(const struct snapshot *before, const struct snapshot *after, __u32 reason, __u64 times,
			 const char *what)
{
	for (__u32 i = 0; i < JVPN_DROP_SLOTS; i++) {
		__u64 counted = after->drops[i] - before->drops[i];
		__u64 expected = i && i == reason ? times : 0;
		cr_expect_eq(counted, expected, "%s: %s counted %llu times, not %llu", what, snapshot_reason_name(i),
			     counted, expected);
	}
}

void snapshot_expect_dropped(struct world *world, const struct snapshot *before, __u32 reason, __u64 times,
			     const char *what)
{
	struct snapshot after;
	snapshot_take(world, &after);
	expect_drops(before, &after, reason, times, what);
#define SAME(member) \
	cr_expect(!memcmp(&before->member, &after.member, sizeof(after.member)), "%s: %s changed", what, #member)
	SAME(session);
	SAME(key);
	SAME(next_key);
	SAME(counters);
	SAME(routes);
	SAME(events);
	SAME(sources);
#undef SAME
}

void snapshot_expect_counted(struct world *world, const struct snapshot *before, __u32 reason, __u64 times,
			     const char *what)
{
	struct snapshot after;
	snapshot_take(world, &after);
	expect_drops(before, &after, reason, times, what);
}
