/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/peer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "dataplane/publish.h"
#include "session/adoption.h"
#include "session/session.h"

#define PEER_NAME_CHARS 8

struct peer *peer_at(const struct gateway *gateway, uint32_t number)
{
	return number < gateway->peer_capacity ? gateway->peers[number] : NULL;
}

struct peer *peer_find(const struct gateway *gateway, const uint8_t public_key[JVPN_KEY_BYTES])
{
	struct exchange_peer *found = exchange_peer_find(gateway->exchange, public_key);
	return found ? exchange_peer_owner(found) : NULL;
}

const char *peer_name(const struct peer *peer)
{
	static char name[PEER_NAME_CHARS + 4];
	char text[SECRET_BASE64_CHARS + 1];
	secret_to_base64(exchange_peer_public_key(peer->exchange), text);
	(void)snprintf(name, sizeof(name), "%.*s...", PEER_NAME_CHARS, text);
	return name;
}

static int peer_grow(struct gateway *gateway, uint32_t number)
{
	size_t capacity = gateway->peer_capacity ? gateway->peer_capacity : 16;
	while (capacity <= number)
		capacity *= 2;
	struct peer **peers = reallocarray(gateway->peers, capacity, sizeof(struct peer *));
	if (!peers)
		return -ENOMEM;
	memset(peers + gateway->peer_capacity, 0, (capacity - gateway->peer_capacity) * sizeof(struct peer *));
	gateway->peers = peers;
	gateway->peer_capacity = capacity;
	return 0;
}

/* The number its pinned session knows it by, or the first free one. */
static int peer_take_number(struct gateway *gateway, struct peer *peer, const uint8_t public_key[JVPN_KEY_BYTES])
{
	if (!gateway->adoption || !adoption_claim(gateway->adoption, peer, public_key)) {
		peer->number = gateway->adoption ? adoption_first_number(gateway->adoption) : 0;
		while (peer_at(gateway, peer->number))
			peer->number++;
	}
	if (peer->number >= gateway->peer_capacity) {
		int error = peer_grow(gateway, peer->number);
		if (error)
			return error;
	}
	gateway->peers[peer->number] = peer;
	return 0;
}

bool peer_allows(const struct peer *peer, const struct prefix *prefix)
{
	for (size_t i = 0; i < peer->allowed_ip_count; i++)
		if (!prefix_compare(&peer->allowed_ips[i], prefix))
			return true;
	return false;
}

int peer_publish_routes(struct peer *peer)
{
	for (size_t i = 0; i < peer->allowed_ip_count; i++) {
		int error = publish_route(peer->gateway->plane, &peer->allowed_ips[i], peer->number, peer->session);
		if (error)
			return error;
	}
	return 0;
}

/* First the new list, then what is no longer in it: no packet meets a hole. */
static int peer_set_allowed(struct peer *peer, const struct config_peer *config)
{
	struct prefix *list = calloc(config->allowed_ip_count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	memcpy(list, config->allowed_ips, config->allowed_ip_count * sizeof(*list));
	_cleanup_free_ struct prefix *old = peer->allowed_ips;
	size_t old_count = peer->allowed_ip_count;
	peer->allowed_ips = list;
	peer->allowed_ip_count = config->allowed_ip_count;
	int error = peer_publish_routes(peer);
	for (size_t i = 0; i < old_count; i++)
		if (!peer_allows(peer, &old[i]))
			publish_route_end(peer->gateway->plane, &old[i], peer->number);
	return error;
}

/* A name that does not resolve now is no reason to be without the peer: it may come to us. */
static int peer_set_endpoint(struct peer *peer, const struct config_peer *config)
{
	if (!config->endpoint_host)
		return 0;
	if (peer->endpoint_host && !strcmp(peer->endpoint_host, config->endpoint_host) &&
	    peer->endpoint_port == config->endpoint_port)
		return 0;
	char *host = strdup(config->endpoint_host);
	if (!host)
		return -ENOMEM;
	free(peer->endpoint_host);
	peer->endpoint_host = host;
	peer->endpoint_port = config->endpoint_port;
	struct endpoint resolved;
	int error = endpoint_resolve(host, config->endpoint_port, 0, &resolved);
	if (error)
		log_warning("peer %s: endpoint %s does not resolve", peer_name(peer), host);
	else if (!peer->session || !peer->gateway->adoption) /* an adopted session stays where it is */
		session_set_endpoint(peer, &resolved);
	return 0;
}

int peer_update(struct peer *peer, const struct config_peer *config)
{
	int error = peer_set_allowed(peer, config);
	if (error)
		return error;
	exchange_peer_set_psk(peer->exchange, config->preshared_key);
	peer->has_psk = config->preshared_key != NULL;
	if (config->keepalive_s != peer->keepalive_s)
		exchange_peer_set_persistent(peer->exchange, config->keepalive_s);
	peer->keepalive_s = config->keepalive_s;
	return peer_set_endpoint(peer, config);
}

static void peer_free(struct peer *peer)
{
	staged_clear(&peer->staged, &peer->gateway->staged_packets);
	free(peer->allowed_ips);
	free(peer->endpoint_host);
	free(peer);
}

int peer_add(struct gateway *gateway, const struct config_peer *config, struct peer **ret_peer)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	if (!peer)
		return -ENOMEM;
	peer->gateway = gateway;
	peer->retiring_slot = PEER_NO_SLOT;
	int error = peer_take_number(gateway, peer, config->public_key);
	if (error) {
		peer_free(peer);
		return error;
	}
	error = exchange_peer_add(gateway->exchange, config->public_key, config->preshared_key, peer, &peer->exchange);
	if (error) {
		gateway->peers[peer->number] = NULL;
		peer_free(peer);
		return error;
	}
	error = peer_update(peer, config);
	if (error) {
		peer_remove(peer);
		return error;
	}
	*ret_peer = peer;
	return 0;
}

void peer_remove(struct peer *peer)
{
	struct gateway *gateway = peer->gateway;
	struct keyslots_retired retired = {0};
	for (size_t i = 0; i < peer->allowed_ip_count; i++)
		publish_route_end(gateway->plane, &peer->allowed_ips[i], peer->number);
	session_end(peer);
	exchange_peer_remove(gateway->exchange, peer->exchange, &retired);
	gateway->peers[peer->number] = NULL;
	peer_free(peer);
}
