/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of peers: full, emptied, refilled. Never a handshake.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "handshake/peers.h"

static struct peers *peers;

static void setup(void)
{
	static const __u8 seed[PEERS_SEED_BYTES] = "sixteen bytes...";

	cr_assert_geq(sodium_init(), 0);
	cr_assert_eq(peers_new(&peers, seed), 0);
}

static void teardown(void)
{
	peers_free(peers);
}

TestSuite(peers, .init = setup, .fini = teardown);

static const __u8 *key_of(__u32 number)
{
	static __u8 key[JVPN_KEY_BYTES];

	memset(key, 0x5a, sizeof(key));
	memcpy(key + 7, &number, sizeof(number));
	return key;
}

static struct exchange_peer *add(__u32 number)
{
	struct exchange_peer *peer = NULL;

	cr_assert_eq(peers_add(peers, key_of(number), &peer), 0, "key %u", number);
	return peer;
}

Test(peers, full_table_finds_everyone_and_refuses_one_more)
{
	struct exchange_peer *peer = NULL;

	for (__u32 i = 0; i < JVPN_SESSIONS_MAX; i++)
		cr_assert_eq(peers_at(peers, add(i)->number), peers_find(peers, key_of(i)));
	cr_assert_eq(peers_count(peers), JVPN_SESSIONS_MAX);
	cr_assert_eq(peers_add(peers, key_of(JVPN_SESSIONS_MAX), &peer), -ENOSPC);
	cr_assert_null(peer);
	cr_assert_null(peers_find(peers, key_of(JVPN_SESSIONS_MAX)));
	for (__u32 i = 0; i < JVPN_SESSIONS_MAX; i += 2)
		peers_remove(peers, peers_find(peers, key_of(i)));
	for (__u32 i = 0; i < JVPN_SESSIONS_MAX; i++)
		cr_assert_eq(!peers_find(peers, key_of(i)), i % 2 == 0, "key %u", i);
	cr_assert_eq(peers_count(peers), JVPN_SESSIONS_MAX / 2);
}

Test(peers, same_key_twice)
{
	struct exchange_peer *first = add(1), *second = NULL;

	cr_assert_eq(peers_add(peers, key_of(1), &second), -EEXIST);
	cr_assert_null(second);
	cr_assert_eq(peers_find(peers, key_of(1)), first);
}

Test(peers, removed_one_is_wiped_and_its_place_reused)
{
	struct exchange_peer *peer = add(1);
	__u32 number = peer->number;

	memset(peer->noise.psk, 0xcc, JVPN_KEY_BYTES);
	peers_remove(peers, peer);
	cr_assert_null(peers_at(peers, number));
	cr_assert(sodium_is_zero((const __u8 *)peer, sizeof(*peer)));
	cr_assert_eq(add(2), peer);
}

Test(peers, numbers_out_of_range_are_nobody)
{
	cr_assert_null(peers_at(peers, 0));
	cr_assert_null(peers_at(peers, JVPN_SESSIONS_MAX - 1));
	cr_assert_null(peers_at(peers, JVPN_SESSIONS_MAX));
	cr_assert_null(peers_at(peers, ~0u));
}
