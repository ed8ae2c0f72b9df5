/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mac1, mac2 and the cookie reply: known answers of oracle.py, the whole round,
 * and each way in which it must fail. Never a real clock: `now` is a number.
 */
#include <criterion/criterion.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "handshake/cookie.h"
#include "oracle_vectors.h"

#define LIFETIME (JVPN_COOKIE_LIFETIME_S * CLOCK_NS_PER_S)
#define NOW (1000 * CLOCK_NS_PER_S)

static struct cookie_keys keys; /* of the receiver */
static struct cookie_secret secret;
static struct cookie_jar jar;
static struct source source;
static struct jvpn_message_initiation message;
static struct jvpn_message_cookie reply;

static void setup(void)
{
	cr_assert_eq(hash_init(), 0);
	cr_assert_eq(cookie_keys_set(&keys, oracle_public_r), 0);
	memcpy(&source.ip, oracle_source, sizeof(source.ip));
	memcpy(&source.port, oracle_source + sizeof(source.ip), sizeof(source.port));
	cookie_secret_rotate(&secret, NOW, oracle_secret);
	memcpy(&message, oracle_initiation, sizeof(message));
	memset(&message.macs, 0xaa, sizeof(message.macs));
}

TestSuite(cookie, .init = setup, .fini = hash_exit);

static int stamp(__u64 now)
{
	return cookie_stamp(&jar, &keys, now, &message, sizeof(message));
}

static int bake(void)
{
	return cookie_create_reply(&keys, &secret, &source, &message, sizeof(message), oracle_nonce, &reply);
}

static int check_mac2(__u64 now)
{
	return cookie_check_mac2(&secret, &source, now, &message, sizeof(message));
}

/* The whole round: afterwards the jar holds a cookie received at NOW. */
static void earn_cookie(void)
{
	cr_assert_eq(stamp(NOW) | bake(), 0);
	cr_assert_eq(cookie_open_reply(&jar, &keys, NOW, &reply), 0);
}

Test(cookie, known_answers)
{
	cr_assert_eq(stamp(NOW), 0);
	cr_assert_arr_eq(&message, oracle_initiation, sizeof(message));
	cr_assert_eq(bake(), 0);
	cr_assert_arr_eq(&reply, oracle_cookie_reply, sizeof(reply));
	cr_assert_eq(cookie_open_reply(&jar, &keys, NOW, &reply), 0);
	cr_assert_eq(stamp(NOW), 0);
	cr_assert_arr_eq(&message, oracle_proven, sizeof(message));
	cr_assert_eq(check_mac2(NOW), 0);
}

Test(cookie, response_is_stamped_at_its_own_end)
{
	struct jvpn_message_response response;
	struct cookie_keys initiator;

	memcpy(&response, oracle_response, sizeof(response));
	memset(&response.macs, 0, sizeof(response.macs));
	cr_assert_eq(cookie_keys_set(&initiator, oracle_public_i), 0);
	cr_assert_eq(cookie_stamp(&jar, &initiator, NOW, &response, sizeof(response)), 0);
	cr_assert_arr_eq(&response, oracle_response, sizeof(response));
	cr_assert_eq(cookie_check_mac1(&initiator, &response, sizeof(response)), 0);
}

Test(cookie, mac1_covers_every_byte_before_it_and_itself)
{
	cr_assert_eq(stamp(NOW), 0);
	for (size_t i = 0; i < offsetof(struct jvpn_message_initiation, macs.mac2); i++) {
		((__u8 *)&message)[i] ^= 1;
		cr_assert_eq(cookie_check_mac1(&keys, &message, sizeof(message)), -EBADMSG, "byte %zu", i);
		((__u8 *)&message)[i] ^= 1;
	}
	message.macs.mac2[3] ^= 1;
	cr_assert_eq(cookie_check_mac1(&keys, &message, sizeof(message)), 0, "mac2 is not its business");
}

Test(cookie, mac1_needs_the_receivers_public_key)
{
	struct cookie_keys other;

	cr_assert_eq(stamp(NOW), 0);
	cr_assert_eq(cookie_keys_set(&other, oracle_public_i), 0);
	cr_assert_eq(cookie_check_mac1(&other, &message, sizeof(message)), -EBADMSG);
}

Test(cookie, mac2_covers_every_byte)
{
	earn_cookie();
	cr_assert_eq(stamp(NOW), 0);
	for (size_t i = 0; i < sizeof(message); i++) {
		((__u8 *)&message)[i] ^= 0x40;
		cr_assert_eq(check_mac2(NOW), -EBADMSG, "byte %zu", i);
		((__u8 *)&message)[i] ^= 0x40;
	}
	cr_assert_eq(check_mac2(NOW), 0);
}

Test(cookie, without_a_cookie_mac2_is_zero_and_wrong)
{
	static const __u8 zero[JVPN_MAC_BYTES];

	cr_assert_eq(stamp(NOW), 0);
	cr_assert_arr_eq(message.macs.mac2, zero, JVPN_MAC_BYTES);
	cr_assert_eq(check_mac2(NOW), -EBADMSG);
}

Test(cookie, belongs_to_one_address_and_one_port)
{
	earn_cookie();
	cr_assert_eq(stamp(NOW), 0);
	for (size_t i = 0; i < sizeof(source.ip); i++) {
		source.ip.bytes[i] ^= 1;
		cr_assert_eq(check_mac2(NOW), -EBADMSG, "address byte %zu", i);
		source.ip.bytes[i] ^= 1;
	}
	source.port = (__be16)(source.port ^ htobe16(1));
	cr_assert_eq(check_mac2(NOW), -EBADMSG, "low bit of the port");
	source.port = (__be16)(source.port ^ htobe16(0x8001));
	cr_assert_eq(check_mac2(NOW), -EBADMSG, "high bit of the port");
}

Test(cookie, secret_lives_120_seconds)
{
	struct cookie_secret before = secret;

	earn_cookie();
	cr_assert_eq(stamp(NOW), 0);
	cr_assert_eq(check_mac2(NOW + LIFETIME - 1), 0);
	cr_assert_eq(check_mac2(NOW + LIFETIME), -EBADMSG);
	cookie_secret_rotate(&secret, NOW + LIFETIME - 1, oracle_si);
	cr_assert_arr_eq(&secret, &before, sizeof(before), "one ns before: the same");
	cookie_secret_rotate(&secret, NOW + LIFETIME, oracle_si);
	cr_assert_arr_eq(secret.bytes, oracle_si, HASH_BYTES, "at 120 s: a new one");
	cr_assert_eq(check_mac2(NOW + LIFETIME), -EBADMSG, "and old cookies are void");
}

Test(cookie, no_secret_no_cookie_fits)
{
	earn_cookie();
	cr_assert_eq(stamp(NOW), 0);
	secret.set = false;
	cr_assert_eq(check_mac2(NOW), -EBADMSG);
}

Test(cookie, stored_one_is_used_for_120_seconds)
{
	static const __u8 zero[JVPN_MAC_BYTES];

	earn_cookie();
	cr_assert_eq(stamp(NOW + LIFETIME - 1), 0);
	cr_assert_arr_neq(message.macs.mac2, zero, JVPN_MAC_BYTES);
	cr_assert_eq(stamp(NOW + LIFETIME), 0);
	cr_assert_arr_eq(message.macs.mac2, zero, JVPN_MAC_BYTES);
	cr_assert(!jar.has_cookie, "forgotten");
	cr_assert_arr_eq(jar.cookie, zero, JVPN_COOKIE_BYTES, "and wiped");
}

Test(cookie, every_byte_of_a_reply_counts)
{
	struct cookie_jar before;

	cr_assert_eq(stamp(NOW) | bake(), 0);
	before = jar;
	for (size_t i = offsetof(struct jvpn_message_cookie, nonce); i < sizeof(reply); i++) {
		((__u8 *)&reply)[i] ^= 1;
		cr_assert_eq(cookie_open_reply(&jar, &keys, NOW, &reply), -EBADMSG, "byte %zu", i);
		cr_assert_arr_eq(&jar, &before, sizeof(before));
		((__u8 *)&reply)[i] ^= 1;
	}
	cr_assert_eq(cookie_open_reply(&jar, &keys, NOW, &reply), 0);
}

Test(cookie, reply_answers_the_last_message_and_only_once)
{
	struct jvpn_message_cookie to_first;

	cr_assert_eq(cookie_open_reply(&jar, &keys, NOW, &reply), -EPROTO, "nothing was sent");
	cr_assert_eq(stamp(NOW) | bake(), 0);
	to_first = reply;
	message.ephemeral[0] ^= 1;
	cr_assert_eq(stamp(NOW) | bake(), 0);
	cr_assert_eq(cookie_open_reply(&jar, &keys, NOW, &to_first), -EBADMSG, "an earlier message's");
	cr_assert_eq(cookie_open_reply(&jar, &keys, NOW, &reply), 0);
	cr_assert_eq(cookie_open_reply(&jar, &keys, NOW, &reply), -EPROTO, "again");
}
