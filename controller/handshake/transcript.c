/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens of Noise, each a few lines of hash, KDF, X25519 and AEAD. Never
 * leaves a Diffie-Hellman result or a derived key on the stack.
 */
#include "handshake/transcript.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "handshake/kdf.h"

TRANSCRIPT_MUST_CHECK
static int mix_hash(struct transcript *now, const void *bytes, size_t len)
{
	return hash_digest(now->hash, now->hash, HASH_BYTES, bytes, len);
}

int transcript_begin(struct transcript *now, const __u8 chain[HASH_BYTES], const __u8 hash[HASH_BYTES],
		     const __u8 responder[JVPN_KEY_BYTES])
{
	memcpy(now->chain, chain, HASH_BYTES);
	memcpy(now->hash, hash, HASH_BYTES);
	memset(now->key, 0, HASH_BYTES);
	return mix_hash(now, responder, JVPN_KEY_BYTES);
}

int transcript_mix_ephemeral(struct transcript *now, const __u8 public_key[JVPN_KEY_BYTES])
{
	int r = mix_hash(now, public_key, JVPN_KEY_BYTES);

	return r ? r : kdf_derive(&now->chain, 1, now->chain, public_key, JVPN_KEY_BYTES);
}

TRANSCRIPT_MUST_CHECK
static int mix_secret(struct transcript *now, const __u8 secret[JVPN_KEY_BYTES])
{
	__u8 out[2][HASH_BYTES];
	int r = kdf_derive(out, 2, now->chain, secret, JVPN_KEY_BYTES);

	if (!r) {
		memcpy(now->chain, out[0], HASH_BYTES);
		memcpy(now->key, out[1], HASH_BYTES);
	}
	sodium_memzero(out, sizeof(out));
	return r;
}

int transcript_mix_dh(struct transcript *now, const __u8 private_key[JVPN_KEY_BYTES],
		      const __u8 public_key[JVPN_KEY_BYTES])
{
	__u8 shared[JVPN_KEY_BYTES];
	int r = -EKEYREJECTED;

	/* libsodium fails when the result is all zero */
	if (!crypto_scalarmult_curve25519(shared, private_key, public_key))
		r = mix_secret(now, shared);
	sodium_memzero(shared, sizeof(shared));
	return r;
}

int transcript_mix_static(struct transcript *now, const __u8 static_static[JVPN_KEY_BYTES])
{
	return sodium_is_zero(static_static, JVPN_KEY_BYTES) ? -EKEYREJECTED : mix_secret(now, static_static);
}

int transcript_mix_psk(struct transcript *now, const __u8 psk[JVPN_KEY_BYTES])
{
	__u8 out[3][HASH_BYTES];
	int r = kdf_derive(out, 3, now->chain, psk, JVPN_KEY_BYTES);

	if (!r)
		r = mix_hash(now, out[1], HASH_BYTES);
	if (!r) {
		memcpy(now->chain, out[0], HASH_BYTES);
		memcpy(now->key, out[2], HASH_BYTES);
	}
	sodium_memzero(out, sizeof(out));
	return r;
}

/* Every key seals one field only: the nonce is always zero. */
static const __u8 zero_nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

int transcript_seal(struct transcript *now, __u8 *ret_sealed, const void *text, size_t len)
{
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(ret_sealed, NULL, text, len, now->hash, HASH_BYTES, NULL,
							zero_nonce, now->key);
	return mix_hash(now, ret_sealed, JVPN_SEALED_BYTES(len));
}

int transcript_open(struct transcript *now, void *ret_text, const __u8 *sealed, size_t len)
{
	if (crypto_aead_chacha20poly1305_ietf_decrypt(ret_text, NULL, NULL, sealed, JVPN_SEALED_BYTES(len), now->hash,
						      HASH_BYTES, zero_nonce, now->key))
		return -EBADMSG;
	return mix_hash(now, sealed, JVPN_SEALED_BYTES(len));
}

int transcript_split(const struct transcript *now, __u8 ret_first[JVPN_KEY_BYTES], __u8 ret_second[JVPN_KEY_BYTES])
{
	__u8 out[2][HASH_BYTES];
	int r = kdf_derive(out, 2, now->chain, NULL, 0);

	if (!r) {
		memcpy(ret_first, out[0], JVPN_KEY_BYTES);
		memcpy(ret_second, out[1], JVPN_KEY_BYTES);
	}
	sodium_memzero(out, sizeof(out));
	return r;
}
