/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 1, what is not ours: it passes to the stack as it came, uncounted. A gateway sees
 * other hosts' datagrams, other ports and other protocols on the same wire.
 */
#include "datagram.h"
#include "devices.h"
#include "snapshot.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
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

TestSuite(ingress_pass, .init = setup, .fini = teardown);

static const struct datagram GOOD = {.inner = 4, .payload_bytes = 100};

static void expect_passed(const struct packet *frame, const char *what)
{
	struct snapshot before;
	struct packet out;
	snapshot_take(&world, &before);
	__u32 verdict = world_ingress(&world, frame, &out);
	cr_expect_eq(verdict, XDP_PASS, "%s: verdict %u", what, verdict);
	datagram_expect_same(&out, frame, what);
	snapshot_expect_dropped(&world, &before, 0, 0, what);
}

static void expect_datagram_passed(const struct datagram *datagram, const char *what)
{
	struct packet frame;
	datagram_frame(datagram, &frame);
	expect_passed(&frame, what);
}

/* A good frame with one byte changed. */
static void expect_changed_passed(int outer, __u32 at, __u8 value, const char *what)
{
	struct packet frame;
	struct datagram datagram = GOOD;
	datagram.outer = outer;
	datagram_frame(&datagram, &frame);
	frame.data[at] = value;
	expect_passed(&frame, what);
}

Test(ingress_pass, other_ports)
{
	static const __u16 ports[] = {1, 53, WORLD_LISTEN_PORT - 1, WORLD_LISTEN_PORT + 1, 65535};
	for (int outer = 4; outer <= 6; outer += 2)
		for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
			struct datagram datagram = GOOD;
			datagram.outer = outer;
			datagram.target_port = ports[i];
			expect_datagram_passed(&datagram, "another port");
		}
	struct datagram swapped = GOOD;
	swapped.source_port = WORLD_LISTEN_PORT;
	swapped.target_port = WORLD_REMOTE_PORT;
	expect_datagram_passed(&swapped, "from our port, not to it");
}

Test(ingress_pass, other_protocols)
{
	for (__u32 protocol = 0; protocol < 256; protocol++) {
		if (protocol == 17)
			continue;
		expect_changed_passed(4, 14 + 9, (__u8)protocol, "IPv4, not UDP");
		expect_changed_passed(6, 14 + 6, (__u8)protocol, "IPv6, not UDP or behind an extension header");
	}
}

Test(ingress_pass, other_ethertypes)
{
	static const __u8 types[][2] = {{0x08, 0x06}, {0x81, 0x00}, {0x88, 0xa8}, {0x88, 0x47}, {0, 46}};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct packet frame;
		datagram_frame(&GOOD, &frame);
		memcpy(frame.data + 12, types[i], 2);
		expect_passed(&frame, "another EtherType");
	}
	struct packet frame;
	struct datagram six = {.outer = 6, .inner = 4};
	datagram_frame(&six, &frame);
	frame.data[12] = 0x08;
	frame.data[13] = 0x00;
	expect_passed(&frame, "IPv6 dressed as IPv4");
}

Test(ingress_pass, broken_ip_headers)
{
	for (__u8 words = 0; words < 5; words++)
		expect_changed_passed(4, 14, 0x40 | words, "an IPv4 header shorter than 20 bytes");
	expect_changed_passed(4, 14, 0x65, "version 6 behind the EtherType of IPv4");
	expect_changed_passed(6, 14, 0x40, "version 4 behind the EtherType of IPv6");
	expect_changed_passed(4, 14 + 2, 0xff, "IPv4 total length beyond the frame");
	expect_changed_passed(6, 14 + 4, 0xff, "IPv6 payload length beyond the frame");
	struct packet frame;
	datagram_frame(&GOOD, &frame);
	frame.data[16] = 0;
	frame.data[17] = 19;
	expect_passed(&frame, "IPv4 total length shorter than its header");
}

/* A header of 16 bytes would put the UDP header upon the target's address: 202.108 is our port. */
Test(ingress_pass, a_short_header_with_a_port_like_ours)
{
	struct datagram datagram = {.inner = 4, .target = "192.0.202.108", .source_port = 64};
	struct packet frame;
	devices_set_forwarding(0);
	datagram_frame(&datagram, &frame);
	frame.data[14] = 0x44;
	expect_passed(&frame, "an IPv4 header of 16 bytes");
}

Test(ingress_pass, fragments)
{
	static const __u16 fragments[] = {0x2000, 0x2001, 0x0001, 0x1fff, 0x6000};
	for (size_t i = 0; i < sizeof(fragments) / sizeof(fragments[0]); i++) {
		struct datagram datagram = GOOD;
		datagram.fragment = htons(fragments[i]);
		expect_datagram_passed(&datagram, "a fragment: the stack puts it together");
	}
	struct packet frame;
	struct datagram whole = GOOD;
	whole.fragment = htons(0x4000);
	datagram_frame(&whole, &frame);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_REDIRECT, "Don't Fragment is no fragment");
}

/* Every family, every message that would be dropped if it were for us. */
static void expect_foreign_passed(int outer, const char *target)
{
	struct packet message, frame;
	struct datagram datagram = {.outer = outer, .target = target};
	static const struct {
		__u32 type, bytes;
		const char *what;
	} MESSAGES[] = {
		{4, 100, "foreign: unknown index"},
		{4, 20, "foreign: short data"},
		{1, 147, "foreign: an initiation one byte short"},
		{0x31313131, 500, "foreign: no WireGuard at all"},
	};
	for (size_t i = 0; i < sizeof(MESSAGES) / sizeof(MESSAGES[0]); i++) {
		message_other(&message, MESSAGES[i].type, MESSAGES[i].bytes);
		datagram_frame_message(&datagram, &message, &frame);
		expect_passed(&frame, MESSAGES[i].what);
	}
	message.bytes = 1;
	datagram_frame_message(&datagram, &message, &frame);
	expect_passed(&frame, "foreign: one byte");
}

Test(ingress_pass, foreign_datagrams)
{
	expect_foreign_passed(4, "203.0.113.5");
	expect_foreign_passed(6, "2001:db8:c::5");
}

/* A wrong UDP length is a reason to drop as any other: what the stack would forward is not ours to drop. */
Test(ingress_pass, foreign_datagram_with_a_wrong_udp_length)
{
	static const char *targets[] = {"203.0.113.5", "2001:db8:c::5"};
	for (int i = 0; i < 2; i++) {
		struct packet frame;
		struct datagram datagram = {.outer = i ? 6 : 4, .inner = 4, .target = targets[i]};
		datagram_frame(&datagram, &frame);
		frame.data[14 + (i ? 40 : 20) + 4] = 0xff;
		expect_passed(&frame, "foreign: a wrong UDP length");
	}
}

/* Without forwarding nothing is foreign: the stack would throw it away as well. */
Test(ingress_pass, a_host_has_no_foreign_datagrams)
{
	struct packet message, frame;
	struct snapshot before;
	struct datagram datagram = {.target = "203.0.113.5"};
	devices_set_forwarding(0);
	message_other(&message, 4, 100);
	datagram_frame_message(&datagram, &message, &frame);
	snapshot_take(&world, &before);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	snapshot_expect_dropped(&world, &before, JVPN_DROP_unknown_index, 1, "not forwarded");
}

/* Cut anywhere, a frame neither crashes the door nor is redirected; nor does it change anything but drops. */
static void expect_truncated(const struct datagram *datagram)
{
	struct packet frame;
	datagram_frame(datagram, &frame);
	__u32 whole = frame.bytes;
	struct snapshot before, after;
	snapshot_take(&world, &before);
	for (frame.bytes = PACKET_ETHERNET_BYTES; frame.bytes < whole; frame.bytes++) {
		__u32 verdict = world_ingress(&world, &frame, NULL);
		cr_expect(verdict == XDP_PASS || verdict == XDP_DROP, "%u bytes: verdict %u", frame.bytes, verdict);
	}
	snapshot_take(&world, &after);
	cr_expect(!memcmp(&before.key, &after.key, sizeof(after.key)));
	cr_expect(!memcmp(&before.counters, &after.counters, sizeof(after.counters)));
	cr_expect_eq(before.events, after.events);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_REDIRECT, "the whole frame");
}

Test(ingress_pass, truncated_frames)
{
	static const struct datagram datagrams[] = {
		{.outer = 4, .inner = 4, .payload_bytes = 100, .counter = 0},
		{.outer = 6, .inner = 6, .payload_bytes = 100, .counter = 1},
		{.outer = 4, .inner = 6, .payload_bytes = 100, .counter = 2, .options_bytes = 40},
	};
	for (size_t i = 0; i < sizeof(datagrams) / sizeof(datagrams[0]); i++)
		expect_truncated(&datagrams[i]);
}

/* The same, each cut frame telling the truth about its length in both headers. */
Test(ingress_pass, short_messages)
{
	struct packet text, message, frame;
	datagram_text(&GOOD, &text);
	message_data(&message, world_receive_key, WORLD_KEY, 0, &text, message_padded(text.bytes));
	__u32 whole = message.bytes;
	for (message.bytes = 0; message.bytes < whole; message.bytes++)
		for (int outer = 4; outer <= 6; outer += 2) {
			struct datagram datagram = {.outer = outer};
			datagram_frame_message(&datagram, &message, &frame);
			__u32 verdict = world_ingress(&world, &frame, NULL);
			cr_expect_eq(verdict, XDP_DROP, "%u bytes: verdict %u", message.bytes, verdict);
		}
	cr_expect_eq(world_counters(&world).last_rx_ns, 0);
}
