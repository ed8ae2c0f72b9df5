/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Noise_IKpsk2, token by token. Never changes what it was given before everything
 * has been verified: each step runs on a copy, and commits in its last lines.
 *
 *   Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s, prologue "WireGuard v1 zx2c4 Jason@zx2c4.com"
 *
 *     <- s
 *     ...
 *     -> e, es, s, ss, {timestamp}
 *     <- e, ee, se, psk, {nothing}
 */
#include "handshake/noise.h"

#include <endian.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "handshake/transcript.h"

static const char construction[] = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
static const char identifier[] = "WireGuard v1 zx2c4 Jason@zx2c4.com";

int noise_identity_set(struct noise_identity *ret_identity, const __u8 private_key[JVPN_KEY_BYTES])
{
	struct noise_identity fresh = {0};
	int r;

	memcpy(fresh.private_key, private_key, JVPN_KEY_BYTES);
	fresh.private_key[0] &= 248;
	fresh.private_key[31] = (fresh.private_key[31] & 127) | 64;
	r = crypto_scalarmult_curve25519_base(fresh.public_key, fresh.private_key) ? -EKEYREJECTED : 0;
	if (!r)
		r = hash_digest(fresh.chain, construction, strlen(construction), NULL, 0);
	if (!r)
		r = hash_digest(fresh.hash, fresh.chain, HASH_BYTES, identifier, strlen(identifier));
	if (!r)
		*ret_identity = fresh;
	sodium_memzero(&fresh, sizeof(fresh));
	return r;
}

void noise_peer_rebind(struct noise_peer *peer, const struct noise_identity *identity)
{
	__u8 shared[JVPN_KEY_BYTES];

	if (!identity || crypto_scalarmult_curve25519(shared, identity->private_key, peer->public_key))
		memset(shared, 0, sizeof(shared));
	memcpy(peer->static_static, shared, JVPN_KEY_BYTES);
	sodium_memzero(shared, sizeof(shared));
}

void noise_peer_set(struct noise_peer *ret_peer, const struct noise_identity *identity,
		    const __u8 public_key[JVPN_KEY_BYTES], const __u8 psk[JVPN_KEY_BYTES])
{
	memset(ret_peer, 0, sizeof(*ret_peer));
	memcpy(ret_peer->public_key, public_key, JVPN_KEY_BYTES);
	if (psk)
		memcpy(ret_peer->psk, psk, JVPN_KEY_BYTES);
	noise_peer_rebind(ret_peer, identity);
}

/* -> e, es, s, ss, {t} */
static int write_initiation(struct transcript *now, const struct noise_identity *identity,
			    const struct noise_peer *peer, const __u8 ephemeral[JVPN_KEY_BYTES],
			    const __u8 stamp[JVPN_TAI64N_BYTES], struct jvpn_message_initiation *message)
{
	int r = transcript_begin(now, identity->chain, identity->hash, peer->public_key);

	if (!r && crypto_scalarmult_curve25519_base(message->ephemeral, ephemeral))
		r = -EKEYREJECTED;
	if (!r) /* e */
		r = transcript_mix_ephemeral(now, message->ephemeral);
	if (!r) /* es */
		r = transcript_mix_dh(now, ephemeral, peer->public_key);
	if (!r) /* s */
		r = transcript_seal(now, message->sealed_static, identity->public_key, JVPN_KEY_BYTES);
	if (!r) /* ss */
		r = transcript_mix_static(now, peer->static_static);
	if (!r) /* {t} */
		r = transcript_seal(now, message->sealed_timestamp, stamp, JVPN_TAI64N_BYTES);
	return r;
}

int noise_create_initiation(struct noise_handshake *handshake, const struct noise_identity *identity,
			    const struct noise_peer *peer, const __u8 ephemeral[JVPN_KEY_BYTES],
			    const __u8 stamp[JVPN_TAI64N_BYTES], __u32 local_index,
			    struct jvpn_message_initiation *ret_message)
{
	struct jvpn_message_initiation message = {.type = htole32(JVPN_MESSAGE_INITIATION),
						  .sender = htole32(local_index)};
	struct transcript now;
	int r = write_initiation(&now, identity, peer, ephemeral, stamp, &message);

	if (!r) {
		handshake->in_flight = true;
		handshake->local_index = local_index;
		memcpy(handshake->ephemeral, ephemeral, JVPN_KEY_BYTES);
		memcpy(handshake->chain, now.chain, HASH_BYTES);
		memcpy(handshake->hash, now.hash, HASH_BYTES);
		*ret_message = message;
	}
	sodium_memzero(&now, sizeof(now));
	return r;
}

int noise_open_static(const struct noise_identity *identity, const struct jvpn_message_initiation *message,
		      struct noise_incoming *ret_incoming)
{
	struct noise_incoming incoming = {.remote_index = le32toh(message->sender)};
	struct transcript now;
	int r = transcript_begin(&now, identity->chain, identity->hash, identity->public_key);

	if (!r) /* e */
		r = transcript_mix_ephemeral(&now, message->ephemeral);
	if (!r) /* es */
		r = transcript_mix_dh(&now, identity->private_key, message->ephemeral);
	if (!r) /* s */
		r = transcript_open(&now, incoming.remote_static, message->sealed_static, JVPN_KEY_BYTES);
	if (!r) {
		memcpy(incoming.remote_ephemeral, message->ephemeral, JVPN_KEY_BYTES);
		memcpy(incoming.chain, now.chain, HASH_BYTES);
		memcpy(incoming.hash, now.hash, HASH_BYTES);
		*ret_incoming = incoming;
	}
	sodium_memzero(&now, sizeof(now));
	sodium_memzero(&incoming, sizeof(incoming));
	return r;
}

int noise_open_initiation(const struct noise_peer *peer, const struct jvpn_message_initiation *message,
			  struct noise_incoming *incoming)
{
	__u8 stamp[JVPN_TAI64N_BYTES];
	struct transcript now;
	int r;

	memcpy(now.chain, incoming->chain, HASH_BYTES);
	memcpy(now.hash, incoming->hash, HASH_BYTES);
	r = sodium_memcmp(incoming->remote_static, peer->public_key, JVPN_KEY_BYTES) ? -EBADMSG : 0;
	if (!r) /* ss */
		r = transcript_mix_static(&now, peer->static_static);
	if (!r) /* {t} */
		r = transcript_open(&now, stamp, message->sealed_timestamp, JVPN_TAI64N_BYTES);
	if (!r && memcmp(stamp, peer->newest_stamp, JVPN_TAI64N_BYTES) <= 0)
		r = -EALREADY;
	if (!r) {
		memcpy(incoming->stamp, stamp, JVPN_TAI64N_BYTES);
		memcpy(incoming->chain, now.chain, HASH_BYTES);
		memcpy(incoming->hash, now.hash, HASH_BYTES);
	}
	sodium_memzero(&now, sizeof(now));
	return r;
}

/* The initiator sends with the first key, the responder with the second. */
static int derive_keys(struct noise_keys *ret_keys, const struct transcript *now, __u32 local_index, __u32 remote_index,
		       bool initiator)
{
	struct noise_keys keys = {.local_index = local_index, .remote_index = remote_index, .initiator = initiator};
	int r = initiator ? transcript_split(now, keys.send, keys.receive)
			  : transcript_split(now, keys.receive, keys.send);

	if (!r)
		*ret_keys = keys;
	sodium_memzero(&keys, sizeof(keys));
	return r;
}

/* <- e, ee, se, psk, {}: both sides, but for whose private keys they are and who seals */
int noise_create_response(const struct noise_peer *peer, const struct noise_incoming *incoming,
			  const __u8 ephemeral[JVPN_KEY_BYTES], __u32 local_index,
			  struct jvpn_message_response *ret_message, struct noise_keys *ret_keys)
{
	struct jvpn_message_response message = {.type = htole32(JVPN_MESSAGE_RESPONSE),
						.sender = htole32(local_index),
						.receiver = htole32(incoming->remote_index)};
	struct transcript now;
	int r = crypto_scalarmult_curve25519_base(message.ephemeral, ephemeral) ? -EKEYREJECTED : 0;

	memcpy(now.chain, incoming->chain, HASH_BYTES);
	memcpy(now.hash, incoming->hash, HASH_BYTES);
	if (!r) /* e */
		r = transcript_mix_ephemeral(&now, message.ephemeral);
	if (!r) /* ee */
		r = transcript_mix_dh(&now, ephemeral, incoming->remote_ephemeral);
	if (!r) /* se */
		r = transcript_mix_dh(&now, ephemeral, incoming->remote_static);
	if (!r) /* psk */
		r = transcript_mix_psk(&now, peer->psk);
	if (!r) /* {} */
		r = transcript_seal(&now, message.sealed_nothing, NULL, 0);
	if (!r)
		r = derive_keys(ret_keys, &now, local_index, incoming->remote_index, false);
	if (!r)
		*ret_message = message;
	sodium_memzero(&now, sizeof(now));
	return r;
}

int noise_open_response(struct noise_handshake *handshake, const struct noise_identity *identity,
			const struct noise_peer *peer, const struct jvpn_message_response *message,
			struct noise_keys *ret_keys)
{
	struct transcript now;
	int r = handshake->in_flight && le32toh(message->receiver) == handshake->local_index ? 0 : -EPROTO;

	memcpy(now.chain, handshake->chain, HASH_BYTES);
	memcpy(now.hash, handshake->hash, HASH_BYTES);
	if (!r) /* e */
		r = transcript_mix_ephemeral(&now, message->ephemeral);
	if (!r) /* ee */
		r = transcript_mix_dh(&now, handshake->ephemeral, message->ephemeral);
	if (!r) /* se */
		r = transcript_mix_dh(&now, identity->private_key, message->ephemeral);
	if (!r) /* psk */
		r = transcript_mix_psk(&now, peer->psk);
	if (!r) /* {} */
		r = transcript_open(&now, NULL, message->sealed_nothing, 0);
	if (!r)
		r = derive_keys(ret_keys, &now, handshake->local_index, le32toh(message->sender), true);
	if (!r)
		sodium_memzero(handshake, sizeof(*handshake));
	sodium_memzero(&now, sizeof(now));
	return r;
}
