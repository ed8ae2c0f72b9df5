/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mac1, mac2 and the cookie reply (paper, sections 5.3, 5.4.4 and 5.4.7). Never
 * decides whether the load is high, never finds a peer.
 *
 *   sender (cookie_jar)                         receiver (cookie_keys, cookie_secret)
 *   stamp: mac1 [mac2] ----- message ---------> check_mac1; under load: check_mac2
 *   open_reply: stored <---- cookie reply ----- create_reply
 *   stamp: mac1 mac2 ------- message ---------> the cookie fits this address and port
 *
 * A cookie is MAC(secret, address || port). The secret lives JVPN_COOKIE_LIFETIME_S,
 * so a cookie lives at most as long; the sender forgets it after the same time.
 * Comparisons take constant time. `now`: monotonic ns.
 *
 * Errors, beside hash.h's: -EBADMSG what was checked is wrong (nothing changed).
 */
#ifndef JVPN_HANDSHAKE_COOKIE_H
#define JVPN_HANDSHAKE_COOKIE_H

#include <stdbool.h>

#include "handshake/hash.h"
#include "handshake/source.h"
#include "jvpn/wire.h"

/* Derived from the public key of the message's receiver. */
struct cookie_keys {
	__u8 mac1[HASH_BYTES];
	__u8 reply[HASH_BYTES];
};

/* The receiver's changing secret. Secret. */
struct cookie_secret {
	bool set;
	__u64 born_ns;
	__u8 bytes[HASH_BYTES];
};

/* The sender's side, one a peer. Secret. */
struct cookie_jar {
	bool has_cookie;
	bool awaits_reply; /* last_mac1 was sent and no reply has used it up yet */
	__u64 received_ns;
	__u8 cookie[JVPN_COOKIE_BYTES];
	__u8 last_mac1[JVPN_MAC_BYTES];
};

int cookie_keys_set(struct cookie_keys *ret_keys, const __u8 public_key[JVPN_KEY_BYTES]);

/* Takes the fresh bytes as the secret if there is none or it is JVPN_COOKIE_LIFETIME_S old. */
void cookie_secret_rotate(struct cookie_secret *secret, __u64 now, const __u8 fresh[HASH_BYTES]);

/* Fills the macs at the end of an initiation or a response. `keys`: the receiver's. mac2 is
 * zero without a live cookie. message and jar are untouched on failure. */
int cookie_stamp(struct cookie_jar *jar, const struct cookie_keys *keys, __u64 now, void *message, size_t len);

/* len: 148 or 92. `keys`: our own. */
int cookie_check_mac1(const struct cookie_keys *keys, const void *message, size_t len);

/* -EBADMSG also when the secret is not set or too old at `now`. */
int cookie_check_mac2(const struct cookie_secret *secret, const struct source *from, __u64 now, const void *message,
		      size_t len);

/* Answers `message` (initiation or response, its mac1 checked) with a sealed cookie. `keys`:
 * our own; nonce: 24 fresh random bytes; the secret must be fresh: rotate first. */
int cookie_create_reply(const struct cookie_keys *keys, const struct cookie_secret *secret, const struct source *from,
			const void *message, size_t len, const __u8 nonce[JVPN_COOKIE_NONCE_BYTES],
			struct jvpn_message_cookie *ret_reply);

/* `keys`: those of the peer the message had been sent to. -EPROTO: no message waits for a reply. */
int cookie_open_reply(struct cookie_jar *jar, const struct cookie_keys *keys, __u64 now,
		      const struct jvpn_message_cookie *reply);

#endif
