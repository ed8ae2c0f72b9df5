/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange_initiate(): our first message to a peer. Never replaces a handshake in
 * flight before the new one is complete.
 */
#include <errno.h>
#include <sodium.h>

#include "handshake/exchange.h"
#include "handshake/exchange_state.h"

/* Everything that can fail, on copies. */
static int write_message(const struct exchange *exchange, const struct exchange_peer *peer, __u64 now,
			 const __u8 stamp[JVPN_TAI64N_BYTES], const __u8 ephemeral[JVPN_KEY_BYTES], __u32 index,
			 struct noise_handshake *handshake, struct cookie_jar *jar,
			 struct jvpn_message_initiation *message)
{
	int r = noise_create_initiation(handshake, &exchange->secrets->identity, &peer->noise, ephemeral, stamp, index,
					message);

	return r ? r : cookie_stamp(jar, &peer->cookie_keys, now, message, sizeof(*message));
}

int exchange_initiate(struct exchange *exchange, struct exchange_peer *peer, __u64 now,
		      const __u8 stamp[JVPN_TAI64N_BYTES], struct exchange_entropy *entropy,
		      struct jvpn_message_initiation *ret_message)
{
	struct noise_handshake handshake = {0};
	struct jvpn_message_initiation message;
	struct cookie_jar jar = peer->jar;
	__u32 index = 0;
	int r = exchange->secrets->has_identity ? 0 : -ENOKEY;

	if (!r)
		r = index_take(exchange->indices, entropy->indices, peer->number, &index);
	if (!r) {
		r = write_message(exchange, peer, now, stamp, entropy->ephemeral, index, &handshake, &jar, &message);
		if (r)
			index_release(exchange->indices, index);
	}
	if (!r) {
		if (peer->handshake.in_flight)
			index_release(exchange->indices, peer->handshake.local_index);
		peer->handshake = handshake;
		peer->jar = jar;
		timers_initiated(&peer->timers, now, entropy->jitter % (JVPN_REKEY_TIMEOUT_JITTER_MS + 1));
		*ret_message = message;
	}
	sodium_memzero(entropy, sizeof(*entropy));
	sodium_memzero(&handshake, sizeof(handshake));
	sodium_memzero(&jar, sizeof(jar));
	return r;
}
