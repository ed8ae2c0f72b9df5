/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The replay window of bpf/replay.h in one thread: the edges WireGuard's selftest knows, whole
 * windows in every order, and random traffic against an oracle that remembers everything.
 * Several threads: test_replay_threads.c.
 */
#include "replay.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

#define W ((__u64)JVPN_REPLAY_WINDOW_PACKETS)
#define REJECT JVPN_REJECT_AFTER_MESSAGES
#define LAP ((__u64)JVPN_REPLAY_SPAN_PACKETS)

TestSuite(replay);

/* Check must foretell what commit answers, and change nothing. */
static enum replay offer(struct jvpn_replay *window, __u64 counter)
{
	static struct jvpn_replay before;
	before = *window;
	enum replay foretold = replay_check(window, counter);
	cr_assert(!memcmp(&before, window, sizeof(before)), "check only reads");
	enum replay answer = replay_commit(window, counter);
	cr_assert_eq(answer, foretold, "counter %llu: check says %d, commit %d", counter, foretold, answer);
	if (answer)
		cr_assert(!memcmp(&before, window, sizeof(before)), "counter %llu: refused, and changed", counter);
	return answer;
}

struct step {
	__u64 counter;
	bool fresh;
};

static void walk(const char *name, const struct step *steps, size_t count)
{
	struct jvpn_replay window = {0};
	for (size_t i = 0; i < count; i++) {
		enum replay answer = offer(&window, steps[i].counter);
		cr_expect_eq(answer == REPLAY_FRESH, steps[i].fresh, "%s, step %zu: %llu is %s", name, i + 1,
			     steps[i].counter, answer ? "refused" : "fresh");
	}
}
#define WALK(name, ...) \
	walk(name, (const struct step[]){__VA_ARGS__}, sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

Test(replay, numbered_steps)
{
	WALK("the beginning", {0, true}, {0, false}, {1, true}, {1, false}, {0, false});
	WALK("out of order", {9, true}, {8, true}, {7, true}, {7, false}, {9, false}, {0, true}, {0, false});
	WALK("exactly W behind", {W, true}, {0, true}, {0, false}, {W, false});
	WALK("W - 1 behind", {W - 1, true}, {0, true}, {0, false});
	WALK("W + 1 behind", {W + 1, true}, {0, false}, {1, true}, {1, false});
	WALK("the window moves on by one", {W, true}, {W + 1, true}, {0, false}, {1, true});
	WALK("four windows on", {5, true}, {4 * W, true}, {3 * W, true}, {3 * W - 1, false}, {5, false},
	     {4 * W, false});
	WALK("a word's edges", {31, true}, {32, true}, {63, true}, {64, true}, {31, false}, {32, false}, {33, true});
	WALK("a lap's edges", {LAP - 1, true}, {LAP, true}, {LAP - 1, false}, {LAP, false}, {LAP + 1, true});
	WALK("one lap on, the same place", {7, true}, {7 + LAP, true}, {7, false}, {7 + LAP, false}, {8, false});
	WALK("many laps on, the same place", {7, true}, {7 + 1000000 * LAP, true}, {7 + 1000000 * LAP, false},
	     {7 + 999999 * LAP, false}, {8 + 999999 * LAP + 64, true});
	WALK("2^32 and beyond", {0xffffffff, true}, {1ull << 32, true}, {0xffffffff, false}, {1ull << 32, false});
	WALK("far at once", {1ull << 60, true}, {0, false}, {(1ull << 60) - W, true}, {(1ull << 60) - W - 1, false});
}

Test(replay, the_last_counters)
{
	WALK("the limit", {REJECT - 1, true}, {REJECT - 1, false}, {REJECT, false}, {REJECT - 2, true}, {REJECT, false},
	     {REJECT + 1, false}, {~0ull, false}, {REJECT - 1 - W, true}, {REJECT - 2 - W, false}, {0, false});
	WALK("beyond the limit first", {REJECT, false}, {~0ull, false}, {~0ull - W, false}, {0, true});
	struct jvpn_replay window = {0};
	cr_expect_eq(offer(&window, REJECT), REPLAY_EXHAUSTED);
	cr_expect_eq(offer(&window, ~0ull), REPLAY_EXHAUSTED);
	cr_expect_eq(window.greatest, 0);
}

static const __u64 BASES[] = {0, 1, 31, LAP - 1, 12345678, 0xffffffffull - 100, 1ull << 45, REJECT - 2 * LAP - 2};

static void expect_all(struct jvpn_replay *window, __u64 first, __u64 count, int direction, enum replay expected)
{
	for (__u64 i = 0; i < count; i++) {
		__u64 counter = direction > 0 ? first + i : first - i;
		enum replay answer = offer(window, counter);
		cr_assert_eq(answer, expected, "%llu: %d, not %d", counter, answer, expected);
	}
}

/* Forwards over two laps, then every one of them again: none is fresh twice. */
Test(replay, sweep_forwards)
{
	for (size_t i = 0; i < sizeof(BASES) / sizeof(BASES[0]); i++) {
		struct jvpn_replay window = {0};
		expect_all(&window, BASES[i], 2 * LAP, 1, REPLAY_FRESH);
		expect_all(&window, BASES[i], 2 * LAP, 1, REPLAY_SEEN);
	}
}

/* Backwards over the window: every one is fresh, the next is too old, and all are then seen. */
Test(replay, sweep_backwards)
{
	for (size_t i = 0; i < sizeof(BASES) / sizeof(BASES[0]); i++) {
		struct jvpn_replay window = {0};
		__u64 top = BASES[i] + 2 * LAP;
		expect_all(&window, top, W + 1, -1, REPLAY_FRESH);
		cr_expect_eq(offer(&window, top - W - 1), REPLAY_SEEN);
		expect_all(&window, top, W + 1, -1, REPLAY_SEEN);
	}
}

/* The top first, then the window upwards to it; and the odd ones, then the even. */
Test(replay, sweep_after_a_jump)
{
	for (size_t i = 0; i < sizeof(BASES) / sizeof(BASES[0]); i++) {
		struct jvpn_replay window = {0};
		__u64 top = BASES[i] + 2 * LAP;
		cr_expect_eq(offer(&window, top), REPLAY_FRESH);
		expect_all(&window, top - W, W, 1, REPLAY_FRESH);
		expect_all(&window, top - W, W + 1, 1, REPLAY_SEEN);

		memset(&window, 0, sizeof(window));
		for (int odd = 1; odd >= 0; odd--)
			for (__u64 counter = BASES[i] + (__u64)odd; counter < BASES[i] + W; counter += 2)
				cr_assert_eq(offer(&window, counter), REPLAY_FRESH);
		expect_all(&window, BASES[i], W, 1, REPLAY_SEEN);
	}
}

/* A jump of any length forgets what lay before, and only that. */
Test(replay, jumps)
{
	for (__u32 shift = 0; shift < 63; shift++) {
		struct jvpn_replay window = {0};
		__u64 jump = (1ull << shift) + 5;
		expect_all(&window, 0, 100, 1, REPLAY_FRESH);
		cr_expect_eq(offer(&window, 99 + jump), REPLAY_FRESH);
		for (__u64 counter = 0; counter < 100; counter++)
			cr_expect_eq(offer(&window, counter), REPLAY_SEEN, "jump %llu: %llu again", jump, counter);
	}
}

/*
 * A word keeps the low 32 bits of its lap: a sender that jumps by exactly 2^45 packets meets
 * its old bits. Whatever is answered, it is never fresh twice.
 */
Test(replay, a_lap_of_laps_is_never_fresh_twice)
{
	struct jvpn_replay window = {0};
	__u64 again = LAP << 32;
	cr_expect_eq(offer(&window, 7), REPLAY_FRESH);
	cr_expect_eq(offer(&window, 8 + again), REPLAY_FRESH);
	replay_commit(&window, 7 + again);
	cr_expect_eq(replay_commit(&window, 7 + again), REPLAY_SEEN);
	cr_expect_eq(replay_commit(&window, 8 + again), REPLAY_SEEN);
}
