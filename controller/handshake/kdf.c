/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HKDF by its definition, on hash_hmac. Never writes an output before all of them
 * are known.
 *
 *   t0 = HMAC(key, input)   t1 = HMAC(t0, 1)   t2 = HMAC(t0, t1 || 2)   t3 = HMAC(t0, t2 || 3)
 */
#include "handshake/kdf.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

int kdf_derive(__u8 (*ret_outputs)[HASH_BYTES], size_t count, const __u8 key[HASH_BYTES], const void *input,
	       size_t input_len)
{
	__u8 secret[HASH_BYTES];
	__u8 outputs[KDF_OUTPUTS_MAX][HASH_BYTES];
	__u8 block[HASH_BYTES + 1];
	int r;

	if (count < 1 || count > KDF_OUTPUTS_MAX)
		return -EINVAL;
	r = hash_hmac(secret, key, HASH_BYTES, input, input_len);
	for (size_t i = 0; !r && i < count; i++) {
		size_t chained = i ? HASH_BYTES : 0;

		if (i)
			memcpy(block, outputs[i - 1], HASH_BYTES);
		block[chained] = (__u8)(i + 1);
		r = hash_hmac(outputs[i], secret, HASH_BYTES, block, chained + 1);
	}
	if (!r)
		memcpy(ret_outputs, outputs, count * HASH_BYTES);
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(outputs, sizeof(outputs));
	sodium_memzero(block, sizeof(block));
	return r;
}
