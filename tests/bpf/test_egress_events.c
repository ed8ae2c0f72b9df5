/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 2, what it asks the controller for: a key, with the packet that needs it. A burst of
 * JVPN_STAGED_PACKETS_MAX, then one a JVPN_STAGE_SPACING_MS: a flow without a key costs no more
 * than a drop a packet.
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

TestSuite(egress_events, .init = setup, .fini = teardown);

static const struct departure GOOD = {.inner = 4, .payload_bytes = 100};

static void expect_asked(const struct departure *departure, __u32 reason, __u64 session, __u32 peer, const char *what)
{
	struct packet frame, text;
	struct snapshot before;
	departure_frame(departure, &frame);
	departure_packet(departure, &text);
	snapshot_take(&world, &before);
	__u32 had = world.events_count;
	__u64 began = world_now();
	cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_SHOT, "%s", what);

	cr_assert_eq(world_poll(&world), had + 1, "%s: one event", what);
	const struct jvpn_event_staged *staged = &world.events[had];
	cr_expect(staged->event.at_ns >= began && staged->event.at_ns <= world_now());
	bool fits = text.bytes <= JVPN_STAGED_TEXT_MAX_BYTES;
	struct jvpn_event expected = {
		.kind = JVPN_EVENT_NEED_KEY,
		.session = session,
		.peer = peer,
		.at_ns = staged->event.at_ns,
		.text_bytes = fits ? text.bytes : 0,
	};
	cr_expect(!memcmp(&staged->event, &expected, sizeof(expected)), "%s: the event", what);
	cr_expect(!fits || !memcmp(staged->text, text.data, text.bytes), "%s: the packet inside", what);
	snapshot_expect_counted(&world, &before, reason, fits ? 0 : 1, what); /* a staged packet is not lost */
	struct jvpn_counters counters = world_counters(&world);
	cr_expect_eq(counters.tx_packets, 0, "%s", what);
	cr_expect_eq(counters.last_tx_ns, 0, "%s", what);
}

static void forget_last_event(void)
{
	struct jvpn_counters counters = world_counters(&world);
	counters.staged_ns = 0;
	world_put_counters(&world, &counters);
}

static void expect_no_key(const char *what)
{
	forget_last_event();
	expect_asked(&GOOD, JVPN_DROP_no_key, WORLD_SESSION, WORLD_PEER, what);
}

Test(egress_events, no_session_stages_the_packet)
{
	struct departure four = {.inner = 4, .payload_bytes = 333, .target = WORLD_OTHER_V4};
	struct departure six = {.inner = 6, .payload_bytes = 333, .target = WORLD_OTHER_V6};
	expect_asked(&four, JVPN_DROP_no_session, 0, WORLD_OTHER_PEER, "IPv4");
	expect_asked(&six, JVPN_DROP_no_session, 0, WORLD_OTHER_PEER, "IPv6");
}

#define SPACING_NS (JVPN_STAGE_SPACING_MS * MILLISECOND_NS)
#define FULL_NS (JVPN_STAGED_PACKETS_MAX * SPACING_NS)

/* 200 at once: the burst, what the time earned meanwhile, and no more; the rest is counted. */
static void expect_burst(const struct departure *departure, __u32 reason)
{
	struct packet frame;
	departure_frame(departure, &frame);
	__u64 began = world_now();
	for (int i = 0; i < 200; i++)
		cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_SHOT);
	__u64 earned = (world_now() - began) / SPACING_NS + 1;
	__u32 asked = world_poll(&world);
	cr_expect(asked >= JVPN_STAGED_PACKETS_MAX && asked <= JVPN_STAGED_PACKETS_MAX + earned, "%u events", asked);
	cr_expect_eq(world_drops(&world, reason), 200 - asked);
}

static const struct departure NO_SESSION = {.inner = 4, .payload_bytes = 33, .target = WORLD_OTHER_V4};

Test(egress_events, no_session_stages_a_burst)
{
	expect_burst(&NO_SESSION, JVPN_DROP_no_session);
}

/* With the bucket filled to the brim a packet asks for nothing; a run that took the time of a drop is repeated. */
static void expect_silence(void (*fill)(__u64 staged_ns), const struct departure *departure)
{
	struct packet frame;
	departure_frame(departure, &frame);
	for (int attempt = 0; attempt < 50; attempt++) {
		__u32 had = world_poll(&world);
		__u64 began = world_now();
		fill(began + FULL_NS);
		cr_expect_eq(world_egress(&world, &frame, NULL), TC_ACT_SHOT);
		if (world_now() - began >= SPACING_NS)
			continue;
		cr_expect_eq(world_poll(&world), had, "the bucket is full");
		return;
	}
	cr_skip_test("this machine is too busy to run one packet in %d ms", JVPN_STAGE_SPACING_MS);
}

static void fill_route(__u64 staged_ns)
{
	struct jvpn_route route = {.peer = WORLD_OTHER_PEER, .staged_ns = staged_ns};
	world_put_route(&world, "10.7.0.0", 24, &route);
}

static void fill_counters(__u64 staged_ns)
{
	struct jvpn_counters counters = world_counters(&world);
	counters.staged_ns = staged_ns;
	world_put_counters(&world, &counters);
}

/* `staged_ns`: when the bucket of what was asked is empty. A time no bucket reaches is a stale one. */
Test(egress_events, no_session_after_a_burst)
{
	expect_silence(fill_route, &NO_SESSION);
	__u64 staged_ns = world_now() + FULL_NS - 2 * SPACING_NS;
	fill_route(staged_ns);
	expect_asked(&NO_SESSION, JVPN_DROP_no_session, 0, WORLD_OTHER_PEER, "room for one");
	cr_expect_eq(world_route(&world, "10.7.0.0", 24).staged_ns, staged_ns + SPACING_NS);
	fill_route(world_now() + 3600 * SECOND_NS);
	expect_asked(&NO_SESSION, JVPN_DROP_no_session, 0, WORLD_OTHER_PEER, "a stale time");
}

Test(egress_events, no_key_in_the_word)
{
	struct jvpn_session session = world_session(&world);
	session.keys = 0;
	world_put_session(&world, &session);
	expect_no_key("none at all");
	session.keys = JVPN_KEYS(0, WORLD_NEXT_KEY);
	world_put_session(&world, &session);
	expect_no_key("an unconfirmed key pair does not send");
	session.keys = JVPN_KEYS(WORLD_KEY + 1, 0);
	world_put_session(&world, &session);
	expect_no_key("a key pair that was removed");
}

Test(egress_events, no_key_that_may_send)
{
	struct jvpn_keypair good = world_keypair(&world, WORLD_KEY), keypair = good;
	keypair.dead = 1;
	world_put_keypair(&world, WORLD_KEY, &keypair);
	expect_no_key("dead");
	keypair = good;
	keypair.birth_ns = world_now() - (JVPN_REJECT_AFTER_TIME_S + 1) * SECOND_NS;
	world_put_keypair(&world, WORLD_KEY, &keypair);
	expect_no_key("older than 180 s");
	keypair = good;
	keypair.session = WORLD_SESSION + 1;
	world_put_keypair(&world, WORLD_KEY, &keypair);
	expect_no_key("another session's");
	cr_expect_eq(world_keypair(&world, WORLD_KEY).send_counter, 0, "no counter was spent");
}

Test(egress_events, no_key_stages_a_burst)
{
	struct jvpn_session session = world_session(&world);
	session.keys = 0;
	world_put_session(&world, &session);
	expect_burst(&GOOD, JVPN_DROP_no_key);
}

Test(egress_events, no_key_after_a_burst)
{
	struct jvpn_session session = world_session(&world);
	session.keys = 0;
	world_put_session(&world, &session);
	expect_silence(fill_counters, &GOOD);
}

/* What does not fit the record is asked for without it. */
Test(egress_events, staged_up_to_its_bound)
{
	struct jvpn_session session = world_session(&world);
	session.keys = 0;
	world_put_session(&world, &session);
	for (__u32 bytes = JVPN_STAGED_TEXT_MAX_BYTES - 1; bytes <= JVPN_STAGED_TEXT_MAX_BYTES + 1; bytes++) {
		struct departure departure = {.inner = 4, .payload_bytes = bytes - 28};
		forget_last_event();
		expect_asked(&departure, JVPN_DROP_no_key, WORLD_SESSION, WORLD_PEER, "near the bound");
	}
}

/* Padding of the link is not staged: the packet is as long as its header says. */
Test(egress_events, staged_without_what_follows)
{
	struct departure departure = {.inner = 4, .payload_bytes = 2, .trailer_bytes = 16, .target = WORLD_OTHER_V4};
	expect_asked(&departure, JVPN_DROP_no_session, 0, WORLD_OTHER_PEER, "with a trailer");
}
