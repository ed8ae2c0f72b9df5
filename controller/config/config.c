/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a configuration's life, and its errors as text.
 */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/secret.h"
#include "config/parser.h"

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->peer_count; i++) {
		free(config->peers[i].allowed_ips);
		free(config->peers[i].endpoint_host);
	}
	free(config->peers);
	free(config->addresses);
	free(config->uplinks);
	free(config->private_key_file);
	secret_free(config->locked_keys); /* wipes it */
	free(config);
}

uint8_t *config_key_slot(struct config *config, size_t slot)
{
	return config->locked_keys + slot * JVPN_KEY_BYTES;
}

char *config_error_format(const struct config_error *error, const char *path, char *ret_text, size_t capacity)
{
	if (error->line == 0)
		snprintf(ret_text, capacity, "%s: %s", path, error->text);
	else
		snprintf(ret_text, capacity, "%s:%u: %s", path, error->line, error->text);
	return ret_text;
}
