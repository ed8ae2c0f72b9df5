/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 3, the commands of include/jvpn/swap.h on keys: the key word of a session, and the end
 * of a key pair. Each writes its own, and nothing else.
 */
#include "snapshot.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static struct world world;
static struct snapshot before, after;

static void setup(void)
{
	world_open(&world);
}

static void teardown(void)
{
	world_close(&world);
}

TestSuite(swap_keys, .init = setup, .fini = teardown);

static int run(struct jvpn_swap *command)
{
	snapshot_take(&world, &before);
	int result = world_swap(&world, command);
	snapshot_take(&world, &after);
	return result;
}

static void expect_unchanged(const char *what)
{
	cr_expect(!memcmp(&before, &after, sizeof(after)), "%s: something changed", what);
}

static struct jvpn_swap command(enum jvpn_swap_op op, __u32 index)
{
	struct jvpn_swap swap = {.op = op, .session = WORLD_SESSION, .result = 1, .index = index};
	return swap;
}

Test(swap_keys, keys_sets_the_word)
{
	struct jvpn_swap swap = command(JVPN_SWAP_KEYS, WORLD_NEXT_KEY);
	swap.index2 = 0x00f0f0f0;
	cr_expect_eq(run(&swap), 0);
	before.session.keys = JVPN_KEYS(WORLD_NEXT_KEY, 0x00f0f0f0);
	before.session.key_epoch++;
	expect_unchanged("the key word and its epoch");
}

Test(swap_keys, next_leaves_the_current_key)
{
	struct jvpn_swap swap = command(JVPN_SWAP_NEXT, WORLD_NEXT_KEY);
	swap.index2 = 0x00f0f0f0;
	cr_expect_eq(run(&swap), 0);
	before.session.keys = JVPN_KEYS(WORLD_KEY, WORLD_NEXT_KEY);
	before.session.key_epoch++;
	expect_unchanged("the unconfirmed key pair and the epoch");
}

static void set_keys(__u32 current, __u32 next)
{
	struct jvpn_session session = world_session(&world);
	session.keys = JVPN_KEYS(current, next);
	world_put_session(&world, &session);
}

static void expect_killed(__u32 index, __u64 keys)
{
	struct jvpn_swap swap = command(JVPN_SWAP_KILL_KEY, index);
	cr_expect_eq(run(&swap), 0);
	before.session.keys = keys;
	*(index == WORLD_KEY ? &before.key.dead : &before.next_key.dead) = 1;
	expect_unchanged("dead, and out of the key word");
}

Test(swap_keys, kill_key_takes_it_out_of_the_word)
{
	set_keys(WORLD_KEY, WORLD_NEXT_KEY);
	expect_killed(WORLD_NEXT_KEY, JVPN_KEYS(WORLD_KEY, 0));
	expect_killed(WORLD_KEY, 0);
	expect_killed(WORLD_KEY, 0);
}

Test(swap_keys, kill_key_of_a_previous_one)
{
	set_keys(WORLD_NEXT_KEY, 0x00f0f0f0);
	expect_killed(WORLD_KEY, JVPN_KEYS(WORLD_NEXT_KEY, 0x00f0f0f0));
}

Test(swap_keys, kill_key_of_a_removed_session)
{
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	keypair.session = WORLD_SESSION + 1;
	world_put_keypair(&world, WORLD_KEY, &keypair);
	expect_killed(WORLD_KEY, JVPN_KEYS(WORLD_KEY, 0));
}

/* "zero the keys and the window": no secret, and nothing of the traffic's past, outlives it. */
Test(swap_keys, wipe_key_zeroes_a_dead_one)
{
	struct jvpn_keypair keypair = world_keypair(&world, WORLD_KEY);
	keypair.dead = 1;
	memset(&keypair.replay, 0xa5, sizeof(keypair.replay));
	world_put_keypair(&world, WORLD_KEY, &keypair);
	struct jvpn_swap swap = command(JVPN_SWAP_WIPE_KEY, WORLD_KEY);
	cr_expect_eq(run(&swap), 0);
	static const struct jvpn_keypair zero;
	cr_expect(!memcmp(after.key.send_key, zero.send_key, sizeof(zero.send_key)));
	cr_expect(!memcmp(after.key.receive_key, zero.receive_key, sizeof(zero.receive_key)));
	cr_expect(!memcmp(&after.key.replay, &zero.replay, sizeof(zero.replay)), "the window is not zeroed");
	memset(before.key.send_key, 0, sizeof(before.key.send_key));
	memset(before.key.receive_key, 0, sizeof(before.key.receive_key));
	before.key.replay = after.key.replay;
	expect_unchanged("keys and window and nothing else");
}

Test(swap_keys, wipe_key_refuses_a_living_one)
{
	struct jvpn_swap swap = command(JVPN_SWAP_WIPE_KEY, WORLD_KEY);
	cr_expect_eq(run(&swap), -EBUSY);
	expect_unchanged("a key pair in use");
}
