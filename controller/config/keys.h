/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parse functions of the key table's rows. Each takes one value, stores it in the
 * configuration under construction, or refuses it through config_refuse() or
 * config_fail(). For the files of this folder only.
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/parser.h"

/* Runs `add` for each item of a list; refuses an empty item. */
int config_parse_items(struct config_parser *parser, const struct config_key *key, struct config_text list,
		       config_key_fn add);

/* interface_keys.c */
int config_parse_private_key(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_private_key_file(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_listen_port(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_addresses(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_mtu(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_uplinks(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_fwmark(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_table(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_leave_to_wg_quick(struct config_parser *parser, const struct config_key *key, struct config_text value);

/* peer_keys.c */
int config_parse_public_key(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_preshared_key(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_allowed_ips(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_endpoint(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_parse_keepalive(struct config_parser *parser, const struct config_key *key, struct config_text value);

#endif
