/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes from the network into exchange_receive(), between two exchanges that
 * also talk sensibly, so that the fuzzer gets past the first check. Never reads a
 * clock or a random source: an input always does the same.
 *
 *   input: records of { operation, argument, payload by operation }
 *     0 a raw datagram            1 the same with a true mac1 (and a plausible receiver index)
 *     2 alice initiates, the message reaches bob with one byte changed (argument: where)
 *     3 bob's last reply reaches alice, one byte changed         4 time passes
 *     5 the data path confirms    6 decide, forget or re-key     7 bob comes under load
 *
 *   clang -fsanitize=fuzzer,address,undefined ... ; argument -max_len=4096
 */
#include <endian.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "handshake/cookie.h"
#include "handshake/exchange.h"
#include "handshake/exchange_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct side {
	struct exchange *exchange;
	struct exchange_peer *peer;
	struct source source;
};

struct input {
	const uint8_t *at, *end;
};

static struct side alice, bob;
static struct exchange_result result;
static __u64 now;
static __u32 draws;
static __u8 reply[EXCHANGE_REPLY_MAX_BYTES];
static size_t reply_len;

static void must(int condition)
{
	if (!condition)
		abort();
}

static __u8 next(struct input *input)
{
	return input->at < input->end ? *input->at++ : 0;
}

static struct exchange_entropy draw(void)
{
	struct exchange_entropy entropy;
	__u8 seed[randombytes_SEEDBYTES] = {0};

	draws++;
	memcpy(seed, &draws, sizeof(draws));
	randombytes_buf_deterministic(&entropy, sizeof(entropy), seed);
	return entropy;
}

static void side_new(struct side *side, __u8 number)
{
	__u8 bytes[JVPN_KEY_BYTES];

	memset(bytes, number, sizeof(bytes));
	must(exchange_new(&side->exchange, bytes) == 0);
	must(exchange_set_identity(side->exchange, bytes) == 0);
	side->source.ip.bytes[15] = number;
	side->source.port = number;
}

/* What holds after every datagram. */
static void check(const struct side *side, size_t len)
{
	const struct keyslots *slots = exchange_peer_keyslots(side->peer);
	const struct keyslot *all[] = {&slots->previous, &slots->current, &slots->next};
	size_t expected = exchange_peer_in_flight(side->peer) ? 1 : 0;

	must(!result.reply_len || result.reply_len < len);
	must((result.verdict == EXCHANGE_REFUSED) == (result.refusal != HANDSHAKE_REFUSAL_none));
	must(result.verdict == EXCHANGE_REFUSED || result.verdict == EXCHANGE_COOKIE_ASKED || result.peer);
	for (size_t i = 0; i < 3; i++) {
		if (!all[i]->local_index)
			continue;
		expected++;
		must(exchange_peer_find_index(side->exchange, all[i]->local_index) == side->peer);
	}
	must(index_count(side->exchange->indices) == expected);
}

static void deliver(struct side *to, const struct side *from, const __u8 *bytes, size_t len)
{
	struct exchange_entropy entropy = draw();
	__u8 *exact = malloc(len ? len : 1);

	must(exact != NULL);
	memcpy(exact, bytes, len);
	exchange_receive(to->exchange, exact, len, &from->source, now, &entropy, &result);
	free(exact);
	check(to, len);
	if (result.reply_len) {
		reply_len = result.reply_len;
		memcpy(reply, result.reply, reply_len);
	}
}

static void true_mac1(struct side *to, __u8 *bytes, size_t len)
{
	struct cookie_jar jar = {0};

	if (len == sizeof(struct jvpn_message_initiation) || len == sizeof(struct jvpn_message_response))
		must(cookie_stamp(&jar, &to->exchange->secrets->cookie_keys, now, bytes, len) == 0);
}

static void raw(struct input *input, __u8 argument, int repair)
{
	static const size_t lengths[] = {148, 92, 64, 32};
	__u8 bytes[160] = {0};
	size_t len = argument < 160 ? argument : lengths[argument % 4];
	struct side *to = argument & 1 ? &bob : &alice;
	struct side *from = to == &bob ? &alice : &bob;
	__le32 index = htole32(from->peer->slots.current.remote_index);

	for (size_t i = 0; i < len; i++)
		bytes[i] = next(input);
	if (repair && argument & 2)
		memcpy(bytes + (len == 92 ? 8 : 4), &index, sizeof(index));
	if (repair)
		true_mac1(to, bytes, len);
	deliver(to, from, bytes, len);
}

static void alice_initiates(__u8 argument, __u8 change)
{
	struct exchange_entropy entropy = draw();
	struct jvpn_message_initiation message;
	__u8 stamp[JVPN_TAI64N_BYTES] = {0x40};
	__be32 count = htobe32(draws);

	memcpy(stamp + 8, &count, sizeof(count));
	must(exchange_initiate(alice.exchange, alice.peer, now, stamp, &entropy, &message) == 0);
	((__u8 *)&message)[argument % sizeof(message)] ^= change;
	deliver(&bob, &alice, (__u8 *)&message, sizeof(message));
	must(!change || result.verdict == EXCHANGE_REFUSED || argument % sizeof(message) >= 132 ||
	     result.verdict == EXCHANGE_COOKIE_ASKED);
}

static void bob_replies(__u8 argument, __u8 change)
{
	if (!reply_len)
		return;
	reply[argument % reply_len] ^= change;
	deliver(&alice, &bob, reply, reply_len);
	reply[argument % reply_len] ^= change;
}

static void data_path(__u8 argument)
{
	struct keyslots_retired retired;

	(void)exchange_confirmed(bob.exchange, bob.peer, bob.peer->slots.next.local_index + (argument & 1), now,
				 &retired);
}

static void daemon_acts(__u8 argument)
{
	struct timers_seen seen = {.endpoint_known = argument & 1, .last_tx_ns = now, .last_rx_data_ns = now};
	struct keyslots_retired retired;
	unsigned int actions = exchange_decide(alice.peer, &seen, now, argument);

	if (actions & TIMERS_WIPE_KEYS || argument == 255)
		exchange_forget_keys(alice.exchange, alice.peer, &retired);
	must(exchange_deadline(alice.peer, &seen) > now || argument == 255);
}

static void load_bob(void)
{
	for (unsigned int i = 0; i < JVPN_LOAD_HANDSHAKES_PER_SECOND; i++)
		admission_count(bob.exchange->admission, now);
}

static void step(struct input *input)
{
	__u8 operation = next(input), argument = next(input);

	switch (operation % 8) {
	case 0:
	case 1:
		raw(input, argument, operation % 8);
		break;
	case 2:
		alice_initiates(argument, next(input));
		break;
	case 3:
		bob_replies(argument, next(input));
		break;
	case 4:
		now += argument * (next(input) & 1 ? CLOCK_NS_PER_S : CLOCK_NS_PER_MS);
		break;
	case 5:
		data_path(argument);
		break;
	case 6:
		daemon_acts(argument);
		break;
	default:
		load_bob();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {.at = data, .end = data + size};

	must(hash_init() == 0);
	now = 1000 * CLOCK_NS_PER_S;
	draws = 0;
	reply_len = 0;
	side_new(&alice, 1);
	side_new(&bob, 2);
	must(exchange_peer_add(alice.exchange, exchange_public_key(bob.exchange), NULL, NULL, &alice.peer) == 0);
	must(exchange_peer_add(bob.exchange, exchange_public_key(alice.exchange), NULL, NULL, &bob.peer) == 0);
	while (input.at < input.end)
		step(&input);
	exchange_free(alice.exchange);
	exchange_free(bob.exchange);
	return 0;
}
