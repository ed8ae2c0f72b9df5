/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 1, what it refuses before a packet is proven: each reason counted once, and nothing
 * else in the world changed. Not here: `admission` (test_ingress_admission.c), what is refused
 * after the proof (test_ingress_proven.c), `replay_contended` (needs a race that cannot be
 * forced; tests/unit/bpf has it).
 */
#include "datagram.h"
#include "snapshot.h"

#include <bpf/bpf.h>
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

TestSuite(ingress_drop, .init = setup, .fini = teardown);

static const struct datagram GOOD = {.inner = 4, .payload_bytes = 100};

static void expect_frame_dropped(const struct packet *frame, __u32 reason, const char *what)
{
	struct snapshot before;
	struct packet out;
	snapshot_take(&world, &before);
	__u32 verdict = world_ingress(&world, frame, &out);
	cr_expect_eq(verdict, XDP_DROP, "%s: verdict %u", what, verdict);
	datagram_expect_same(&out, frame, what);
	snapshot_expect_dropped(&world, &before, reason, 1, what);
}

static void expect_message_dropped(const struct packet *message, __u32 reason, const char *what)
{
	struct packet frame;
	for (int outer = 4; outer <= 6; outer += 2) {
		struct datagram datagram = {.outer = outer};
		datagram_frame_message(&datagram, message, &frame);
		expect_frame_dropped(&frame, reason, what);
	}
}

static void expect_dropped(const struct datagram *datagram, __u32 reason, const char *what)
{
	struct packet frame;
	datagram_frame(datagram, &frame);
	expect_frame_dropped(&frame, reason, what);
}

Test(ingress_drop, message_type)
{
	static const __u32 types[] = {0, 5, 6, 255, 0x100 + 4, 0x04000000, 0x80000004, 0xffffffff};
	struct packet message;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		message_other(&message, types[i], 148);
		expect_message_dropped(&message, JVPN_DROP_message_type, "a type WireGuard does not know");
	}
}

/* Types 1 to 3 have one length each; every other is refused, whatever the rest says. */
Test(ingress_drop, message_length_of_handshakes)
{
	static const __u32 right[4] = {0, 148, 92, 64};
	struct packet message;
	for (__u32 type = 1; type <= 3; type++)
		for (__u32 bytes = 4; bytes <= 200; bytes++) {
			if (bytes == right[type])
				continue;
			message_other(&message, type, bytes);
			expect_message_dropped(&message, JVPN_DROP_message_length, "a handshake of another length");
		}
}

Test(ingress_drop, message_length_of_data)
{
	struct packet message;
	for (__u32 bytes = 4; bytes < 32; bytes++) {
		message_other(&message, 4, bytes);
		expect_message_dropped(&message, JVPN_DROP_message_length, "data too short for header and tag");
	}
	message.bytes = 0;
	expect_message_dropped(&message, JVPN_DROP_message_length, "no message");
}

Test(ingress_drop, too_big)
{
	struct packet message;
	message_other(&message, 4, 32 + JVPN_TEXT_MAX_BYTES + 1);
	expect_message_dropped(&message, JVPN_DROP_too_big, "one byte more than the largest text");
	message_other(&message, 4, 32 + JVPN_TEXT_MAX_BYTES);
	expect_message_dropped(&message, JVPN_DROP_unknown_index, "the largest text is looked at");
}

/* The UDP length lies: shorter than its own header, or longer than the IP packet. */
Test(ingress_drop, outer_malformed)
{
	static const __u32 lies[] = {0, 7, 9999, 65535};
	for (int outer = 4; outer <= 6; outer += 2)
		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			struct datagram datagram = GOOD;
			struct packet frame;
			datagram.outer = outer;
			datagram_frame(&datagram, &frame);
			__u8 *udp = frame.data + 14 + (outer == 4 ? 20 : 40);
			udp[4] = (__u8)(lies[i] >> 8);
			udp[5] = (__u8)lies[i];
			expect_frame_dropped(&frame, JVPN_DROP_outer_malformed, "the UDP length lies");
		}
}

/* One byte less or more than the truth: the lie is in range, and is believed; the AEAD refuses. */
Test(ingress_drop, udp_length_one_short)
{
	struct packet frame;
	datagram_frame(&GOOD, &frame);
	frame.data[14 + 20 + 5]--;
	expect_frame_dropped(&frame, JVPN_DROP_open_failed, "UDP length one short");
	frame.data[14 + 20 + 5] = (__u8)(frame.data[14 + 20 + 5] + 2);
	expect_frame_dropped(&frame, JVPN_DROP_outer_malformed, "UDP length one long");
}

Test(ingress_drop, unknown_index)
{
	static const __u32 indices[] = {0, 1, WORLD_KEY + 1, WORLD_KEY ^ 0x80000000, 0xffffffff, WORLD_KEY_PEER_INDEX};
	for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
		struct packet text, message;
		datagram_text(&GOOD, &text);
		message_data(&message, world_receive_key, indices[i], 0, &text, message_padded(text.bytes));
		expect_message_dropped(&message, JVPN_DROP_unknown_index, "an index nobody gave out");
	}
}

Test(ingress_drop, open_failed_under_another_key)
{
	struct datagram datagram = GOOD;
	datagram.key = world_send_key; /* right session, wrong direction */
	expect_dropped(&datagram, JVPN_DROP_open_failed, "sealed with our own sending key");
	datagram = GOOD;
	datagram.index = WORLD_NEXT_KEY; /* sealed for one key pair, addressed to another */
	expect_dropped(&datagram, JVPN_DROP_open_failed, "another key pair's packet");
}

/* Every bit of header, text and tag is bound: each alone changed, none opens. */
Test(ingress_drop, open_failed_on_any_bit)
{
	struct packet good;
	datagram_frame(&GOOD, &good);
	for (__u32 bit = (14 + 20 + 8 + 8) * 8; bit < good.bytes * 8; bit++) {
		struct packet frame = good;
		frame.data[bit / 8] ^= (__u8)(1 << bit % 8);
		__u32 verdict = world_ingress(&world, &frame, NULL);
		cr_expect_eq(verdict, XDP_DROP, "bit %u: verdict %u", bit, verdict);
	}
	cr_expect_eq(world_keypair(&world, WORLD_KEY).replay.greatest, 0);
	cr_expect_eq(world_counters(&world).last_rx_ns, 0);
}

Test(ingress_drop, key_expired_by_age)
{
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	keypair.birth_ns = world_now() - 181 * SECOND_NS;
	world_put_keypair(&world, WORLD_KEY, &keypair);
	expect_dropped(&GOOD, JVPN_DROP_key_expired, "a key of 181 s");

	keypair.birth_ns = world_now() - 178 * SECOND_NS;
	world_put_keypair(&world, WORLD_KEY, &keypair);
	struct packet frame;
	datagram_frame(&GOOD, &frame);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_REDIRECT, "a key of 178 s opens");
}

Test(ingress_drop, key_expired_by_counter)
{
	static const __u64 counters[] = {JVPN_REJECT_AFTER_MESSAGES, JVPN_REJECT_AFTER_MESSAGES + 1, ~0ull};
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		struct datagram datagram = GOOD;
		datagram.counter = counters[i];
		expect_dropped(&datagram, JVPN_DROP_key_expired, "a counter beyond the limit");
	}
	struct datagram last = GOOD;
	struct packet frame;
	last.counter = JVPN_REJECT_AFTER_MESSAGES - 1;
	datagram_frame(&last, &frame);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_REDIRECT, "the last counter opens");
}

Test(ingress_drop, session_gone_dead_key)
{
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	keypair.dead = 1;
	world_put_keypair(&world, WORLD_KEY, &keypair);
	expect_dropped(&GOOD, JVPN_DROP_session_gone, "a dead key pair");
}

Test(ingress_drop, session_gone_terminated)
{
	struct jvpn_session session = world_session(&world);
	session.state = JVPN_STATE_TERMINATED;
	world_put_session(&world, &session);
	expect_dropped(&GOOD, JVPN_DROP_session_gone, "a terminated session");
}

Test(ingress_drop, session_gone_removed)
{
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	keypair.session = WORLD_SESSION + 1;
	world_put_keypair(&world, WORLD_KEY, &keypair);
	expect_dropped(&GOOD, JVPN_DROP_session_gone, "a key pair whose session was removed");
}

Test(ingress_drop, session_expired)
{
	struct jvpn_session session = world_session(&world);
	session.deadline_ns = world_now() - 1;
	world_put_session(&world, &session);
	expect_dropped(&GOOD, JVPN_DROP_session_expired, "the deadline has passed");

	struct packet frame;
	session.deadline_ns = world_now() + 60 * SECOND_NS;
	world_put_session(&world, &session);
	datagram_frame(&GOOD, &frame);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_REDIRECT, "the deadline is ahead");
}
