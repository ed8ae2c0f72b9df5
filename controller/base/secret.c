/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Key texts and locked memory, all of it libsodium's. Never copies a key that
 * it was not asked to copy, and wipes what it decoded in vain.
 */
#include "base/secret.h"

#include <errno.h>
#include <sodium.h>

#define BASE64 sodium_base64_VARIANT_ORIGINAL

int secret_from_base64(const char *text, size_t length, uint8_t ret_key[static JVPN_KEY_BYTES])
{
	uint8_t key[JVPN_KEY_BYTES];
	const char *end = text;
	size_t decoded = 0;
	int error = -EINVAL;

	/* sodium refuses spare bits that are not zero, and a wrong padding: one text for one key */
	if (length == SECRET_BASE64_CHARS &&
	    sodium_base642bin(key, sizeof(key), text, length, NULL, &decoded, &end, BASE64) == 0 &&
	    decoded == sizeof(key) && end == text + length) {
		memcpy(ret_key, key, sizeof(key));
		error = 0;
	}
	sodium_memzero(key, sizeof(key));
	return error;
}

int secret_from_hex(const char *text, size_t length, uint8_t ret_key[static JVPN_KEY_BYTES])
{
	uint8_t key[JVPN_KEY_BYTES];
	const char *end = text;
	size_t decoded = 0;
	int error = -EINVAL;

	if (length == SECRET_HEX_CHARS && sodium_hex2bin(key, sizeof(key), text, length, NULL, &decoded, &end) == 0 &&
	    decoded == sizeof(key) && end == text + length) {
		memcpy(ret_key, key, sizeof(key));
		error = 0;
	}
	sodium_memzero(key, sizeof(key));
	return error;
}

void secret_to_base64(const uint8_t key[static JVPN_KEY_BYTES], char ret_text[static SECRET_BASE64_CHARS + 1])
{
	sodium_bin2base64(ret_text, SECRET_BASE64_CHARS + 1, key, JVPN_KEY_BYTES, BASE64);
}

void secret_to_hex(const uint8_t key[static JVPN_KEY_BYTES], char ret_text[static SECRET_HEX_CHARS + 1])
{
	sodium_bin2hex(ret_text, SECRET_HEX_CHARS + 1, key, JVPN_KEY_BYTES);
}

bool secret_is_zero(const uint8_t key[static JVPN_KEY_BYTES])
{
	return sodium_is_zero(key, JVPN_KEY_BYTES) == 1;
}

bool secret_equal(const uint8_t a[static JVPN_KEY_BYTES], const uint8_t b[static JVPN_KEY_BYTES])
{
	return sodium_memcmp(a, b, JVPN_KEY_BYTES) == 0;
}

void *secret_alloc(size_t bytes)
{
	void *area;

	if (sodium_init() < 0) /* cheap and harmless when it was called before; sodium_malloc() needs its canary */
		return NULL;
	area = sodium_malloc(bytes);
	if (area)
		sodium_memzero(area, bytes);
	return area;
}

void secret_free(void *area)
{
	sodium_free(area);
}

void secret_wipe(void *area, size_t bytes)
{
	sodium_memzero(area, bytes);
}
