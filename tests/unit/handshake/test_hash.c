/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HASH, MAC, HMAC and KDF against known answers of others (RFC 7693, WireGuard's
 * own constants, oracle.py). Never against themselves.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "handshake/kdf.h"
#include "oracle_vectors.h"

static void setup(void)
{
	cr_assert_eq(hash_init(), 0);
}

TestSuite(hash, .init = setup, .fini = hash_exit);

static const __u8 rfc7693_abc[HASH_BYTES] = {
	0x50, 0x8c, 0x5e, 0x8c, 0x32, 0x7c, 0x14, 0xe2, 0xe1, 0xa7, 0x2b, 0xa3, 0x4e, 0xeb, 0x45, 0x2f,
	0x37, 0x45, 0x8b, 0x20, 0x9e, 0xd6, 0x3a, 0x29, 0x4d, 0x99, 0x9b, 0x4c, 0x86, 0x67, 0x59, 0x82,
};

Test(hash, digest_of_rfc7693_in_one_part_or_two)
{
	__u8 hash[HASH_BYTES] = {0};

	cr_assert_eq(hash_digest(hash, "abc", 3, NULL, 0), 0);
	cr_assert_arr_eq(hash, rfc7693_abc, HASH_BYTES);
	memset(hash, 0, sizeof(hash));
	cr_assert_eq(hash_digest(hash, "a", 1, "bc", 2), 0);
	cr_assert_arr_eq(hash, rfc7693_abc, HASH_BYTES);
}

Test(hash, digest_may_overlap_its_input)
{
	__u8 bytes[HASH_BYTES] = "abc";

	cr_assert_eq(hash_digest(bytes, bytes, 3, NULL, 0), 0);
	cr_assert_arr_eq(bytes, rfc7693_abc, HASH_BYTES);
}

Test(hash, keyed_mac_is_not_a_truncated_one)
{
	__u8 mac[HASH_MAC_BYTES];

	cr_assert_eq(hash_mac(mac, oracle_si, HASH_BYTES, oracle_sr, HASH_BYTES), 0);
	cr_assert_arr_eq(mac, oracle_mac, HASH_MAC_BYTES);
}

Test(hash, hmac)
{
	__u8 hash[HASH_BYTES];

	cr_assert_eq(hash_hmac(hash, oracle_si, HASH_BYTES, oracle_sr, HASH_BYTES), 0);
	cr_assert_arr_eq(hash, oracle_hmac, HASH_BYTES);
}

Test(hash, nothing_works_before_init)
{
	__u8 hash[HASH_BYTES] = {1}, before[HASH_BYTES] = {1};

	hash_exit();
	cr_assert_eq(hash_digest(hash, "abc", 3, NULL, 0), -ENOSYS);
	cr_assert_eq(hash_mac(hash, "k", 1, "abc", 3), -ENOSYS);
	cr_assert_eq(hash_hmac(hash, "k", 1, "abc", 3), -ENOSYS);
	cr_assert_arr_eq(hash, before, HASH_BYTES);
	cr_assert_eq(hash_init(), 0);
	cr_assert_eq(hash_init(), 0, "again is fine");
}

Test(hash, kdf_of_one_two_and_three)
{
	for (size_t count = 1; count <= KDF_OUTPUTS_MAX; count++) {
		__u8 out[KDF_OUTPUTS_MAX][HASH_BYTES] = {0};
		__u8 zero[HASH_BYTES] = {0};

		cr_assert_eq(kdf_derive(out, count, oracle_si, oracle_sr, HASH_BYTES), 0);
		cr_assert_arr_eq(out, oracle_kdf3, count * HASH_BYTES);
		if (count < KDF_OUTPUTS_MAX)
			cr_assert_arr_eq(out[count], zero, HASH_BYTES, "no more than asked for");
	}
}

Test(hash, kdf_may_overlap_its_key)
{
	__u8 out[2][HASH_BYTES];

	memcpy(out[0], oracle_si, HASH_BYTES);
	cr_assert_eq(kdf_derive(out, 2, out[0], oracle_sr, HASH_BYTES), 0);
	cr_assert_arr_eq(out, oracle_kdf3, sizeof(out));
}

Test(hash, kdf_refuses_other_counts)
{
	__u8 out[KDF_OUTPUTS_MAX][HASH_BYTES] = {{7}}, before[KDF_OUTPUTS_MAX][HASH_BYTES] = {{7}};

	cr_assert_eq(kdf_derive(out, 0, oracle_si, NULL, 0), -EINVAL);
	cr_assert_eq(kdf_derive(out, 4, oracle_si, NULL, 0), -EINVAL);
	cr_assert_arr_eq(out, before, sizeof(out));
}
