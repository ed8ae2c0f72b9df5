/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the parser share: where it stands, and how it refuses. For
 * the files of this folder only.
 *
 *   lines (parser.c) -> key table (keys.c) -> values (values.c) -> claims.c at the end
 */
#ifndef CONFIG_PARSER_H
#define CONFIG_PARSER_H

#include "config/config.h"

#define CONFIG_KEYS_MAX 32 /* rows of the key table, asserted there */
#define CONFIG_PATH_MAX_CHARS 1023
#define CONFIG_NAME_SHOWN_CHARS 31
#define CONFIG_MTU_MIN_V6 1280 /* RFC 8200, section 5 */

enum config_section {
	CONFIG_NOWHERE,
	CONFIG_INTERFACE,
	CONFIG_PEER,
};

/* A piece of the file: trimmed, not NUL terminated. */
struct config_text {
	const char *start;
	size_t length;
};

/* One AllowedIPs item: which peer claims which prefix, and where it says so. */
struct config_claim {
	struct prefix prefix;
	bool is_repeated; /* the same peer has claimed it before */
	uint32_t peer;
	unsigned int line;
};

struct config_parser {
	struct config *config; /* under construction */
	struct config_error *error;
	unsigned int line;
	enum config_section section;
	unsigned int section_line, interface_line, mtu_line;
	unsigned int seen[CONFIG_KEYS_MAX]; /* line of each key in this section; 0: not yet */
	size_t peers_capacity;
	unsigned int *public_key_lines; /* one a peer */
	struct config_claim *claims;	/* of all peers, in the file's order */
	size_t claim_count;
};

struct config_key;
typedef int (*config_key_fn)(struct config_parser *parser, const struct config_key *key, struct config_text value);

#define CONFIG_KEY_REPEATS 1u /* may be given more than once in a section */
#define CONFIG_KEY_SECRET 2u  /* its value never appears in an error */

/* One row of the table. */
struct config_key {
	const char *name;
	enum config_section section;
	config_key_fn parse;
	const char *form;   /* completes "... is not": "0..65535" */
	unsigned int flags; /* CONFIG_KEY_* */
};

/* Finds the row and runs it: unknown, misplaced and repeated keys are refused. */
int config_key_apply(struct config_parser *parser, struct config_text name, struct config_text value);

/* Fill the error at the present line, and return -EINVAL. */
int config_fail(struct config_parser *parser, const char *format, ...) __attribute__((format(printf, 2, 3)));
int config_fail_at(struct config_parser *parser, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "Name: 'value' is not FORM", without the value when it is a secret. */
int config_refuse(struct config_parser *parser, const struct config_key *key, struct config_text value);
int config_out_of_memory(struct config_parser *parser); /* -ENOMEM */

/* What may be shown of foreign text: printable ASCII, '?' for the rest, "..." where it is cut. */
#define CONFIG_QUOTE_BYTES 48
void config_quote(struct config_text text, char ret_quote[static CONFIG_QUOTE_BYTES]);

/* values.c */
struct config_text config_trim(struct config_text text);
bool config_text_is(struct config_text text, const char *word); /* in any case */
/* Decimal digits only, at most `most`. -EINVAL. */
int config_number(struct config_text text, uint32_t most, uint32_t *ret_number);
/* The same, or hexadecimal behind 0x. */
int config_number_or_hex(struct config_text text, uint32_t most, uint32_t *ret_number);
/* Takes the next item of a list off its front: 1, 0 at the end, -EINVAL for an empty item. */
int config_list_next(struct config_text *list, struct config_text *ret_item);

/* claims.c */
int config_claim_add(struct config_parser *parser, const struct prefix *prefix);
/* Gives the peers their prefixes; refuses a prefix or a public key that two peers have. */
int config_claims_settle(struct config_parser *parser);

/* config.c */
uint8_t *config_key_slot(struct config *config, size_t slot); /* 0: private key; 1 + peer: its preshared key */

#endif
