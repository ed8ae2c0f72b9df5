/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peers of an exchange, as the daemon sees them: added, looked up, changed,
 * removed. Never hands out anything secret.
 */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "handshake/exchange.h"
#include "handshake/exchange_state.h"

int exchange_peer_add(struct exchange *exchange, const __u8 public_key[JVPN_KEY_BYTES], const __u8 psk[JVPN_KEY_BYTES],
		      void *owner, struct exchange_peer **ret_peer)
{
	const struct noise_identity *identity = exchange_identity(exchange);
	struct exchange_peer *peer;
	struct cookie_keys keys;
	int r;

	if (identity && !memcmp(identity->public_key, public_key, JVPN_KEY_BYTES))
		return -ELOOP;
	r = cookie_keys_set(&keys, public_key);
	if (!r)
		r = peers_add(exchange->peers, public_key, &peer);
	if (r)
		return r;
	noise_peer_set(&peer->noise, identity, public_key, psk);
	peer->cookie_keys = keys;
	peer->owner = owner;
	*ret_peer = peer;
	return 0;
}

void exchange_peer_remove(struct exchange *exchange, struct exchange_peer *peer, struct keyslots_retired *ret_retired)
{
	exchange_forget_keys(exchange, peer, ret_retired);
	peers_remove(exchange->peers, peer);
}

void exchange_peer_set_psk(struct exchange_peer *peer, const __u8 psk[JVPN_KEY_BYTES])
{
	if (psk)
		memcpy(peer->noise.psk, psk, JVPN_KEY_BYTES);
	else
		sodium_memzero(peer->noise.psk, JVPN_KEY_BYTES);
}

void exchange_peer_set_persistent(struct exchange_peer *peer, __u16 seconds)
{
	timers_set_persistent(&peer->timers, seconds);
}

struct exchange_peer *exchange_peer_find(const struct exchange *exchange, const __u8 public_key[JVPN_KEY_BYTES])
{
	return peers_find(exchange->peers, public_key);
}

struct exchange_peer *exchange_peer_find_index(const struct exchange *exchange, __u32 local_index)
{
	__u32 number;

	return index_find(exchange->indices, local_index, &number) ? NULL : peers_at(exchange->peers, number);
}

size_t exchange_peer_count(const struct exchange *exchange)
{
	return peers_count(exchange->peers);
}

void *exchange_peer_owner(const struct exchange_peer *peer)
{
	return peer->owner;
}

const __u8 *exchange_peer_public_key(const struct exchange_peer *peer)
{
	return peer->noise.public_key;
}

const struct keyslots *exchange_peer_keyslots(const struct exchange_peer *peer)
{
	return &peer->slots;
}

__u64 exchange_peer_last_handshake(const struct exchange_peer *peer)
{
	return peer->completed_ns;
}

bool exchange_peer_in_flight(const struct exchange_peer *peer)
{
	return peer->handshake.in_flight;
}

const __u8 *exchange_peer_stamp(const struct exchange_peer *peer)
{
	return peer->noise.newest_stamp;
}

void exchange_peer_set_stamp(struct exchange_peer *peer, const __u8 stamp[JVPN_TAI64N_BYTES])
{
	if (memcmp(stamp, peer->noise.newest_stamp, JVPN_TAI64N_BYTES) > 0)
		memcpy(peer->noise.newest_stamp, stamp, JVPN_TAI64N_BYTES);
}
