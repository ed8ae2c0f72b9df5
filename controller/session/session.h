/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions as the controller makes them: begun by a handshake, given key pairs, moved to
 * another path, ended. What a peer's traffic needs is in the data plane before the peer
 * is told of it; what it no longer needs goes in the reverse order.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "session/peer.h"

/* How a fresh key pair starts its life. */
enum session_key_use {
	SESSION_KEY_SENDS,  /* we are the initiator: it sends from now on */
	SESSION_KEY_AWAITS, /* we are the responder: it sends when the peer has used it */
};

/* Where an authenticated packet came from. */
struct session_source {
	struct endpoint remote;
	struct jvpn_ip local;
};

/*
 * A handshake gave these keys: begins the peer's session if it has none, else moves it to
 * the handshake's source, and installs the key pair. On an error nothing is installed.
 */
int session_install(struct peer *peer, const struct noise_keys *keys, enum session_key_use use,
		    const struct session_source *source);

/* An authenticated packet came from elsewhere: the peer roamed, or a NAT forgot it. 0 also when nothing moved. */
int session_follow(struct peer *peer, const struct session_source *source);

/* Another endpoint by configuration: for the next handshake, and for the session if there is one. */
void session_set_endpoint(struct peer *peer, const struct endpoint *endpoint);

/* Routes, addresses or links changed: the same peer may be reached over another device. */
void session_resolve(struct peer *peer);

/* The newest handshake timestamp goes where a restart finds it. */
void session_keep_stamp(struct peer *peer);

/* Does the data path send under this key pair of ours? */
bool session_key_sends(const struct peer *peer, uint32_t index);

/* Clears the slot of a path left long enough ago. */
void session_retire_path(struct peer *peer, uint64_t now);

/* Ends the session: route, record, key pairs; then the peer is as before its first handshake. */
void session_end(struct peer *peer);

#endif
