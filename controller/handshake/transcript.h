/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The running state of a Noise handshake (the Noise specification calls it the
 * symmetric state): chaining key, hash of everything said, key of the next sealed
 * field. For noise.c only; never knows which message it is in.
 *
 * A transcript is secret and lives on the stack: its owner wipes it. Errors: hash.h's,
 * -EKEYREJECTED and -EBADMSG as in noise.h. After an error it is good for nothing
 * but the wipe, and `ret_` outputs are untouched.
 */
#ifndef JVPN_HANDSHAKE_TRANSCRIPT_H
#define JVPN_HANDSHAKE_TRANSCRIPT_H

#include "handshake/hash.h"
#include "jvpn/wire.h"

#define TRANSCRIPT_MUST_CHECK __attribute__((__warn_unused_result__))

struct transcript {
	__u8 chain[HASH_BYTES];
	__u8 hash[HASH_BYTES];
	__u8 key[HASH_BYTES];
};

/* <- s: both sides begin from the responder's static key. */
TRANSCRIPT_MUST_CHECK
int transcript_begin(struct transcript *now, const __u8 chain[HASH_BYTES], const __u8 hash[HASH_BYTES],
		     const __u8 responder[JVPN_KEY_BYTES]);

/* e: the public key goes into the hash and, because there is a psk, into the chain. */
TRANSCRIPT_MUST_CHECK
int transcript_mix_ephemeral(struct transcript *now, const __u8 public_key[JVPN_KEY_BYTES]);

/* es, ee, se */
TRANSCRIPT_MUST_CHECK
int transcript_mix_dh(struct transcript *now, const __u8 private_key[JVPN_KEY_BYTES],
		      const __u8 public_key[JVPN_KEY_BYTES]);

/* ss, computed beforehand; all zero is -EKEYREJECTED. */
TRANSCRIPT_MUST_CHECK
int transcript_mix_static(struct transcript *now, const __u8 static_static[JVPN_KEY_BYTES]);

TRANSCRIPT_MUST_CHECK
int transcript_mix_psk(struct transcript *now, const __u8 psk[JVPN_KEY_BYTES]);

/* len: of the text; the sealed field is JVPN_TAG_BYTES longer. */
TRANSCRIPT_MUST_CHECK
int transcript_seal(struct transcript *now, __u8 *ret_sealed, const void *text, size_t len);
TRANSCRIPT_MUST_CHECK
int transcript_open(struct transcript *now, void *ret_text, const __u8 *sealed, size_t len);

/* The end of it: the two transport keys. */
TRANSCRIPT_MUST_CHECK
int transcript_split(const struct transcript *now, __u8 ret_first[JVPN_KEY_BYTES], __u8 ret_second[JVPN_KEY_BYTES]);

#endif
