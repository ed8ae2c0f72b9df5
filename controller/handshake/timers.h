/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WireGuard's timers as one decision (paper, sections 6.1 to 6.5; the kernel's
 * timers.c and both keep_key_fresh). Never does what it decides, never reads a
 * clock: the data path sends and receives in the kernel, and this module sees it
 * only through the timestamps it left behind.
 *
 *   rekey on sending     we began this key pair and sent under it when it was 120 s old or older, or
 *                        anybody's counter is above 2^60                            -> initiation
 *   rekey on receiving   we began it and received when it was 165 s old or older; once a key -> initiation
 *   need key             a packet wanted to leave and no key could seal it          -> initiation
 *   unanswered           data sent, nothing at all received for 15 s (+ jitter)     -> initiation
 *   retry                no response 5 s (+ jitter) after an initiation             -> initiation
 *   give up              90 s after the last reason to begin                        -> drop what waits
 *   passive keepalive    data received, nothing at all sent for 10 s                -> keepalive
 *   persistent           nothing sent or received for the configured time           -> keepalive
 *   wipe                 540 s after the last new key, or after giving up           -> wipe the keys
 *
 * Never two initiations, nor an initiation after a response of ours, within 5 s: a
 * wish that comes too early waits (the kernel drops it and waits for the next
 * packet), unless the retry covers it. A keepalive without a key that can send
 * becomes an initiation. Without an endpoint an initiation becomes GIVE_UP.
 *
 * How observation changes the kernel's rules: "first data sent since the last
 * packet received" is known as of the first look after it, so unanswered and passive
 * keepalive may fire later than the kernel's by the time between two looks.
 *
 * All times are monotonic ns; 0 is "never". jitter_ms: random, 0 ..
 * JVPN_REKEY_TIMEOUT_JITTER_MS, more is cut. A zeroed struct timers is a new peer's.
 */
#ifndef JVPN_HANDSHAKE_TIMERS_H
#define JVPN_HANDSHAKE_TIMERS_H

#include <stdbool.h>

#include "jvpn/limits.h"
#include "jvpn/types.h"

#define TIMERS_NEVER (~0ull)

enum timers_action {
	TIMERS_SEND_INITIATION = 1 << 0, /* a fresh one, now; counts as sent whatever becomes of it */
	TIMERS_SEND_KEEPALIVE = 1 << 1,	 /* an empty data packet under the current key; counts as sent */
	TIMERS_GIVE_UP = 1 << 2,	 /* drop the packets that wait for a key */
	TIMERS_WIPE_KEYS = 1 << 3,	 /* the handshake in flight and every key pair */
	TIMERS_DOUBT_PATH = 1 << 4,	 /* nothing comes back: forget a cached source address or route */
};

/* What the data path left behind, per session, and what sends now. Reading it late is safe. */
struct timers_seen {
	__u64 last_tx_data_ns; /* a text of length > 0 */
	__u64 last_tx_ns;      /* anything sealed, keepalives too */
	__u64 last_rx_data_ns;
	__u64 last_rx_ns;
	__u64 send_counter; /* next counter of the current key pair */
	__u64 key_birth_ns; /* of the current key pair; 0: none */
	bool key_initiator; /* we began its handshake */
	bool endpoint_known;
};

struct timers {
	__u64 sent_handshake_ns;     /* our last initiation or response */
	__u64 received_handshake_ns; /* their last authenticated one */
	__u64 sent_keepalive_ns;     /* as decided here */
	__u64 attempt_since_ns;	     /* the last reason to begin the handshake under way */
	__u64 retry_at_ns;
	__u64 wipe_at_ns;
	__u64 unanswered_at_ns;	 /* when silence becomes a reason to begin */
	__u64 owed_at_ns;	 /* when a passive keepalive is due */
	__u64 judged_tx_data_ns; /* what was sent up to here has had its unanswered timer */
	__u64 judged_rx_data_ns; /* what was received up to here has had its passive keepalive */
	__u64 judged_tx_ns;	 /* sent packets up to here were looked at by the rekey rule */
	__u16 persistent_s;	 /* 0: off */
	bool persistent_now;	 /* just switched on */
	bool wanted;		 /* an initiation waits for the 5 s to pass */
	bool last_minute;	 /* rekey on receiving was used for this key */
};

/* An initiation left, unprompted by timers_decide() (after its SEND_INITIATION the call is harmless). */
void timers_initiated(struct timers *timers, __u64 now, __u32 jitter_ms);

/* An initiation was accepted and our response left: both directions count as traffic. */
void timers_responded(struct timers *timers, __u64 now);

/* A response was accepted: we are the initiator of a complete handshake. */
void timers_answered(struct timers *timers, __u64 now);

/* The peer used the key pair we had responded with: that handshake is complete. */
void timers_confirmed(struct timers *timers);

/* A key pair was derived at `birth`: now, or found in the maps after a restart. */
void timers_derived(struct timers *timers, __u64 birth);

/* The data path has a packet but no key for it. Also what `wg set` or a path change asks for. */
void timers_need_key(struct timers *timers, __u64 now);

/* seconds 0: off. Switched on: a keepalive is due at once. */
void timers_set_persistent(struct timers *timers, __u16 seconds);

/* Ends the attempt under way: no retry until there is a new reason. */
void timers_rest(struct timers *timers);

/* As of a new peer, but for the persistent keepalive: the identity changed. */
void timers_reset(struct timers *timers);

/* The set (enum timers_action) of what is due at `now`. Asked again at once it says 0. */
unsigned int timers_decide(struct timers *timers, const struct timers_seen *seen, __u64 now, __u32 jitter_ms);

/* The next instant at which timers_decide() has something to say if `seen` stays as it is,
 * or TIMERS_NEVER. After timers_decide(now) it lies after now. */
__u64 timers_deadline(const struct timers *timers, const struct timers_seen *seen);

#endif
