/* SPDX-License-Identifier: BSD-2-Clause */
/* A loaded data plane with a peer, a session, paths and keys: world.h. */
#include "world.h"

#include "devices.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <net/if.h>
#include <sodium.h>
#include <string.h>

#define KEY_BYTES(first) \
	{ \
		first, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, \
			27, 28, 29, 30, 0xf0 ^ (first) \
	}
const __u8 world_send_key[32] = KEY_BYTES(0x51);
const __u8 world_receive_key[32] = KEY_BYTES(0x52);
const __u8 world_next_key[32] = KEY_BYTES(0x53);

static int keep_event(void *context, void *data, size_t bytes)
{
	struct world *world = context;
	cr_assert_lt(world->events_count, WORLD_EVENTS_MAX);
	cr_assert(bytes >= sizeof(struct jvpn_event) && bytes <= sizeof(struct jvpn_event_staged));
	memcpy(&world->events[world->events_count++], data, bytes);
	return 0;
}

static void load(struct world *world)
{
	world->dataplane = dataplane__open();
	cr_assert_not_null(world->dataplane);
	struct dataplane__rodata *knobs = world->dataplane->rodata;
	knobs->knob_listen_port = WORLD_LISTEN_PORT;
	memcpy(knobs->knob_tunnel_mac, devices_tunnel_mac, 6);
	memcpy(knobs->knob_dataplane_mac, devices_dataplane_mac, 6);
	cr_assert_eq(dataplane__load(world->dataplane), 0, "the data plane does not load");
	world->ring = ring_buffer__new(bpf_map__fd(world->dataplane->maps.events), keep_event, world, NULL);
	cr_assert_not_null(world->ring);
}

static void find_devices(struct world *world)
{
	world->tunnel = if_nametoindex(DEVICES_TUNNEL);
	world->dataplane_end = if_nametoindex(DEVICES_DATAPLANE);
	world->uplink = if_nametoindex(DEVICES_UPLINK);
	world->far = if_nametoindex(DEVICES_FAR);
	/* Attached for real: only then has the device the receive queue a test run borrows. */
	world->attached = bpf_program__attach_xdp(world->dataplane->progs.xdp_ingress, (int)world->uplink);
	cr_assert_not_null(world->attached, "XDP does not attach to the uplink");
	__u32 zero = 0;
	int delivery = bpf_map__fd(world->dataplane->maps.delivery);
	cr_assert_eq(bpf_map_update_elem(delivery, &zero, &world->dataplane_end, BPF_ANY), 0);
}

static struct jvpn_keypair make_keypair(__u32 peer_index, const __u8 send_key[32], const __u8 receive_key[32])
{
	struct jvpn_keypair keypair = {.session = WORLD_SESSION, .birth_ns = world_now(), .peer_index = peer_index};
	memcpy(keypair.send_key, send_key, 32);
	memcpy(keypair.receive_key, receive_key, 32);
	return keypair;
}

static void fill(struct world *world)
{
	struct jvpn_session session = {
		.word = JVPN_WORD(WORLD_VERSION, 0),
		.keys = JVPN_KEYS(WORLD_KEY, 0),
		.id = WORLD_SESSION,
		.created_ns = world_now(),
		.slot = WORLD_SLOT,
		.peer = WORLD_PEER,
		.state = JVPN_STATE_ATTACHED,
	};
	session.paths[0] = world_path(world, WORLD_LOCAL_V4, WORLD_REMOTE_V4, WORLD_REMOTE_PORT);
	session.paths[1] = world_path(world, WORLD_LOCAL_V6, WORLD_REMOTE_V6, WORLD_REMOTE_PORT);
	session.paths[1].state = JVPN_PATH_STANDBY;
	world_put_session(world, &session);

	struct jvpn_keypair keypair = make_keypair(WORLD_KEY_PEER_INDEX, world_send_key, world_receive_key);
	struct jvpn_keypair next = make_keypair(WORLD_NEXT_PEER_INDEX, world_next_key, world_next_key);
	world_put_keypair(world, WORLD_KEY, &keypair);
	world_put_keypair(world, WORLD_NEXT_KEY, &next);

	struct jvpn_route route = {.session = WORLD_SESSION, .peer = WORLD_PEER};
	world_put_route(world, "10.9.0.0", 24, &route);
	world_put_route(world, "fd00:9::", 64, &route);
	struct jvpn_route other = {.peer = WORLD_OTHER_PEER};
	world_put_route(world, "10.7.0.0", 24, &other);
	world_put_route(world, "fd00:7::", 64, &other);
}

void world_open(struct world *world)
{
	memset(world, 0, sizeof(*world));
	cr_assert_geq(sodium_init(), 0);
	devices_open();
	load(world);
	find_devices(world);
	fill(world);
}

void world_close(struct world *world)
{
	bpf_link__destroy(world->attached);
	ring_buffer__free(world->ring);
	dataplane__destroy(world->dataplane);
}

__u32 world_ingress(struct world *world, const struct packet *frame, struct packet *ret_out)
{
	struct packet out;
	struct xdp_md context = {.data_end = frame->bytes, .ingress_ifindex = world->uplink};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame->data, .data_size_in = frame->bytes, .data_out = out.data,
		    .data_size_out = PACKET_MAX_BYTES, .ctx_in = &context, .ctx_size_in = sizeof(context));
	int error = bpf_prog_test_run_opts(bpf_program__fd(world->dataplane->progs.xdp_ingress), &run);
	cr_assert_eq(error, 0, "test run of %u bytes: %s", frame->bytes, strerror(-error));
	out.bytes = run.data_size_out;
	if (ret_out)
		*ret_out = out;
	return run.retval;
}

__u32 world_egress(struct world *world, const struct packet *frame, struct packet *ret_out)
{
	struct packet out;
	struct __sk_buff context = {.ifindex = world->dataplane_end};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame->data, .data_size_in = frame->bytes, .data_out = out.data,
		    .data_size_out = PACKET_MAX_BYTES, .ctx_in = &context, .ctx_size_in = sizeof(context));
	int error = bpf_prog_test_run_opts(bpf_program__fd(world->dataplane->progs.tc_egress), &run);
	cr_assert_eq(error, 0, "test run of %u bytes: %s", frame->bytes, strerror(-error));
	out.bytes = run.data_size_out;
	if (ret_out)
		*ret_out = out;
	return run.retval;
}

int world_swap(struct world *world, struct jvpn_swap *command)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = command, .ctx_size_in = sizeof(*command));
	int error = bpf_prog_test_run_opts(bpf_program__fd(world->dataplane->progs.swap), &run);
	cr_assert_eq(error, 0, "test run of swap: %s", strerror(-error));
	cr_assert_eq((int)run.retval, command->result, "the program returns what it writes");
	return command->result;
}

__u32 world_poll(struct world *world)
{
	cr_assert_geq(ring_buffer__consume(world->ring), 0);
	return world->events_count;
}
