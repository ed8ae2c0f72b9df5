/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chunks of locked memory, a stack of free numbers, and a half-full hash table of
 * numbers. Never moves a peer.
 */
#include "handshake/peers.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_PEERS 64
#define CHUNKS (JVPN_SESSIONS_MAX / CHUNK_PEERS)
#define PLACES (JVPN_SESSIONS_MAX * 2)
_Static_assert(JVPN_SESSIONS_MAX % CHUNK_PEERS == 0, "whole chunks");
_Static_assert((PLACES & (PLACES - 1)) == 0, "places are chosen by a mask");
_Static_assert(PEERS_SEED_BYTES == crypto_shorthash_KEYBYTES, "the seed is SipHash's key");
/* sodium_malloc() aligns the end of an area, so its start is aligned as its size is */
_Static_assert(sizeof(struct exchange_peer) % _Alignof(struct exchange_peer) == 0, "chunks are aligned");

struct peers {
	__u8 seed[PEERS_SEED_BYTES];
	__u32 free_count;
	__u32 free_numbers[JVPN_SESSIONS_MAX]; /* a stack */
	struct exchange_peer *chunks[CHUNKS];
	__u32 places[PLACES]; /* number + 1; 0: free */
};

int peers_new(struct peers **ret_peers, const __u8 seed[PEERS_SEED_BYTES])
{
	struct peers *peers = calloc(1, sizeof(*peers));

	if (!peers)
		return -ENOMEM;
	memcpy(peers->seed, seed, PEERS_SEED_BYTES);
	peers->free_count = JVPN_SESSIONS_MAX;
	for (__u32 i = 0; i < JVPN_SESSIONS_MAX; i++)
		peers->free_numbers[i] = JVPN_SESSIONS_MAX - 1 - i;
	*ret_peers = peers;
	return 0;
}

void peers_free(struct peers *peers)
{
	if (!peers)
		return;
	for (size_t i = 0; i < CHUNKS; i++)
		sodium_free(peers->chunks[i]); /* wipes */
	free(peers);
}

static __u32 home_of(const struct peers *peers, const __u8 public_key[JVPN_KEY_BYTES])
{
	__u64 hash;

	crypto_shorthash((__u8 *)&hash, public_key, JVPN_KEY_BYTES, peers->seed);
	return (__u32)hash & (PLACES - 1);
}

static struct exchange_peer *peer_of(const struct peers *peers, __u32 number)
{
	return &peers->chunks[number / CHUNK_PEERS][number % CHUNK_PEERS];
}

/* Where the key is, or the free place where it would go. */
static __u32 probe(const struct peers *peers, const __u8 public_key[JVPN_KEY_BYTES])
{
	__u32 at = home_of(peers, public_key);

	while (peers->places[at] &&
	       memcmp(peer_of(peers, peers->places[at] - 1)->noise.public_key, public_key, JVPN_KEY_BYTES))
		at = (at + 1) & (PLACES - 1);
	return at;
}

static int fill_chunk(struct peers *peers, __u32 number)
{
	struct exchange_peer **chunk = &peers->chunks[number / CHUNK_PEERS];

	if (*chunk)
		return 0;
	*chunk = sodium_allocarray(CHUNK_PEERS, sizeof(**chunk));
	if (!*chunk)
		return -ENOMEM;
	sodium_memzero(*chunk, CHUNK_PEERS * sizeof(**chunk));
	return 0;
}

int peers_add(struct peers *peers, const __u8 public_key[JVPN_KEY_BYTES], struct exchange_peer **ret_peer)
{
	__u32 at = probe(peers, public_key);
	struct exchange_peer *peer;
	__u32 number;

	if (peers->places[at])
		return -EEXIST;
	if (!peers->free_count)
		return -ENOSPC;
	number = peers->free_numbers[peers->free_count - 1];
	if (fill_chunk(peers, number))
		return -ENOMEM;
	peer = peer_of(peers, number);
	peer->number = number;
	peer->in_use = true;
	memcpy(peer->noise.public_key, public_key, JVPN_KEY_BYTES);
	peers->free_count--;
	peers->places[at] = number + 1;
	*ret_peer = peer;
	return 0;
}

/* Shifts the followers of a run back, so that no tombstones pile up. */
static void close_hole(struct peers *peers, __u32 hole)
{
	__u32 at = hole;

	for (;;) {
		__u32 home;

		at = (at + 1) & (PLACES - 1);
		if (!peers->places[at])
			break;
		home = home_of(peers, peer_of(peers, peers->places[at] - 1)->noise.public_key);
		if (((at - home) & (PLACES - 1)) < ((at - hole) & (PLACES - 1)))
			continue;
		peers->places[hole] = peers->places[at];
		hole = at;
	}
	peers->places[hole] = 0;
}

void peers_remove(struct peers *peers, struct exchange_peer *peer)
{
	close_hole(peers, probe(peers, peer->noise.public_key));
	peers->free_numbers[peers->free_count++] = peer->number;
	sodium_memzero(peer, sizeof(*peer));
}

struct exchange_peer *peers_find(const struct peers *peers, const __u8 public_key[JVPN_KEY_BYTES])
{
	__u32 place = peers->places[probe(peers, public_key)];

	return place ? peer_of(peers, place - 1) : NULL;
}

struct exchange_peer *peers_at(const struct peers *peers, __u32 number)
{
	struct exchange_peer *peer;

	if (number >= JVPN_SESSIONS_MAX || !peers->chunks[number / CHUNK_PEERS])
		return NULL;
	peer = peer_of(peers, number);
	return peer->in_use ? peer : NULL;
}

size_t peers_count(const struct peers *peers)
{
	return JVPN_SESSIONS_MAX - peers->free_count;
}
