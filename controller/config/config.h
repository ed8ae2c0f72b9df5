/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration file as a struct: INI, a superset of wg-quick's. Parsing is
 * pure (text in, struct out): it resolves nothing, opens nothing, reads no
 * clock. Only config_load() touches files. Nothing here logs.
 *
 * Grammar: sections [Interface] (once, required) and [Peer] (any number);
 * "Key = value" lines; keys and section names in any case; '#' begins a comment
 * anywhere; blank lines, CRLF and a UTF-8 mark at the beginning are fine. Lists
 * are separated by commas, and a list key may be repeated. A new key is one row
 * of the table in keys.c.
 *
 * All or nothing: on an error nothing is returned, and struct config_error says
 * where and what, the allowed form included. It never holds any part of a
 * private or preshared key.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "jvpn/limits.h"
#include "net/prefix.h"

#define CONFIG_FILE_MAX_BYTES (4u << 20)
#define CONFIG_LINE_MAX_BYTES (64u << 10)
#define CONFIG_PEERS_MAX JVPN_SESSIONS_MAX
#define CONFIG_ADDRESSES_MAX 256
#define CONFIG_MTU_MAX JVPN_TEXT_MAX_BYTES

struct config_error {
	unsigned int line; /* from 1; 0: the file as a whole */
	char text[256];	   /* "ListenPort: '70000' is not 0..65535": no file, no line, no newline */
};

struct config_peer {
	uint8_t public_key[JVPN_KEY_BYTES];
	const uint8_t *preshared_key; /* into the config's locked area; NULL: none (or all zero, which is the same) */
	struct prefix *allowed_ips;   /* masked, in the file's order, none twice */
	size_t allowed_ip_count;
	char *endpoint_host; /* unresolved: address, name, or address%zone; NULL: no Endpoint */
	uint16_t endpoint_port;
	uint16_t keepalive_s; /* 0: off */
	unsigned int line;    /* of its [Peer] */
};

/* Owns everything it points to; release with config_free(), which wipes the keys. */
struct config {
	const uint8_t *private_key; /* into the locked area; NULL only between config_parse() and reading the file */
	char *private_key_file;	    /* as written; NULL: PrivateKey was given */
	unsigned int private_key_file_line;
	uint32_t fwmark;	  /* 0: off */
	uint16_t listen_port;	  /* 0: choose one */
	uint16_t mtu;		  /* 0: not given */
	bool table_off;		  /* Table = off: install no routes */
	bool has_wg_quick_keys;	  /* a key left to wg-quick was given (PostUp ...), which jvpnd does not act on */
	struct prefix *addresses; /* with their host bits */
	size_t address_count;
	char (*uplinks)[IFNAMSIZ];
	size_t uplink_count;
	struct config_peer *peers;
	size_t peer_count;
	uint8_t *locked_keys; /* private: secret_alloc() area, key 0 is the private key */
};

/*
 * Parses `length` bytes of text (any bytes). -EINVAL with `ret_error` filled, or
 * -ENOMEM, with `ret_error` filled too. The text stays the caller's, to be wiped by it.
 */
int config_parse(const char *text, size_t length, struct config **ret_config, struct config_error *ret_error);

/*
 * Reads and parses a file, then the PrivateKeyFile it names (a relative path is
 * taken from the configuration's own directory; the file holds one base64 key).
 * A file that holds a key must not be accessible by group or others; both must
 * be regular files, behind symbolic links or not: what was opened is what is
 * checked. -EACCES for those modes, -errno of open or read, else as
 * config_parse(); `ret_error` is filled in every case. Every buffer is wiped.
 */
int config_load(const char *path, struct config **ret_config, struct config_error *ret_error);

void config_free(struct config *config); /* NULL is fine */
DEFINE_CLEANUP(config, struct config *, config_free);

#define CONFIG_MESSAGE_BYTES (sizeof(((struct config_error *)0)->text) + 4096 + 16)
/* "FILE:LINE: text", or "FILE: text" for line 0. Cut to `capacity`. Returns `ret_text`. */
char *config_error_format(const struct config_error *error, const char *path, char *ret_text, size_t capacity);

#endif
