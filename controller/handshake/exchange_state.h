/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exchange consists of, for the files that make it up (exchange.c,
 * exchange_peers.c, initiate.c, receive.c) and its tests. Never included by the daemon.
 */
#ifndef JVPN_HANDSHAKE_EXCHANGE_STATE_H
#define JVPN_HANDSHAKE_EXCHANGE_STATE_H

#include "handshake/admission.h"
#include "handshake/cookie.h"
#include "handshake/exchange.h"
#include "handshake/peers.h"

/* In memory of sodium_malloc(). */
struct exchange_secrets {
	bool has_identity;
	struct noise_identity identity;
	struct cookie_keys cookie_keys; /* from our own public key */
	struct cookie_secret cookie_secret;
};

struct exchange {
	struct exchange_secrets *secrets;
	struct peers *peers;
	struct index_table *indices;
	struct admission *admission;
};

/* NULL: none is set. */
const struct noise_identity *exchange_identity(const struct exchange *exchange);

/* Puts a new key pair into its slot and frees the indices of those that fell out. */
void exchange_add_keypair(struct exchange *exchange, struct exchange_peer *peer, const struct noise_keys *keys,
			  __u64 now, struct keyslots_retired *ret_retired);

/* Frees the indices of key pairs that fell out of their slots. */
void exchange_release(struct exchange *exchange, const struct keyslots_retired *retired);

#endif
