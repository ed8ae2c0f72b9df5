/* SPDX-License-Identifier: BSD-2-Clause */
/* Install: key pair > session > route. Remove: route > session > wait > wipe key pair. */
#include "session/session.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "dataplane/publish.h"
#include "path/path.h"
#include "session/retired.h"

#define REASON_ATTACHED 101
#define REASON_NAT_REBIND 118
#define REASON_PREFERRED_PATH 700
#define RETIRE_PATH_AFTER_MS 1000

static int session_find_path(struct peer *peer, const struct session_source *source, struct jvpn_path *ret_path)
{
	struct path_query query = {
		.remote = source->remote,
		.local = source->local,
		.fwmark = peer->gateway->config->fwmark,
		.tunnel_ifindex = peer->gateway->tunnel.ifindex,
	};
	return path_find(peer->gateway->netlink, &query, ret_path);
}

static int session_take_slot(struct gateway *gateway, uint32_t *ret_slot)
{
	for (uint32_t slot = 0; slot < JVPN_SESSIONS_MAX; slot++)
		if (!gateway->slot_used[slot]) {
			gateway->slot_used[slot] = 1;
			plane_counters_clear(gateway->plane, slot);
			*ret_slot = slot;
			return 0;
		}
	return -ENOSPC;
}

static int session_publish_key(struct peer *peer, uint64_t session, const struct noise_keys *keys, uint64_t now)
{
	struct jvpn_keypair keypair = {
		.session = session,
		.birth_ns = now,
		.peer_index = keys->remote_index,
		.initiator = keys->initiator,
	};
	memcpy(keypair.send_key, keys->send, sizeof(keypair.send_key));
	memcpy(keypair.receive_key, keys->receive, sizeof(keypair.receive_key));
	int error = publish_keypair(peer->gateway->plane, keys->local_index, &keypair);
	secret_wipe(&keypair, sizeof(keypair));
	return error;
}

static uint64_t session_new_id(void)
{
	uint64_t id;
	do
		randombytes_buf(&id, sizeof(id));
	while (!id);
	return id;
}

/* A session is born and attached in one breath: version 0 to 1. */
static int session_begin(struct peer *peer, const struct noise_keys *keys, enum session_key_use use,
			 const struct jvpn_path *path, uint64_t now)
{
	struct gateway *gateway = peer->gateway;
	struct jvpn_session session = {
		.word = JVPN_WORD(1, 0),
		.keys = use == SESSION_KEY_SENDS ? JVPN_KEYS(keys->local_index, 0) : JVPN_KEYS(0, keys->local_index),
		.id = session_new_id(),
		.created_ns = now,
		.created_ms = clock_wall_ms(),
		.peer = peer->number,
		.key_epoch = 1,
		.reason = REASON_ATTACHED,
		.state = JVPN_STATE_ATTACHED,
		.kind = JVPN_PEER_wireguard,
	};
	int error = session_take_slot(gateway, &session.slot);
	if (error)
		return error;
	session.paths[0] = *path;
	session.paths[0].state = JVPN_PATH_ACTIVE;
	session.paths[0].id = 1;
	memcpy(session.peer_key, exchange_peer_public_key(peer->exchange), sizeof(session.peer_key));
	memcpy(session.tai64n, exchange_peer_stamp(peer->exchange), sizeof(session.tai64n));
	error = session_publish_key(peer, session.id, keys, now);
	if (!error) {
		error = publish_session(gateway->plane, &session);
		if (error)
			retired_add_index(gateway, keys->local_index);
	}
	if (error) {
		gateway->slot_used[session.slot] = 0;
		return error;
	}
	peer->session = session.id;
	peer->version = 1;
	peer->slot = session.slot;
	peer->path_slot = 0;
	peer->next_path_id = 2;
	peer->path = session.paths[0];
	peer->retiring_slot = PEER_NO_SLOT;
	return peer_publish_routes(peer);
}

/* The new slot is written first, then the word changes or nothing does. */
static int session_move(struct peer *peer, const struct jvpn_path *path, uint16_t reason)
{
	uint32_t slot = (peer->path_slot + 1) % JVPN_PATHS_MAX;
	struct jvpn_swap swap = {
		.op = JVPN_SWAP_PATH,
		.session = peer->session,
		.version = peer->version,
		.slot = slot,
		.reason = reason,
		.state = JVPN_STATE_ATTACHED,
		.path = *path,
	};
	swap.path.state = JVPN_PATH_CANDIDATE;
	swap.path.id = peer->next_path_id;
	int error = publish_swap(peer->gateway->plane, &swap);
	if (error)
		return error;
	swap.op = JVPN_SWAP_SEND;
	error = publish_swap(peer->gateway->plane, &swap);
	if (error)
		return error;
	peer->retiring_slot = peer->path_slot;
	peer->retiring_until_ns = clock_mono_ns() + RETIRE_PATH_AFTER_MS * CLOCK_NS_PER_MS;
	peer->path_slot = slot;
	peer->path = swap.path;
	peer->version = swap.present;
	peer->next_path_id++;
	return 0;
}

void session_retire_path(struct peer *peer, uint64_t now)
{
	if (!peer->session || peer->retiring_slot == PEER_NO_SLOT || now < peer->retiring_until_ns)
		return;
	struct jvpn_swap swap = {.op = JVPN_SWAP_PATH, .session = peer->session, .slot = peer->retiring_slot};
	peer->retiring_slot = PEER_NO_SLOT;
	(void)publish_swap(peer->gateway->plane, &swap); /* -EBUSY: it sends again, and stays */
}

static void session_remember(struct peer *peer, const struct session_source *source)
{
	peer->endpoint = source->remote;
	peer->local = source->local;
}

static int session_go(struct peer *peer, const struct session_source *source, uint16_t reason)
{
	struct jvpn_path path;
	int error = session_find_path(peer, source, &path);
	if (error)
		return error;
	session_remember(peer, source);
	if (!peer->session || path_equal(&path, &peer->path))
		return 0;
	error = session_move(peer, &path, reason);
	char text[ENDPOINT_TEXT_BYTES];
	endpoint_format(&source->remote, text);
	if (error)
		log_line_errno(LOG_LEVEL_WARNING, error, "peer %s: not moved to %s", peer_name(peer), text);
	else
		log_info("peer %s: now at %s over %s", peer_name(peer), text, path.name);
	return error;
}

int session_follow(struct peer *peer, const struct session_source *source)
{
	return session_go(peer, source, REASON_NAT_REBIND);
}

void session_set_endpoint(struct peer *peer, const struct endpoint *endpoint)
{
	struct session_source source = {.remote = *endpoint};
	if (session_go(peer, &source, REASON_PREFERRED_PATH))
		session_remember(peer, &source); /* no route now: the next attempt asks again */
}

void session_resolve(struct peer *peer)
{
	struct session_source source = {.remote = peer->endpoint, .local = peer->local};
	if (peer->session && endpoint_is_set(&peer->endpoint))
		(void)session_go(peer, &source, REASON_PREFERRED_PATH);
}

static int session_rekey(struct peer *peer, const struct noise_keys *keys, enum session_key_use use, uint64_t now)
{
	struct jvpn_swap swap = {
		.op = use == SESSION_KEY_SENDS ? JVPN_SWAP_KEYS : JVPN_SWAP_NEXT,
		.session = peer->session,
		.index = keys->local_index,
	};
	int error = session_publish_key(peer, peer->session, keys, now);
	if (error)
		return error;
	error = publish_swap(peer->gateway->plane, &swap);
	if (error)
		retired_add_index(peer->gateway, keys->local_index);
	return error;
}

int session_install(struct peer *peer, const struct noise_keys *keys, enum session_key_use use,
		    const struct session_source *source)
{
	struct jvpn_path path;
	uint64_t now = clock_mono_ns();
	if (peer->session) {
		(void)session_follow(peer, source);
		return session_rekey(peer, keys, use, now);
	}
	int error = session_find_path(peer, source, &path);
	if (error)
		return error;
	session_remember(peer, source);
	return session_begin(peer, keys, use, &path, now);
}

void session_keep_stamp(struct peer *peer)
{
	struct jvpn_swap swap = {.op = JVPN_SWAP_TAI64N, .session = peer->session};
	if (!peer->session)
		return;
	memcpy(swap.tai64n, exchange_peer_stamp(peer->exchange), sizeof(swap.tai64n));
	(void)publish_swap(peer->gateway->plane, &swap);
}

bool session_key_sends(const struct peer *peer, uint32_t index)
{
	struct jvpn_session session;
	return !bpf_map_lookup_elem(plane_map(peer->gateway->plane, "sessions"), &peer->session, &session) &&
	       JVPN_KEYS_CURRENT(session.keys) == index;
}

void session_end(struct peer *peer)
{
	struct gateway *gateway = peer->gateway;
	struct keyslots_retired retired = {0};
	if (!peer->session)
		return;
	uint64_t session = peer->session;
	peer->session = 0;
	(void)peer_publish_routes(peer);
	(void)publish_session_end(gateway->plane, session);
	exchange_forget_keys(gateway->exchange, peer->exchange, &retired);
	exchange_rest(peer->exchange);
	retired_add(gateway, &retired);
	gateway->slot_used[peer->slot] = 0;
}
