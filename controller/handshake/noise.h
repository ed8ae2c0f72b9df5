/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handshake itself: Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s as in the paper,
 * section 5.4. Never finds a peer, allocates an index, computes a mac1 or mac2,
 * or looks at a clock; every random byte is an argument.
 *
 *   initiator                                        responder
 *     s, and the responder's S ............ known ........ s
 *     create_initiation   -> e, es, s, ss, {t}   open_static (who is it?)
 *                                                open_initiation (is it true, is it new?)
 *     open_response       <- e, ee, se, psk, {}  create_response
 *     keys                                       keys (mirrored)
 *
 * The initiator keeps a struct noise_handshake between its two steps. The
 * responder keeps nothing: its steps follow each other within one datagram.
 *
 * All functions verify first and write their outputs in one go at the end: on
 * any error nothing that was passed in has changed. Errors, beside hash.h's:
 *   -EKEYREJECTED  a Diffie-Hellman result is all zero: a key of low order
 *   -EBADMSG       a sealed field does not open
 *   -EALREADY      the timestamp is not later than the newest one accepted
 *   -EPROTO        no handshake is in flight, or another index was meant
 */
#ifndef JVPN_HANDSHAKE_NOISE_H
#define JVPN_HANDSHAKE_NOISE_H

#include <stdbool.h>

#include "handshake/hash.h"
#include "jvpn/wire.h"

/* Who we are. Secret: keep it in locked memory. */
struct noise_identity {
	__u8 private_key[JVPN_KEY_BYTES]; /* clamped */
	__u8 public_key[JVPN_KEY_BYTES];
	__u8 chain[HASH_BYTES]; /* HASH(construction): the first chaining key */
	__u8 hash[HASH_BYTES];	/* HASH(chain || identifier): the first hash */
};

/* Who they are, as far as the handshake cares. Secret. */
struct noise_peer {
	__u8 public_key[JVPN_KEY_BYTES];
	__u8 psk[JVPN_KEY_BYTES];	      /* all zero: none */
	__u8 static_static[JVPN_KEY_BYTES];   /* DH(own static, theirs); all zero: none, handshakes refused */
	__u8 newest_stamp[JVPN_TAI64N_BYTES]; /* of the initiations accepted; the owner of the peer commits it */
};

/* An initiation of ours that waits for its response. Secret. */
struct noise_handshake {
	bool in_flight;
	__u32 local_index;
	__u8 ephemeral[JVPN_KEY_BYTES]; /* private */
	__u8 chain[HASH_BYTES];
	__u8 hash[HASH_BYTES];
};

/* An initiation of theirs, half opened: lives on the stack. Secret. */
struct noise_incoming {
	__u32 remote_index;
	__u8 remote_static[JVPN_KEY_BYTES]; /* claimed; true only once noise_open_initiation() has said 0 */
	__u8 remote_ephemeral[JVPN_KEY_BYTES];
	__u8 stamp[JVPN_TAI64N_BYTES]; /* set by noise_open_initiation() */
	__u8 chain[HASH_BYTES];
	__u8 hash[HASH_BYTES];
};

/* What a handshake is for. Secret; indices in host order. */
struct noise_keys {
	__u8 send[JVPN_KEY_BYTES];
	__u8 receive[JVPN_KEY_BYTES];
	__u32 local_index;  /* peers send to us under it */
	__u32 remote_index; /* we send under it */
	bool initiator;
};

/* Derives everything from a private key (clamped here). */
int noise_identity_set(struct noise_identity *ret_identity, const __u8 private_key[JVPN_KEY_BYTES]);

/* Binds a peer to an identity (NULL: none yet). psk NULL: none. A public key of low order is accepted,
 * as WireGuard does, and can never complete a handshake. newest_stamp is set to zero. */
void noise_peer_set(struct noise_peer *ret_peer, const struct noise_identity *identity,
		    const __u8 public_key[JVPN_KEY_BYTES], const __u8 psk[JVPN_KEY_BYTES]);

/* The identity changed (NULL: is gone): static_static anew, the rest stays. */
void noise_peer_rebind(struct noise_peer *peer, const struct noise_identity *identity);

/* macs are left zero: cookie_stamp() fills them. On success the handshake is in flight; one
 * that was before is forgotten. ephemeral: 32 fresh random bytes. */
int noise_create_initiation(struct noise_handshake *handshake, const struct noise_identity *identity,
			    const struct noise_peer *peer, const __u8 ephemeral[JVPN_KEY_BYTES],
			    const __u8 stamp[JVPN_TAI64N_BYTES], __u32 local_index,
			    struct jvpn_message_initiation *ret_message);

/* First half: learns which static key the initiator claims. One DH. */
int noise_open_static(const struct noise_identity *identity, const struct jvpn_message_initiation *message,
		      struct noise_incoming *ret_incoming);

/* Second half: proves the claim and the timestamp's freshness. `incoming` advances only on success. */
int noise_open_initiation(const struct noise_peer *peer, const struct jvpn_message_initiation *message,
			  struct noise_incoming *incoming);

/* Answers; the key pair must not send before the peer has used it. macs are left zero. */
int noise_create_response(const struct noise_peer *peer, const struct noise_incoming *incoming,
			  const __u8 ephemeral[JVPN_KEY_BYTES], __u32 local_index,
			  struct jvpn_message_response *ret_message, struct noise_keys *ret_keys);

/* Completes: on success the handshake is wiped, so no response is accepted twice. */
int noise_open_response(struct noise_handshake *handshake, const struct noise_identity *identity,
			const struct noise_peer *peer, const struct jvpn_message_response *message,
			struct noise_keys *ret_keys);

#endif
