/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A peer: what the configuration says of it, where it was last reached, and the session
 * it has, if any. A number names it to the data path, and stays its own while it lives.
 */
#ifndef SESSION_PEER_H
#define SESSION_PEER_H

#include "gateway.h"
#include "session/staged.h"

#define PEER_NO_SLOT UINT32_MAX

struct peer {
	struct gateway *gateway;
	uint32_t number;
	struct exchange_peer *exchange; /* keys, handshakes, timers */

	/* configured */
	struct prefix *allowed_ips;
	size_t allowed_ip_count;
	char *endpoint_host; /* NULL: it will come to us */
	uint16_t endpoint_port;
	uint16_t keepalive_s;
	bool has_psk;

	/* where it is reached */
	struct endpoint endpoint;
	struct jvpn_ip local; /* the address it reached us at; all zero: let the route choose */

	/* its session; session 0: none, and nothing below means anything */
	uint64_t session;
	uint64_t version;
	uint32_t slot;	    /* of `counters` */
	uint32_t path_slot; /* that sends */
	uint32_t next_path_id;
	struct jvpn_path path;	/* that sends */
	uint32_t retiring_slot; /* path slot to clear, or PEER_NO_SLOT */
	uint64_t retiring_until_ns;

	uint64_t handshake_wall_ms; /* of the last complete one; 0: none */
	uint64_t seen_tx_ns;	    /* what the last sweep saw: nothing new, nothing to decide */
	uint64_t seen_rx_ns;
	uint64_t deadline_ns;
	struct staged staged;
};

/* Adds and announces its AllowedIPs to the data path. -EEXIST, -ELOOP: our own key, -ENOSPC, -ENOMEM. */
int peer_add(struct gateway *gateway, const struct config_peer *config, struct peer **ret_peer);

/* The same peer with another configuration: session and keys stay. */
int peer_update(struct peer *peer, const struct config_peer *config);

/* Ends its session and forgets it. */
void peer_remove(struct peer *peer);

/* Says anew to whom its AllowedIPs belong: after its session came or went. */
int peer_publish_routes(struct peer *peer);

bool peer_allows(const struct peer *peer, const struct prefix *prefix);

/* NULL: none. */
struct peer *peer_find(const struct gateway *gateway, const uint8_t public_key[JVPN_KEY_BYTES]);
struct peer *peer_at(const struct gateway *gateway, uint32_t number);

/* A text for the log: the first characters of its public key. Static storage. */
const char *peer_name(const struct peer *peer);

#endif
