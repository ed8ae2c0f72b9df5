/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 1, what it delivers: fixtures of a datagram in, the frame at the tunnel out, byte for
 * byte, and what was counted for it.
 */
#include "datagram.h"
#include "devices.h"
#include "snapshot.h"

#include <criterion/criterion.h>
#include <linux/bpf.h>

static struct world world;

static void setup(void)
{
	world_open(&world);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(ingress, .init = setup, .fini = teardown);

struct fixture {
	const char *description;
	struct datagram datagram;
};

/* One good packet: its verdict, its bytes, its counts; and nothing dropped. */
static void expect_delivered(const struct fixture *fixture)
{
	struct packet frame, out, expected, text;
	struct snapshot before;
	const struct datagram *datagram = &fixture->datagram;
	datagram_frame(datagram, &frame);
	datagram_delivered(datagram, &expected);
	datagram_text(datagram, &text);

	snapshot_take(&world, &before);
	__u64 began = world_now();
	__u32 verdict = world_ingress(&world, &frame, &out);
	cr_expect_eq(verdict, XDP_REDIRECT, "%s: verdict %u", fixture->description, verdict);
	datagram_expect_same(&out, &expected, fixture->description);

	struct jvpn_counters counters = world_counters(&world);
	cr_expect_eq(counters.rx_packets, before.counters.rx_packets + 1, "%s", fixture->description);
	cr_expect_eq(counters.rx_bytes, before.counters.rx_bytes + text.bytes, "%s", fixture->description);
	cr_expect_geq(counters.last_rx_ns, began);
	cr_expect_eq(counters.last_rx_data_ns, counters.last_rx_ns);
	cr_expect_eq(counters.tx_packets, before.counters.tx_packets);
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	cr_expect_eq(keypair.received, before.key.received + 1);
	cr_expect_eq(keypair.replay.greatest, datagram->counter + 1);
	snapshot_expect_counted(&world, &before, 0, 0, fixture->description);
}

static void expect_all_delivered(const struct fixture *fixtures, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect_delivered(&fixtures[i]);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

Test(ingress, delivers_every_pair_of_families)
{
	static const struct fixture fixtures[] = {
		{"IPv4 in IPv4", {.outer = 4, .inner = 4, .payload_bytes = 200, .counter = 0}},
		{"IPv6 in IPv4", {.outer = 4, .inner = 6, .payload_bytes = 200, .counter = 1}},
		{"IPv4 in IPv6", {.outer = 6, .inner = 4, .payload_bytes = 200, .counter = 2}},
		{"IPv6 in IPv6", {.outer = 6, .inner = 6, .payload_bytes = 200, .counter = 3}},
	};
	expect_all_delivered(fixtures, COUNT(fixtures));
}

Test(ingress, trims_padding_of_every_length)
{
	for (__u32 bytes = 0; bytes <= 64; bytes++) {
		struct fixture four = {"IPv4",
				       {.outer = 4, .inner = 4, .payload_bytes = bytes, .counter = 2ull * bytes}};
		struct fixture six = {"IPv6",
				      {.outer = 6, .inner = 6, .payload_bytes = bytes, .counter = 2ull * bytes + 1}};
		expect_delivered(&four);
		expect_delivered(&six);
	}
}

Test(ingress, trims_more_padding_than_WireGuard_makes)
{
	static const struct fixture fixtures[] = {
		{"none", {.inner = 4, .payload_bytes = 4, .counter = 0}},
		{"one", {.inner = 4, .payload_bytes = 4, .padding_bytes = 1, .counter = 1}},
		{"a page's worth", {.inner = 4, .payload_bytes = 4, .padding_bytes = 1111, .counter = 2}},
	};
	expect_all_delivered(fixtures, COUNT(fixtures));
}

Test(ingress, delivers_through_ipv4_options)
{
	static const struct fixture fixtures[] = {
		{"4 bytes of options", {.inner = 4, .payload_bytes = 99, .options_bytes = 4, .counter = 0}},
		{"40 bytes of options", {.inner = 6, .payload_bytes = 99, .options_bytes = 40, .counter = 1}},
	};
	expect_all_delivered(fixtures, COUNT(fixtures));
}

Test(ingress, delivers_the_largest_packet)
{
	struct fixture four = {"9216 bytes of IPv4", {.inner = 4, .payload_bytes = JVPN_TEXT_MAX_BYTES - 28}};
	struct fixture six = {"9216 bytes of IPv6",
			      {.outer = 6, .inner = 6, .payload_bytes = JVPN_TEXT_MAX_BYTES - 48, .counter = 1}};
	expect_delivered(&four);
	expect_delivered(&six);
}

/* RFC 6040, 4.2: the mark of the way, laid upon what can carry it; every tos of both families. */
static void expect_marked(int family, __u8 outer_ecn, __u8 inner_tos, __u64 counter)
{
	bool marks = outer_ecn == 3 && (inner_tos & 3);
	struct datagram sent = {.outer = family,
				.inner = family,
				.payload_bytes = 33,
				.tos = 0xb8 | outer_ecn,
				.inner_tos = inner_tos,
				.counter = counter};
	struct datagram seen = sent;
	seen.inner_tos = marks ? inner_tos | 3 : inner_tos;
	struct packet frame, out, expected;
	datagram_frame(&sent, &frame);
	datagram_delivered(&seen, &expected);
	cr_expect_eq(world_ingress(&world, &frame, &out), XDP_REDIRECT);
	datagram_expect_same(&out, &expected, "marked");
}

Test(ingress, carries_congestion_experienced_inwards)
{
	__u64 counter = 0;
	for (int family = 4; family <= 6; family += 2)
		for (__u32 inner_tos = 0; inner_tos < 256; inner_tos++)
			for (__u8 outer_ecn = 0; outer_ecn < 4; outer_ecn++)
				expect_marked(family, outer_ecn, (__u8)inner_tos, counter++);
}

Test(ingress, consumes_a_keepalive)
{
	struct datagram keepalive = {.inner = 0, .counter = 9};
	struct packet frame;
	struct snapshot before;
	datagram_frame(&keepalive, &frame);
	snapshot_take(&world, &before);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);

	struct jvpn_counters counters = world_counters(&world);
	cr_expect_gt(counters.last_rx_ns, 0);
	cr_expect_eq(counters.last_rx_data_ns, 0);
	cr_expect_eq(counters.rx_packets, 0);
	cr_expect_eq(counters.rx_bytes, 0);
	cr_expect_eq(world_keypair(&world, WORLD_KEY).replay.greatest, 10);
	snapshot_expect_counted(&world, &before, 0, 0, "keepalive");

	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	snapshot_expect_counted(&world, &before, JVPN_DROP_replay, 1, "the same keepalive again");
}

/* A slot's words hold any bytes of Ethernet padding behind the datagram: they are not the datagram. */
Test(ingress, ignores_what_follows_the_datagram)
{
	static const struct fixture fixture = {"trailer", {.inner = 4, .payload_bytes = 2}};
	struct packet frame, out, expected;
	datagram_frame(&fixture.datagram, &frame);
	datagram_delivered(&fixture.datagram, &expected);
	packet_append_pattern(&frame, 46);
	cr_expect_eq(world_ingress(&world, &frame, &out), XDP_REDIRECT);
	datagram_expect_same(&out, &expected, "trailer");
}
