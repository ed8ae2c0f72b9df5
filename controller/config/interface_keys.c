/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of the keys of [Interface]. Never resolves, never asks the kernel.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "config/keys.h"
#include "net/link.h"

static int fail_two_private_keys(struct config_parser *parser)
{
	return config_fail(parser, "PrivateKey and PrivateKeyFile: give one of them");
}

int config_parse_private_key(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	struct config *config = parser->config;
	uint8_t *slot = config_key_slot(config, 0);

	if (config->private_key_file)
		return fail_two_private_keys(parser);
	if (secret_from_base64(value.start, value.length, slot) < 0 || secret_is_zero(slot))
		return config_refuse(parser, key, value);
	config->private_key = slot;
	return 0;
}

int config_parse_private_key_file(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	struct config *config = parser->config;

	if (config->private_key)
		return fail_two_private_keys(parser);
	if (value.length == 0 || value.length > CONFIG_PATH_MAX_CHARS)
		return config_refuse(parser, key, value);
	config->private_key_file = strndup(value.start, value.length);
	config->private_key_file_line = parser->line;
	return config->private_key_file ? 0 : config_out_of_memory(parser);
}

int config_parse_listen_port(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	uint32_t port;

	if (config_number(value, UINT16_MAX, &port) < 0)
		return config_refuse(parser, key, value);
	parser->config->listen_port = (uint16_t)port;
	return 0;
}

int config_parse_mtu(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	uint32_t mtu;

	if (config_number(value, CONFIG_MTU_MAX, &mtu) < 0 || mtu < JVPN_MTU_MIN)
		return config_refuse(parser, key, value);
	parser->config->mtu = (uint16_t)mtu;
	parser->mtu_line = parser->line;
	return 0;
}

int config_parse_fwmark(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	if (config_text_is(value, "off"))
		return 0;
	if (config_number_or_hex(value, UINT32_MAX, &parser->config->fwmark) < 0)
		return config_refuse(parser, key, value);
	return 0;
}

static int add_address(struct config_parser *parser, const struct config_key *key, struct config_text item)
{
	struct config *config = parser->config;
	struct prefix address;

	if (prefix_parse(item.start, item.length, &address) < 0 || ip_is_any(&address.ip))
		return config_refuse(parser, key, item);
	for (size_t i = 0; i < config->address_count; i++) {
		if (ip_equal(&config->addresses[i].ip, &address.ip))
			return config_fail(parser, "Address: '%.*s' is given twice", (int)item.length, item.start);
	}
	if (config->address_count == CONFIG_ADDRESSES_MAX)
		return config_fail(parser, "Address: more than %d addresses", CONFIG_ADDRESSES_MAX);
	config->addresses[config->address_count++] = address;
	return 0;
}

static int add_uplink(struct config_parser *parser, const struct config_key *key, struct config_text item)
{
	struct config *config = parser->config;
	char name[IFNAMSIZ] = {0};

	if (item.length < sizeof(name))
		memcpy(name, item.start, item.length);
	if (!link_name_is_valid(name)) /* also when it was too long: then it is empty */
		return config_refuse(parser, key, item);
	for (size_t i = 0; i < config->uplink_count; i++) {
		if (strcmp(config->uplinks[i], name) == 0)
			return config_fail(parser, "Uplinks: '%s' is given twice", name);
	}
	if (config->uplink_count == JVPN_UPLINKS_MAX)
		return config_fail(parser, "Uplinks: more than %d devices", JVPN_UPLINKS_MAX);
	memcpy(config->uplinks[config->uplink_count++], name, sizeof(name));
	return 0;
}

int config_parse_addresses(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	return value.length ? config_parse_items(parser, key, value, add_address) : config_refuse(parser, key, value);
}

int config_parse_uplinks(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	return value.length ? config_parse_items(parser, key, value, add_uplink) : config_refuse(parser, key, value);
}

int config_parse_table(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	uint32_t number;

	parser->config->has_wg_quick_keys = true;
	if (config_text_is(value, "off"))
		parser->config->table_off = true;
	else if (!config_text_is(value, "auto") && config_number_or_hex(value, UINT32_MAX, &number) < 0)
		return config_refuse(parser, key, value);
	return 0;
}

int config_leave_to_wg_quick(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	(void)key;
	(void)value;
	parser->config->has_wg_quick_keys = true;
	return 0;
}
