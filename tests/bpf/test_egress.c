/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 2, what it sends: fixtures of a packet in, the packet on the wire out, byte for byte,
 * and what was counted for it.
 */
#include "departure.h"
#include "snapshot.h"

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

TestSuite(egress, .init = setup, .fini = teardown);

/* The session sends on slot 0 (IPv4) or 1 (IPv6). */
static void send_on(int outer)
{
	struct jvpn_session session = world_session(&world);
	session.word = JVPN_WORD(WORLD_VERSION, outer == 6 ? 1 : 0);
	world_put_session(&world, &session);
}

static void set_mtu(__u32 mtu)
{
	struct jvpn_session session = world_session(&world);
	session.paths[0].mtu = session.paths[1].mtu = mtu;
	world_put_session(&world, &session);
}

static void set_counter(__u64 counter)
{
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	keypair.send_counter = counter;
	world_put_keypair(&world, WORLD_KEY, &keypair);
}

static void expect_sent(const struct departure *departure, const struct wire *wire, const char *what)
{
	struct packet frame, text;
	struct snapshot before;
	departure_frame(departure, &frame);
	departure_packet(departure, &text);
	snapshot_take(&world, &before);
	__u64 began = world_now();
	departure_expect_sent(&world, &frame, &text, wire, what);

	struct jvpn_counters counters = world_counters(&world);
	cr_expect_eq(counters.tx_packets, before.counters.tx_packets + 1, "%s", what);
	cr_expect_eq(counters.tx_bytes, before.counters.tx_bytes + text.bytes, "%s", what);
	cr_expect_geq(counters.last_tx_ns, began);
	cr_expect_eq(counters.last_tx_data_ns, counters.last_tx_ns);
	cr_expect_eq(counters.rx_packets, before.counters.rx_packets);
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	cr_expect_eq(keypair.send_counter, wire->counter + 1, "%s", what);
	keypair.send_counter = before.key.send_counter;
	cr_expect(!memcmp(&keypair, &before.key, sizeof(keypair)), "%s: the send counter and nothing else", what);
	snapshot_expect_counted(&world, &before, 0, 0, what);
}

Test(egress, sends_every_pair_of_families)
{
	static const int families[4][2] = {{4, 4}, {6, 4}, {4, 6}, {6, 6}};
	for (__u64 i = 0; i < 4; i++) {
		struct departure departure = {.inner = families[i][0], .payload_bytes = 200};
		struct wire wire = {.outer = families[i][1], .counter = i};
		set_counter(i);
		send_on(wire.outer);
		expect_sent(&departure, &wire, "a pair of families");
	}
}

Test(egress, pads_every_length)
{
	__u64 counter = 0;
	for (__u32 bytes = 0; bytes <= 64; bytes++)
		for (int family = 4; family <= 6; family += 2) {
			struct departure departure = {.inner = family, .payload_bytes = bytes};
			struct wire wire = {.outer = 4, .counter = counter++};
			expect_sent(&departure, &wire, "a length");
		}
}

/* Near the path's MTU padding stops at it, as WireGuard's does, whatever the length then is. */
Test(egress, pads_not_beyond_the_path)
{
	__u64 counter = 0;
	for (int outer = 4; outer <= 6; outer += 2) {
		__u32 overhead = outer == 6 ? JVPN_OVERHEAD_V6_BYTES : JVPN_OVERHEAD_V4_BYTES;
		send_on(outer);
		for (__u32 room = 200; room < 216; room++) {
			set_counter(counter);
			set_mtu(room + overhead);
			for (__u32 bytes = room - 17; bytes <= room; bytes++) {
				struct departure departure = {.inner = 4, .payload_bytes = bytes - 28};
				struct wire wire = {.outer = outer, .counter = counter++, .room = room};
				expect_sent(&departure, &wire, "near the path's MTU");
			}
		}
	}
}

Test(egress, counts_up_from_anywhere)
{
	static const __u64 counters[] = {
		0, 1, 0xffff, 0xffffffff, 1ull << 32, JVPN_REKEY_AFTER_MESSAGES, JVPN_REJECT_AFTER_MESSAGES - 1};
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		struct departure departure = {.inner = 4, .payload_bytes = 44};
		struct wire wire = {.counter = counters[i]};
		set_counter(counters[i]);
		expect_sent(&departure, &wire, "a counter");
	}
}

/* RFC 6040, 4.1 and WireGuard: DSCP 0; ECN copied, but congestion experienced becomes ECT(0). Every tos. */
Test(egress, outer_ecn)
{
	static const __u8 expected[4] = {0, 1, 2, 2};
	__u64 counter = 0;
	for (int outer = 4; outer <= 6; outer += 2) {
		set_counter(counter);
		send_on(outer);
		for (__u32 tos = 0; tos < 256; tos++)
			for (int inner = 4; inner <= 6; inner += 2) {
				struct departure departure = {.inner = inner, .payload_bytes = 9, .tos = (__u8)tos};
				struct wire wire = {.outer = outer, .counter = counter++, .tos = expected[tos & 3]};
				expect_sent(&departure, &wire, "a tos");
			}
	}
}

/* What the link added behind the packet is not sealed. */
Test(egress, ignores_what_follows_the_packet)
{
	struct departure departure = {.inner = 4, .payload_bytes = 2, .trailer_bytes = 16};
	struct wire wire = {.counter = 0};
	expect_sent(&departure, &wire, "Ethernet padding");
}

Test(egress, larger_packets)
{
	static const __u32 sizes[] = {1420, 1440, 3000, 3400};
	__u64 counter = 0;
	set_mtu(9500);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct departure departure = {.inner = 4, .payload_bytes = sizes[i] - 28};
		struct wire wire = {.counter = counter++};
		expect_sent(&departure, &wire, "a large packet");
	}
}

/* The session's own record is never written by a packet. */
Test(egress, leaves_the_session_alone)
{
	struct departure departure = {.inner = 4, .payload_bytes = 20};
	struct wire wire = {.counter = 0};
	struct jvpn_session before = world_session(&world);
	expect_sent(&departure, &wire, "one packet");
	struct jvpn_session after = world_session(&world);
	cr_expect(!memcmp(&before, &after, sizeof(after)));
	cr_expect_eq(world_poll(&world), 0, "no event");
}

/* RFC 768: a sum that comes out as zero travels as ffff. One counter in 65536 makes one; it is looked for. */
Test(egress, a_sum_of_zero_is_sent_as_ffff)
{
	struct departure departure = {.inner = 4, .payload_bytes = 0};
	struct wire wire = {.outer = 4};
	struct packet text, packet;
	departure_packet(&departure, &text);
	do {
		wire.counter++;
		departure_wire(&text, &wire, &packet);
	} while (memcmp(packet.data + 20 + 6, "\xff\xff", 2) && wire.counter < 2000000);
	cr_assert(!memcmp(packet.data + 20 + 6, "\xff\xff", 2), "no such counter");
	set_counter(wire.counter);
	expect_sent(&departure, &wire, "a sum of zero");
}
