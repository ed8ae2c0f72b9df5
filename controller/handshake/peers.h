/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peers of one interface: what is kept of each, and finding it by number or by
 * public key in O(1). Inside the handshake folder only; never does a handshake.
 *
 * A peer holds keys, so peers live in chunks of sodium_malloc(): locked, guarded,
 * stable in place, wiped when they leave. The table by public key is hashed with a
 * random SipHash key, since the keys it is asked for come off the wire.
 */
#ifndef JVPN_HANDSHAKE_PEERS_H
#define JVPN_HANDSHAKE_PEERS_H

#include <stdbool.h>

#include "handshake/cookie.h"
#include "handshake/keyslots.h"
#include "handshake/noise.h"
#include "handshake/timers.h"

#define PEERS_SEED_BYTES 16

struct exchange_peer {
	__u32 number; /* below JVPN_SESSIONS_MAX; owner of its indices */
	bool in_use;
	void *owner;
	struct noise_peer noise;
	struct noise_handshake handshake; /* of ours, in flight */
	struct cookie_keys cookie_keys;
	struct cookie_jar jar;
	struct keyslots slots;
	struct timers timers;
	__u64 accepted_ns;  /* their last initiation; 0: none */
	__u64 completed_ns; /* the last complete handshake; 0: none */
};

struct peers;

/* -ENOMEM. peers_free() wipes them all and takes NULL. */
int peers_new(struct peers **ret_peers, const __u8 seed[PEERS_SEED_BYTES]);
void peers_free(struct peers *peers);

/* A zeroed peer with this public key, its number set. -EEXIST, -ENOSPC, -ENOMEM. */
int peers_add(struct peers *peers, const __u8 public_key[JVPN_KEY_BYTES], struct exchange_peer **ret_peer);

/* Wipes it. */
void peers_remove(struct peers *peers, struct exchange_peer *peer);

/* NULL: none. */
struct exchange_peer *peers_find(const struct peers *peers, const __u8 public_key[JVPN_KEY_BYTES]);
struct exchange_peer *peers_at(const struct peers *peers, __u32 number);

size_t peers_count(const struct peers *peers);

#endif
