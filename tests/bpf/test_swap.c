/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Door 3, the commands of include/jvpn/swap.h on a session: what each writes, and nothing else;
 * and that an error leaves session and key pairs as they were, byte for byte. The commands on
 * keys are in test_swap_keys.c.
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

TestSuite(swap, .init = setup, .fini = teardown);

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

static void expect_refused(struct jvpn_swap command, int error, const char *what)
{
	int result = run(&command);
	cr_expect_eq(result, error, "%s: %d, not %d", what, result, error);
	expect_unchanged(what);
}

static struct jvpn_swap command(enum jvpn_swap_op op)
{
	struct jvpn_swap swap = {.op = op, .session = WORLD_SESSION, .result = 1};
	return swap;
}

static struct jvpn_swap send_command(__u64 version, __u32 slot)
{
	struct jvpn_swap swap = command(JVPN_SWAP_SEND);
	swap.version = version;
	swap.slot = slot;
	swap.state = JVPN_STATE_RECOVERING;
	swap.reason = 77;
	return swap;
}

Test(swap, path_writes_its_slot)
{
	for (__u32 slot = 1; slot < JVPN_PATHS_MAX; slot++) {
		struct jvpn_swap swap = command(JVPN_SWAP_PATH);
		swap.slot = slot;
		memset(&swap.path, (int)(0x30 + slot), sizeof(swap.path));
		swap.path.family = 4;
		swap.path.state = JVPN_PATH_CANDIDATE;
		cr_expect_eq(run(&swap), 0);
		before.session.paths[slot] = swap.path;
		expect_unchanged("the slot and nothing else");
	}
}

Test(swap, path_frees_its_slot)
{
	struct jvpn_swap swap = command(JVPN_SWAP_PATH);
	swap.slot = 1;
	cr_expect_eq(run(&swap), 0);
	memset(&before.session.paths[1], 0, sizeof(before.session.paths[1]));
	expect_unchanged("the slot is free");
}

Test(swap, path_refuses_the_slot_that_sends)
{
	struct jvpn_swap swap = command(JVPN_SWAP_PATH);
	swap.path.family = 4;
	expect_refused(swap, -EBUSY, "slot 0 sends");
}

Test(swap, path_refuses_what_is_out_of_bounds)
{
	static const __u32 slots[] = {JVPN_PATHS_MAX, 0xff, 0x100, 0xffffffff};
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		struct jvpn_swap swap = command(JVPN_SWAP_PATH);
		swap.slot = slots[i];
		swap.path.family = 4;
		expect_refused(swap, -EINVAL, "no such slot");
	}
}

/* "a slot or value out of bounds": a family the data plane cannot wrap, a state nobody knows. */
Test(swap, path_refuses_values_out_of_bounds)
{
	struct jvpn_swap swap = command(JVPN_SWAP_PATH);
	swap.slot = 1;
	swap.path.family = 5;
	expect_refused(swap, -EINVAL, "family 5");
	swap.path.family = 4;
	swap.path.state = JVPN_PATH_DEAD + 1;
	expect_refused(swap, -EINVAL, "a path state beyond the last");
}

Test(swap, send_moves_the_session)
{
	struct jvpn_swap swap = send_command(WORLD_VERSION, 1);
	cr_expect_eq(run(&swap), 0);
	cr_expect_eq(swap.present, WORLD_VERSION + 1);
	before.session.word = JVPN_WORD(WORLD_VERSION + 1, 1);
	before.session.state = JVPN_STATE_RECOVERING;
	before.session.reason = 77;
	before.session.switches++;
	before.session.paths[0].state = JVPN_PATH_RETIRING;
	before.session.paths[1].state = JVPN_PATH_ACTIVE;
	expect_unchanged("word, state, reason, switches, the two paths' states and nothing else");
}

/* A transition on the same slot is a new version and no switch; the way to no path, or from none, is a switch. */
Test(swap, send_counts_switches)
{
	struct jvpn_swap swap = send_command(WORLD_VERSION, 0);
	cr_expect_eq(run(&swap), 0);
	before.session.word = JVPN_WORD(WORLD_VERSION + 1, 0);
	before.session.state = JVPN_STATE_RECOVERING;
	before.session.reason = 77;
	expect_unchanged("the same slot: no switch, no path touched");
	swap = send_command(WORLD_VERSION + 1, JVPN_WORD_NO_SLOT);
	cr_expect_eq(run(&swap), 0);
	cr_expect_eq(after.session.word, JVPN_WORD(WORLD_VERSION + 2, JVPN_WORD_NO_SLOT));
	swap = send_command(WORLD_VERSION + 2, 0);
	cr_expect_eq(run(&swap), 0);
	cr_expect_eq(after.session.word, JVPN_WORD(WORLD_VERSION + 3, 0));
}

Test(swap, send_refuses_another_version)
{
	static const __u64 versions[] = {
		0, WORLD_VERSION - 1, WORLD_VERSION + 1, WORLD_VERSION | 1ull << 56, JVPN_VERSION_MAX, ~0ull};
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct jvpn_swap swap = send_command(versions[i], 1);
		cr_expect_eq(run(&swap), -ESTALE, "version %llx", versions[i]);
		cr_expect_eq(swap.present, WORLD_VERSION, "tells the present one");
		expect_unchanged("another version");
	}
}

Test(swap, send_refuses_slots_out_of_bounds)
{
	static const __u32 slots[] = {JVPN_PATHS_MAX, 0xfe, 0x100, 0x1ff, 0xffffffff};
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		expect_refused(send_command(WORLD_VERSION, slots[i]), -EINVAL, "no such slot");
}

Test(swap, send_refuses_states_out_of_bounds)
{
	struct jvpn_swap swap = send_command(WORLD_VERSION, 1);
	swap.state = JVPN_STATE_TERMINATED + 1;
	expect_refused(swap, -EINVAL, "a state beyond the last");
}

/* The version has 56 bits: it reaches its last value and stops there, never wraps. */
Test(swap, send_at_the_last_version)
{
	struct jvpn_session session = world_session(&world);
	session.word = JVPN_WORD(JVPN_VERSION_MAX - 1, 0);
	world_put_session(&world, &session);
	struct jvpn_swap swap = send_command(JVPN_VERSION_MAX - 1, 1);
	cr_expect_eq(run(&swap), 0);
	cr_expect_eq(swap.present, JVPN_VERSION_MAX);
	cr_expect_eq(after.session.word, JVPN_WORD(JVPN_VERSION_MAX, 1));
	expect_refused(send_command(JVPN_VERSION_MAX, 0), -EINVAL, "no version is left");
	expect_refused(send_command(0, 0), -ESTALE, "nor does it begin again");
}

Test(swap, tai64n_is_remembered)
{
	struct jvpn_swap swap = command(JVPN_SWAP_TAI64N);
	memcpy(swap.tai64n, "\x40\0\0\0\x68\1\2\3\4\5\6\7", 12);
	cr_expect_eq(run(&swap), 0);
	memcpy(before.session.tai64n, swap.tai64n, 12);
	expect_unchanged("the timestamp and nothing else");
}

Test(swap, unknown_ids_and_commands)
{
	for (__u32 op = 0; op <= JVPN_SWAP_TAI64N + 3; op++) {
		struct jvpn_swap swap = command(op);
		bool of_a_key = op == JVPN_SWAP_KILL_KEY || op == JVPN_SWAP_WIPE_KEY;
		bool known = op >= JVPN_SWAP_PATH && op <= JVPN_SWAP_TAI64N;
		swap.index = 0x00abcdef;
		if (known) {
			swap.session = of_a_key ? WORLD_SESSION : WORLD_SESSION + 1;
			expect_refused(swap, -ENOENT, "no such session or key pair");
			continue;
		}
		expect_refused(swap, -EINVAL, "no such command");
	}
}

/* "present: the version after the command", for every command that names a session. */
Test(swap, every_command_tells_the_version)
{
	static const enum jvpn_swap_op ops[] = {JVPN_SWAP_PATH, JVPN_SWAP_KEYS, JVPN_SWAP_NEXT, JVPN_SWAP_TAI64N};
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		struct jvpn_swap swap = command(ops[i]);
		swap.present = 999;
		swap.slot = 1;
		cr_expect_eq(run(&swap), 0, "command %d", ops[i]);
		cr_expect_eq(swap.present, WORLD_VERSION, "command %d tells %llu", ops[i], swap.present);
	}
}
