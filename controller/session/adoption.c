/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/adoption.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "dataplane/publish.h"
#include "path/path.h"
#include "session/retired.h"

struct found_session {
	struct jvpn_session session;
	struct peer *owner;
};

struct adoption {
	struct gateway *gateway;
	struct found_session *found;
	size_t count;
	uint32_t first_number;
};

/* How the walk over a map of `max` entries goes on: each key once, as far as the map stands still. */
static bool walk(int map, const void *previous, void *ret_key, size_t *seen, size_t max)
{
	return (*seen)++ < max && !bpf_map_get_next_key(map, previous, ret_key);
}

static bool session_is_sound(const struct gateway *gateway, uint64_t id, const struct jvpn_session *session)
{
	uint32_t slot = JVPN_WORD_SLOT(session->word);
	return !gateway->identity_is_new && id && session->id == id && slot < JVPN_PATHS_MAX &&
	       session->paths[slot].family && session->slot < JVPN_SESSIONS_MAX && !gateway->slot_used[session->slot] &&
	       session->peer < JVPN_SESSIONS_MAX && session->state != JVPN_STATE_TERMINATED;
}

static void adoption_read(struct adoption *adoption)
{
	int map = plane_map(adoption->gateway->plane, "sessions");
	uint64_t id, last, *previous = NULL;
	size_t seen = 0;
	while (walk(map, previous, &id, &seen, JVPN_SESSIONS_MAX)) {
		struct found_session *found = &adoption->found[adoption->count];
		last = id;
		previous = &last;
		if (bpf_map_lookup_elem(map, &id, &found->session))
			continue;
		if (!session_is_sound(adoption->gateway, id, &found->session)) {
			found->session.id = id;
			found->session.peer = PEER_NO_SLOT; /* nobody claims it */
		} else if (found->session.peer >= adoption->first_number) {
			adoption->first_number = found->session.peer + 1;
		}
		adoption->count++;
	}
}

int adoption_open(struct gateway *gateway, struct adoption **ret_adoption)
{
	struct adoption *adoption = calloc(1, sizeof(*adoption));
	struct found_session *found = calloc(JVPN_SESSIONS_MAX, sizeof(*found));
	if (!adoption || !found) {
		free(adoption);
		free(found);
		return -ENOMEM;
	}
	adoption->gateway = gateway;
	adoption->found = found;
	adoption_read(adoption);
	*ret_adoption = adoption;
	return 0;
}

void adoption_close(struct adoption *adoption)
{
	if (!adoption)
		return;
	free(adoption->found);
	free(adoption);
}

uint32_t adoption_first_number(const struct adoption *adoption)
{
	return adoption->first_number;
}

static void peer_take_session(struct peer *peer, const struct jvpn_session *session)
{
	uint32_t slot = JVPN_WORD_SLOT(session->word);
	peer->number = session->peer;
	peer->session = session->id;
	peer->version = JVPN_WORD_VERSION(session->word);
	peer->slot = session->slot;
	peer->path_slot = slot;
	peer->path = session->paths[slot];
	peer->endpoint = path_remote(&peer->path);
	peer->local = peer->path.local;
	peer->gateway->slot_used[session->slot] = 1;
	for (uint32_t i = 0; i < JVPN_PATHS_MAX; i++)
		if (session->paths[i].id >= peer->next_path_id)
			peer->next_path_id = session->paths[i].id + 1;
}

bool adoption_claim(struct adoption *adoption, struct peer *peer, const uint8_t public_key[JVPN_KEY_BYTES])
{
	for (size_t i = 0; i < adoption->count; i++) {
		struct found_session *found = &adoption->found[i];
		if (found->owner || found->session.peer == PEER_NO_SLOT ||
		    memcmp(found->session.peer_key, public_key, JVPN_KEY_BYTES) ||
		    peer_at(peer->gateway, found->session.peer) || peer->gateway->slot_used[found->session.slot])
			continue;
		found->owner = peer;
		peer_take_session(peer, &found->session);
		return true;
	}
	return false;
}

static const struct found_session *adoption_find(const struct adoption *adoption, uint64_t session)
{
	for (size_t i = 0; i < adoption->count; i++)
		if (adoption->found[i].owner && adoption->found[i].session.id == session)
			return &adoption->found[i];
	return NULL;
}

/* The key word tells which of three a key pair is; what it does not name can only receive. */
static enum exchange_slot slot_of_key(const struct jvpn_session *session, uint32_t index)
{
	if (JVPN_KEYS_CURRENT(session->keys) == index)
		return EXCHANGE_CURRENT;
	return JVPN_KEYS_NEXT(session->keys) == index ? EXCHANGE_NEXT : EXCHANGE_PREVIOUS;
}

static bool adoption_take_key(struct adoption *adoption, uint32_t index, const struct jvpn_keypair *keypair)
{
	const struct found_session *found = adoption_find(adoption, keypair->session);
	struct keyslot slot = {
		.local_index = index,
		.remote_index = keypair->peer_index,
		.birth_ns = keypair->birth_ns,
		.initiator = keypair->initiator,
	};
	if (!found || keypair->dead)
		return false;
	if (exchange_adopt_keypair(adoption->gateway->exchange, found->owner->exchange,
				   slot_of_key(&found->session, index), &slot))
		return false;
	uint64_t wall_ms = clock_wall_ms() - (clock_mono_ns() - keypair->birth_ns) / CLOCK_NS_PER_MS;
	if (wall_ms > found->owner->handshake_wall_ms)
		found->owner->handshake_wall_ms = wall_ms;
	return true;
}

static void adoption_keys(struct adoption *adoption, size_t *ret_keys)
{
	int map = plane_map(adoption->gateway->plane, "keypairs");
	uint32_t index, last, *previous = NULL;
	size_t seen = 0;
	while (walk(map, previous, &index, &seen, JVPN_KEYPAIRS_MAX)) {
		struct jvpn_keypair keypair;
		last = index;
		previous = &last;
		if (bpf_map_lookup_elem(map, &index, &keypair))
			continue;
		if (adoption_take_key(adoption, index, &keypair))
			(*ret_keys)++;
		else
			retired_add_index(adoption->gateway, index);
		secret_wipe(&keypair, sizeof(keypair));
	}
}

/* Routes of prefixes that are nobody's any more. One that goes is followed by the one after its predecessor. */
static void adoption_routes(struct adoption *adoption, uint8_t family)
{
	int map = plane_map(adoption->gateway->plane, family == 4 ? "routes_v4" : "routes_v6");
	struct jvpn_prefix_v6 key, last; /* the wider of the two keys serves both */
	void *previous = NULL;
	size_t seen = 0;
	while (walk(map, previous, &key, &seen, JVPN_ROUTES_MAX)) {
		struct prefix prefix = {.family = family, .length = (uint8_t)key.length};
		struct jvpn_route route;
		if (family == 4) {
			struct jvpn_prefix_v4 v4;
			memcpy(&v4, &key, sizeof(v4));
			__be32 address;
			memcpy(&address, v4.address, sizeof(address));
			prefix.ip = ip_from_v4(address);
		} else {
			memcpy(prefix.ip.bytes, key.address, sizeof(prefix.ip.bytes));
		}
		if (!bpf_map_lookup_elem(map, &key, &route)) {
			struct peer *peer = peer_at(adoption->gateway, route.peer);
			if (!peer || !peer_allows(peer, &prefix)) {
				(void)bpf_map_delete_elem(map, &key);
				continue;
			}
		}
		last = key;
		previous = &last;
	}
}

static void adoption_end_unclaimed(struct adoption *adoption, size_t *ret_sessions)
{
	for (size_t i = 0; i < adoption->count; i++) {
		const struct found_session *found = &adoption->found[i];
		if (found->owner) {
			exchange_peer_set_stamp(found->owner->exchange, found->session.tai64n);
			(*ret_sessions)++;
			continue;
		}
		log_warning("session %016llx is %s: ended", (unsigned long long)found->session.id,
			    adoption->gateway->identity_is_new ? "of another private key"
							       : "of no configured peer, or damaged");
		(void)publish_session_end(adoption->gateway->plane, found->session.id);
	}
}

void adoption_finish(struct adoption *adoption, size_t *ret_sessions, size_t *ret_keys)
{
	*ret_sessions = *ret_keys = 0;
	adoption_routes(adoption, 4);
	adoption_routes(adoption, 6);
	adoption_end_unclaimed(adoption, ret_sessions);
	adoption_keys(adoption, ret_keys);
}
