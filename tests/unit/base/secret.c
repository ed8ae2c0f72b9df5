/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of base/secret: one text for one key. */
#include "base/secret.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

/* 0x00, 0x01 ... 0x1f, checked with python's base64 module */
#define COUNTING_BASE64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define COUNTING_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void fill_counting(uint8_t key[static JVPN_KEY_BYTES])
{
	for (int i = 0; i < JVPN_KEY_BYTES; i++)
		key[i] = (uint8_t)i;
}

Test(secret, texts_of_a_key)
{
	uint8_t key[JVPN_KEY_BYTES], back[JVPN_KEY_BYTES];
	char base64[SECRET_BASE64_CHARS + 1], hex[SECRET_HEX_CHARS + 1];

	fill_counting(key);
	secret_to_base64(key, base64);
	secret_to_hex(key, hex);
	cr_assert_str_eq(base64, COUNTING_BASE64);
	cr_assert_str_eq(hex, COUNTING_HEX);
	cr_assert_eq(secret_from_base64(base64, strlen(base64), back), 0);
	cr_assert(secret_equal(key, back));
	memset(back, 0, sizeof(back));
	cr_assert_eq(secret_from_hex(hex, strlen(hex), back), 0);
	cr_assert(secret_equal(key, back));
	cr_assert_eq(secret_from_hex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", 64, back), 0);
	cr_assert(secret_equal(key, back));
}

static const char *const not_base64[] = {
	"",
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",	  /* no padding */
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", /* 45 characters */
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",	  /* spare bits not zero: not canonical */
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",	  /* 31 bytes */
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8A",	  /* 33 bytes */
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-=",	  /* the URL alphabet */
	"AAECAwQFBgcICQoLDA0ODxAREhMUFR XGBkaGxwdHh8=",
	"=AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
};

Test(secret, refuses_other_base64)
{
	for (size_t i = 0; i < sizeof(not_base64) / sizeof(not_base64[0]); i++) {
		uint8_t key[JVPN_KEY_BYTES] = {0x5a};

		cr_expect_eq(secret_from_base64(not_base64[i], strlen(not_base64[i]), key), -EINVAL, "%s",
			     not_base64[i]);
		cr_expect(key[0] == 0x5a && key[1] == 0, "output touched by %s", not_base64[i]);
	}
}

Test(secret, refuses_other_hex)
{
	uint8_t key[JVPN_KEY_BYTES] = {0x5a};

	cr_expect_eq(secret_from_hex(COUNTING_HEX, 63, key), -EINVAL);
	cr_expect_eq(secret_from_hex(COUNTING_HEX "0", 65, key), -EINVAL);
	cr_expect_eq(secret_from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g", 64, key),
		     -EINVAL);
	cr_expect_eq(secret_from_hex("0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 64, key),
		     -EINVAL);
	cr_expect(key[0] == 0x5a && key[1] == 0);
}

/* Exact allocations: the sanitizer would see a read behind the text. */
Test(secret, reads_no_byte_behind_the_text)
{
	char *text = malloc(SECRET_BASE64_CHARS);
	uint8_t key[JVPN_KEY_BYTES];

	memcpy(text, COUNTING_BASE64, SECRET_BASE64_CHARS);
	cr_assert_eq(secret_from_base64(text, SECRET_BASE64_CHARS, key), 0);
	free(text);
}

Test(secret, zero_and_equal)
{
	uint8_t a[JVPN_KEY_BYTES] = {0}, b[JVPN_KEY_BYTES] = {0};

	cr_assert(secret_is_zero(a));
	b[31] = 1;
	cr_assert_not(secret_is_zero(b));
	cr_assert_not(secret_equal(a, b));
	secret_wipe(b, sizeof(b));
	cr_assert(secret_equal(a, b));
}

Test(secret, area_begins_zeroed)
{
	_cleanup_(cleanup_secret) uint8_t *area = secret_alloc(3 * JVPN_KEY_BYTES);

	cr_assert_not_null(area);
	for (int i = 0; i < 3; i++)
		cr_assert(secret_is_zero(area + i * JVPN_KEY_BYTES));
	secret_free(NULL);
}
