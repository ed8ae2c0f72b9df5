/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BLAKE2s through libcrypto. Never caches a context that has seen a key: contexts
 * are copies of unkeyed templates, and freeing them cleanses them.
 */
#include "handshake/hash.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sodium.h>
#include <string.h>

static EVP_MD *blake2s;
static EVP_MAC_CTX *mac_template;  /* BLAKE2SMAC, 16 bytes out */
static EVP_MAC_CTX *hmac_template; /* HMAC over BLAKE2S-256 */

static EVP_MAC_CTX *template_new(const char *algorithm, const OSSL_PARAM *params)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, algorithm, NULL);
	EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac); /* the context holds its own reference */
	if (context && !EVP_MAC_CTX_set_params(context, params)) {
		EVP_MAC_CTX_free(context);
		context = NULL;
	}
	return context;
}

int hash_init(void)
{
	size_t mac_bytes = HASH_MAC_BYTES;
	char digest[] = "BLAKE2S-256";
	OSSL_PARAM mac_params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &mac_bytes),
				   OSSL_PARAM_construct_end()};
	OSSL_PARAM hmac_params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
				    OSSL_PARAM_construct_end()};

	if (blake2s)
		return 0;
	if (sodium_init() < 0)
		return -ENOSYS;
	blake2s = EVP_MD_fetch(NULL, digest, NULL);
	mac_template = template_new("BLAKE2SMAC", mac_params);
	hmac_template = template_new("HMAC", hmac_params);
	if (!blake2s || !mac_template || !hmac_template) {
		hash_exit();
		return -ENOSYS;
	}
	return 0;
}

void hash_exit(void)
{
	EVP_MAC_CTX_free(hmac_template);
	EVP_MAC_CTX_free(mac_template);
	EVP_MD_free(blake2s);
	hmac_template = NULL;
	mac_template = NULL;
	blake2s = NULL;
}

int hash_digest(__u8 ret_hash[HASH_BYTES], const void *a, size_t a_len, const void *b, size_t b_len)
{
	__u8 hash[HASH_BYTES];
	EVP_MD_CTX *context;
	int r = -ENOMEM;

	if (!blake2s)
		return -ENOSYS;
	context = EVP_MD_CTX_new();
	if (context && EVP_DigestInit_ex2(context, blake2s, NULL) && EVP_DigestUpdate(context, a, a_len) &&
	    EVP_DigestUpdate(context, b, b_len) && EVP_DigestFinal_ex(context, hash, NULL)) {
		memcpy(ret_hash, hash, HASH_BYTES);
		r = 0;
	}
	EVP_MD_CTX_free(context);
	sodium_memzero(hash, sizeof(hash));
	return r;
}

/* One keyed run over a copy of the template. `size`: what the template puts out, at most HASH_BYTES. */
static int keyed(const EVP_MAC_CTX *template, __u8 *ret_out, size_t size, const void *key, size_t key_len,
		 const void *input, size_t input_len)
{
	__u8 out[HASH_BYTES];
	EVP_MAC_CTX *context;
	size_t written = 0;
	int r = -ENOMEM;

	if (!template)
		return -ENOSYS;
	context = EVP_MAC_CTX_dup(template);
	if (context && EVP_MAC_init(context, key, key_len, NULL) && EVP_MAC_update(context, input, input_len) &&
	    EVP_MAC_final(context, out, &written, sizeof(out)) && written == size) {
		memcpy(ret_out, out, size);
		r = 0;
	}
	EVP_MAC_CTX_free(context);
	sodium_memzero(out, sizeof(out));
	return r;
}

int hash_mac(__u8 ret_mac[HASH_MAC_BYTES], const void *key, size_t key_len, const void *input, size_t input_len)
{
	return keyed(mac_template, ret_mac, HASH_MAC_BYTES, key, key_len, input, input_len);
}

int hash_hmac(__u8 ret_hash[HASH_BYTES], const void *key, size_t key_len, const void *input, size_t input_len)
{
	return keyed(hmac_template, ret_hash, HASH_BYTES, key, key_len, input, input_len);
}
