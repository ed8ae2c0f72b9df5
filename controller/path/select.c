/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Filter, rank and hysteresis of select.h. Never looks at the order of the set.
 */
#include "path/select.h"

#include <string.h>

#include "base/clock.h"

#define NS_PER_US 1000ull
#define SCORE_PARTS (SELECT_SCORE_MAX / 100)

static __u64 ms(__u32 milliseconds)
{
	return milliseconds * CLOCK_NS_PER_MS;
}

static __u64 later(__u64 a, __u64 b)
{
	return a > b ? a : b;
}

/* ---- one candidate ---- */

void select_measure(struct select_candidate *candidate, const struct quality *quality, const struct policy *policy,
		    __u64 now)
{
	bool is_silent = (quality->causes & (QUALITY_DEAD | QUALITY_DROPS | QUALITY_SILENCE)) != 0;
	__u64 rtt_us = (quality->srtt_ns + NS_PER_US - 1) / NS_PER_US; /* what is known is not 0 */

	candidate->is_measured = true;
	candidate->is_dead = (quality->causes & QUALITY_DEAD) != 0;
	candidate->loss_ppm = is_silent ? POLICY_MILLIONTHS : quality_loss_ppm(quality);
	candidate->rtt_us = (__u32)rtt_us;
	candidate->jitter_us = (__u32)(quality->jitter_ns / NS_PER_US);
	candidate->p95_us = quality_p95_us(quality, policy->volatility.latency_window_ms, now);
	candidate->stable_since_ns = quality->stable_since_ns;
}

__u32 select_score(const struct select_candidate *candidate)
{
	/* ten-thousandths of a point: 2 points per 1 % or 10 000 ppm, 0.3 and 0.1 per ms or 1000 us */
	__u64 penalty = 2ull * candidate->loss_ppm + 3ull * candidate->jitter_us + candidate->rtt_us;

	if (!candidate->is_measured || penalty > SELECT_SCORE_MAX - SELECT_SCORE_MIN)
		return SELECT_SCORE_MIN;
	return SELECT_SCORE_MAX - (__u32)penalty;
}

static int compare(__u64 a, __u64 b)
{
	return (a > b) - (a < b);
}

int select_compare(const struct select_candidate *a, const struct select_candidate *b)
{
	int order = compare(a->priority, b->priority);

	if (order == 0)
		order = compare(a->loss_ppm, b->loss_ppm);
	if (order == 0)
		order = compare(a->rtt_us - 1u, b->rtt_us - 1u); /* unknown, 0, becomes the largest */
	if (order == 0)
		order = compare(a->stable_since_ns - 1, b->stable_since_ns - 1);
	return order != 0 ? order : compare(a->id, b->id);
}

/* Is there at `now` less than `length` since `since`? If so, when there will not be. */
static bool is_within(__u64 since, __u64 length, __u64 now, __u64 *retry)
{
	if (now >= since + length)
		return false;
	*retry = since + length;
	return true;
}

static bool is_unstable(const struct select_candidate *candidate, const struct policy *policy,
			const struct select_situation *situation, __u64 now, __u64 *retry)
{
	bool is_active = candidate->id == situation->active;
	bool is_degraded = situation->state == JVPN_STATE_DEGRADED;

	if (candidate->failed_ns == 0 && !is_active && !(is_degraded && candidate->is_measured))
		return false;
	if (candidate->is_measured ? candidate->stable_since_ns == 0 : is_active)
		return true;
	return is_within(later(candidate->stable_since_ns, candidate->failed_ns), ms(policy->volatility.loss_window_ms),
			 now, retry);
}

static enum select_refusal refuse_unusable(const struct select_candidate *candidate, const struct policy *policy,
					   __u64 now)
{
	if (candidate->is_blocked)
		return SELECT_blocked;
	if (candidate->protocol >= 32 || (policy->transport.allowed_protocols >> candidate->protocol & 1) == 0)
		return SELECT_protocol;
	if (candidate->is_dead)
		return SELECT_dead;
	if (now > candidate->seen_ns + ms(policy->transport.candidate_ttl_ms))
		return SELECT_stale;
	return SELECT_ELIGIBLE;
}

static enum select_refusal refuse_poor(const struct select_candidate *candidate, const struct policy *policy)
{
	__u64 slow_us = policy->volatility.latency_volatile_threshold_ms * 1000ull;

	if (candidate->loss_ppm > policy->volatility.loss_volatile_threshold)
		return SELECT_loss;
	if (slow_us != 0 && candidate->p95_us > slow_us)
		return SELECT_latency;
	if (select_score(candidate) < policy->transport.candidate_score_threshold * SCORE_PARTS)
		return SELECT_score;
	return SELECT_ELIGIBLE;
}

enum select_refusal select_refuse(const struct select_candidate *candidate, const struct policy *policy,
				  const struct select_situation *situation, __u64 now, __u64 *ret_retry_ns)
{
	enum select_refusal refusal = refuse_unusable(candidate, policy, now);
	__u64 retry = QUALITY_NEVER;

	if (refusal == SELECT_ELIGIBLE) {
		if (candidate->failed_ns != 0 &&
		    is_within(candidate->failed_ns, ms(policy->switching.switch_cooldown_ms), now, &retry))
			refusal = SELECT_cooldown;
		else if (is_unstable(candidate, policy, situation, now, &retry))
			refusal = SELECT_unstable;
		else
			refusal = refuse_poor(candidate, policy);
	}
	if (ret_retry_ns)
		*ret_retry_ns = retry;
	return refusal;
}

/* ---- all of them ---- */

const struct select_candidate *select_find(const struct select_set *set, __u32 id)
{
	for (__u32 i = 0; i < set->count; i++) {
		if (set->candidates[i].id == id)
			return &set->candidates[i];
	}
	return NULL;
}

static bool is_held(const struct select_candidate *candidate, const struct select_candidate *active,
		    const struct policy *policy)
{
	if (!active || candidate == active || !policy->transport.enforce_hysteresis)
		return false;
	return (__u64)select_score(candidate) * POLICY_MILLIONTHS <=
	       (__u64)select_score(active) * policy->switching.switch_improvement_factor;
}

static bool may_choose(enum jvpn_session_state state)
{
	return state == JVPN_STATE_VOLATILE || state == JVPN_STATE_DEGRADED || state == JVPN_STATE_RECOVERING;
}

static enum jvpn_reason reason_for_none(const struct select_candidate *active, bool is_any_held)
{
	if (!active)
		return JVPN_REASON_no_candidate_transports;
	return is_any_held ? JVPN_REASON_hysteresis_hold : JVPN_REASON_no_valid_candidate;
}

static enum jvpn_reason reason_for(const struct select_candidate *chosen, const struct select_candidate *active)
{
	if (!active)
		return JVPN_REASON_dead_transport_recovery;
	return chosen == active ? JVPN_REASON_stability_window_met : JVPN_REASON_loss_recovery;
}

/* The best eligible candidate that is not held, if any; counts the others into `result`. */
static const struct select_candidate *best_of(const struct select_set *set, const struct policy *policy,
					      const struct select_situation *situation,
					      const struct select_candidate *active, __u64 now,
					      struct select_result *result)
{
	const struct select_candidate *best = NULL;
	bool is_any_held = false;

	for (__u32 i = 0; i < set->count; i++) {
		const struct select_candidate *candidate = &set->candidates[i];
		__u64 retry;

		if (select_refuse(candidate, policy, situation, now, &retry) != SELECT_ELIGIBLE) {
			result->retry_ns = retry < result->retry_ns ? retry : result->retry_ns;
			continue;
		}
		result->eligible++;
		if (is_held(candidate, active, policy))
			is_any_held = true;
		else if (!best || select_compare(candidate, best) < 0)
			best = candidate;
	}
	if (result->eligible < policy->transport.candidate_min_count) {
		best = NULL;
		is_any_held = false;
	}
	result->reason = best ? reason_for(best, active) : reason_for_none(active, is_any_held);
	return best;
}

struct select_result select_choose(const struct select_set *set, const struct policy *policy,
				   const struct select_situation *situation, __u64 now)
{
	struct select_result result = {.chosen = SELECT_NONE, .candidates = set->count, .retry_ns = QUALITY_NEVER};
	const struct select_candidate *active = select_find(set, situation->active), *best;

	if (active && active->is_dead)
		active = NULL;
	result.active_score = active ? select_score(active) : 0;
	if (!may_choose(situation->state)) {
		result.reason = JVPN_REASON_invalid_state_transition;
		return result;
	}
	best = best_of(set, policy, situation, active, now, &result);
	if (best) {
		result.chosen = best->id;
		result.loss_ppm = best->loss_ppm;
		result.rtt_us = best->rtt_us;
		result.score = select_score(best);
	}
	return result;
}

/* ---- the set ---- */

static void take_out(struct select_set *set, __u32 place, struct select_gone *gone)
{
	gone->ids[gone->count++] = set->candidates[place].id;
	set->count--;
	memmove(&set->candidates[place], &set->candidates[place + 1],
		(set->count - place) * sizeof(set->candidates[0]));
	set->candidates[set->count] = (struct select_candidate){0};
}

/* Which of two goes first? */
static bool is_worse(const struct select_candidate *a, const struct select_candidate *b, const struct policy *policy,
		     const struct select_situation *situation, __u64 now)
{
	bool a_refused = select_refuse(a, policy, situation, now, NULL) != SELECT_ELIGIBLE;
	bool b_refused = select_refuse(b, policy, situation, now, NULL) != SELECT_ELIGIBLE;

	if (a->id == situation->active || b->id == situation->active)
		return b->id == situation->active;
	return a_refused != b_refused ? a_refused : select_compare(a, b) > 0;
}

static __u32 worst_of(const struct select_set *set, const struct policy *policy,
		      const struct select_situation *situation, __u64 now)
{
	__u32 worst = 0;

	for (__u32 i = 1; i < set->count; i++) {
		if (is_worse(&set->candidates[i], &set->candidates[worst], policy, situation, now))
			worst = i;
	}
	return worst;
}

struct select_gone select_trim(struct select_set *set, const struct policy *policy,
			       const struct select_situation *situation, __u64 now)
{
	__u32 cap = policy->transport.max_candidate_count;
	struct select_gone gone = {0};

	for (__u32 i = set->count; i-- > 0;) {
		const struct select_candidate *candidate = &set->candidates[i];

		if (candidate->id != situation->active &&
		    now > candidate->seen_ns + ms(policy->transport.candidate_ttl_ms))
			take_out(set, i, &gone);
	}
	while (set->count > (cap < POLICY_CANDIDATES_MAX ? cap : POLICY_CANDIDATES_MAX))
		take_out(set, worst_of(set, policy, situation, now), &gone);
	return gone;
}

struct select_gone select_offer(struct select_set *set, const struct select_candidate *candidate,
				const struct policy *policy, const struct select_situation *situation, __u64 now)
{
	__u32 place = 0;

	while (place < set->count && set->candidates[place].id < candidate->id)
		place++;
	if (place == set->count || set->candidates[place].id != candidate->id) {
		memmove(&set->candidates[place + 1], &set->candidates[place],
			(set->count - place) * sizeof(set->candidates[0]));
		set->count++;
	}
	set->candidates[place] = *candidate;
	return select_trim(set, policy, situation, now);
}
