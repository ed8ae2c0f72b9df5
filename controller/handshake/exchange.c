/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Life, identity, key slots and timers of an exchange; its peers are in
 * exchange_peers.c, the handshakes themselves in initiate.c and receive.c. Never
 * leaves a key behind where it ended something.
 */
#include "handshake/exchange.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "handshake/exchange_state.h"

_Static_assert(EXCHANGE_SEED_BYTES == PEERS_SEED_BYTES + ADMISSION_KEY_BYTES, "one seed, two keys");

/* ---- life ---- */

int exchange_new(struct exchange **ret_exchange, const __u8 seed[EXCHANGE_SEED_BYTES])
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	int r;

	if (!exchange)
		return -ENOMEM;
	exchange->secrets = sodium_malloc(sizeof(*exchange->secrets));
	r = exchange->secrets ? 0 : -ENOMEM;
	if (!r) {
		sodium_memzero(exchange->secrets, sizeof(*exchange->secrets));
		r = peers_new(&exchange->peers, seed);
	}
	if (!r)
		r = admission_new(&exchange->admission, seed + PEERS_SEED_BYTES);
	if (!r)
		r = index_new(&exchange->indices);
	if (r) {
		exchange_free(exchange);
		return r;
	}
	*ret_exchange = exchange;
	return 0;
}

void exchange_free(struct exchange *exchange)
{
	if (!exchange)
		return;
	index_free(exchange->indices);
	admission_free(exchange->admission);
	peers_free(exchange->peers);
	sodium_free(exchange->secrets);
	free(exchange);
}

static void drop_in_flight(struct exchange *exchange, struct exchange_peer *peer)
{
	if (peer->handshake.in_flight)
		index_release(exchange->indices, peer->handshake.local_index);
	sodium_memzero(&peer->handshake, sizeof(peer->handshake));
}

static void rebind_peers(struct exchange *exchange)
{
	for (__u32 number = 0; number < JVPN_SESSIONS_MAX; number++) {
		struct exchange_peer *peer = peers_at(exchange->peers, number);

		if (!peer)
			continue;
		noise_peer_rebind(&peer->noise, exchange_identity(exchange));
		drop_in_flight(exchange, peer);
		sodium_memzero(&peer->jar, sizeof(peer->jar));
		timers_reset(&peer->timers);
	}
}

static int derive_secrets(struct exchange *exchange, struct exchange_secrets *ret_fresh,
			  const __u8 private_key[JVPN_KEY_BYTES])
{
	int r = noise_identity_set(&ret_fresh->identity, private_key);

	if (!r && peers_find(exchange->peers, ret_fresh->identity.public_key))
		r = -ELOOP;
	if (!r)
		r = cookie_keys_set(&ret_fresh->cookie_keys, ret_fresh->identity.public_key);
	ret_fresh->has_identity = true;
	return r;
}

int exchange_set_identity(struct exchange *exchange, const __u8 private_key[JVPN_KEY_BYTES])
{
	struct exchange_secrets fresh = {0};
	int r = private_key ? derive_secrets(exchange, &fresh, private_key) : 0;

	if (!r) {
		*exchange->secrets = fresh;
		rebind_peers(exchange);
	}
	sodium_memzero(&fresh, sizeof(fresh));
	return r;
}

const struct noise_identity *exchange_identity(const struct exchange *exchange)
{
	return exchange->secrets->has_identity ? &exchange->secrets->identity : NULL;
}

const __u8 *exchange_public_key(const struct exchange *exchange)
{
	return exchange->secrets->has_identity ? exchange->secrets->identity.public_key : NULL;
}

/* ---- key slots ---- */

void exchange_release(struct exchange *exchange, const struct keyslots_retired *retired)
{
	for (__u32 i = 0; i < retired->count; i++)
		index_release(exchange->indices, retired->indices[i]);
}

void exchange_add_keypair(struct exchange *exchange, struct exchange_peer *peer, const struct noise_keys *keys,
			  __u64 now, struct keyslots_retired *ret_retired)
{
	struct keyslot fresh = {.local_index = keys->local_index,
				.remote_index = keys->remote_index,
				.birth_ns = now,
				.initiator = keys->initiator};

	keyslots_add(&peer->slots, &fresh, ret_retired);
	exchange_release(exchange, ret_retired);
	timers_derived(&peer->timers, now);
}

int exchange_confirmed(struct exchange *exchange, struct exchange_peer *peer, __u32 local_index, __u64 now,
		       struct keyslots_retired *ret_retired)
{
	int r = keyslots_confirm(&peer->slots, local_index, ret_retired);

	if (r)
		return r;
	exchange_release(exchange, ret_retired);
	timers_confirmed(&peer->timers);
	peer->completed_ns = now;
	return 0;
}

void exchange_forget_keys(struct exchange *exchange, struct exchange_peer *peer, struct keyslots_retired *ret_retired)
{
	keyslots_clear(&peer->slots, ret_retired);
	exchange_release(exchange, ret_retired);
	drop_in_flight(exchange, peer);
}

int exchange_adopt_keypair(struct exchange *exchange, struct exchange_peer *peer, enum exchange_slot slot,
			   const struct keyslot *found)
{
	struct keyslot *into = slot == EXCHANGE_PREVIOUS  ? &peer->slots.previous
			       : slot == EXCHANGE_CURRENT ? &peer->slots.current
							  : &peer->slots.next;
	int r;

	if (!found->local_index || !found->birth_ns)
		return -EINVAL;
	if (into->local_index)
		return -EBUSY;
	r = index_adopt(exchange->indices, found->local_index, peer->number);
	if (r)
		return r;
	*into = *found;
	timers_derived(&peer->timers, found->birth_ns);
	if (slot != EXCHANGE_NEXT && found->birth_ns > peer->completed_ns)
		peer->completed_ns = found->birth_ns;
	return 0;
}

/* ---- timers ---- */

void exchange_need_key(struct exchange_peer *peer, __u64 now)
{
	timers_need_key(&peer->timers, now);
}

void exchange_rest(struct exchange_peer *peer)
{
	timers_rest(&peer->timers);
}

/* The data path knows when it sent; which key is current, and since when, is known here. */
static struct timers_seen complete(const struct exchange_peer *peer, const struct timers_seen *seen)
{
	struct timers_seen all = *seen;

	all.key_birth_ns = peer->slots.current.birth_ns;
	all.key_initiator = peer->slots.current.initiator;
	return all;
}

unsigned int exchange_decide(struct exchange_peer *peer, const struct timers_seen *seen, __u64 now, __u32 jitter_ms)
{
	struct timers_seen all = complete(peer, seen);

	return timers_decide(&peer->timers, &all, now, jitter_ms);
}

__u64 exchange_deadline(const struct exchange_peer *peer, const struct timers_seen *seen)
{
	struct timers_seen all = complete(peer, seen);

	return timers_deadline(&peer->timers, &all);
}

bool exchange_is_loaded(struct exchange *exchange, __u64 now)
{
	return admission_is_loaded(exchange->admission, now);
}
