/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BLAKE2s in the three uses the protocol makes of it (paper, section 5.4):
 * HASH, MAC and HMAC, all from libcrypto. Never keeps a key after it returns.
 *
 * hash_init() fetches the algorithms once for the process; every other function
 * needs it to have succeeded. After that they may be called from any thread.
 *
 * Errors: 0; -ENOSYS libcrypto has no BLAKE2s (or hash_init did not run);
 * -ENOMEM. Outputs are untouched on failure and may overlap the inputs.
 */
#ifndef JVPN_HANDSHAKE_HASH_H
#define JVPN_HANDSHAKE_HASH_H

#include "jvpn/types.h"

#define HASH_BYTES 32
#define HASH_MAC_BYTES 16

/* May be called again; hash_exit() is its mirror, for leak checkers. */
int hash_init(void);
void hash_exit(void);

/* HASH(a || b), unkeyed, 32 bytes. b may be NULL with b_len 0. */
int hash_digest(__u8 ret_hash[HASH_BYTES], const void *a, size_t a_len, const void *b, size_t b_len);

/* MAC(key, input): BLAKE2s in keyed mode with 16 bytes of output, which is not a
 * truncated 32-byte one. key_len 1..32. */
int hash_mac(__u8 ret_mac[HASH_MAC_BYTES], const void *key, size_t key_len, const void *input, size_t input_len);

/* HMAC(key, input) of RFC 2104 over BLAKE2s-256. input may be NULL with input_len 0. */
int hash_hmac(__u8 ret_hash[HASH_BYTES], const void *key, size_t key_len, const void *input, size_t input_len);

#endif
