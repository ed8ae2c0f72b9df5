/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 32-byte keys outside of the handshake: their texts, locked memory for them and
 * their wiping. Never writes a key to a log, a file or an error text.
 *
 * Decoding takes constant time in the key's value (libsodium); only the length
 * and the fact of failure show. One text for one key: base64 is exactly 44
 * characters with its padding and zero spare bits, hex exactly 64 digits of
 * either case.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "jvpn/limits.h"

#define SECRET_BASE64_CHARS 44
#define SECRET_HEX_CHARS 64

/* -EINVAL when it is no key; `ret_key` untouched then. `text` need not end in a NUL. */
int secret_from_base64(const char *text, size_t length, uint8_t ret_key[static JVPN_KEY_BYTES]);
int secret_from_hex(const char *text, size_t length, uint8_t ret_key[static JVPN_KEY_BYTES]);

/* With a terminating NUL. Wipe the text of a private key after use. */
void secret_to_base64(const uint8_t key[static JVPN_KEY_BYTES], char ret_text[static SECRET_BASE64_CHARS + 1]);
void secret_to_hex(const uint8_t key[static JVPN_KEY_BYTES], char ret_text[static SECRET_HEX_CHARS + 1]);

/* Constant time. */
bool secret_is_zero(const uint8_t key[static JVPN_KEY_BYTES]);
bool secret_equal(const uint8_t a[static JVPN_KEY_BYTES], const uint8_t b[static JVPN_KEY_BYTES]);

/*
 * Zeroed memory between guard pages, kept out of core dumps, and out of swap as
 * far as RLIMIT_MEMLOCK reaches. Costs at least four pages: for areas, not for
 * single keys. NULL: no memory. Release with secret_free(), which wipes it.
 */
void *secret_alloc(size_t bytes);
void secret_free(void *area); /* NULL is fine */

/* For a local of any pointer type: `_cleanup_(cleanup_secret) uint8_t *keys = NULL;` */
static inline void cleanup_secret(void *pointer)
{
	void *owned;

	memcpy(&owned, pointer, sizeof(owned));
	secret_free(owned);
}

/* A wipe the compiler keeps. */
void secret_wipe(void *area, size_t bytes);

#endif
