/* SPDX-License-Identifier: BSD-2-Clause */
#include "reload.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/secret.h"
#include "session/peer.h"
#include "tunnel.h"
#include "uplinks.h"

static bool is_configured(const struct config *config, const struct peer *peer)
{
	const uint8_t *key = exchange_peer_public_key(peer->exchange);
	for (size_t i = 0; i < config->peer_count; i++)
		if (!memcmp(config->peers[i].public_key, key, JVPN_KEY_BYTES))
			return true;
	return false;
}

static void remove_missing(struct gateway *gateway, const struct config *config)
{
	for (size_t i = 0; i < gateway->peer_capacity; i++)
		if (gateway->peers[i] && !is_configured(config, gateway->peers[i]))
			peer_remove(gateway->peers[i]);
}

static void set_peer(struct gateway *gateway, const struct config_peer *config)
{
	struct peer *peer = peer_find(gateway, config->public_key);
	int error = peer ? peer_update(peer, config) : peer_add(gateway, config, &peer);
	if (error)
		log_line_errno(LOG_LEVEL_WARNING, error, "%s:%u: the peer is not set", gateway->config_path,
			       config->line);
}

/* What a running data plane cannot change is refused whole, before anything is changed. */
static const char *needs_restart(const struct gateway *gateway, const struct config *config)
{
	if (!secret_equal(config->private_key, gateway->config->private_key))
		return "PrivateKey";
	if (config->listen_port && config->listen_port != udp_port(gateway->udp))
		return "ListenPort";
	return config->fwmark != gateway->config->fwmark ? "FwMark" : NULL;
}

void reload_config(struct gateway *gateway)
{
	_cleanup_(cleanup_config) struct config *config = NULL;
	struct config_error error;
	struct plane_error line;
	char text[CONFIG_MESSAGE_BYTES];
	if (config_load(gateway->config_path, &config, &error)) {
		log_error("not reloaded: %s", config_error_format(&error, gateway->config_path, text, sizeof(text)));
		return;
	}
	const char *key = needs_restart(gateway, config);
	if (key) {
		log_error("not reloaded: a change of %s takes a restart", key);
		return;
	}
	struct config *old = gateway->config;
	gateway->config = config;
	config = old; /* freed at the end, when nothing points to it any more */
	remove_missing(gateway, gateway->config);
	for (size_t i = 0; i < gateway->config->peer_count; i++)
		set_peer(gateway, &gateway->config->peers[i]);
	if (tunnel_configure(gateway, old, &line))
		log_error("%s", line.text);
	uplinks_refresh(gateway);
	log_info("configuration reloaded: %zu peers", gateway->config->peer_count);
}
