/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both doors attached to real devices: what a test run cannot show. That an opened packet
 * arrives from the tunnel device, and that a sealed one leaves the uplink with the link-layer
 * header, hence the skb->protocol, of its outer family.
 *
 *   far0 -> up0 [xdp_ingress] -> jvpn0-dp -> jvpn0
 *   jvpn0 -> jvpn0-dp [tc_egress] -> up0 -> far0
 */
#include "datagram.h"
#include "departure.h"
#include "devices.h"
#include "raw.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct world world;
static int tunnel, far;

static void attach_egress(void)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)world.dataplane_end, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, program, .prog_fd = bpf_program__fd(world.dataplane->progs.tc_egress));
	cr_assert_eq(bpf_tc_hook_create(&hook), 0);
	cr_assert_eq(bpf_tc_attach(&hook, &program), 0);
}

static void setup(void)
{
	world_open(&world);
	attach_egress();
	tunnel = raw_open(DEVICES_TUNNEL);
	far = raw_open(DEVICES_FAR);
}

static void teardown(void)
{
	close(far);
	close(tunnel);
	world_close(&world);
}

TestSuite(live, .init = setup, .fini = teardown, .timeout = 60);

static void expect_arrives(const struct datagram *datagram, const char *what)
{
	struct packet frame, out, expected;
	datagram_frame(datagram, &frame);
	datagram_delivered(datagram, &expected);
	raw_send(far, &frame);
	if (raw_receive_from(tunnel, devices_dataplane_mac, &out))
		datagram_expect_same(&out, &expected, what);
	else
		cr_expect_fail("%s: nothing arrived at the tunnel", what);
}

Test(live, opened_packets_arrive_from_the_tunnel)
{
	static const int families[4][2] = {{4, 4}, {4, 6}, {6, 4}, {6, 6}};
	for (__u64 i = 0; i < 4; i++) {
		struct datagram datagram = {
			.outer = families[i][0], .inner = families[i][1], .payload_bytes = 300, .counter = i};
		expect_arrives(&datagram, "a pair of families");
	}
}

static void send_on(int outer, __u32 mtu)
{
	struct jvpn_session session = world_session(&world);
	session.word = JVPN_WORD(WORLD_VERSION, outer == 6 ? 1 : 0);
	session.paths[0].mtu = session.paths[1].mtu = mtu;
	world_put_session(&world, &session);
}

static void expect_on_the_wire(const struct packet *frame, const struct packet *text, const struct wire *wire,
			       const char *what)
{
	struct packet out, packet, expected;
	departure_wire(text, wire, &packet);
	packet_ethernet(&expected, devices_far_mac, devices_uplink_mac, &packet);
	raw_send(tunnel, frame);
	if (raw_receive_from(far, devices_uplink_mac, &out))
		datagram_expect_same(&out, &expected, what);
	else
		cr_expect_fail("%s: nothing left the uplink", what);
}

static void expect_leaves(const struct departure *departure, const struct wire *wire, const char *what)
{
	struct packet frame, text;
	departure_frame(departure, &frame);
	departure_packet(departure, &text);
	expect_on_the_wire(&frame, &text, wire, what);
}

Test(live, sealed_packets_leave_the_uplink)
{
	static const int families[4][2] = {{4, 4}, {6, 4}, {4, 6}, {6, 6}};
	for (__u64 i = 0; i < 4; i++) {
		struct departure departure = {.inner = families[i][0], .payload_bytes = 300};
		struct wire wire = {.outer = families[i][1], .counter = i};
		send_on(wire.outer, WORLD_MTU);
		expect_leaves(&departure, &wire, "a pair of families");
	}
}

Test(live, controllers_frames_leave_the_uplink)
{
	struct packet frame, text = {0};
	for (__u64 i = 0; i < 2; i++) {
		struct wire wire = {.outer = i ? 6 : 4, .counter = i};
		struct jvpn_frame header = {.magic = JVPN_FRAME_MAGIC, .session = WORLD_SESSION, .slot = (__u32)i};
		departure_control_frame(&header, &text, &frame);
		expect_on_the_wire(&frame, &text, &wire, "a keepalive");
	}
}

/* limits.h: "the largest inner packet". A path that carries it sealed is there; so it is sent. */
Test(live, the_largest_packets_leave_the_uplink)
{
	static const __u32 sizes[] = {JVPN_TEXT_MAX_BYTES - 16, JVPN_TEXT_MAX_BYTES - 15, JVPN_TEXT_MAX_BYTES};
	for (__u64 i = 0; i < 3; i++) {
		struct departure departure = {.inner = 4, .payload_bytes = sizes[i] - 28};
		struct wire wire = {.outer = i % 2 ? 6 : 4, .counter = 100 + i};
		struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
		keypair.send_counter = wire.counter;
		world_put_keypair(&world, WORLD_KEY, &keypair);
		send_on(wire.outer, DEVICES_MTU);
		expect_leaves(&departure, &wire, "near the largest");
		cr_expect_eq(world_drops(&world, JVPN_DROP_too_big), 0, "%u bytes are too big", sizes[i]);
	}
}

/* A packet in several buffers goes through a devmap since 6.3; what came with it is what is asked for. */
static bool kernel_redirects_fragments(void)
{
	char line[256];
	bool found = false;
	FILE *symbols = fopen("/proc/kallsyms", "r");
	cr_assert_not_null(symbols);
	while (!found && fgets(line, sizeof(line), symbols))
		found = strstr(line, " xdp_set_features_flag");
	fclose(symbols);
	return found;
}

Test(live, the_largest_packet_arrives)
{
	if (!kernel_redirects_fragments())
		cr_skip_test("this kernel does not redirect a packet of several buffers");
	struct datagram datagram = {.outer = 6, .inner = 6, .payload_bytes = JVPN_TEXT_MAX_BYTES - 48};
	expect_arrives(&datagram, "9216 bytes");
}

/* Shorter than any IP header, the whole of the packet before still in the buffer. */
Test(live, crumbs_are_malformed)
{
	struct departure departure = {.inner = 4, .payload_bytes = 300};
	struct wire wire = {.counter = 0};
	struct packet frame;
	expect_leaves(&departure, &wire, "a packet");
	departure_frame(&departure, &frame);
	__u64 began = world_drops(&world, JVPN_DROP_send_malformed);
	__u32 crumbs = 0;
	for (frame.bytes = PACKET_ETHERNET_BYTES + 1; frame.bytes < PACKET_ETHERNET_BYTES + 20; frame.bytes++, crumbs++)
		raw_send(tunnel, &frame);
	wire.counter = 1;
	expect_leaves(&departure, &wire, "the next packet"); /* the crumbs before it are through, too */
	cr_expect_eq(world_drops(&world, JVPN_DROP_send_malformed) - began, crumbs);
}
