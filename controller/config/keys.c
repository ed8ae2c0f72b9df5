/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key table: one row a key of the file. To add a key, write its row, and a
 * parse function in its section's file when none fits.
 */
#include "config/keys.h"

#include <stdio.h>
#include <string.h>

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

/* Runs `add` for each item of a list. */
int config_parse_items(struct config_parser *parser, const struct config_key *key, struct config_text list,
		       config_key_fn add)
{
	struct config_text item, rest = list;
	int more = config_list_next(&rest, &item);

	while (more > 0) {
		int error = add(parser, key, item);

		if (error < 0)
			return error;
		more = config_list_next(&rest, &item);
	}
	if (more < 0)
		return config_fail(parser, "%s: an item of the list is empty; each is %s", key->name, key->form);
	return 0;
}

#define KEY_FORM "a key of 44 base64 characters"

static const struct config_key keys[] = {
	{"PrivateKey", CONFIG_INTERFACE, config_parse_private_key, KEY_FORM ", not all zero", CONFIG_KEY_SECRET},
	{"PrivateKeyFile", CONFIG_INTERFACE, config_parse_private_key_file,
	 "a path of 1.." TEXT_OF(CONFIG_PATH_MAX_CHARS) " characters", 0},
	{"ListenPort", CONFIG_INTERFACE, config_parse_listen_port, "0..65535", 0},
	{"Address", CONFIG_INTERFACE, config_parse_addresses, "ADDRESS or ADDRESS/LENGTH with LENGTH 0..32 or 0..128",
	 CONFIG_KEY_REPEATS},
	{"MTU", CONFIG_INTERFACE, config_parse_mtu, TEXT_OF(JVPN_MTU_MIN) ".." TEXT_OF(JVPN_TEXT_MAX_BYTES), 0},
	{"Uplinks", CONFIG_INTERFACE, config_parse_uplinks, "a device name of 1..15 characters", CONFIG_KEY_REPEATS},
	{"FwMark", CONFIG_INTERFACE, config_parse_fwmark, "off, 0..4294967295 or 0x0..0xffffffff", 0},
	{"Table", CONFIG_INTERFACE, config_parse_table, "off, auto or 0..4294967295", 0},
	{"DNS", CONFIG_INTERFACE, config_leave_to_wg_quick, "", CONFIG_KEY_REPEATS},
	{"PreUp", CONFIG_INTERFACE, config_leave_to_wg_quick, "", CONFIG_KEY_REPEATS},
	{"PostUp", CONFIG_INTERFACE, config_leave_to_wg_quick, "", CONFIG_KEY_REPEATS},
	{"PreDown", CONFIG_INTERFACE, config_leave_to_wg_quick, "", CONFIG_KEY_REPEATS},
	{"PostDown", CONFIG_INTERFACE, config_leave_to_wg_quick, "", CONFIG_KEY_REPEATS},
	{"SaveConfig", CONFIG_INTERFACE, config_leave_to_wg_quick, "", 0},
	{"PublicKey", CONFIG_PEER, config_parse_public_key, KEY_FORM ", not all zero", 0},
	{"PresharedKey", CONFIG_PEER, config_parse_preshared_key, KEY_FORM, CONFIG_KEY_SECRET},
	{"AllowedIPs", CONFIG_PEER, config_parse_allowed_ips, "ADDRESS or ADDRESS/LENGTH with LENGTH 0..32 or 0..128",
	 CONFIG_KEY_REPEATS},
	{"Endpoint", CONFIG_PEER, config_parse_endpoint, "IPV4:PORT, [IPV6]:PORT or NAME:PORT with PORT 1..65535", 0},
	{"PersistentKeepalive", CONFIG_PEER, config_parse_keepalive, "off or 0..65535 seconds", 0},
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))
_Static_assert(KEY_COUNT <= CONFIG_KEYS_MAX, "struct config_parser has a line for each key");

static const char *section_name(enum config_section section)
{
	return section == CONFIG_INTERFACE ? "[Interface]" : "[Peer]";
}

/* Appends the section's keys, as the answer to "what else could it be?". */
static void list_keys(enum config_section section, char *text, size_t capacity)
{
	size_t used = strlen(text);

	for (size_t i = 0; i < KEY_COUNT && used < capacity; i++) {
		if (keys[i].section != section)
			continue;
		used += (size_t)snprintf(text + used, capacity - used, " %s", keys[i].name);
	}
}

static int fail_unknown(struct config_parser *parser, struct config_text name)
{
	char quote[CONFIG_QUOTE_BYTES], known[200] = "";

	/* a long name may be a base64 key that lost its line's beginning: not shown */
	config_quote(name.length <= CONFIG_NAME_SHOWN_CHARS ? name : (struct config_text){"...", 3}, quote);
	list_keys(parser->section, known, sizeof(known));
	return config_fail(parser, "unknown key '%s'; %s has:%s", quote, section_name(parser->section), known);
}

int config_key_apply(struct config_parser *parser, struct config_text name, struct config_text value)
{
	const struct config_key *elsewhere = NULL;

	if (parser->section == CONFIG_NOWHERE)
		return config_fail(parser, "a key before the first section: begin with [Interface]");
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (!config_text_is(name, keys[i].name))
			continue;
		if (keys[i].section != parser->section) {
			elsewhere = &keys[i];
			continue;
		}
		if (parser->seen[i] != 0 && !(keys[i].flags & CONFIG_KEY_REPEATS))
			return config_fail(parser, "%s is given twice, first in line %u", keys[i].name,
					   parser->seen[i]);
		parser->seen[i] = parser->line;
		return keys[i].parse(parser, &keys[i], value);
	}
	if (elsewhere)
		return config_fail(parser, "%s belongs into %s", elsewhere->name, section_name(elsewhere->section));
	return fail_unknown(parser, name);
}
