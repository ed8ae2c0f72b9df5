/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loss, drops and round trips at their exact thresholds: T-LS-01, 04, 06, 10. Silence, death
 * and bounds: path_quality_time.c. Random runs: path_quality_oracle.c.
 */
#include "prober.h"

TestSuite(path_quality, .init = begin);

Test(path_quality, new_path_is_innocent)
{
	cr_assert_eq(tick_at(T0), 0);
	cr_assert_eq(tick_at(T0 + CLOCK_NS_PER_S * 3600), 0, "nobody asked it anything");
	cr_assert_eq(quality_due(&quality, &policy, T0), QUALITY_NEVER);
	cr_assert_eq(quality_stable_ns(&quality, T0), 0, "nor is it proven");
	cr_assert_eq(quality_p95_us(&quality, 2000, T0), 0);
}

Test(path_quality, mean_round_trip_and_jitter)
{
	cr_assert_eq(probe(1, 20 * MS), 0);
	cr_assert_eq(quality.srtt_ns, 20 * MS);
	cr_assert_eq(quality.jitter_ns, 0);
	cr_assert_eq(probe(1, 40 * MS), 0);
	cr_assert_eq(quality.srtt_ns, 25 * MS);
	cr_assert_eq(quality.jitter_ns, 5 * MS);
	cr_assert_eq(probe(1, 5 * MS), 0);
	cr_assert_eq(quality.srtt_ns, 20 * MS);
	cr_assert_eq(quality.jitter_ns, 12500000);
	cr_assert_eq(quality_patience_ns(&quality, &policy), 500 * MS, "a heartbeat at least");
	cr_assert_eq(probe(200, 400 * MS), 0);
	cr_assert_eq(quality_patience_ns(&quality, &policy), 2 * quality.srtt_ns + 4 * quality.jitter_ns);
}

/* ---- loss ---- */

Test(path_quality, t_ls_01_loss_below_the_threshold_is_borne)
{
	policy.volatility.loss_window_ms = 5000;
	policy.volatility.heartbeat_interval_ms = 100;
	quality_begin(&quality, &policy, now);
	for (unsigned int i = 0; i < 200; i++) /* 5 or 6 of 50 to 53 */
		cr_assert_eq(probe(9, 10 * MS) | probe(1, LOST), 0);
	cr_assert_gt(quality_loss_ppm(&quality), 90000);
	cr_assert_lt(quality_loss_ppm(&quality), 120000);
}

Test(path_quality, t_ls_01_loss_at_the_threshold_is_borne)
{
	policy.volatility.loss_window_ms = 60000;
	quality_begin(&quality, &policy, now);
	cr_assert_eq(probe(12, 10 * MS) | probe(2, LOST) | probe(4, 10 * MS) | probe(2, LOST), 0);
	cr_assert_eq(tick_at(now + 1), 0);
	cr_assert_eq(quality_loss_ppm(&quality), 200000, "4 of 20");
	cr_assert_eq(probe(1, 10 * MS) | probe(1, LOST), 0);
	cr_assert_eq(tick_at(now + 1), QUALITY_LOSS, "5 of 22");
}

Test(path_quality, loss_above_the_threshold_is_not)
{
	unsigned int causes = 0;

	policy.volatility.loss_window_ms = 5000;
	policy.volatility.heartbeat_interval_ms = 100;
	quality_begin(&quality, &policy, now);
	for (unsigned int i = 0; i < 20; i++)
		causes |= probe(3, 10 * MS) | probe(1, LOST);
	cr_assert_eq(causes, QUALITY_LOSS);
	cr_assert_eq(quality_reason(causes), JVPN_REASON_loss_threshold_exceeded);
}

Test(path_quality, loss_is_forgotten_after_the_window_and_one_slice)
{
	cr_assert_eq(probe(4, MS), 0);
	cr_assert_eq(probe(2, LOST), 0, "at the tick the second is as old as its patience");
	cr_assert_eq(tick_at(now + 1), QUALITY_LOSS);
	cr_assert_eq(tick_at(now + 1) & QUALITY_LOSS, QUALITY_LOSS);
	cr_assert_eq(probe(5, MS), 0 | QUALITY_LOSS);
	cr_assert_eq(probe(5, MS), 0);
	cr_assert_eq(quality_loss_ppm(&quality), 0);
	cr_assert_gt(quality_stable_ns(&quality, now), 0);
	cr_assert_lt(quality_stable_ns(&quality, now), 3000 * MS, "since it was last unstable");
}

Test(path_quality, another_loss_window_begins_empty)
{
	cr_assert_eq(probe(4, MS) | probe(2, LOST), 0);
	cr_assert_eq(tick_at(now + 1), QUALITY_LOSS);
	policy.volatility.loss_window_ms = 4000;
	cr_assert_eq(tick_at(now + 2), 0);
	cr_assert_eq(quality_loss_ppm(&quality), 0);
}

/* ---- one spike ---- */

Test(path_quality, t_ls_04_single_lost_packet)
{
	for (unsigned int i = 0; i < 50; i++)
		cr_assert_eq(probe(9, 20 * MS) | probe(1, LOST), 0, "round %u", i);
}

Test(path_quality, t_ls_04_first_packet_of_a_path_lost)
{
	cr_assert_eq(probe(1, LOST) | probe(20, 20 * MS), 0);
}

Test(path_quality, t_ls_04_single_latency_outlier)
{
	policy.volatility.latency_volatile_threshold_ms = 100;
	policy.volatility.jitter_volatile_threshold_ms = 50;
	for (unsigned int i = 0; i < 20; i++)
		cr_assert_eq(probe(9, 20 * MS) | probe(1, 490 * MS), 0, "round %u", i);
}

Test(path_quality, latency_that_lasts)
{
	policy.volatility.latency_volatile_threshold_ms = 100;
	cr_assert_eq(probe(10, 100 * MS), 0, "not above");
	cr_assert_eq(probe(1, 101 * MS), 0, "one");
	cr_assert_eq(probe(1, 101 * MS), QUALITY_LATENCY, "two");
	cr_assert_eq(quality_reason(QUALITY_LATENCY), JVPN_REASON_latency_threshold_exceeded);
	cr_assert_eq(quality_p95_us(&quality, 2000, now), 101000);
	policy.volatility.latency_volatile_threshold_ms = 0;
	cr_assert_eq(tick_at(now), 0, "off");
}

/* Of 40 samples two may lie above the 95th percentile; the third moves it. */
Test(path_quality, latency_is_the_95th_percentile)
{
	policy = policy_of_preset(POLICY_PRESET_carrier);
	policy.volatility.latency_window_ms = 400;
	policy.volatility.latency_volatile_threshold_ms = 5;
	quality_begin(&quality, &policy, now);
	cr_assert_eq(probe(40, MS), 0);
	cr_assert_eq(probe(2, 6 * MS), 0);
	cr_assert_eq(probe(2, MS), 0);
	cr_assert_eq(quality_p95_us(&quality, 400, now), 1000);
	cr_assert_eq(probe(1, 6 * MS), QUALITY_LATENCY);
	cr_assert_eq(quality_p95_us(&quality, 400, now), 6000);
}

Test(path_quality, t_ls_10_jitter_only)
{
	unsigned int causes = 0;

	policy.volatility.jitter_volatile_threshold_ms = 30;
	for (unsigned int i = 0; i < 10; i++)
		cr_assert_eq(probe(1, 20 * MS) | probe(1, 50 * MS), 0, "not above");
	for (unsigned int i = 0; i < 10; i++)
		causes |= probe(1, 20 * MS) | probe(1, 90 * MS);
	cr_assert_eq(causes, QUALITY_JITTER);
	cr_assert_eq(quality_reason(causes), JVPN_REASON_jitter_threshold_exceeded);
	policy.volatility.jitter_volatile_threshold_ms = 0;
	cr_assert_eq(tick_at(now), 0, "off");
}

Test(path_quality, t_ls_10_jitter_at_the_threshold)
{
	policy.volatility.jitter_volatile_threshold_ms = 37;
	for (unsigned int i = 0; i < 2; i++)
		cr_assert_eq(probe(1, 20 * MS) | probe(1, 84 * MS), 0);
	cr_assert_eq(quality.jitter_ns, 37 * MS, "three differences of 64 ms: 16, 28, 37");
	cr_assert_eq(probe(1, 20 * MS), QUALITY_JITTER);
	begin();
	policy.volatility.jitter_volatile_threshold_ms = 30;
	cr_assert_eq(probe(1, 20 * MS) | probe(1, 120 * MS), 0);
	for (unsigned int i = 0; i < 3; i++)
		cr_assert_eq(probe(1, 20 * MS) | probe(1, 50 * MS), 0, "differences of 30 are not above");
	cr_assert_gt(quality.jitter_ns, 30 * MS, "though their mean still is");
}

Test(path_quality, jitter_of_a_step_is_no_jitter)
{
	policy.volatility.jitter_volatile_threshold_ms = 30;
	cr_assert_eq(probe(10, 20 * MS) | probe(10, 300 * MS) | probe(10, 20 * MS), 0);
}

/* ---- drops ---- */

Test(path_quality, t_ls_06_consecutive_drops_2_and_3)
{
	__u64 third;

	policy.volatility.loss_window_ms = 60000; /* so that the share of the lost is small */
	policy.volatility.heartbeat_volatile_ms = 60000;
	quality_begin(&quality, &policy, now);
	cr_assert_eq(probe(100, 10 * MS), 0);
	cr_assert_eq(probe(2, LOST), 0);
	third = now;
	cr_assert_eq(probe(1, 10 * MS), 0, "two, and it answers");
	cr_assert_eq(quality_drops(&quality), 0);
	third = now + 2 * 500 * MS;
	cr_assert_eq(probe(3, LOST), 0, "two are judged");
	cr_assert_eq(quality_drops(&quality), 2);
	assert_exact(QUALITY_DROPS, third + 500 * MS + 1);
	cr_assert_eq(quality_drops(&quality), 3);
	cr_assert_eq(quality_reason(quality.causes), JVPN_REASON_consecutive_drop_exceeded);
	cr_assert_eq(probe(1, 10 * MS), 0);
}

Test(path_quality, drops_are_in_the_order_of_sending)
{
	__u64 numbers[4];

	cr_assert_eq(probe(8, 10 * MS), 0);
	for (unsigned int i = 0; i < 4; i++)
		numbers[i] = quality_sent(&quality, &policy, now + i);
	cr_assert(quality_answered(&quality, &policy, numbers[2], now + 5));
	cr_assert_eq(tick_at(now + 600 * MS) & QUALITY_DROPS, 0);
	cr_assert_eq(quality_drops(&quality), 1, "the one behind the answered one");
}

Test(path_quality, late_answer_is_life_but_stays_lost)
{
	__u64 number;
	__u32 loss;

	cr_assert_eq(probe(8, 10 * MS), 0);
	number = quality_sent(&quality, &policy, now);
	cr_assert_eq(tick_at(now + 500 * MS + 1), 0);
	cr_assert_eq(quality_drops(&quality), 1);
	loss = quality_loss_ppm(&quality);
	cr_assert(quality_answered(&quality, &policy, number, now + 800 * MS));
	cr_assert_eq(quality_drops(&quality), 0);
	cr_assert_eq(quality_loss_ppm(&quality), loss);
	cr_assert_gt(quality_patience_ns(&quality, &policy), 800 * MS, "and it has taught patience");
	cr_assert_not(quality_answered(&quality, &policy, number, now + 801 * MS), "twice");
}

/* An answer that comes after its time is late although nobody had looked. */
Test(path_quality, judged_by_time_not_by_ticks)
{
	struct quality looked_at;
	__u64 number;

	cr_assert_eq(probe(8, 10 * MS), 0);
	number = quality_sent(&quality, &policy, now);
	looked_at = quality;
	(void)quality_tick(&looked_at, &policy, now + 500 * MS + 1);
	cr_assert(quality_answered(&looked_at, &policy, number, now + 500 * MS + 1));
	cr_assert(quality_answered(&quality, &policy, number, now + 500 * MS + 1));
	(void)quality_tick(&looked_at, &policy, now + 600 * MS);
	(void)quality_tick(&quality, &policy, now + 600 * MS);
	cr_assert_arr_eq(&quality, &looked_at, sizeof(quality));
}
