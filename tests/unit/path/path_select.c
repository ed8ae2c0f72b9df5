/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is refused, who ranks first, what a set holds, at the exact instants: SEL-1, 3, 6, 7,
 * T-FP-05, T-RES-03. Choosing: path_select_choice.c. Random sets: path_select_oracle.c.
 */
#include "candidates.h"

TestSuite(path_select, .init = begin);

/* ---- score ---- */

Test(path_select, score_is_the_formula_in_ten_thousandths)
{
	static const struct {
		__u32 loss_ppm, jitter_us, rtt_us, score;
	} rows[] = {
		{0, 0, 0, 1000000},    {0, 0, 20000, 980000},		{10000, 0, 0, 980000},
		{0, 10000, 0, 970000}, {100000, 10000, 200000, 570000}, {495000, 0, 0, 10000},
		{494999, 0, 0, 10002}, {1000000, 0, 0, 10000},		{~0u, ~0u, ~0u, 10000},
		{1, 1, 4, 999991},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct select_candidate candidate = good(1);

		candidate.loss_ppm = rows[i].loss_ppm;
		candidate.jitter_us = rows[i].jitter_us;
		candidate.rtt_us = rows[i].rtt_us;
		cr_assert_eq(select_score(&candidate), rows[i].score, "row %zu: %u", i, select_score(&candidate));
	}
}

/* ---- filter ---- */

Test(path_select, sel_1_each_reason_to_refuse)
{
	struct select_candidate candidate = good(1);

	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE);
	candidate.loss_ppm = 200000;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE, "at the threshold");
	candidate.loss_ppm = 200001;
	cr_assert_eq(refusal(&candidate), SELECT_loss);
	candidate = good(1);
	policy.volatility.latency_volatile_threshold_ms = 20;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE, "at the threshold");
	candidate.p95_us++;
	cr_assert_eq(refusal(&candidate), SELECT_latency);
	policy.volatility.latency_volatile_threshold_ms = 0;
	policy.transport.candidate_score_threshold = 98;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE, "at the threshold");
	policy.transport.candidate_score_threshold = 99;
	cr_assert_eq(refusal(&candidate), SELECT_score);
	candidate.is_dead = true;
	cr_assert_eq(refusal(&candidate), SELECT_dead);
	candidate.protocol = 1;
	cr_assert_eq(refusal(&candidate), SELECT_protocol);
	candidate.protocol = 77;
	cr_assert_eq(refusal(&candidate), SELECT_protocol);
	candidate.is_blocked = true;
	cr_assert_eq(refusal(&candidate), SELECT_blocked);
}

Test(path_select, sel_1_fresh_for_15000_ms)
{
	struct select_candidate candidate = good(1);

	now = T0 + 15000 * MS;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE);
	now++;
	cr_assert_eq(refusal(&candidate), SELECT_stale);
}

Test(path_select, sel_3_cooldown_of_a_failed_path)
{
	struct select_candidate candidate = good(1);
	__u64 retry;

	policy.switching.switch_cooldown_ms = 3000; /* longer than the loss window */
	candidate.failed_ns = T0;
	now = T0 + 3000 * MS - 1;
	cr_assert_eq(select_refuse(&candidate, &policy, &situation, now, &retry), SELECT_cooldown);
	cr_assert_eq(retry, T0 + 3000 * MS);
	now++;
	cr_assert_eq(select_refuse(&candidate, &policy, &situation, now, &retry), SELECT_ELIGIBLE);
	cr_assert_eq(retry, QUALITY_NEVER);
}

Test(path_select, t_fp_05_recently_failed_is_not_reused_until_stable)
{
	struct select_candidate *failed = put(good(1));

	failed->failed_ns = T0;
	failed->stable_since_ns = 0;
	failed->priority = 0; /* the best at once, if it may */
	now = T0 + 1000 * MS;
	put(good(2));
	assert_chosen(2, JVPN_REASON_dead_transport_recovery);
	failed->stable_since_ns = T0 + 1000 * MS; /* it answers again */
	now = T0 + 3000 * MS - 1;
	assert_chosen(2, JVPN_REASON_dead_transport_recovery);
	cr_assert_eq(choose().retry_ns, T0 + 3000 * MS);
	now++;
	assert_chosen(1, JVPN_REASON_dead_transport_recovery);
}

Test(path_select, sel_6_stability_from_before_the_failure_does_not_count)
{
	struct select_candidate candidate = good(1);

	candidate.failed_ns = T0; /* a move was refused; its probes were fine all along */
	now = T0 + 2000 * MS - 1;
	cr_assert_eq(refusal(&candidate), SELECT_unstable);
	now++;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE);
}

Test(path_select, sel_6_unmeasured_paths_wait_their_time)
{
	struct select_candidate candidate = {.id = 1, .seen_ns = T0, .failed_ns = T0};

	now = T0 + 2000 * MS - 1;
	cr_assert_eq(refusal(&candidate), SELECT_unstable);
	now++;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE, "probes would say nothing more");
}

Test(path_select, sel_7_degraded_is_stricter)
{
	struct select_candidate candidate = good(1);

	candidate.stable_since_ns = T0;
	now = T0 + 2000 * MS - 1;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE);
	situation.state = JVPN_STATE_DEGRADED;
	cr_assert_eq(refusal(&candidate), SELECT_unstable);
	now++;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE);
	candidate.is_measured = false;
	candidate.stable_since_ns = 0;
	cr_assert_eq(refusal(&candidate), SELECT_ELIGIBLE, "nothing was ever said against it");
}

/* ---- rank ---- */

Test(path_select, sel_3_rank_one_key_after_the_other)
{
	struct select_candidate a = good(1), b = good(2);

	cr_assert_lt(select_compare(&a, &b), 0, "id");
	a.stable_since_ns++;
	cr_assert_gt(select_compare(&a, &b), 0, "stable for longer");
	a.stable_since_ns = 0;
	cr_assert_gt(select_compare(&a, &b), 0, "not stable is last");
	b.rtt_us++;
	cr_assert_lt(select_compare(&a, &b), 0, "round trip");
	a.rtt_us = 0;
	cr_assert_gt(select_compare(&a, &b), 0, "an unknown one is last");
	b.loss_ppm++;
	cr_assert_lt(select_compare(&a, &b), 0, "loss");
	a.priority++;
	cr_assert_gt(select_compare(&a, &b), 0, "priority");
}

/* ---- from probes ---- */

Test(path_select, measured_from_quality)
{
	struct select_candidate candidate = {.id = 1, .seen_ns = now};
	struct quality quality;

	policy.volatility.loss_window_ms = 60000; /* so that the share of the lost is small */
	quality_begin(&quality, &policy, now);
	select_measure(&candidate, &quality, &policy, now);
	cr_assert(candidate.is_measured);
	cr_assert_eq(candidate.rtt_us, 0, "unknown");
	for (unsigned int i = 0; i < 10; i++, now += 500 * MS) {
		__u64 number = quality_sent(&quality, &policy, now);

		cr_assert(quality_answered(&quality, &policy, number, now + (20 + i % 2) * MS));
		(void)quality_tick(&quality, &policy, now + 400 * MS);
	}
	select_measure(&candidate, &quality, &policy, now);
	cr_assert_eq(candidate.loss_ppm, 0);
	cr_assert_eq(candidate.rtt_us, (quality.srtt_ns + 999) / 1000);
	cr_assert_eq(candidate.p95_us, 21000);
	cr_assert_eq(candidate.stable_since_ns, T0 + 20 * MS);
	for (unsigned int i = 0; i < 4; i++, now += 500 * MS)
		(void)quality_sent(&quality, &policy, now);
	(void)quality_tick(&quality, &policy, now);
	select_measure(&candidate, &quality, &policy, now);
	cr_assert_eq(candidate.loss_ppm, 1000000, "nothing comes through at present");
	cr_assert_eq(select_score(&candidate), SELECT_SCORE_MIN);
	cr_assert_not(candidate.is_dead);
	(void)quality_tick(&quality, &policy, now + 3000 * MS);
	select_measure(&candidate, &quality, &policy, now);
	cr_assert(candidate.is_dead);
}

/* ---- the set ---- */

Test(path_select, t_res_03_caps)
{
	static const __u32 caps[] = {1000, 16, 11, 6, 1}; /* no policy has the first: the set has its own bound */
	struct select_gone gone;
	__u32 evicted = 0;

	for (unsigned int cap = 0; cap < sizeof(caps) / sizeof(caps[0]); cap++) {
		policy.transport.max_candidate_count = caps[cap];
		for (__u32 id = 0; id < 1000; id++) {
			struct select_candidate candidate = good(id);

			candidate.rtt_us = 1000 + id * 7919 % 1000;
			gone = select_offer(&set, &candidate, &policy, &situation, now);
			evicted += gone.count;
			cr_assert_leq(set.count, caps[cap] < 16 ? caps[cap] : 16);
		}
	}
	cr_assert_eq(set.count, 1);
	cr_assert_eq(set.candidates[0].id, 0, "the best of all");
	cr_assert_gt(evicted, 3900);
}

Test(path_select, inv_23_who_makes_room)
{
	struct select_candidate candidate = good(4);
	struct select_gone gone;

	put(good(1));
	put(good(2))->rtt_us = 50000;
	put(good(3))->is_dead = true;
	gone = select_offer(&set, &candidate, &policy, &situation, now);
	cr_assert_eq(gone.count, 1);
	cr_assert_eq(gone.ids[0], 3, "the refused first");
	candidate.id = 5;
	situation.active = 2;
	gone = select_offer(&set, &candidate, &policy, &situation, now);
	cr_assert_eq(gone.ids[0], 5, "never the active one; 5 ranks last of the others");
	cr_assert_not_null(select_find(&set, 2));
	candidate.id = 4;
	candidate.priority = 3;
	gone = select_offer(&set, &candidate, &policy, &situation, now);
	cr_assert_eq(gone.count, 0, "an update");
	cr_assert_eq(select_find(&set, 4)->priority, 3);
	policy.transport.max_candidate_count = 1; /* strict application of a lower cap */
	gone = select_trim(&set, &policy, &situation, now);
	cr_assert_eq(gone.count, 2);
	cr_assert_eq(set.candidates[0].id, 2);
}

Test(path_select, inv_23_the_stale_go)
{
	struct select_gone gone;

	put(good(1));
	put(good(2));
	put_active(3, 0);
	now = T0 + 15000 * MS;
	cr_assert_eq(select_trim(&set, &policy, &situation, now).count, 0);
	now++;
	gone = select_trim(&set, &policy, &situation, now);
	cr_assert_eq(gone.count, 2);
	cr_assert_eq(set.count, 1);
	cr_assert_eq(set.candidates[0].id, 3, "the active one is seen by definition");
}
