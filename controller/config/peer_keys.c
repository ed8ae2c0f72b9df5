/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of the keys of [Peer]. Host names stay names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "config/keys.h"
#include "net/endpoint.h"

static struct config_peer *present_peer(struct config_parser *parser)
{
	return &parser->config->peers[parser->config->peer_count - 1];
}

static int add_allowed_ip(struct config_parser *parser, const struct config_key *key, struct config_text item)
{
	struct prefix prefix;

	if (prefix_parse(item.start, item.length, &prefix) < 0)
		return config_refuse(parser, key, item);
	prefix_mask(&prefix);
	return config_claim_add(parser, &prefix);
}

/* May be empty, as for wg: a peer that owns nothing. */
int config_parse_allowed_ips(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	return config_parse_items(parser, key, value, add_allowed_ip);
}

int config_parse_public_key(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	struct config_peer *peer = present_peer(parser);

	if (secret_from_base64(value.start, value.length, peer->public_key) < 0 || secret_is_zero(peer->public_key))
		return config_refuse(parser, key, value);
	parser->public_key_lines[parser->config->peer_count - 1] = parser->line;
	return 0;
}

int config_parse_preshared_key(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	uint8_t *slot = config_key_slot(parser->config, parser->config->peer_count);

	if (secret_from_base64(value.start, value.length, slot) < 0)
		return config_refuse(parser, key, value);
	if (!secret_is_zero(slot)) /* all zero is the protocol's "none" */
		present_peer(parser)->preshared_key = slot;
	return 0;
}

int config_parse_endpoint(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	struct config_peer *peer = present_peer(parser);
	char host[ENDPOINT_HOST_MAX_CHARS + 1];

	if (endpoint_split(value.start, value.length, host, &peer->endpoint_port) < 0)
		return config_refuse(parser, key, value);
	peer->endpoint_host = strdup(host);
	return peer->endpoint_host ? 0 : config_out_of_memory(parser);
}

int config_parse_keepalive(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	uint32_t seconds = 0;

	if (!config_text_is(value, "off") && config_number(value, UINT16_MAX, &seconds) < 0)
		return config_refuse(parser, key, value);
	present_peer(parser)->keepalive_s = (uint16_t)seconds;
	return 0;
}
