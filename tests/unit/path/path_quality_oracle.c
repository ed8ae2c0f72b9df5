/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random probes, answers and ticks, each figure compared with one counted from the whole
 * history. Seeded; the oracle keeps everything and forgets nothing.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "path/quality.h"
#include "random.h"

#define MS CLOCK_NS_PER_MS
#define PROBES 3000
#define STEPS 9000

enum outcome { OPEN, DELIVERED, LOST };

static struct {
	__u64 sent, answered, judged_at;
	__u32 rtt_us;
	enum outcome outcome;
} history[PROBES + 1];
static unsigned int sent, newest;
static __u64 srtt, jitter, last_rtt, last_success, now;
static struct policy policy;
static struct quality quality;

/* ---- the oracle ---- */

static __u64 patience(void)
{
	__u64 interval = policy.volatility.heartbeat_interval_ms * MS;

	if (srtt == 0)
		return policy.volatility.heartbeat_volatile_ms * MS;
	return 2 * srtt + 4 * jitter > interval ? 2 * srtt + 4 * jitter : interval;
}

static void expire(__u64 wait, unsigned int below_number)
{
	for (unsigned int i = 1; i <= sent; i++) {
		if (history[i].outcome == OPEN && (now - history[i].sent > wait || i < below_number)) {
			history[i].outcome = LOST;
			history[i].judged_at = now;
		}
	}
}

static void note_answer(unsigned int i)
{
	__u64 rtt = (now - history[i].sent) / 1000;

	expire(patience(), 0);
	rtt = rtt ? rtt : 1;
	if (history[i].outcome == OPEN) {
		history[i].outcome = DELIVERED;
		history[i].judged_at = now;
	}
	history[i].rtt_us = (__u32)rtt;
	history[i].answered = now;
	if (srtt == 0) {
		srtt = rtt * 1000;
	} else {
		__u64 jump = (rtt > last_rtt ? rtt - last_rtt : last_rtt - rtt) * 1000;

		srtt = rtt * 1000 >= srtt ? srtt + (rtt * 1000 - srtt) / 4 : srtt - (srtt - rtt * 1000) / 4;
		jitter = jump >= jitter ? jitter + (jump - jitter) / 4 : jitter - (jitter - jump) / 4;
	}
	last_rtt = rtt;
	last_success = now;
	newest = i > newest ? i : newest;
}

static void loss(unsigned int *ret_delivered, unsigned int *ret_lost)
{
	__u64 width = policy.volatility.loss_window_ms * MS / 16;

	*ret_delivered = *ret_lost = 0;
	for (unsigned int i = 1; i <= sent; i++) {
		if (history[i].outcome == OPEN || history[i].judged_at / width + 16 < now / width)
			continue;
		*ret_delivered += history[i].outcome == DELIVERED;
		*ret_lost += history[i].outcome == LOST;
	}
}

static unsigned int drops(void)
{
	unsigned int count = 0;

	for (unsigned int i = newest + 1; i <= sent && history[i].outcome == LOST; i++)
		count++;
	return count;
}

static int ascending(const void *a, const void *b)
{
	return (*(const __u32 *)a > *(const __u32 *)b) - (*(const __u32 *)a < *(const __u32 *)b);
}

/* The samples in the latency window, in the order they were sent. */
static unsigned int samples(__u32 rtts[QUALITY_PROBES])
{
	unsigned int count = 0;

	for (unsigned int i = sent > QUALITY_PROBES ? sent - QUALITY_PROBES + 1 : 1; i <= sent; i++) {
		if (history[i].rtt_us && now - history[i].answered <= policy.volatility.latency_window_ms * MS)
			rtts[count++] = history[i].rtt_us;
	}
	return count;
}

static __u32 p95(void)
{
	__u32 rtts[QUALITY_PROBES];
	unsigned int count = samples(rtts);

	if (count == 0)
		return 0;
	qsort(rtts, count, sizeof(rtts[0]), ascending);
	return rtts[(95 * count + 99) / 100 - 1]; /* nearest rank: the ceiling */
}

static unsigned int round_trip_causes(void)
{
	__u32 slow = policy.volatility.latency_volatile_threshold_ms * 1000;
	__u32 jump = policy.volatility.jitter_volatile_threshold_ms * 1000;
	unsigned int above = 0, jumps = 0, causes = 0, count;
	__u32 rtts[QUALITY_PROBES];

	count = samples(rtts);
	for (unsigned int i = 0; i < count; i++) {
		above += rtts[i] > slow;
		jumps += i > 0 && (rtts[i] > rtts[i - 1] ? rtts[i] - rtts[i - 1] : rtts[i - 1] - rtts[i]) > jump;
	}
	if (slow && count >= 4 && above >= 2 && p95() > slow)
		causes |= QUALITY_LATENCY;
	if (jump && jumps >= 3 && jitter > jump * 1000ull)
		causes |= QUALITY_JITTER;
	return causes;
}

static unsigned int causes_by_the_book(void)
{
	__u64 interval = policy.volatility.heartbeat_interval_ms * MS;
	__u64 limit = policy.volatility.heartbeat_volatile_ms * MS;
	unsigned int causes = round_trip_causes(), delivered, lost;

	loss(&delivered, &lost);
	if (delivered + lost >= 4 && lost >= 2 &&
	    (double)lost / (delivered + lost) > policy.volatility.loss_volatile_threshold / 1e6)
		causes |= QUALITY_LOSS;
	if (drops() >= policy.volatility.max_consecutive_drops)
		causes |= QUALITY_DROPS;
	if (newest < sent) {
		__u64 since = history[newest + 1].sent - interval;

		since = since > last_success ? since : last_success;
		causes |= now - since > limit ? QUALITY_SILENCE : 0;
		causes |= now - since > 2 * limit ? QUALITY_DEAD : 0;
	}
	return causes;
}

/* ---- the run ---- */

static void compare(void)
{
	unsigned int causes = quality_tick(&quality, &policy, now), delivered, lost;

	expire(patience(), 0);
	loss(&delivered, &lost);
	cr_assert_eq(window_sum(&quality.loss).lost, lost);
	cr_assert_eq(window_sum(&quality.loss).delivered, delivered);
	cr_assert_eq(quality_drops(&quality), drops());
	cr_assert_eq(quality.srtt_ns, srtt);
	cr_assert_eq(quality.jitter_ns, jitter);
	cr_assert_eq(quality_p95_us(&quality, policy.volatility.latency_window_ms, now), p95());
	cr_assert_eq(causes, causes_by_the_book(), "causes %x, not %x", causes, causes_by_the_book());
}

static void send(void)
{
	if (sent == PROBES)
		return;
	expire(patience(), sent + 1 > QUALITY_PROBES ? sent + 2 - QUALITY_PROBES : 0);
	history[++sent].sent = now;
	cr_assert_eq(quality_sent(&quality, &policy, now), sent);
}

static void answer(__u64 *state)
{
	unsigned int back = below(state, below(state, 8) ? 4 : 80), i = back < sent ? sent - back : 0;
	bool is_first = i > 0 && back < QUALITY_PROBES && history[i].rtt_us == 0;

	if (is_first)
		note_answer(i);
	cr_assert_eq(quality_answered(&quality, &policy, i, now), is_first);
}

static void run(__u64 seed)
{
	static const __u32 lengths[] = {100, 200, 1000, 2000, 60000};
	static const __u32 thresholds[] = {1, 100000, 200000, 333333, 999999};
	unsigned int seen = 0;
	__u64 state = seed;

	memset(history, 0, sizeof(history));
	sent = newest = 0;
	srtt = jitter = last_rtt = 0;
	policy = policy_of_preset(seed % 2 ? POLICY_PRESET_default : POLICY_PRESET_carrier);
	policy.volatility.loss_window_ms = lengths[below(&state, 5)];
	policy.volatility.latency_window_ms = lengths[below(&state, 5)];
	policy.volatility.loss_volatile_threshold = thresholds[below(&state, 5)];
	policy.volatility.max_consecutive_drops = 1 + below(&state, 6);
	policy.volatility.latency_volatile_threshold_ms = below(&state, 100);
	policy.volatility.jitter_volatile_threshold_ms = below(&state, 50);
	last_success = now = (1 + next_random(&state) % 1000000) * MS * 1000;
	quality_begin(&quality, &policy, now);
	for (unsigned int step = 0; step < STEPS && sent < PROBES; step++) {
		__u32 pace = policy.volatility.heartbeat_interval_ms * (below(&state, 40) ? 1 : 20);

		now += below(&state, 4) ? next_random(&state) % (pace * MS) : 0;
		if (below(&state, 3) == 0)
			send();
		else if (below(&state, 2 + (step / 300) % 3 * 4) == 0)
			answer(&state);
		compare();
		seen |= quality.causes;
	}
	cr_assert_neq(seen, 0);
}

TestSuite(path_quality_oracle);

Test(path_quality_oracle, t_det_01_random_histories)
{
	for (__u64 seed = 1; seed <= 12; seed++)
		run(seed);
}
