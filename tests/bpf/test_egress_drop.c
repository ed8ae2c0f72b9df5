/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 2, what it refuses: each reason counted once, the packet untouched, and nothing else in
 * the world changed. What also asks the controller for a key is in test_egress_events.c.
 */
#include "datagram.h"
#include "departure.h"
#include "snapshot.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <string.h>

static struct world world;

static void setup(void)
{
	world_open(&world);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(egress_drop, .init = setup, .fini = teardown);

static void expect_frame_dropped(const struct packet *frame, __u32 reason, const char *what)
{
	struct snapshot before;
	struct packet out;
	snapshot_take(&world, &before);
	__u32 verdict = world_egress(&world, frame, &out);
	cr_expect_eq(verdict, TC_ACT_SHOT, "%s: verdict %u", what, verdict);
	datagram_expect_same(&out, frame, what);
	snapshot_expect_dropped(&world, &before, reason, 1, what);
}

static void expect_dropped(const struct departure *departure, __u32 reason, const char *what)
{
	struct packet frame;
	departure_frame(departure, &frame);
	expect_frame_dropped(&frame, reason, what);
}

static void expect_target_dropped(const char *target, __u32 reason, const char *what)
{
	struct departure departure = {.inner = strchr(target, ':') ? 6 : 4, .payload_bytes = 30, .target = target};
	expect_dropped(&departure, reason, what);
}

static const struct departure GOOD = {.inner = 4, .payload_bytes = 100};

Test(egress_drop, no_route)
{
	expect_target_dropped("10.9.1.0", JVPN_DROP_no_route, "just beyond the prefix");
	expect_target_dropped("8.8.8.8", JVPN_DROP_no_route, "the internet");
	expect_target_dropped("224.0.1.1", JVPN_DROP_no_route, "multicast that routers forward");
	expect_target_dropped("255.255.255.255", JVPN_DROP_no_route, "broadcast");
	expect_target_dropped("fd00:9:0:1::2", JVPN_DROP_no_route, "just beyond the prefix, IPv6");
	expect_target_dropped("ff05::2", JVPN_DROP_no_route, "multicast of the site");
}

Test(egress_drop, link_scope)
{
	expect_target_dropped("224.0.0.1", JVPN_DROP_link_scope, "all hosts");
	expect_target_dropped("224.0.0.251", JVPN_DROP_link_scope, "mDNS");
	expect_target_dropped("ff02::1", JVPN_DROP_link_scope, "all nodes");
	expect_target_dropped("ff02::1:ff00:2", JVPN_DROP_link_scope, "solicited node");
	expect_target_dropped("ff01::1", JVPN_DROP_link_scope, "interface-local");
}

/* What AllowedIPs name is sent, whatever its scope: they are the operator's word. */
Test(egress_drop, link_scope_unless_routed)
{
	struct jvpn_route route = {.session = WORLD_SESSION, .peer = WORLD_PEER};
	struct departure departure = {.inner = 4, .target = "224.0.0.5"};
	struct packet frame;
	world_put_route(&world, "224.0.0.5", 32, &route);
	departure_frame(&departure, &frame);
	cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_REDIRECT);
}

Test(egress_drop, session_gone)
{
	struct jvpn_route route = {.session = WORLD_SESSION + 1, .peer = WORLD_PEER};
	world_put_route(&world, "10.9.0.99", 32, &route);
	expect_target_dropped("10.9.0.99", JVPN_DROP_session_gone, "a route to a removed session");

	struct jvpn_session session = world_session(&world);
	session.state = JVPN_STATE_TERMINATED;
	world_put_session(&world, &session);
	expect_dropped(&GOOD, JVPN_DROP_session_gone, "a terminated session");
}

Test(egress_drop, session_expired)
{
	struct jvpn_session session = world_session(&world);
	session.deadline_ns = world_now() - 1;
	world_put_session(&world, &session);
	expect_dropped(&GOOD, JVPN_DROP_session_expired, "the deadline has passed");
}

Test(egress_drop, no_path)
{
	struct jvpn_session session = world_session(&world);
	static const __u8 slots[] = {2, 7, 8, 9, 0x80, JVPN_WORD_NO_SLOT};
	for (size_t i = 0; i < sizeof(slots); i++) {
		session.word = JVPN_WORD(WORLD_VERSION, slots[i]);
		world_put_session(&world, &session);
		expect_dropped(&GOOD, JVPN_DROP_no_path, "a slot that is free or not there");
	}
}

static void set_mtu(__u32 mtu)
{
	struct jvpn_session session = world_session(&world);
	session.paths[0].mtu = mtu;
	world_put_session(&world, &session);
}

Test(egress_drop, too_big_for_the_path)
{
	struct packet frame;
	struct departure departure = {.inner = 4, .payload_bytes = 500 - 28};
	set_mtu(500 + JVPN_OVERHEAD_V4_BYTES - 1);
	expect_dropped(&departure, JVPN_DROP_too_big, "one byte too long");
	set_mtu(0);
	expect_dropped(&departure, JVPN_DROP_too_big, "a path that carries nothing");
	set_mtu(JVPN_OVERHEAD_V4_BYTES);
	expect_dropped(&departure, JVPN_DROP_too_big, "a path that carries only headers");
	set_mtu(500 + JVPN_OVERHEAD_V4_BYTES);
	departure_frame(&departure, &frame);
	cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_REDIRECT, "just right");
}

static void set_counter(__u64 counter)
{
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	keypair.send_counter = counter;
	world_put_keypair(&world, WORLD_KEY, &keypair);
}

/* Past the limit nothing is sealed, and however many packets try, no counter ever comes back. */
Test(egress_drop, counter_exhausted)
{
	struct packet frame;
	departure_frame(&GOOD, &frame);
	set_counter(JVPN_REJECT_AFTER_MESSAGES);
	__u32 tries = (1u << 13) + 100, shot = 0;
	for (__u32 i = 0; i < tries; i++)
		shot += world_egress(&world, &frame, NULL) == TC_ACT_SHOT;
	cr_expect_eq(shot, tries, "%u of %u packets sealed after the last counter", tries - shot, tries);
	cr_expect_eq(world_drops(&world, JVPN_DROP_counter_exhausted), tries);
	cr_expect_geq(world_keypair(&world, WORLD_KEY).send_counter, JVPN_REJECT_AFTER_MESSAGES);
	cr_expect_eq(world_counters(&world).tx_packets, 0);
}

Test(egress_drop, not_ip)
{
	static const __u8 types[][2] = {{0x08, 0x06}, {0x88, 0xcc}, {0x88, 0x47}, {0x08, 0x01}};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct packet frame;
		departure_frame(&GOOD, &frame);
		memcpy(frame.data + 12, types[i], 2);
		expect_frame_dropped(&frame, JVPN_DROP_not_ip, "another EtherType");
	}
}

Test(egress_drop, send_malformed_by_version)
{
	for (__u32 version = 0; version < 16; version++) {
		struct packet frame;
		if (version == 4 || version == 6)
			continue;
		departure_frame(&GOOD, &frame);
		frame.data[14] = (__u8)(version << 4 | 5);
		expect_frame_dropped(&frame, JVPN_DROP_send_malformed, "another version");
	}
}

Test(egress_drop, send_malformed_by_length)
{
	static const __u16 lies[] = {0, 19, 129, 65535};
	struct packet frame;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		departure_frame(&GOOD, &frame);
		frame.data[16] = (__u8)(lies[i] >> 8);
		frame.data[17] = (__u8)lies[i];
		expect_frame_dropped(&frame, JVPN_DROP_send_malformed, "IPv4 total length lies");
	}
	struct departure six = {.inner = 6, .payload_bytes = 100};
	departure_frame(&six, &frame);
	frame.data[14 + 5]++;
	expect_frame_dropped(&frame, JVPN_DROP_send_malformed, "IPv6 payload length lies");
}

/*
 * Cut anywhere, with the whole of the packet before still in the buffer: refused, never sent.
 * A test run takes no frame shorter than its EtherType's header, so both wear IPv4's, whose is
 * the shorter; test_live.c sends what is shorter still.
 */
Test(egress_drop, send_malformed_when_cut)
{
	for (int family = 4; family <= 6; family += 2) {
		struct departure departure = {.inner = family, .payload_bytes = 60};
		struct packet frame;
		departure_frame(&departure, &frame);
		cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_REDIRECT);
		memcpy(frame.data + 12, "\x08\x00", 2);
		for (frame.bytes--; frame.bytes >= PACKET_ETHERNET_BYTES + 20; frame.bytes--)
			expect_frame_dropped(&frame, JVPN_DROP_send_malformed, "a cut packet");
	}
}
