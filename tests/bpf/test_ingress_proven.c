/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 1, what it refuses after the proof: the packet opened under its key, so it counts as a
 * sign of life (maps.h: last_rx_ns is "any packet that opened"), and still is not delivered.
 */
#include "datagram.h"
#include "snapshot.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <string.h>

static struct world world;
static __u64 next_counter;

static void setup(void)
{
	world_open(&world);
	next_counter = 0;
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(ingress_proven, .init = setup, .fini = teardown);

/* Proven and refused: one drop, the counter spent, nothing delivered or counted as received. */
static void expect_refused(const struct packet *text, __u32 reason, const char *what)
{
	struct packet frame;
	struct snapshot before;
	struct datagram datagram = {.counter = next_counter++};
	datagram_frame_text(&datagram, text, &frame);
	snapshot_take(&world, &before);
	__u32 verdict = world_ingress(&world, &frame, NULL);
	cr_expect_eq(verdict, XDP_DROP, "%s: verdict %u", what, verdict);
	snapshot_expect_counted(&world, &before, reason, 1, what);

	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	cr_expect_eq(keypair.received, before.key.received + 1, "%s", what);
	cr_expect_eq(keypair.replay.greatest, datagram.counter + 1, "%s", what);
	struct jvpn_counters counters = world_counters(&world);
	cr_expect_eq(counters.rx_packets, before.counters.rx_packets, "%s", what);
	cr_expect_eq(counters.rx_bytes, before.counters.rx_bytes, "%s", what);
	cr_expect_eq(world_poll(&world), before.events, "%s: an event", what);
}

static void good_text(int family, struct packet *text)
{
	struct datagram datagram = {.inner = family, .payload_bytes = 60};
	datagram_text(&datagram, text);
}

Test(ingress_proven, inner_malformed_by_version)
{
	for (__u32 version = 0; version < 16; version++) {
		struct packet text;
		if (version == 4 || version == 6)
			continue;
		good_text(4, &text);
		text.data[0] = (__u8)(version << 4 | 5);
		expect_refused(&text, JVPN_DROP_inner_malformed, "another version");
	}
}

/* The total length lies: shorter than a header, or longer than the text with its padding. */
Test(ingress_proven, inner_malformed_by_length_v4)
{
	struct packet text;
	good_text(4, &text);
	__u32 padded = message_padded(text.bytes);
	const __u32 lies[] = {0, 19, padded + 1, 65535};
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		text.data[2] = (__u8)(lies[i] >> 8);
		text.data[3] = (__u8)lies[i];
		packet_ip_resum(text.data);
		expect_refused(&text, JVPN_DROP_inner_malformed, "IPv4 total length lies");
	}
}

Test(ingress_proven, inner_malformed_by_length_v6)
{
	struct packet text;
	good_text(6, &text);
	__u32 room = message_padded(text.bytes) - 40;
	const __u32 lies[] = {room + 1, 9999, 65535};
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		text.data[4] = (__u8)(lies[i] >> 8);
		text.data[5] = (__u8)lies[i];
		expect_refused(&text, JVPN_DROP_inner_malformed, "IPv6 payload length lies");
	}
}

/* The buffer still holds the packet before this one: no header may be read from what is not there. */
Test(ingress_proven, inner_malformed_by_a_cut_header)
{
	for (int family = 4; family <= 6; family += 2) {
		struct packet frame, text;
		struct datagram good = {.inner = family, .payload_bytes = 60, .counter = next_counter++};
		datagram_frame(&good, &frame);
		cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_REDIRECT);
		good_text(family, &text);
		struct packet message;
		for (__u32 bytes = 1; bytes < (family == 4 ? 20u : 40u); bytes++) {
			text.bytes = bytes;
			message_data(&message, world_receive_key, WORLD_KEY, next_counter++, &text, bytes);
			datagram_frame_message(&good, &message, &frame);
			struct snapshot before;
			snapshot_take(&world, &before);
			cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP, "%u bytes", bytes);
			snapshot_expect_counted(&world, &before, JVPN_DROP_inner_malformed, 1, "a cut header");
		}
	}
}

static void expect_source_refused(const char *source, const char *what)
{
	struct packet text;
	struct datagram datagram = {.inner = strchr(source, ':') ? 6 : 4, .payload_bytes = 60, .inner_source = source};
	datagram_text(&datagram, &text);
	expect_refused(&text, JVPN_DROP_source_not_allowed, what);
}

Test(ingress_proven, source_not_allowed)
{
	expect_source_refused("10.8.0.1", "our own address");
	expect_source_refused("10.9.1.0", "just beyond the prefix");
	expect_source_refused("10.8.255.255", "just before the prefix");
	expect_source_refused(WORLD_OTHER_V4, "another peer's address");
	expect_source_refused("0.0.0.0", "no address");
	expect_source_refused("fd00:9:0:1::", "just beyond the prefix, IPv6");
	expect_source_refused(WORLD_OTHER_V6, "another peer's address, IPv6");
	expect_source_refused("::ffff:10.9.0.2", "an allowed IPv4 address dressed as IPv6");
}

/* The longest prefix decides: a hole in the sender's AllowedIPs belongs to the other peer. */
Test(ingress_proven, source_in_a_hole)
{
	struct jvpn_route other = {.peer = WORLD_OTHER_PEER};
	world_put_route(&world, "10.9.0.66", 32, &other);
	expect_source_refused("10.9.0.66", "the other peer's /32 inside our /24");
}

Test(ingress_proven, a_refused_packet_is_a_sign_of_life)
{
	struct packet text;
	good_text(4, &text);
	text.data[0] = 0x75;
	__u64 began = world_now();
	expect_refused(&text, JVPN_DROP_inner_malformed, "version 7");
	cr_expect_geq(world_counters(&world).last_rx_ns, began, "last_rx_ns is of any packet that opened");
	began = world_now();
	expect_source_refused(WORLD_OTHER_V4, "another peer's address");
	cr_expect_geq(world_counters(&world).last_rx_ns, began, "last_rx_ns is of any packet that opened");
}

Test(ingress_proven, deliver_failed)
{
	__u32 zero = 0;
	struct packet frame;
	struct snapshot before;
	struct datagram datagram = {.inner = 4, .payload_bytes = 60};
	cr_assert_eq(bpf_map_delete_elem(bpf_map__fd(world.dataplane->maps.delivery), &zero), 0);
	datagram_frame(&datagram, &frame);
	snapshot_take(&world, &before);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	snapshot_expect_counted(&world, &before, JVPN_DROP_deliver_failed, 1, "no tunnel device");
}

/* A session whose slot of counters does not exist is not there: no packet of it gets through. */
Test(ingress_proven, session_gone_without_counters)
{
	struct packet frame;
	struct snapshot before;
	struct datagram datagram = {.inner = 4, .payload_bytes = 60};
	struct jvpn_session session = world_session(&world);
	session.slot = JVPN_SESSIONS_MAX;
	world_put_session(&world, &session);
	datagram_frame(&datagram, &frame);
	snapshot_take(&world, &before);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	snapshot_expect_counted(&world, &before, JVPN_DROP_session_gone, 1, "no counters");
}
