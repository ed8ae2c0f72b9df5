/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target of config_parse(): any bytes are either refused with a line
 * and words, or become a configuration that keeps the promises of config.h.
 *
 *   fuzz_config tests/fuzz/corpus/config
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

static void check_peer(const struct config_peer *peer)
{
	require(peer->line > 0);
	require((peer->endpoint_host != NULL) == (peer->endpoint_port != 0));
	require((peer->allowed_ips != NULL) == (peer->allowed_ip_count != 0));
	for (size_t i = 0; i < peer->allowed_ip_count; i++) {
		struct prefix masked = peer->allowed_ips[i];

		require(masked.length <= (masked.family == 4 ? 32 : 128));
		require(ip_family(&masked.ip) == masked.family || masked.length < 96);
		prefix_mask(&masked);
		require(prefix_compare(&masked, &peer->allowed_ips[i]) == 0);
	}
}

static void check_config(const struct config *config)
{
	require((config->private_key != NULL) != (config->private_key_file != NULL));
	require(config->mtu == 0 || (config->mtu >= JVPN_MTU_MIN && config->mtu <= CONFIG_MTU_MAX));
	require(config->address_count <= CONFIG_ADDRESSES_MAX);
	require(config->uplink_count <= JVPN_UPLINKS_MAX);
	require(config->peer_count <= CONFIG_PEERS_MAX);
	for (size_t i = 0; i < config->uplink_count; i++)
		require(config->uplinks[i][0] != '\0' && strnlen(config->uplinks[i], IFNAMSIZ) < IFNAMSIZ);
	for (size_t i = 0; i < config->peer_count; i++)
		check_peer(&config->peers[i]);
}

static void check_error(const struct config_error *error)
{
	size_t length = strnlen(error->text, sizeof(error->text));

	require(length > 0 && length < sizeof(error->text));
	for (size_t i = 0; i < length; i++)
		require(error->text[i] >= ' ' && error->text[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_error error = {0};
	struct config *config = NULL;
	int result = config_parse((const char *)data, size, &config, &error);

	require(result == 0 || result == -EINVAL);
	require((result == 0) == (config != NULL));
	if (config)
		check_config(config);
	else
		check_error(&error);
	config_free(config);
	return 0;
}
