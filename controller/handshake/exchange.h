/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handshakes of one interface: its identity, its peers, and the journey of one
 * handshake datagram. Never does I/O, logs, reads a clock or draws a random number;
 * never moves an endpoint: the caller sees where a datagram came from and decides.
 *
 *   type, length > mac1 > load? cookie, share > index or static key: which peer? > open
 *   > timestamp, flood > index > answer > key slots, timers      (verify everything, then commit)
 *
 * Order of calls for the daemon:
 *   1. hash_init(), exchange_new(), exchange_set_identity(), exchange_peer_add() for each peer;
 *      after a restart also exchange_peer_set_stamp() and exchange_adopt_keypair().
 *   2. A datagram of type 1, 2 or 3: fill an exchange_entropy, exchange_receive(), then in this order:
 *      install new_keys (if the verdict has any), take `retired` out of the data path, send `reply` back to
 *      the source, persist exchange_peer_stamp() (RESPONDED), send a keepalive or what was staged (ESTABLISHED),
 *      exchange_result_wipe().
 *   3. JVPN_EVENT_NEED_KEY: exchange_need_key(). JVPN_EVENT_KEY_CONFIRMED, or the session's current index found
 *      to be our `next` in a sweep: exchange_confirmed(). Take these events before handshake datagrams: a new
 *      initiation replaces `next`, and the data path may already send under it.
 *   4. Every 250 ms, at exchange_deadline() and after each of 2. and 3.: exchange_decide() and do what it says:
 *      SEND_INITIATION: exchange_initiate() and send it to the peer's endpoint (also without success: do not
 *      repeat, the retry comes); SEND_KEEPALIVE; GIVE_UP: drop staged packets; WIPE_KEYS: exchange_forget_keys().
 *
 * Memory: the identity, the peers (keys, psk, handshake in flight, cookies) and the cookie secret
 * live in memory of sodium_malloc(): locked as far as RLIMIT_MEMLOCK allows, guarded, not dumped,
 * wiped when freed. Results and entropy live with the caller.
 *
 * One thread at a time. `now`: monotonic ns, never backwards. Errors: 0 or -errno; outputs untouched
 * on failure. Source: paper, section 5; the kernel's receive.c, send.c and noise.c.
 */
#ifndef JVPN_HANDSHAKE_EXCHANGE_H
#define JVPN_HANDSHAKE_EXCHANGE_H

#include <stdbool.h>

#include "handshake/index.h"
#include "handshake/keyslots.h"
#include "handshake/noise.h"
#include "handshake/refusal.h"
#include "handshake/source.h"
#include "handshake/timers.h"

#define EXCHANGE_SEED_BYTES 32
#define EXCHANGE_REPLY_MAX_BYTES sizeof(struct jvpn_message_response)

struct exchange;
struct exchange_peer; /* valid from exchange_peer_add() to exchange_peer_remove() */

/* Fresh random bytes for one call: fill all of it (randombytes_buf). The call wipes it before it returns. */
struct exchange_entropy {
	__u8 ephemeral[JVPN_KEY_BYTES];
	__u8 secret[HASH_BYTES];
	__u8 nonce[JVPN_COOKIE_NONCE_BYTES];
	__u32 indices[INDEX_CANDIDATES];
	__u32 jitter;
};

enum exchange_verdict {
	EXCHANGE_REFUSED,	/* `refusal` says why; nothing changed, but for the load and share counts */
	EXCHANGE_COOKIE_ASKED,	/* under load: send `reply` (a cookie) back; nothing else changed */
	EXCHANGE_COOKIE_STORED, /* the next initiation to `peer` will prove our address */
	EXCHANGE_RESPONDED,	/* send `reply` (a response) back; new_keys are `next`: they receive, do not send yet */
	EXCHANGE_ESTABLISHED,	/* new_keys are `current`: they send; use them at once, if only for a keepalive */
};

/* Holds key material in RESPONDED and ESTABLISHED: exchange_result_wipe() after use. */
struct exchange_result {
	enum exchange_verdict verdict;
	enum handshake_refusal refusal; /* REFUSED */
	struct exchange_peer *peer;	/* authenticated; NULL in REFUSED and COOKIE_ASKED */
	size_t reply_len;		/* 0: nothing to send; always less than the datagram's length */
	__u8 reply[EXCHANGE_REPLY_MAX_BYTES];
	struct noise_keys new_keys;	 /* RESPONDED, ESTABLISHED */
	struct keyslots_retired retired; /* key pairs to take out of the data path */
};

/* ---- life ---- */

/* seed: random; keys the tables against chosen collisions. -ENOMEM. ends with exchange_free(), which takes NULL. */
int exchange_new(struct exchange **ret_exchange, const __u8 seed[EXCHANGE_SEED_BYTES]);
void exchange_free(struct exchange *exchange);

/* NULL: none, nothing is sent or accepted. Forgets every handshake in flight and cookie; key pairs stay in
 * their slots: call exchange_forget_keys() for each peer. -ELOOP: a peer has this very public key: remove
 * it first, as WireGuard does. One DH a peer. */
int exchange_set_identity(struct exchange *exchange, const __u8 private_key[JVPN_KEY_BYTES]);

/* NULL without an identity. */
const __u8 *exchange_public_key(const struct exchange *exchange);

/* ---- peers ---- */

/* psk NULL: none. -EEXIST; -ELOOP: it is our own public key (WireGuard ignores such a peer silently);
 * -ENOSPC: JVPN_SESSIONS_MAX peers; -ENOMEM. */
int exchange_peer_add(struct exchange *exchange, const __u8 public_key[JVPN_KEY_BYTES], const __u8 psk[JVPN_KEY_BYTES],
		      void *owner, struct exchange_peer **ret_peer);

/* Wipes everything about it. The retired key pairs are the caller's to take out of the data path first:
 * unlink, then wipe. */
void exchange_peer_remove(struct exchange *exchange, struct exchange_peer *peer, struct keyslots_retired *ret_retired);

/* NULL: none. Key pairs and a handshake in flight go on; the next step uses it (as WireGuard does). */
void exchange_peer_set_psk(struct exchange_peer *peer, const __u8 psk[JVPN_KEY_BYTES]);

/* 0: off */
void exchange_peer_set_persistent(struct exchange_peer *peer, __u16 seconds);

/* NULL: no such peer. */
struct exchange_peer *exchange_peer_find(const struct exchange *exchange, const __u8 public_key[JVPN_KEY_BYTES]);
/* By the receiver index of one of its key pairs or its handshake in flight. */
struct exchange_peer *exchange_peer_find_index(const struct exchange *exchange, __u32 local_index);

size_t exchange_peer_count(const struct exchange *exchange);
void *exchange_peer_owner(const struct exchange_peer *peer);
const __u8 *exchange_peer_public_key(const struct exchange_peer *peer);
const struct keyslots *exchange_peer_keyslots(const struct exchange_peer *peer);
/* Monotonic ns of the last complete handshake, as either side; 0: none. */
__u64 exchange_peer_last_handshake(const struct exchange_peer *peer);
bool exchange_peer_in_flight(const struct exchange_peer *peer);

/* Newest TAI64N accepted, for the caller to persist; all zero: none. */
const __u8 *exchange_peer_stamp(const struct exchange_peer *peer);
/* From a persisted one; an earlier one than what is known changes nothing. */
void exchange_peer_set_stamp(struct exchange_peer *peer, const __u8 stamp[JVPN_TAI64N_BYTES]);

/* ---- handshakes ---- */

/* Makes an initiation. stamp: clock_tai64n() of base/clock.h, later than the last one. The handshake in
 * flight, if any, is forgotten on success. Does not limit itself: exchange_decide() does. -ENOKEY: no
 * identity; -EAGAIN, -ENOSPC: no free index; or an error of noise.h. */
int exchange_initiate(struct exchange *exchange, struct exchange_peer *peer, __u64 now,
		      const __u8 stamp[JVPN_TAI64N_BYTES], struct exchange_entropy *entropy,
		      struct jvpn_message_initiation *ret_message);

/* Takes any bytes. ret_result is always filled whole. */
void exchange_receive(struct exchange *exchange, const void *datagram, size_t len, const struct source *from, __u64 now,
		      struct exchange_entropy *entropy, struct exchange_result *ret_result);

void exchange_result_wipe(struct exchange_result *result);

/* The data path opened the first packet under the unconfirmed key pair: it is `current` now. 0; -ENOENT: the
 * index is not the one of `next` (late or repeated news: harmless). */
int exchange_confirmed(struct exchange *exchange, struct exchange_peer *peer, __u32 local_index, __u64 now,
		       struct keyslots_retired *ret_retired);

/* A packet waits for a key, or somebody wants a fresh one: exchange_decide() will say when. */
void exchange_need_key(struct exchange_peer *peer, __u64 now);

/* Ends the attempt under way: no retry until there is a new reason (an ended session). */
void exchange_rest(struct exchange_peer *peer);

/* Wipes the handshake in flight and empties all key slots: WIPE_KEYS, a new identity, an ended session. */
void exchange_forget_keys(struct exchange *exchange, struct exchange_peer *peer, struct keyslots_retired *ret_retired);

enum exchange_slot { EXCHANGE_PREVIOUS, EXCHANGE_CURRENT, EXCHANGE_NEXT };

/* After a restart: a key pair found in the kernel's maps. -EEXIST: the index is taken; -EBUSY: the slot is;
 * -EINVAL: index or birth 0. */
int exchange_adopt_keypair(struct exchange *exchange, struct exchange_peer *peer, enum exchange_slot slot,
			   const struct keyslot *found);

/* ---- timers ---- see timers.h; key_birth_ns and key_initiator of `seen` are filled in here, from `current` */

unsigned int exchange_decide(struct exchange_peer *peer, const struct timers_seen *seen, __u64 now, __u32 jitter_ms);
__u64 exchange_deadline(const struct exchange_peer *peer, const struct timers_seen *seen);

/* For metrics. */
bool exchange_is_loaded(struct exchange *exchange, __u64 now);

#endif
