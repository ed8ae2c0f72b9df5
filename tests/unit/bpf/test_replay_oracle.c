/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The replay window of bpf/replay.h against an oracle that remembers every counter it has
 * accepted: random traffic, the same for the same seed.
 */
#include "replay.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

#define W ((__u64)JVPN_REPLAY_WINDOW_PACKETS)
#define PACKETS 200000u
#define SEEDS 20u
#define SLOTS (1u << 19) /* a power of two, well above PACKETS */

/* What is right, said as plainly as it can be said. */
struct oracle {
	__u64 greatest; /* of the accepted ones */
	bool any;
	__u64 slots[SLOTS]; /* accepted counters plus one, by hash; 0: free */
};

static struct oracle oracle;

static __u64 mix(__u64 x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15ull;
	return x ^ x >> 29;
}

static __u64 *oracle_slot(__u64 counter)
{
	__u32 at = (__u32)mix(counter) % SLOTS;
	while (oracle.slots[at] && oracle.slots[at] != counter + 1)
		at = (at + 1) % SLOTS;
	return &oracle.slots[at];
}

static enum replay oracle_offer(__u64 counter)
{
	if (counter >= JVPN_REJECT_AFTER_MESSAGES)
		return REPLAY_EXHAUSTED;
	if (oracle.any && counter < oracle.greatest && oracle.greatest - counter > W)
		return REPLAY_SEEN;
	__u64 *slot = oracle_slot(counter);
	if (*slot)
		return REPLAY_SEEN;
	*slot = counter + 1;
	if (!oracle.any || counter > oracle.greatest)
		oracle.greatest = counter;
	oracle.any = true;
	return REPLAY_FRESH;
}

static __u64 state;

static __u64 random_below(__u64 bound)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return mix(state) % bound;
}

/* A network: mostly the next, some late, some twice, now and then a gap, a long silence, a limit. */
static __u64 next_counter(__u64 top)
{
	__u64 dice = random_below(1000);
	__u64 back = top < 2 * W ? top : 2 * W;
	if (dice < 500)
		return top + 1;
	if (dice < 700)
		return top - random_below(back < 64 ? back + 1 : 64);
	if (dice < 900)
		return top - random_below(back + 1);
	if (dice < 990)
		return top + random_below(200);
	if (dice < 998)
		return top + random_below(3 * W);
	return top + random_below(1ull << random_below(50));
}

static void run(__u64 seed, __u64 first)
{
	static struct jvpn_replay window;
	memset(&oracle, 0, sizeof(oracle));
	memset(&window, 0, sizeof(window));
	state = seed;
	__u64 fresh = 0;
	for (__u32 i = 0; i < PACKETS; i++) {
		__u64 counter = next_counter(oracle.any ? oracle.greatest : first);
		enum replay right = oracle_offer(counter);
		enum replay check = replay_check(&window, counter), commit = replay_commit(&window, counter);
		fresh += right == REPLAY_FRESH;
		cr_assert_eq(check, right, "seed %llu, packet %u, counter %llu: check", seed, i, counter);
		cr_assert_eq(commit, right, "seed %llu, packet %u, counter %llu: commit", seed, i, counter);
	}
	cr_expect_gt(fresh, PACKETS / 100);
}

Test(replay_oracle, random_traffic)
{
	for (__u64 seed = 1; seed <= SEEDS; seed++)
		run(seed, random_below(1ull << (3 * seed)));
}

/* The last laps before the limit, and beyond it. */
Test(replay_oracle, random_traffic_at_the_limit)
{
	for (__u64 seed = 1; seed <= SEEDS; seed++)
		run(seed, JVPN_REJECT_AFTER_MESSAGES - 20000);
}
