/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 1, the order of its checks: length before content, authentication before the replay
 * window moves, the replay window before any effect. What breaks an order is an attack.
 */
#include "datagram.h"
#include "snapshot.h"

#include <criterion/criterion.h>
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

TestSuite(ingress_order, .init = setup, .fini = teardown);

static const __u8 forger_key[32] = {0x66};

static __u32 receive(const struct datagram *datagram)
{
	struct packet frame;
	datagram_frame(datagram, &frame);
	return world_ingress(&world, &frame, NULL);
}

static void expect_refused(const struct datagram *datagram, __u32 reason, const char *what)
{
	struct snapshot before;
	snapshot_take(&world, &before);
	__u32 verdict = receive(datagram);
	cr_expect_eq(verdict, XDP_DROP, "%s: verdict %u", what, verdict);
	snapshot_expect_dropped(&world, &before, reason, 1, what);
}

/* A forged packet far ahead must not push the window past the honest ones. */
Test(ingress_order, forged_counter_does_not_move_the_window)
{
	struct datagram honest = {.inner = 4, .payload_bytes = 50, .counter = 100};
	cr_expect_eq(receive(&honest), XDP_REDIRECT);
	struct datagram forged = {.inner = 4, .payload_bytes = 50, .key = forger_key};
	for (__u32 shift = 7; shift < 64; shift++) {
		forged.counter = (1ull << shift) - 1;
		expect_refused(&forged, JVPN_DROP_open_failed, "a forged counter far ahead");
	}
	forged.counter = JVPN_REJECT_AFTER_MESSAGES - 1;
	expect_refused(&forged, JVPN_DROP_open_failed, "the forged last counter");
	honest.counter = 101;
	cr_expect_eq(receive(&honest), XDP_REDIRECT, "the next honest packet still opens");
}

/* Nor may it burn a counter that the honest packet will carry. */
Test(ingress_order, forged_packet_does_not_spend_a_counter)
{
	struct datagram forged = {.inner = 4, .payload_bytes = 50, .counter = 5, .key = forger_key};
	struct datagram honest = {.inner = 4, .payload_bytes = 50, .counter = 5};
	expect_refused(&forged, JVPN_DROP_open_failed, "forged with the counter to come");
	cr_expect_eq(receive(&honest), XDP_REDIRECT);
}

/* From a new address, with a right index: no event, no last_rx, no key confirmed. */
Test(ingress_order, forged_packet_has_no_effect)
{
	struct jvpn_session session = world_session(&world);
	session.keys = JVPN_KEYS(WORLD_KEY, WORLD_NEXT_KEY);
	world_put_session(&world, &session);
	struct datagram forged = {.inner = 4, .payload_bytes = 50, .key = forger_key, .source = "203.0.113.66"};
	expect_refused(&forged, JVPN_DROP_open_failed, "forged from elsewhere");
	forged.index = WORLD_NEXT_KEY;
	expect_refused(&forged, JVPN_DROP_open_failed, "forged for the unconfirmed key pair");
	forged.inner = 0;
	expect_refused(&forged, JVPN_DROP_open_failed, "a forged keepalive");
}

/* A replayed packet, even from elsewhere, says nothing about where the peer is. */
Test(ingress_order, replay_has_no_effect)
{
	struct datagram first = {.inner = 4, .payload_bytes = 50, .counter = 5};
	cr_expect_eq(receive(&first), XDP_REDIRECT);
	expect_refused(&first, JVPN_DROP_replay, "the same again");
	first.source = "203.0.113.66";
	expect_refused(&first, JVPN_DROP_replay, "the same from elsewhere");
	first.outer = 6;
	first.source = NULL;
	expect_refused(&first, JVPN_DROP_replay, "the same over the other family");
}

/* A replay for a session with an unconfirmed key: the window of that key decides, before the confirmation. */
Test(ingress_order, replay_does_not_confirm_a_key)
{
	struct datagram first = {
		.inner = 4, .payload_bytes = 50, .counter = 5, .index = WORLD_NEXT_KEY, .key = world_next_key};
	cr_expect_eq(receive(&first), XDP_REDIRECT);
	struct jvpn_session session = world_session(&world);
	session.keys = JVPN_KEYS(WORLD_KEY, WORLD_NEXT_KEY);
	world_put_session(&world, &session);
	expect_refused(&first, JVPN_DROP_replay, "a replay under the unconfirmed key pair");
}

/* Too old is refused by its counter alone: a key pair's window spans 8128 packets. */
Test(ingress_order, window_edges)
{
	struct datagram datagram = {.inner = 4, .payload_bytes = 50, .counter = 20000};
	cr_expect_eq(receive(&datagram), XDP_REDIRECT);
	datagram.counter = 20000 - JVPN_REPLAY_WINDOW_PACKETS - 1;
	expect_refused(&datagram, JVPN_DROP_replay, "one behind the window");
	datagram.counter = 20000 - JVPN_REPLAY_WINDOW_PACKETS;
	cr_expect_eq(receive(&datagram), XDP_REDIRECT, "the last in the window");
	expect_refused(&datagram, JVPN_DROP_replay, "and once only");
}

/* What is malformed inside still spends its counter: it was proven, and must not come again. */
Test(ingress_order, proven_garbage_spends_its_counter)
{
	struct packet text = {.bytes = 64, .data = {0x75}}, frame;
	struct datagram datagram = {.counter = 77};
	datagram_frame_text(&datagram, &text, &frame);
	struct snapshot before;
	snapshot_take(&world, &before);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	cr_expect_eq(world_keypair(&world, WORLD_KEY).replay.greatest, 78);
	snapshot_expect_counted(&world, &before, JVPN_DROP_inner_malformed, 1, "version 7");
	snapshot_take(&world, &before);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	snapshot_expect_dropped(&world, &before, JVPN_DROP_replay, 1, "the same again");
}

/* Length is judged before the index, the index before the counter, the counter before the tag. */
Test(ingress_order, the_first_wrong_thing_is_the_reason)
{
	struct packet message, frame;
	struct datagram datagram = {.inner = 4, .payload_bytes = 50, .counter = ~0ull, .index = 1, .key = forger_key};
	message_other(&message, 4, 31);
	datagram_frame_message(&datagram, &message, &frame);
	struct snapshot before;
	snapshot_take(&world, &before);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	snapshot_expect_dropped(&world, &before, JVPN_DROP_message_length, 1, "short and for nobody");

	expect_refused(&datagram, JVPN_DROP_unknown_index, "for nobody, counter too great, forged");
	datagram.index = WORLD_KEY;
	expect_refused(&datagram, JVPN_DROP_key_expired, "counter too great, forged");
	datagram.counter = 1;
	expect_refused(&datagram, JVPN_DROP_open_failed, "forged");

	struct jvpn_session session = world_session(&world);
	session.deadline_ns = 1;
	world_put_session(&world, &session);
	expect_refused(&datagram, JVPN_DROP_session_expired, "forged, for an expired session");
}
