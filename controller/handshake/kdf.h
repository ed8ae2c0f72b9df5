/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KDF_n of the paper (section 5.4): HKDF (RFC 5869) over HMAC-BLAKE2s, without
 * info, one to three outputs. Never keeps an intermediate secret.
 */
#ifndef JVPN_HANDSHAKE_KDF_H
#define JVPN_HANDSHAKE_KDF_H

#include "handshake/hash.h"

#define KDF_OUTPUTS_MAX 3

/* Fills ret_outputs[0 .. count - 1], count 1..3, from the chaining key and the input
 * (NULL with input_len 0 for none). The outputs may overlap key and input.
 * 0, or an error of hash.h, or -EINVAL for another count; nothing written then. */
int kdf_derive(__u8 (*ret_outputs)[HASH_BYTES], size_t count, const __u8 key[HASH_BYTES], const void *input,
	       size_t input_len);

#endif
