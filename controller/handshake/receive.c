/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange_receive(): the journey of one handshake datagram. Never changes a peer
 * before the whole message has proven true; each step says why it refuses, or 0.
 */
#include <endian.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "handshake/exchange.h"
#include "handshake/exchange_state.h"

#define FLOOD_NS (CLOCK_NS_PER_S / JVPN_INITIATIONS_PER_SECOND)

/* A reply must not amplify. */
_Static_assert(sizeof(struct jvpn_message_response) < sizeof(struct jvpn_message_initiation), "92 < 148");
_Static_assert(sizeof(struct jvpn_message_cookie) < sizeof(struct jvpn_message_response), "64 < 92");

/* One datagram and what is known about its arrival. */
struct arrival {
	const __u8 *bytes;
	size_t len;
	const struct source *from;
	__u64 now;
	const struct exchange_entropy *entropy;
};

static enum handshake_refusal refusal_of(int r)
{
	switch (r) {
	case 0:
		return HANDSHAKE_REFUSAL_none;
	case -EBADMSG:
		return HANDSHAKE_REFUSAL_open_failed;
	case -EKEYREJECTED:
		return HANDSHAKE_REFUSAL_low_order;
	case -EALREADY:
		return HANDSHAKE_REFUSAL_replay;
	case -EPROTO:
		return HANDSHAKE_REFUSAL_not_awaited;
	case -EAGAIN:
	case -ENOSPC:
		return HANDSHAKE_REFUSAL_no_index;
	default:
		return HANDSHAKE_REFUSAL_internal;
	}
}

/* Type and exact length select a message before anything else is looked at. */
static enum handshake_refusal select_type(const struct arrival *arrival, __u32 *ret_type)
{
	static const size_t lengths[] = {
		[JVPN_MESSAGE_INITIATION] = sizeof(struct jvpn_message_initiation),
		[JVPN_MESSAGE_RESPONSE] = sizeof(struct jvpn_message_response),
		[JVPN_MESSAGE_COOKIE] = sizeof(struct jvpn_message_cookie),
	};
	__le32 type;

	if (arrival->len < sizeof(type))
		return HANDSHAKE_REFUSAL_message_length;
	memcpy(&type, arrival->bytes, sizeof(type));
	type = le32toh(type);
	if (type < JVPN_MESSAGE_INITIATION || type > JVPN_MESSAGE_COOKIE)
		return HANDSHAKE_REFUSAL_message_type;
	if (arrival->len != lengths[type])
		return HANDSHAKE_REFUSAL_message_length;
	*ret_type = type;
	return HANDSHAKE_REFUSAL_none;
}

static int ask_cookie(struct exchange *exchange, const struct arrival *arrival, struct exchange_result *result)
{
	struct jvpn_message_cookie reply;
	int r = cookie_create_reply(&exchange->secrets->cookie_keys, &exchange->secrets->cookie_secret, arrival->from,
				    arrival->bytes, arrival->len, arrival->entropy->nonce, &reply);

	if (r)
		return r;
	memcpy(result->reply, &reply, sizeof(reply));
	result->reply_len = sizeof(reply);
	result->verdict = EXCHANGE_COOKIE_ASKED;
	return 0;
}

/* mac1; under load also mac2 and the source's share. The verdict is COOKIE_ASKED if it ends here without a refusal. */
static enum handshake_refusal admit(struct exchange *exchange, const struct arrival *arrival,
				    struct exchange_result *result)
{
	struct exchange_secrets *secrets = exchange->secrets;
	int r = cookie_check_mac1(&secrets->cookie_keys, arrival->bytes, arrival->len);

	if (r)
		return r == -EBADMSG ? HANDSHAKE_REFUSAL_mac1 : HANDSHAKE_REFUSAL_internal;
	admission_count(exchange->admission, arrival->now);
	if (!admission_is_loaded(exchange->admission, arrival->now))
		return HANDSHAKE_REFUSAL_none;
	cookie_secret_rotate(&secrets->cookie_secret, arrival->now, arrival->entropy->secret);
	r = cookie_check_mac2(&secrets->cookie_secret, arrival->from, arrival->now, arrival->bytes, arrival->len);
	if (r == -EBADMSG)
		return refusal_of(ask_cookie(exchange, arrival, result));
	if (r)
		return HANDSHAKE_REFUSAL_internal;
	return admission_allow(exchange->admission, &arrival->from->ip, arrival->now) ? HANDSHAKE_REFUSAL_none
										      : HANDSHAKE_REFUSAL_rate;
}

/* Who began, and is it true, new and not too often? */
static enum handshake_refusal open_initiation(const struct exchange *exchange, const struct arrival *arrival,
					      const struct jvpn_message_initiation *message,
					      struct noise_incoming *incoming, struct exchange_peer **ret_peer)
{
	const struct noise_identity *identity = &exchange->secrets->identity;
	struct exchange_peer *peer;
	int r = noise_open_static(identity, message, incoming);

	if (r)
		return refusal_of(r);
	if (!sodium_memcmp(incoming->remote_static, identity->public_key, JVPN_KEY_BYTES))
		return HANDSHAKE_REFUSAL_self;
	peer = peers_find(exchange->peers, incoming->remote_static);
	if (!peer)
		return HANDSHAKE_REFUSAL_unknown_peer;
	r = noise_open_initiation(&peer->noise, message, incoming);
	if (r)
		return refusal_of(r);
	if (peer->accepted_ns && arrival->now < peer->accepted_ns + FLOOD_NS)
		return HANDSHAKE_REFUSAL_flood;
	*ret_peer = peer;
	return HANDSHAKE_REFUSAL_none;
}

/* Everything of the answer that can fail, on copies. */
static int write_response(const struct exchange_peer *peer, const struct arrival *arrival,
			  const struct noise_incoming *incoming, __u32 index, struct cookie_jar *jar,
			  struct exchange_result *result)
{
	struct jvpn_message_response message;
	int r = noise_create_response(&peer->noise, incoming, arrival->entropy->ephemeral, index, &message,
				      &result->new_keys);

	if (!r)
		r = cookie_stamp(jar, &peer->cookie_keys, arrival->now, &message, sizeof(message));
	if (r)
		return r;
	memcpy(result->reply, &message, sizeof(message));
	result->reply_len = sizeof(message);
	return 0;
}

static enum handshake_refusal respond(struct exchange *exchange, const struct arrival *arrival,
				      const struct noise_incoming *incoming, struct exchange_peer *peer,
				      struct exchange_result *result)
{
	struct cookie_jar jar = peer->jar;
	__u32 index;
	int r = index_take(exchange->indices, arrival->entropy->indices, peer->number, &index);

	if (!r) {
		r = write_response(peer, arrival, incoming, index, &jar, result);
		if (r)
			index_release(exchange->indices, index);
	}
	if (!r) { /* all of it is true: commit */
		memcpy(peer->noise.newest_stamp, incoming->stamp, JVPN_TAI64N_BYTES);
		peer->accepted_ns = arrival->now;
		peer->jar = jar;
		exchange_add_keypair(exchange, peer, &result->new_keys, arrival->now, &result->retired);
		timers_responded(&peer->timers, arrival->now);
		result->peer = peer;
		result->verdict = EXCHANGE_RESPONDED;
	}
	sodium_memzero(&jar, sizeof(jar));
	return refusal_of(r);
}

static enum handshake_refusal receive_initiation(struct exchange *exchange, const struct arrival *arrival,
						 struct exchange_result *result)
{
	struct jvpn_message_initiation message;
	struct noise_incoming incoming;
	struct exchange_peer *peer;
	enum handshake_refusal refusal;

	memcpy(&message, arrival->bytes, sizeof(message));
	refusal = open_initiation(exchange, arrival, &message, &incoming, &peer);
	if (!refusal)
		refusal = respond(exchange, arrival, &incoming, peer, result);
	sodium_memzero(&incoming, sizeof(incoming));
	return refusal;
}

static enum handshake_refusal receive_response(struct exchange *exchange, const struct arrival *arrival,
					       struct exchange_result *result)
{
	struct jvpn_message_response message;
	struct exchange_peer *peer;
	int r;

	memcpy(&message, arrival->bytes, sizeof(message));
	peer = exchange_peer_find_index(exchange, le32toh(message.receiver));
	if (!peer)
		return HANDSHAKE_REFUSAL_unknown_index;
	r = noise_open_response(&peer->handshake, &exchange->secrets->identity, &peer->noise, &message,
				&result->new_keys);
	if (r)
		return refusal_of(r);
	exchange_add_keypair(exchange, peer, &result->new_keys, arrival->now, &result->retired);
	timers_answered(&peer->timers, arrival->now);
	peer->completed_ns = arrival->now;
	result->peer = peer;
	result->verdict = EXCHANGE_ESTABLISHED;
	return HANDSHAKE_REFUSAL_none;
}

static enum handshake_refusal receive_cookie(struct exchange *exchange, const struct arrival *arrival,
					     struct exchange_result *result)
{
	struct jvpn_message_cookie message;
	struct exchange_peer *peer;
	int r;

	memcpy(&message, arrival->bytes, sizeof(message));
	peer = exchange_peer_find_index(exchange, le32toh(message.receiver));
	if (!peer)
		return HANDSHAKE_REFUSAL_unknown_index;
	r = cookie_open_reply(&peer->jar, &peer->cookie_keys, arrival->now, &message);
	if (r)
		return refusal_of(r);
	result->peer = peer;
	result->verdict = EXCHANGE_COOKIE_STORED;
	return HANDSHAKE_REFUSAL_none;
}

static enum handshake_refusal receive(struct exchange *exchange, const struct arrival *arrival,
				      struct exchange_result *result)
{
	enum handshake_refusal refusal;
	__u32 type;

	refusal = select_type(arrival, &type);
	if (refusal)
		return refusal;
	if (!exchange->secrets->has_identity)
		return HANDSHAKE_REFUSAL_no_identity;
	if (type == JVPN_MESSAGE_COOKIE)
		return receive_cookie(exchange, arrival, result);
	refusal = admit(exchange, arrival, result);
	if (refusal || result->verdict == EXCHANGE_COOKIE_ASKED)
		return refusal;
	return type == JVPN_MESSAGE_INITIATION ? receive_initiation(exchange, arrival, result)
					       : receive_response(exchange, arrival, result);
}

void exchange_receive(struct exchange *exchange, const void *datagram, size_t len, const struct source *from, __u64 now,
		      struct exchange_entropy *entropy, struct exchange_result *ret_result)
{
	struct arrival arrival = {.bytes = datagram, .len = len, .from = from, .now = now, .entropy = entropy};
	enum handshake_refusal refusal;

	memset(ret_result, 0, sizeof(*ret_result));
	refusal = receive(exchange, &arrival, ret_result);
	if (refusal) { /* nothing half made leaves */
		exchange_result_wipe(ret_result);
		ret_result->refusal = refusal;
	}
	sodium_memzero(entropy, sizeof(*entropy));
}

void exchange_result_wipe(struct exchange_result *result)
{
	sodium_memzero(result, sizeof(*result));
}
