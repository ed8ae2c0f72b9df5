/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 2, the controller's frames (include/jvpn/frame.h): a text of its choice, sealed under
 * the session's key and sent on the path it names.
 */
#include "datagram.h"
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

TestSuite(egress_frame, .init = setup, .fini = teardown);

static struct jvpn_frame header(__u32 text_bytes)
{
	struct jvpn_frame frame = {
		.magic = JVPN_FRAME_MAGIC,
		.session = WORLD_SESSION,
		.slot = JVPN_FRAME_ANY_PATH,
		.text_bytes = text_bytes,
	};
	return frame;
}

static void text_of(__u32 bytes, struct packet *text)
{
	static const __u8 type = 0x11; /* no IP version */
	packet_clear(text);
	if (!bytes)
		return;
	packet_append(text, &type, 1);
	packet_append_pattern(text, bytes - 1);
}

static void expect_sent(const struct jvpn_frame *frame_header, const struct packet *text, const struct wire *wire,
			const char *what)
{
	struct packet frame;
	struct snapshot before;
	departure_control_frame(frame_header, text, &frame);
	snapshot_take(&world, &before);
	departure_expect_sent(&world, &frame, text, wire, what);
	struct jvpn_counters counters = world_counters(&world);
	__u64 data = text->bytes ? 1 : 0;
	cr_expect_eq(counters.tx_packets, before.counters.tx_packets + data, "%s", what);
	cr_expect_eq(counters.tx_bytes, before.counters.tx_bytes + text->bytes, "%s", what);
	cr_expect_gt(counters.last_tx_ns, before.counters.last_tx_ns, "%s", what);
	cr_expect_eq(counters.last_tx_data_ns > before.counters.last_tx_data_ns, data, "%s", what);
	snapshot_expect_counted(&world, &before, 0, 0, what);
}

static void expect_refused(const struct jvpn_frame *frame_header, const struct packet *text, __u32 reason,
			   const char *what)
{
	struct packet frame, out;
	struct snapshot before;
	departure_control_frame(frame_header, text, &frame);
	snapshot_take(&world, &before);
	cr_expect_eq(world_egress(&world, &frame, &out), TC_ACT_SHOT, "%s", what);
	datagram_expect_same(&out, &frame, what);
	snapshot_expect_dropped(&world, &before, reason, 1, what);
}

Test(egress_frame, keepalive)
{
	struct packet nothing = {0};
	struct jvpn_frame frame = header(0);
	struct wire wire = {.counter = 0};
	expect_sent(&frame, &nothing, &wire, "a keepalive");
}

Test(egress_frame, text_of_every_length)
{
	__u64 counter = 0;
	for (__u32 bytes = 1; bytes <= 100; bytes++) {
		struct packet text;
		struct jvpn_frame frame = header(bytes);
		struct wire wire = {.counter = counter++};
		text_of(bytes, &text);
		expect_sent(&frame, &text, &wire, "a text");
	}
}

/* Shorter than what the frame holds: only the text is sealed, the rest of the buffer is not sent. */
Test(egress_frame, text_shorter_than_its_frame)
{
	struct packet frame, text;
	struct jvpn_frame frame_header = header(5);
	struct wire wire = {.counter = 0};
	text_of(60, &text);
	departure_control_frame(&frame_header, &text, &frame);
	text.bytes = 5;
	departure_expect_sent(&world, &frame, &text, &wire, "five of sixty bytes");
}

/* A packet in a frame: what was staged while the handshake ran goes out again like this. */
Test(egress_frame, packet_as_text)
{
	struct packet text;
	struct departure departure = {.inner = 6, .payload_bytes = 300};
	departure_packet(&departure, &text);
	struct jvpn_frame frame = header(text.bytes);
	struct wire wire = {.counter = 0};
	expect_sent(&frame, &text, &wire, "a staged packet");
}

Test(egress_frame, path_of_its_choice)
{
	struct packet text;
	struct jvpn_frame frame = header(40);
	text_of(40, &text);
	frame.slot = 1;
	struct wire six = {.outer = 6, .counter = 0};
	expect_sent(&frame, &text, &six, "the standby path");
	frame.slot = 0;
	struct wire four = {.outer = 4, .counter = 1};
	expect_sent(&frame, &text, &four, "the active path by its slot");

	static const __u32 slots[] = {2, 7, 8, 0xfe, 0x100, 0xffffffff};
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		frame.slot = slots[i];
		expect_refused(&frame, &text, JVPN_DROP_no_path, "a slot that is free or not there");
	}
}

Test(egress_frame, key_of_its_choice)
{
	struct packet text;
	struct jvpn_frame frame = header(40);
	text_of(40, &text);
	frame.key = WORLD_NEXT_KEY;
	struct wire wire = {.peer_index = WORLD_NEXT_PEER_INDEX, .key = world_next_key};
	expect_sent(&frame, &text, &wire, "the key pair it names");
	cr_expect_eq(world_keypair(&world, WORLD_KEY).send_counter, 0, "the other one's counter stays");

	struct jvpn_keypair keypair = world_keypair(&world, WORLD_NEXT_KEY);
	keypair.session = WORLD_SESSION + 1;
	world_put_keypair(&world, WORLD_NEXT_KEY, &keypair);
	struct packet raw;
	departure_control_frame(&frame, &text, &raw);
	cr_expect_eq(world_egress(&world, &raw, NULL), TC_ACT_SHOT, "a key pair of another session");
	cr_expect_eq(world_drops(&world, JVPN_DROP_no_key), 1);
}

Test(egress_frame, no_ecn_of_the_packet_before)
{
	struct packet frame, text;
	struct departure departure = {.inner = 4, .tos = 0xff};
	departure_frame(&departure, &frame);
	cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_REDIRECT);
	struct jvpn_frame frame_header = header(20);
	struct wire wire = {.counter = 1, .tos = 0};
	text_of(20, &text);
	expect_sent(&frame_header, &text, &wire, "a frame behind a marked packet");
}

Test(egress_frame, no_key_of_the_frame_before)
{
	struct packet frame, text;
	struct jvpn_frame frame_header = header(40);
	struct departure departure = {.inner = 4};
	text_of(40, &text);
	frame_header.key = WORLD_NEXT_KEY;
	frame_header.slot = 1;
	departure_control_frame(&frame_header, &text, &frame);
	cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_REDIRECT);
	struct wire wire = {.outer = 4, .counter = 0};
	departure_packet(&departure, &text);
	departure_frame(&departure, &frame);
	departure_expect_sent(&world, &frame, &text, &wire, "a packet behind a frame with a key and a path");
}

Test(egress_frame, wrong_magic)
{
	struct packet text;
	text_of(40, &text);
	for (__u32 bit = 8; bit < 32; bit++) {
		struct jvpn_frame frame = header(40);
		frame.magic ^= 1u << bit;
		expect_refused(&frame, &text, JVPN_DROP_send_malformed, "another magic");
	}
}

Test(egress_frame, text_longer_than_its_frame)
{
	static const __u32 lies[] = {41, 64, 9216, 9217, 65536, 0x7fffffff, 0xffffffff, 0xffffffe8};
	struct packet text;
	text_of(40, &text);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct jvpn_frame frame = header(lies[i]);
		expect_refused(&frame, &text, JVPN_DROP_send_malformed, "a text longer than its frame");
	}
}

Test(egress_frame, cut_header)
{
	struct packet frame, nothing = {0};
	struct snapshot before;
	struct jvpn_frame frame_header = header(0);
	departure_control_frame(&frame_header, &nothing, &frame);
	for (frame.bytes--; frame.bytes >= PACKET_ETHERNET_BYTES + 20; frame.bytes--) {
		snapshot_take(&world, &before);
		cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_SHOT);
		snapshot_expect_dropped(&world, &before, JVPN_DROP_send_malformed, 1, "a cut header");
	}
}

Test(egress_frame, too_big_for_the_path)
{
	struct packet text;
	struct jvpn_frame frame = header(WORLD_MTU - JVPN_OVERHEAD_V4_BYTES + 1);
	text_of(frame.text_bytes, &text);
	expect_refused(&frame, &text, JVPN_DROP_too_big, "one byte too long");
}

Test(egress_frame, session_of_its_choice)
{
	struct packet text;
	struct jvpn_frame frame = header(40);
	text_of(40, &text);
	frame.session = WORLD_SESSION + 1;
	expect_refused(&frame, &text, JVPN_DROP_session_gone, "no such session");
}
