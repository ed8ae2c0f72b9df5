/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Keys and values of the pinned maps: the ABI between the data plane, the
 * controller, jvpn-ctl and the next version of each of them.
 *
 * Every struct is padded explicitly, zeroed before use, and asserted here; a
 * test compares them with the BTF of the objects. What is found pinned with
 * another JVPN_ABI_VERSION or another size is refused, never half adopted.
 *
 *   routes_v4, routes_v6   prefix ----> peer, session id
 *   sessions               session id -> path slots, word, key indices, slot of its counters
 *   keypairs               receiver index -> session id, keys, counter, replay window
 *   counters               slot -> what the data path counted for a session (memory-mapped)
 *   uplinks                ifindex -> facts of a device;  delivery: devmap to the tunnel's data-plane end
 *   drops, admission, events, meta
 *
 * Times are CLOCK_MONOTONIC nanoseconds (bpf_ktime_get_ns), unless named _ms.
 */
#ifndef JVPN_MAPS_H
#define JVPN_MAPS_H

#include "jvpn/drop.h"
#include "jvpn/limits.h"
#include "jvpn/state.h"
#include "jvpn/types.h"

#define JVPN_ABI_VERSION 1
#define JVPN_PIN_ROOT "/sys/fs/bpf/jvpn"
#define JVPN_DP_SUFFIX "-dp" /* jvpn0 and jvpn0-dp */
#define JVPN_KEY_WORDS (JVPN_KEY_BYTES / 4)

/* `meta`: one entry, written when the data plane is created, read before anything else is believed. */
struct jvpn_meta {
	__u32 abi_version;
	__u32 session_bytes; /* sizeof of the values, as a second lock on the ABI */
	__u32 keypair_bytes;
	__u32 counters_bytes;
	__u32 tunnel_ifindex;
	__u32 delivery_ifindex; /* the data-plane end */
	__u16 listen_port;	/* host byte order */
	__u16 pad;
	__u32 fwmark;
	__u64 created_ms; /* wall clock, ms since the epoch */
	__u8 public_key[JVPN_KEY_BYTES];
	char interface[16];
};
JVPN_ASSERT_SIZE(struct jvpn_meta, 88);

/* One way to reach the peer. A slot that sends or receives is never rewritten: a move takes a free one. */
struct jvpn_path {
	struct jvpn_ip local; /* all zero: let the route choose (never while state is ACTIVE) */
	struct jvpn_ip remote;
	__be16 remote_port;
	__u8 state;  /* enum jvpn_path_state */
	__u8 family; /* 4 or 6; 0: slot is free */
	__u32 ifindex;
	__u32 mtu; /* bytes of an outer IP packet */
	__u32 id;  /* counts up within a session, never reused */
	char name[16];
};
JVPN_ASSERT_SIZE(struct jvpn_path, 64);

/*
 * The send word: state_version in the upper 56 bits, the index of the path slot
 * that sends in the lower 8. One load gives a packet both; one compare-and-swap
 * moves a session, or does nothing.
 */
#define JVPN_WORD_SLOT_BITS 8
#define JVPN_WORD_NO_SLOT 0xffu
#define JVPN_WORD(version, slot) (((__u64)(version) << JVPN_WORD_SLOT_BITS) | (__u8)(slot))
#define JVPN_WORD_SLOT(word) ((__u32)((word)&0xffu))
#define JVPN_WORD_VERSION(word) ((__u64)(word) >> JVPN_WORD_SLOT_BITS)
#define JVPN_VERSION_MAX ((1ull << 56) - 1)

/*
 * The key word: receiver index of the key pair that sends (lower half) and of the
 * responder's unconfirmed one (upper half). The first packet that opens under the
 * second makes it the first, by one compare-and-swap in the data path. 0: none.
 */
#define JVPN_KEYS(current, next) ((__u64)(__u32)(current) | (__u64)(__u32)(next) << 32)
#define JVPN_KEYS_CURRENT(keys) ((__u32)(keys))
#define JVPN_KEYS_NEXT(keys) ((__u32)((keys) >> 32))

/* `sessions`: session id (u64, random, never sent in clear) -> this. Changed in place, and only by bpf/swap.bpf.c. */
struct jvpn_session {
	__u64 word; /* JVPN_WORD */
	__u64 keys; /* JVPN_KEYS */
	__u64 id;
	__u64 created_ns;
	__u64 created_ms;  /* wall clock */
	__u64 deadline_ns; /* the data path sends and receives nothing after it; 0: none */
	__u32 slot;	   /* index into `counters` */
	__u32 peer;	   /* the controller's number of the peer */
	__u32 key_epoch;   /* key pairs this session has had */
	__u32 switches;
	__u32 policy_version;
	__u16 reason; /* code of the last transition */
	__u8 state;   /* enum jvpn_session_state */
	__u8 kind;    /* enum jvpn_peer_kind */
	__u8 peer_key[JVPN_KEY_BYTES];
	__u8 tai64n[12]; /* newest handshake timestamp accepted: outlives the controller */
	__u32 next_path_id;
	struct jvpn_path paths[JVPN_PATHS_MAX];
};
JVPN_ASSERT_OFFSET(struct jvpn_session, word, 0);
JVPN_ASSERT_OFFSET(struct jvpn_session, keys, 8);
JVPN_ASSERT_OFFSET(struct jvpn_session, paths, 120);
JVPN_ASSERT_SIZE(struct jvpn_session, 120 + 64 * JVPN_PATHS_MAX);

/*
 * Replay window without a lock: a ring of words, each {lap, 32 bits}. Counter c
 * belongs to word (c / 32) % 256, bit c % 32, lap c / 8192 (its low 32 bits).
 * bpf/replay.h holds the rules.
 */
struct jvpn_replay {
	__u64 greatest; /* highest authenticated counter plus one; 0: none yet */
	__u64 words[JVPN_REPLAY_WORDS];
};
JVPN_ASSERT_SIZE(struct jvpn_replay, 8 + 8 * JVPN_REPLAY_WORDS);

/* `keypairs`: our receiver index (u32, host order; top 8 bits: a node number, 0 for now) -> this */
struct jvpn_keypair {
	__u64 session;
	__u64 birth_ns;
	__u64 send_counter; /* the next counter to use */
	__u32 peer_index;   /* what the peer calls this key pair; goes out in the header, host order */
	__u8 initiator;	    /* 1: we began this handshake */
	__u8 dead;	    /* 1: neither seals nor opens any more; about to be wiped */
	__u8 pad[2];
	__u32 send_key[JVPN_KEY_WORDS]; /* the key's bytes as little-endian words */
	__u32 receive_key[JVPN_KEY_WORDS];
	__u64 received; /* packets opened, for the rekey rule on reception */
	struct jvpn_replay replay;
};
JVPN_ASSERT_OFFSET(struct jvpn_keypair, send_key, 32);
JVPN_ASSERT_SIZE(struct jvpn_keypair, 104 + sizeof(struct jvpn_replay));

/* `counters`: slot -> this. Written by the data path, memory-mapped by the controller. "data" is a text of length > 0.
 */
struct jvpn_counters {
	__u64 tx_packets;
	__u64 tx_bytes; /* inner */
	__u64 rx_packets;
	__u64 rx_bytes;	  /* inner */
	__u64 last_tx_ns; /* any sealed packet, keepalives too */
	__u64 last_tx_data_ns;
	__u64 last_rx_ns; /* any packet that opened */
	__u64 last_rx_data_ns;
	__u64 path_seen_ns; /* spacing of events: when their bucket is empty again */
	__u64 staged_ns;
	__u64 send_counter; /* of the newest packet sent, under whichever key pair */
	__u64 spare[5];
};
JVPN_ASSERT_SIZE(struct jvpn_counters, 128);

/* Keys of the longest-prefix routes; the length counts the bits of the address. */
struct jvpn_prefix_v4 {
	__u32 length;
	__u8 address[4];
};
struct jvpn_prefix_v6 {
	__u32 length;
	__u8 address[16];
};
struct jvpn_route {
	__u64 session;	 /* 0: the peer has no session yet */
	__u64 staged_ns; /* spacing of packets handed to the controller meanwhile */
	__u32 peer;
	__u32 pad;
};
JVPN_ASSERT_SIZE(struct jvpn_prefix_v4, 8);
JVPN_ASSERT_SIZE(struct jvpn_prefix_v6, 20);
JVPN_ASSERT_SIZE(struct jvpn_route, 24);

/* `admission`: a source (IPv4 mapped, or the upper 64 bits of IPv6) -> its token bucket */
struct jvpn_bucket {
	__u64 filled_ns;
	__u64 tokens_ns; /* tokens, counted in the nanoseconds it takes to earn them */
};
JVPN_ASSERT_SIZE(struct jvpn_bucket, 16);

/* `uplinks`: ifindex -> facts of the device the data plane needs */
struct jvpn_uplink {
	__u32 ifindex;
	__u32 mtu;
	__u8 native; /* 1: XDP runs in the driver, 0: generic */
	__u8 pad[7];
};
JVPN_ASSERT_SIZE(struct jvpn_uplink, 16);

/* Names of the maps, as pinned: JVPN_MAPS(X) lists what must be there to adopt a data plane. */
#define JVPN_MAP_NAMES(X) \
	X(meta) \
	X(sessions) \
	X(keypairs) \
	X(routes_v4) \
	X(routes_v6) \
	X(counters) \
	X(admission) \
	X(uplinks) \
	X(delivery) \
	X(events) \
	X(drops)

#endif
