/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two exchanges that know each other, and the datagrams between them, in memory.
 * For the tests of this folder; never a socket, never an unrepeatable random byte.
 *
 *   alice 192.0.2.1:1001  <----- datagrams by hand ----->  bob 192.0.2.2:1002
 */
#ifndef JVPN_TESTS_HANDSHAKE_TWO_H
#define JVPN_TESTS_HANDSHAKE_TWO_H

#include <criterion/criterion.h>
#include <endian.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "handshake/exchange.h"
#include "handshake/exchange_state.h"

#define S CLOCK_NS_PER_S
#define MS CLOCK_NS_PER_MS
#define T0 (10000 * S)

struct side {
	struct exchange *exchange;
	struct exchange_peer *peer; /* the other one */
	__u8 private_key[JVPN_KEY_BYTES];
	__u8 public_key[JVPN_KEY_BYTES];
	struct source source;
	__u32 stamps; /* timestamps given out */
};

static struct side alice, bob;
static struct exchange_result result;
static struct jvpn_message_initiation initiation;
static __u32 draws; /* entropy drawn so far: makes each one different and each run the same */

static inline struct exchange_entropy draw(void)
{
	struct exchange_entropy entropy;
	__u8 seed[randombytes_SEEDBYTES] = {0};

	draws++;
	memcpy(seed, &draws, sizeof(draws));
	randombytes_buf_deterministic(&entropy, sizeof(entropy), seed);
	return entropy;
}

static inline void side_new(struct side *side, __u8 number)
{
	static const __u8 seed[EXCHANGE_SEED_BYTES] = "a seed of thirty-two fixed bytes";

	memset(side, 0, sizeof(*side));
	memset(side->private_key, 0x10 + number, JVPN_KEY_BYTES);
	side->source.ip = (struct jvpn_ip){.bytes = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = number}};
	side->source.port = htobe16((__u16)(1000 + number));
	cr_assert_eq(exchange_new(&side->exchange, seed), 0);
	cr_assert_eq(exchange_set_identity(side->exchange, side->private_key), 0);
	memcpy(side->public_key, exchange_public_key(side->exchange), JVPN_KEY_BYTES);
}

static inline void two_new(const __u8 *psk)
{
	draws = 0;
	cr_assert_eq(hash_init(), 0);
	side_new(&alice, 1);
	side_new(&bob, 2);
	cr_assert_eq(exchange_peer_add(alice.exchange, bob.public_key, psk, &bob, &alice.peer), 0);
	cr_assert_eq(exchange_peer_add(bob.exchange, alice.public_key, psk, &alice, &bob.peer), 0);
}

static inline void two_free(void)
{
	exchange_free(alice.exchange);
	exchange_free(bob.exchange);
	hash_exit();
}

static inline void initiate_at(struct side *from, __u64 now)
{
	struct exchange_entropy entropy = draw();
	__u8 stamp[JVPN_TAI64N_BYTES] = {0x40};
	__be32 count = htobe32(++from->stamps);

	memcpy(stamp + 4, &count, sizeof(count));
	cr_assert_eq(exchange_initiate(from->exchange, from->peer, now, stamp, &entropy, &initiation), 0);
	cr_assert(sodium_is_zero((const __u8 *)&entropy, sizeof(entropy)), "entropy is used up");
}

/* `from` has sent `bytes` (also those of `result`); `to` takes them, from memory that ends where they end. */
static inline void deliver(struct side *to, const struct side *from, const void *bytes, size_t len, __u64 now)
{
	struct exchange_entropy entropy = draw();
	__u8 *datagram = malloc(len ? len : 1);

	cr_assert_not_null(datagram);
	memcpy(datagram, bytes, len);
	memset(&result, 0xee, sizeof(result));
	exchange_receive(to->exchange, datagram, len, &from->source, now, &entropy, &result);
	free(datagram);
	cr_assert(sodium_is_zero((const __u8 *)&entropy, sizeof(entropy)), "entropy is used up");
	if (result.reply_len)
		cr_assert_lt(result.reply_len, len, "a reply never amplifies");
}

#define assert_refused(why) \
	do { \
		cr_assert_eq(result.verdict, EXCHANGE_REFUSED, "verdict %d", result.verdict); \
		cr_assert_eq(result.refusal, HANDSHAKE_REFUSAL_##why, "refused for %s", \
			     handshake_refusal_name(result.refusal)); \
		cr_assert_null(result.peer); \
		cr_assert_eq(result.reply_len, 0); \
		cr_assert(sodium_is_zero((const __u8 *)&result.new_keys, sizeof(result.new_keys))); \
	} while (0)

/* The whole of what a refusal must leave alone: the peer, the secrets, the indices in use. */
struct snapshot {
	struct exchange_peer peer;
	struct exchange_secrets secrets;
	size_t indices;
};

static inline struct snapshot snapshot_of(const struct side *side)
{
	struct snapshot snapshot;

	memset(&snapshot, 0, sizeof(snapshot));
	memcpy(&snapshot.peer, side->peer, sizeof(snapshot.peer));
	memcpy(&snapshot.secrets, side->exchange->secrets, sizeof(snapshot.secrets));
	snapshot.indices = index_count(side->exchange->indices);
	return snapshot;
}

static inline void assert_unchanged(const struct side *side, const struct snapshot *before)
{
	cr_assert_eq(memcmp(side->peer, &before->peer, sizeof(before->peer)), 0, "the peer changed");
	cr_assert_eq(memcmp(side->exchange->secrets, &before->secrets, sizeof(before->secrets)), 0, "a secret changed");
	cr_assert_eq(index_count(side->exchange->indices), before->indices, "an index was taken or lost");
}

/* A whole handshake; keys as each side got them. */
static inline void complete_at(struct side *from, struct side *to, __u64 now, struct noise_keys *from_keys,
			       struct noise_keys *to_keys)
{
	struct jvpn_message_response response;

	initiate_at(from, now);
	deliver(to, from, &initiation, sizeof(initiation), now);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED, "%s", handshake_refusal_name(result.refusal));
	cr_assert_eq(result.reply_len, sizeof(response));
	*to_keys = result.new_keys;
	memcpy(&response, result.reply, sizeof(response));
	deliver(from, to, &response, sizeof(response), now);
	cr_assert_eq(result.verdict, EXCHANGE_ESTABLISHED, "%s", handshake_refusal_name(result.refusal));
	*from_keys = result.new_keys;
}

static inline void assert_mirrored(const struct noise_keys *a, const struct noise_keys *b)
{
	cr_assert_arr_eq(a->send, b->receive, JVPN_KEY_BYTES);
	cr_assert_arr_eq(a->receive, b->send, JVPN_KEY_BYTES);
	cr_assert_arr_neq(a->send, a->receive, JVPN_KEY_BYTES);
	cr_assert_eq(a->local_index, b->remote_index);
	cr_assert_eq(a->remote_index, b->local_index);
	cr_assert_neq(a->initiator, b->initiator);
}

#endif
