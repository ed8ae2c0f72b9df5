/* SPDX-License-Identifier: BSD-2-Clause */
/* Map updates and swap commands; no decision is taken here. */
#include "dataplane/publish.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int publish_keypair(struct plane *plane, uint32_t index, const struct jvpn_keypair *keypair)
{
	return bpf_map_update_elem(plane_map(plane, "keypairs"), &index, keypair, BPF_NOEXIST) ? -errno : 0;
}

int publish_session(struct plane *plane, const struct jvpn_session *session)
{
	return bpf_map_update_elem(plane_map(plane, "sessions"), &session->id, session, BPF_NOEXIST) ? -errno : 0;
}

int publish_session_end(struct plane *plane, uint64_t session)
{
	return bpf_map_delete_elem(plane_map(plane, "sessions"), &session) ? -errno : 0;
}

/* Both families' keys at once: the map takes the one it wants. */
struct route_key {
	int map;
	union {
		struct jvpn_prefix_v4 v4;
		struct jvpn_prefix_v6 v6;
	};
};

static struct route_key route_key(struct plane *plane, const struct prefix *prefix)
{
	struct route_key key = {0};
	if (prefix->family == 4) {
		key.map = plane_map(plane, "routes_v4");
		key.v4.length = prefix->length;
		memcpy(key.v4.address, &prefix->ip.bytes[12], sizeof(key.v4.address));
	} else {
		key.map = plane_map(plane, "routes_v6");
		key.v6.length = prefix->length;
		memcpy(key.v6.address, prefix->ip.bytes, sizeof(key.v6.address));
	}
	return key;
}

int publish_route(struct plane *plane, const struct prefix *prefix, uint32_t peer, uint64_t session)
{
	struct route_key key = route_key(plane, prefix);
	struct jvpn_route route = {.session = session, .peer = peer};
	return bpf_map_update_elem(key.map, &key.v4, &route, BPF_ANY) ? -errno : 0;
}

void publish_route_end(struct plane *plane, const struct prefix *prefix, uint32_t peer)
{
	struct route_key key = route_key(plane, prefix);
	struct jvpn_route route;
	if (!bpf_map_lookup_elem(key.map, &key.v4, &route) && route.peer == peer)
		(void)bpf_map_delete_elem(key.map, &key.v4);
}

int publish_swap(struct plane *plane, struct jvpn_swap *swap)
{
	/* The kernel copies the context back by itself; asking for it in ctx_out is an error. */
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = swap, .ctx_size_in = sizeof(*swap));
	swap->result = -ENOSYS;
	if (bpf_prog_test_run_opts(plane_swap_program(plane), &run))
		return -errno;
	return swap->result;
}

int publish_key_kill(struct plane *plane, uint32_t index)
{
	struct jvpn_swap swap = {.op = JVPN_SWAP_KILL_KEY, .index = index};
	return publish_swap(plane, &swap);
}

/*
 * MEMBARRIER_CMD_GLOBAL returns after a grace period of the kernel's RCU, under which
 * every packet is processed: whoever found a key pair before it was killed is done with
 * it. Where it is not to be had (nohz_full), a second is longer than any packet.
 */
static void wait_for_packets(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0)) {
		struct timespec second = {.tv_sec = 1};
		(void)nanosleep(&second, NULL);
	}
}

void publish_keys_wipe(struct plane *plane, const uint32_t *indices, size_t count)
{
	int map = plane_map(plane, "keypairs");
	if (!count)
		return;
	wait_for_packets();
	for (size_t i = 0; i < count; i++) {
		struct jvpn_swap swap = {.op = JVPN_SWAP_WIPE_KEY, .index = indices[i]};
		(void)publish_swap(plane, &swap); /* -ENOENT: gone already */
		(void)bpf_map_delete_elem(map, &indices[i]);
	}
}
