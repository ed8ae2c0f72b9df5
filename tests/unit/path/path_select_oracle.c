/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * T-DET-02: every order of up to six candidates gives the same choice and the same set; random
 * sets against a second writing of the rules. Seeded.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "path/select.h"
#include "random.h"

#define MS CLOCK_NS_PER_MS
#define T0 (1000 * CLOCK_NS_PER_S)
#define MOST 6

static struct policy policy;
static struct select_situation situation;

/* Few different values, so that ties and thresholds are met often. */
static struct select_candidate random_candidate(__u64 *state, __u32 id)
{
	struct select_candidate candidate = {
		.id = id,
		.priority = below(state, 2),
		.protocol = below(state, 12) == 0,
		.loss_ppm = below(state, 6) * 50000 + below(state, 2),
		.rtt_us = below(state, 3) * 10000,
		.p95_us = below(state, 3) * 30000,
		.jitter_us = below(state, 2) * 20000,
		.is_blocked = below(state, 12) == 0,
		.is_dead = below(state, 8) == 0,
		.is_measured = below(state, 6) != 0,
		.stable_since_ns = below(state, 4) ? T0 - below(state, 4) * 1000 * MS : 0,
		.seen_ns = T0 - below(state, 9) * 2000 * MS,
		.failed_ns = below(state, 2) ? T0 - below(state, 4) * 750 * MS : 0,
	};

	return candidate;
}

static void random_situation(__u64 *state)
{
	static const enum jvpn_session_state states[] = {JVPN_STATE_VOLATILE, JVPN_STATE_DEGRADED,
							 JVPN_STATE_RECOVERING};

	policy = policy_of_preset(POLICY_PRESET_default);
	policy.volatility.latency_volatile_threshold_ms = below(state, 2) * 30;
	policy.transport.candidate_min_count = 1 + below(state, 2) * below(state, 2);
	policy.transport.candidate_score_threshold = below(state, 2) * 70;
	policy.transport.enforce_hysteresis = below(state, 4) != 0;
	policy.transport.max_candidate_count = 16;
	situation.state = states[below(state, 3)];
	situation.active = below(state, 2) ? below(state, MOST) : SELECT_NONE;
}

/* ---- a second writing ---- */

static double score(const struct select_candidate *c)
{
	double points = 100.0 - 2 * (c->loss_ppm / 1e4) - 0.3 * (c->jitter_us / 1e3) - 0.1 * (c->rtt_us / 1e3);

	return c->is_measured && points > 1 ? points : 1;
}

static bool is_fit(const struct select_candidate *c)
{
	__u64 proof = c->stable_since_ns > c->failed_ns ? c->stable_since_ns : c->failed_ns;
	bool needs_proof =
		c->failed_ns || c->id == situation.active || (situation.state == JVPN_STATE_DEGRADED && c->is_measured);
	bool has_proof =
		(c->is_measured ? c->stable_since_ns != 0 : c->id != situation.active) && T0 - proof >= 2000 * MS;
	double slow_ms = policy.volatility.latency_volatile_threshold_ms;

	return !c->is_blocked && c->protocol == POLICY_PROTOCOL_udp && !c->is_dead && T0 - c->seen_ns <= 15000 * MS &&
	       !(c->failed_ns && T0 - c->failed_ns < 1500 * MS) && (!needs_proof || has_proof) &&
	       c->loss_ppm <= 200000 && (slow_ms <= 0 || c->p95_us / 1e3 <= slow_ms) &&
	       score(c) >= policy.transport.candidate_score_threshold;
}

static int by_rank(const void *left, const void *right)
{
	const struct select_candidate *a = left, *b = right;
	__u64 keys[][2] = {
		{a->priority, b->priority},
		{a->loss_ppm, b->loss_ppm},
		{a->rtt_us ? a->rtt_us : ~0u, b->rtt_us ? b->rtt_us : ~0u},
		{a->stable_since_ns ? a->stable_since_ns : ~0ull, b->stable_since_ns ? b->stable_since_ns : ~0ull},
		{a->id, b->id},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	}
	return 0;
}

/* Sort all, take the first that is fit and not held. */
static __u32 choice_by_the_book(const struct select_candidate *candidates, __u32 count, __u32 *ret_eligible)
{
	struct select_candidate sorted[MOST];
	const struct select_candidate *active = NULL;
	__u32 chosen = SELECT_NONE;

	memcpy(sorted, candidates, count * sizeof(sorted[0]));
	qsort(sorted, count, sizeof(sorted[0]), by_rank);
	*ret_eligible = 0;
	for (__u32 i = 0; i < count; i++)
		active = sorted[i].id == situation.active && !sorted[i].is_dead ? &sorted[i] : active;
	for (__u32 i = 0; i < count; i++) {
		bool held = active && &sorted[i] != active && policy.transport.enforce_hysteresis &&
			    score(&sorted[i]) <= score(active) * 1.1 + 1e-9;

		if (!is_fit(&sorted[i]))
			continue;
		(*ret_eligible)++;
		chosen = chosen == SELECT_NONE && !held ? sorted[i].id : chosen;
	}
	return *ret_eligible >= policy.transport.candidate_min_count ? chosen : SELECT_NONE;
}

/* ---- every order ---- */

typedef void visit_fn(const struct select_candidate *candidates, __u32 count, void *context);

/* Heap's algorithm. */
static void permute(struct select_candidate *candidates, __u32 left, __u32 count, visit_fn *visit, void *context)
{
	if (left <= 1) {
		visit(candidates, count, context);
		return;
	}
	for (__u32 i = 0; i < left; i++) {
		__u32 other = left % 2 ? 0 : i;
		struct select_candidate swapped;

		permute(candidates, left - 1, count, visit, context);
		swapped = candidates[other];
		candidates[other] = candidates[left - 1];
		candidates[left - 1] = swapped;
	}
}

struct expectation {
	unsigned int visits;
	struct select_result result;
	struct select_set set;
};

static void compare_choice(const struct select_candidate *candidates, __u32 count, void *context)
{
	struct expectation *expected = context;
	struct select_result result;
	struct select_set set = {.count = count};

	memcpy(set.candidates, candidates, count * sizeof(candidates[0]));
	result = select_choose(&set, &policy, &situation, T0);
	if (expected->visits++ == 0)
		expected->result = result;
	cr_assert_arr_eq(&result, &expected->result, sizeof(result), "another order, another choice");
}

static void compare_set(const struct select_candidate *candidates, __u32 count, void *context)
{
	struct expectation *expected = context;
	struct select_set set = {0};

	for (__u32 i = 0; i < count; i++)
		(void)select_offer(&set, &candidates[i], &policy, &situation, T0);
	if (expected->visits++ == 0)
		expected->set = set;
	cr_assert_arr_eq(&set, &expected->set, sizeof(set), "another order, another set");
}

TestSuite(path_select_oracle);

Test(path_select_oracle, t_det_02_every_order_of_up_to_six)
{
	unsigned int chosen = 0, none = 0;
	__u64 state = 2;

	for (unsigned int round = 0; round < 240; round++) {
		struct select_candidate candidates[MOST];
		struct expectation expected = {0};
		__u32 count = round % (MOST + 1), eligible;

		random_situation(&state);
		for (__u32 id = 0; id < count; id++)
			candidates[id] = random_candidate(&state, id);
		permute(candidates, count, count, compare_choice, &expected);
		cr_assert_eq(expected.result.chosen, choice_by_the_book(candidates, count, &eligible));
		cr_assert_eq(expected.result.eligible, eligible);
		chosen += expected.result.chosen != SELECT_NONE;
		none += expected.result.chosen == SELECT_NONE;
	}
	cr_assert(chosen > 40 && none > 40, "%u chosen, %u times none", chosen, none);
}

Test(path_select_oracle, t_det_02_every_order_of_offers)
{
	__u64 state = 3;

	for (unsigned int round = 0; round < 60; round++) {
		struct select_candidate candidates[MOST];
		struct expectation expected = {0};

		random_situation(&state);
		policy.transport.max_candidate_count = 1 + below(&state, MOST);
		for (__u32 id = 0; id < MOST; id++)
			candidates[id] = random_candidate(&state, id);
		permute(candidates, MOST, MOST, compare_set, &expected);
		cr_assert_eq(expected.visits, 720);
		cr_assert_leq(expected.set.count, policy.transport.max_candidate_count);
	}
}

Test(path_select_oracle, random_sets_by_the_book)
{
	unsigned int reasons[JVPN_REASON_internal_error + 1] = {0};
	__u64 state = 4;

	for (unsigned int round = 0; round < 50000; round++) {
		struct select_set set = {.count = below(&state, MOST + 1)};
		struct select_result result;
		__u32 eligible;

		random_situation(&state);
		for (__u32 id = 0; id < set.count; id++)
			set.candidates[id] = random_candidate(&state, id);
		result = select_choose(&set, &policy, &situation, T0);
		cr_assert_eq(result.chosen, choice_by_the_book(set.candidates, set.count, &eligible), "round %u",
			     round);
		cr_assert_eq(result.eligible, eligible);
		cr_assert_neq(result.reason, JVPN_REASON_NONE, "there is always a reason");
		reasons[result.reason]++;
	}
	cr_assert(reasons[JVPN_REASON_dead_transport_recovery] && reasons[JVPN_REASON_loss_recovery] &&
		  reasons[JVPN_REASON_stability_window_met] && reasons[JVPN_REASON_hysteresis_hold] &&
		  reasons[JVPN_REASON_no_valid_candidate] && reasons[JVPN_REASON_no_candidate_transports]);
}

/* When the result says time alone will help, one ns before it does not, and then it does. */
Test(path_select_oracle, t_det_01_retry_is_exact)
{
	unsigned int retries = 0;
	__u64 state = 5;

	for (unsigned int round = 0; round < 20000; round++) {
		struct select_candidate candidate = random_candidate(&state, 0);
		enum select_refusal before, refusal;
		__u64 retry, after;

		random_situation(&state);
		refusal = select_refuse(&candidate, &policy, &situation, T0, &retry);
		cr_assert_eq(retry != QUALITY_NEVER,
			     refusal == SELECT_cooldown || (refusal == SELECT_unstable && retry != QUALITY_NEVER));
		if (retry == QUALITY_NEVER)
			continue;
		candidate.seen_ns = retry;
		before = select_refuse(&candidate, &policy, &situation, retry - 1, &after);
		cr_assert_eq(before, refusal);
		cr_assert_eq(after, retry);
		cr_assert_neq(select_refuse(&candidate, &policy, &situation, retry, &after), refusal);
		retries++;
	}
	cr_assert_gt(retries, 500);
}
