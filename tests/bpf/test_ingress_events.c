/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 1, what it tells the controller: a key pair confirmed by its first packet, and a peer
 * seen elsewhere. Both only after the proof, each as often as it is news.
 */
#include "datagram.h"
#include "snapshot.h"

#include <arpa/inet.h>
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

TestSuite(ingress_events, .init = setup, .fini = teardown);

static void expect_delivered(const struct datagram *datagram)
{
	struct packet frame;
	datagram_frame(datagram, &frame);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_REDIRECT);
}

static void set_keys(__u32 current, __u32 next)
{
	struct jvpn_session session = world_session(&world);
	session.keys = JVPN_KEYS(current, next);
	world_put_session(&world, &session);
}

Test(ingress_events, first_packet_confirms_the_next_key)
{
	struct datagram datagram = {.inner = 4, .index = WORLD_NEXT_KEY, .key = world_next_key};
	set_keys(WORLD_KEY, WORLD_NEXT_KEY);
	struct jvpn_session before = world_session(&world);
	__u64 began = world_now();
	expect_delivered(&datagram);
	datagram.counter = 1;
	expect_delivered(&datagram);

	struct jvpn_session after = world_session(&world);
	cr_expect_eq(after.keys, JVPN_KEYS(WORLD_NEXT_KEY, 0));
	after.keys = before.keys;
	cr_expect(!memcmp(&before, &after, sizeof(after)), "the key word and nothing else");

	cr_assert_eq(world_poll(&world), 1, "exactly one event");
	const struct jvpn_event *event = &world.events[0].event;
	cr_expect(event->at_ns >= began && event->at_ns <= world_now());
	struct jvpn_event expected = {
		.kind = JVPN_EVENT_KEY_CONFIRMED,
		.index = WORLD_NEXT_KEY,
		.session = WORLD_SESSION,
		.peer = WORLD_PEER,
		.at_ns = event->at_ns,
	};
	cr_expect(!memcmp(event, &expected, sizeof(expected)));
}

Test(ingress_events, a_keepalive_confirms_too)
{
	struct packet frame;
	struct datagram keepalive = {.inner = 0, .index = WORLD_NEXT_KEY, .key = world_next_key};
	set_keys(0, WORLD_NEXT_KEY);
	datagram_frame(&keepalive, &frame);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	cr_expect_eq(world_session(&world).keys, JVPN_KEYS(WORLD_NEXT_KEY, 0));
	cr_expect_eq(world_poll(&world), 1);
}

/* Packets of the key pair that sends, or of an older one, confirm nothing. */
Test(ingress_events, other_keys_confirm_nothing)
{
	struct datagram current = {.inner = 4};
	set_keys(WORLD_KEY, WORLD_NEXT_KEY);
	expect_delivered(&current);
	cr_expect_eq(world_session(&world).keys, JVPN_KEYS(WORLD_KEY, WORLD_NEXT_KEY));
	struct datagram previous = {.inner = 4, .index = WORLD_NEXT_KEY, .key = world_next_key};
	set_keys(WORLD_KEY, 0);
	expect_delivered(&previous);
	cr_expect_eq(world_session(&world).keys, JVPN_KEYS(WORLD_KEY, 0), "a previous key pair only receives");
	cr_expect_eq(world_poll(&world), 0);
}

Test(ingress_events, the_active_path_is_no_news)
{
	struct datagram datagram = {.inner = 4};
	expect_delivered(&datagram);
	cr_expect_eq(world_poll(&world), 0);
}

static void expect_seen(const struct datagram *datagram, const char *local, const char *remote)
{
	__u64 began = world_now();
	__u32 had = world.events_count;
	struct jvpn_session before = world_session(&world);
	expect_delivered(datagram);
	struct jvpn_session after = world_session(&world);
	cr_expect(!memcmp(&before, &after, sizeof(after)), "being seen moves nothing");

	cr_assert_eq(world_poll(&world), had + 1, "one event");
	const struct jvpn_event *event = &world.events[had].event;
	cr_expect(event->at_ns >= began && event->at_ns <= world_now());
	struct jvpn_event expected = {
		.kind = JVPN_EVENT_PATH_SEEN,
		.index = WORLD_KEY,
		.session = WORLD_SESSION,
		.peer = WORLD_PEER,
		.at_ns = event->at_ns,
		.ifindex = world.uplink,
		.local = world_ip(local),
		.remote = world_ip(remote),
		.remote_port = htons(datagram->source_port ? datagram->source_port : WORLD_REMOTE_PORT),
		.family = (__u16)datagram->outer,
	};
	cr_expect(!memcmp(event, &expected, sizeof(expected)), "%s -> %s", remote, local);
}

static void forget_last_event(void)
{
	struct jvpn_counters counters = world_counters(&world);
	counters.path_seen_ns = 0;
	world_put_counters(&world, &counters);
}

/* Another address, another port, another of our addresses, another family: each is another path. */
Test(ingress_events, path_seen_tells_where)
{
	struct datagram address = {.outer = 4, .inner = 4, .source = "203.0.113.9", .counter = 0};
	expect_seen(&address, WORLD_LOCAL_V4, "203.0.113.9");
	forget_last_event();
	struct datagram port = {.outer = 4, .inner = 4, .source_port = 40008, .counter = 1};
	expect_seen(&port, WORLD_LOCAL_V4, WORLD_REMOTE_V4);
	forget_last_event();
	struct datagram local = {.outer = 4, .inner = 4, .target = "192.0.2.77", .counter = 2};
	expect_seen(&local, "192.0.2.77", WORLD_REMOTE_V4);
	forget_last_event();
	struct datagram family = {.outer = 6, .inner = 4, .counter = 3};
	expect_seen(&family, WORLD_LOCAL_V6, WORLD_REMOTE_V6);
}

/* A session with no path at all: anywhere is news. */
Test(ingress_events, path_seen_without_a_path)
{
	struct jvpn_session session = world_session(&world);
	session.word = JVPN_WORD(WORLD_VERSION, JVPN_WORD_NO_SLOT);
	world_put_session(&world, &session);
	struct datagram datagram = {.outer = 4, .inner = 4};
	expect_seen(&datagram, WORLD_LOCAL_V4, WORLD_REMOTE_V4);
}

#define SPACING_NS (JVPN_EVENT_SPACING_MS * MILLISECOND_NS)

static void set_path_seen(__u64 path_seen_ns)
{
	struct jvpn_counters counters = world_counters(&world);
	counters.path_seen_ns = path_seen_ns;
	world_put_counters(&world, &counters);
}

Test(ingress_events, path_seen_after_its_spacing)
{
	struct datagram datagram = {.outer = 4, .inner = 4, .source = "203.0.113.9"};
	expect_seen(&datagram, WORLD_LOCAL_V4, "203.0.113.9");
	cr_expect_eq(world_counters(&world).path_seen_ns, world.events[0].event.at_ns + SPACING_NS, "the next is due");
	set_path_seen(world_now() - 1);
	datagram.counter++;
	expect_seen(&datagram, WORLD_LOCAL_V4, "203.0.113.9");
}

Test(ingress_events, path_seen_not_before_its_spacing)
{
	struct datagram datagram = {.outer = 4, .inner = 4, .source = "203.0.113.9"};
	__u64 due = world_now() + SPACING_NS;
	set_path_seen(due);
	expect_delivered(&datagram);
	if (world_now() >= due)
		cr_skip_test("this machine is too busy to run one packet in %d ms", JVPN_EVENT_SPACING_MS);
	cr_expect_eq(world_poll(&world), 0);
}

/* Another CPU looked at the clock a little later than this one and was faster: the spacing holds all the same. */
Test(ingress_events, path_seen_not_beside_a_later_one)
{
	struct datagram datagram = {.outer = 4, .inner = 4, .source = "203.0.113.9"};
	set_path_seen(world_now() + MILLISECOND_NS + SPACING_NS);
	expect_delivered(&datagram);
	cr_expect_eq(world_poll(&world), 0);
}

Test(ingress_events, path_seen_in_spite_of_a_stale_time)
{
	struct datagram datagram = {.outer = 4, .inner = 4, .source = "203.0.113.9"};
	set_path_seen(world_now() + 3600 * SECOND_NS);
	expect_seen(&datagram, WORLD_LOCAL_V4, "203.0.113.9");
}
