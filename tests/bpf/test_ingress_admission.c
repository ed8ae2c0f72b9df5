/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 1, handshake messages: they pass up to the controller, from one source as many as its
 * token bucket holds. A source is an IPv4 address or an IPv6 /64.
 */
#include "datagram.h"
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

TestSuite(ingress_admission, .init = setup, .fini = teardown);

#define TOKEN_NS (SECOND_NS / JVPN_ADMISSION_PER_SECOND)

static const __u32 BYTES[4] = {0, 148, 92, 64}; /* of types 1 to 3 */

static __u32 handshake(__u32 type, const char *source)
{
	struct packet message, frame, out;
	struct datagram datagram = {.outer = strchr(source, ':') ? 6 : 4, .source = source};
	message_other(&message, type, BYTES[type]);
	datagram_frame_message(&datagram, &message, &frame);
	__u32 verdict = world_ingress(&world, &frame, &out);
	datagram_expect_same(&out, &frame, "a handshake message");
	return verdict;
}

/* `filled` ahead of now: nothing is earned however slow the test runs. */
static void set_tokens(const char *source, __u64 tokens)
{
	struct jvpn_bucket bucket = {.filled_ns = world_now() + 60 * SECOND_NS, .tokens_ns = tokens * TOKEN_NS};
	world_put_bucket(&world, source, &bucket);
}

Test(ingress_admission, every_handshake_message_passes_up)
{
	struct snapshot before, after;
	snapshot_take(&world, &before);
	for (__u32 type = 1; type <= 3; type++) {
		cr_expect_eq(handshake(type, WORLD_REMOTE_V4), XDP_PASS, "type %u", type);
		cr_expect_eq(handshake(type, WORLD_REMOTE_V6), XDP_PASS, "type %u", type);
	}
	snapshot_take(&world, &after);
	cr_expect_eq(after.sources - before.sources, 2, "one bucket a source");
	after.sources = before.sources;
	cr_expect(!memcmp(&before, &after, sizeof(after)), "nothing else changed");
}

Test(ingress_admission, an_empty_bucket_drops_and_counts)
{
	struct snapshot before;
	set_tokens(WORLD_REMOTE_V4, 0);
	snapshot_take(&world, &before);
	cr_expect_eq(handshake(1, WORLD_REMOTE_V4), XDP_DROP);
	snapshot_expect_dropped(&world, &before, JVPN_DROP_admission, 1, "no token");
}

Test(ingress_admission, each_message_spends_one_token)
{
	for (__u32 type = 1; type <= 3; type++) {
		set_tokens(WORLD_REMOTE_V4, 1);
		cr_expect_eq(handshake(type, WORLD_REMOTE_V4), XDP_PASS, "type %u, the token", type);
	}
	set_tokens(WORLD_REMOTE_V4, 0);
	for (__u32 type = 1; type <= 3; type++) {
		set_tokens(WORLD_REMOTE_V4, 0);
		cr_expect_eq(handshake(type, WORLD_REMOTE_V4), XDP_DROP, "type %u, no token", type);
	}
}

/* A wrong length is refused before it costs the source a token. */
Test(ingress_admission, a_wrong_length_spends_none)
{
	struct packet message, frame;
	struct datagram datagram = {.outer = 4};
	set_tokens(WORLD_REMOTE_V4, 1);
	message_other(&message, 1, 149);
	datagram_frame_message(&datagram, &message, &frame);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_DROP);
	cr_expect_eq(handshake(1, WORLD_REMOTE_V4), XDP_PASS);
}

Test(ingress_admission, tokens_are_earned_and_capped)
{
	struct jvpn_bucket bucket = {.filled_ns = world_now() - 2 * TOKEN_NS, .tokens_ns = 0};
	world_put_bucket(&world, WORLD_REMOTE_V4, &bucket);
	cr_expect_eq(handshake(1, WORLD_REMOTE_V4), XDP_PASS, "two tokens' time has gone by");

	/* silence since the machine came up earns one burst, not all that time's worth */
	bucket.filled_ns = 0;
	world_put_bucket(&world, WORLD_REMOTE_V4, &bucket);
	__u64 began = world_now();
	__u32 passed = 0;
	for (int i = 0; i < 2 * JVPN_ADMISSION_BURST; i++)
		passed += handshake(1, WORLD_REMOTE_V4) == XDP_PASS;
	__u64 earned = (world_now() - began) / TOKEN_NS + 1;
	cr_expect(passed >= JVPN_ADMISSION_BURST && passed <= JVPN_ADMISSION_BURST + earned, "%u passed", passed);
}

/* A full bucket that rests a while is still one full bucket. */
Test(ingress_admission, a_full_bucket_earns_nothing)
{
	const __u64 full = JVPN_ADMISSION_BURST * TOKEN_NS;
	struct jvpn_bucket bucket = {.filled_ns = world_now() - full * 9 / 10, .tokens_ns = full};
	world_put_bucket(&world, WORLD_REMOTE_V4, &bucket);
	__u64 began = world_now();
	__u32 passed = 0;
	for (int i = 0; i < 2 * JVPN_ADMISSION_BURST; i++)
		passed += handshake(1, WORLD_REMOTE_V4) == XDP_PASS;
	__u64 earned = (world_now() - began) / TOKEN_NS + 1;
	cr_expect(passed >= JVPN_ADMISSION_BURST && passed <= JVPN_ADMISSION_BURST + earned, "%u passed", passed);
}

Test(ingress_admission, a_new_source_has_one_burst)
{
	__u64 began = world_now();
	__u32 passed = 0;
	for (int i = 0; i < 2 * JVPN_ADMISSION_BURST; i++)
		passed += handshake(1, WORLD_REMOTE_V6) == XDP_PASS;
	__u64 earned = (world_now() - began) / TOKEN_NS + 1;
	cr_expect(passed >= JVPN_ADMISSION_BURST && passed <= JVPN_ADMISSION_BURST + earned, "%u passed", passed);
	cr_expect_eq(world_drops(&world, JVPN_DROP_admission), 2 * JVPN_ADMISSION_BURST - passed);
}

Test(ingress_admission, sources_do_not_share)
{
	set_tokens("198.51.100.7", 0);
	cr_expect_eq(handshake(1, "198.51.100.7"), XDP_DROP);
	cr_expect_eq(handshake(1, "198.51.100.8"), XDP_PASS, "the neighbour");
	cr_expect_eq(handshake(1, "2001:db8:b::7"), XDP_PASS, "the other family");
	cr_expect_eq(handshake(1, "::ffff:198.51.100.7"), XDP_PASS, "the same bytes as IPv6");
}

Test(ingress_admission, an_ipv6_source_is_its_64)
{
	set_tokens("2001:db8:b:1::", 0);
	cr_expect_eq(handshake(1, "2001:db8:b:1::7"), XDP_DROP);
	cr_expect_eq(handshake(1, "2001:db8:b:1:ffff:ffff:ffff:ffff"), XDP_DROP, "the end of the /64");
	cr_expect_eq(handshake(1, "2001:db8:b:2::7"), XDP_PASS, "the next /64");
	cr_expect_eq(handshake(1, "2001:db8:b:0:ffff:ffff:ffff:ffff"), XDP_PASS, "the /64 before");
}

/* Data messages are proven, not rationed. */
Test(ingress_admission, data_spends_no_token)
{
	struct packet frame;
	struct datagram datagram = {.inner = 4, .payload_bytes = 10};
	set_tokens(WORLD_REMOTE_V4, 0);
	datagram_frame(&datagram, &frame);
	cr_expect_eq(world_ingress(&world, &frame, NULL), XDP_REDIRECT);
}
