/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Silence and death at their exact instants (T-LS-07, T-LS-09), what the design promises of
 * detection, and the bounds (T-RES-03).
 */
#include "prober.h"

TestSuite(path_quality_time, .init = begin);

/* ---- silence ---- */

Test(path_quality_time, t_ls_07_silence_2000_and_2001_ms)
{
	__u64 last;

	policy.volatility.max_consecutive_drops = 1000;
	policy.volatility.loss_volatile_threshold = 1000000;
	cr_assert_eq(probe(10, 7 * MS), 0);
	last = now - 493 * MS;
	cr_assert_eq(probe(3, LOST), 0);
	cr_assert_eq(now, last + 1993 * MS);
	cr_assert_eq(tick_at(last + 2000 * MS), 0);
	assert_exact(QUALITY_SILENCE, last + 2000 * MS + 1);
	cr_assert_eq(tick_at(last + 2001 * MS), QUALITY_SILENCE);
	cr_assert_eq(quality_reason(QUALITY_SILENCE), JVPN_REASON_heartbeat_timeout);
	cr_assert_eq(quality_silence_ns(&quality, last + 2001 * MS), 2001 * MS);
}

Test(path_quality_time, t_ls_09_dead_after_twice_the_silence)
{
	__u64 last;

	cr_assert_eq(probe(10, 0), 0);
	last = now - 500 * MS;
	(void)probe(7, LOST);
	cr_assert_eq(now, last + 4000 * MS);
	cr_assert_eq(tick_at(last + 4000 * MS) & QUALITY_DEAD, 0);
	assert_exact(QUALITY_DEAD, last + 4000 * MS + 1);
	cr_assert_eq(quality_reason(quality.causes), JVPN_REASON_transport_dead, "above all others");
	(void)probe(1, MS);
	cr_assert_eq(quality.causes & (QUALITY_DEAD | QUALITY_SILENCE | QUALITY_DROPS), 0);
}

Test(path_quality_time, a_path_that_never_answers)
{
	(void)probe(4, LOST);
	cr_assert_eq(tick_at(T0 + 2000 * MS), 0);
	cr_assert_neq(tick_at(T0 + 2000 * MS + 1) & QUALITY_SILENCE, 0);
	(void)probe(4, LOST);
	cr_assert_neq(tick_at(T0 + 4000 * MS + 1) & QUALITY_DEAD, 0);
	cr_assert_eq(quality_stable_ns(&quality, now), 0);
}

Test(path_quality_time, a_prober_that_slept_does_not_accuse_the_path)
{
	cr_assert_eq(probe(10, 10 * MS), 0);
	now += 60000 * MS;
	cr_assert_eq(tick_at(now), 0);
	cr_assert_eq(probe(1, 10 * MS), 0);
	now += 60000 * MS;
	(void)quality_sent(&quality, &policy, now);
	cr_assert_eq(tick_at(now + 1500 * MS), 0, "2000 less one heartbeat");
	cr_assert_eq(tick_at(now + 1500 * MS + 1), QUALITY_SILENCE);
}

/* D9: 50 ms of carrier protection switching, whenever within a heartbeat the line breaks. */
Test(path_quality_time, carrier_sees_an_outage_within_50_ms)
{
	for (__u64 phase = 0; phase < 10; phase++) {
		__u64 outage;

		policy = policy_of_preset(POLICY_PRESET_carrier);
		now = T0;
		quality_begin(&quality, &policy, now);
		cr_assert_eq(probe(100, 2 * MS), 0);
		outage = now - 10 * MS + (phase > 2 ? phase : 2) * MS;
		while (!quality.causes) {
			(void)quality_sent(&quality, &policy, now);
			for (__u64 at = now; at < now + 10 * MS && !quality.causes; at += MS)
				if (tick_at(at))
					cr_assert_leq(at - outage, 40 * MS);
			now += 10 * MS;
		}
	}
}

/* ---- bounds ---- */

Test(path_quality_time, answers_nobody_asked_for)
{
	struct quality before;

	(void)probe(70, 10 * MS);
	cr_assert_eq(quality_sent(&quality, &policy, now), 71);
	before = quality;
	cr_assert_not(quality_answered(&quality, &policy, 0, now));
	cr_assert_not(quality_answered(&quality, &policy, 72, now), "not sent yet");
	cr_assert_not(quality_answered(&quality, &policy, ~0ull, now));
	cr_assert_not(quality_answered(&quality, &policy, 7, now), "forgotten; 71 has its place");
	cr_assert_not(quality_answered(&quality, &policy, 8, now), "remembered, and answered");
	cr_assert_arr_eq(&quality, &before, sizeof(quality));
}

Test(path_quality_time, the_longest_times_and_shortest_heartbeats)
{
	policy.volatility.heartbeat_interval_ms = 10;
	policy.volatility.heartbeat_volatile_ms = 600000;
	policy.volatility.loss_window_ms = 60000;
	policy.volatility.latency_window_ms = 60000;
	policy.volatility.max_consecutive_drops = 1000;
	now = 1ull << 62;
	quality_begin(&quality, &policy, now);
	cr_assert_eq(probe(200, LOST) & ~QUALITY_LOSS, 0, "64 are in flight, older ones are lost");
	cr_assert_eq(quality_drops(&quality), 200 - QUALITY_PROBES);
	cr_assert_eq(quality_loss_ppm(&quality), 1000000);
	cr_assert(quality_answered(&quality, &policy, 200, now + 600000 * MS));
	cr_assert_geq(quality.srtt_ns, 600000 * MS);
	cr_assert_eq(tick_at(now + 600000 * MS) & (QUALITY_SILENCE | QUALITY_DROPS), 0);
	for (unsigned int i = 0; i < 10; i++)
		(void)probe(1000, 10 * MS);
	cr_assert_eq(quality.causes, 0);
}

Test(path_quality_time, t_res_03_memory_does_not_grow)
{
	cr_assert_leq(sizeof(struct quality), 1024);
	policy = policy_of_preset(POLICY_PRESET_carrier);
	policy.volatility.heartbeat_volatile_ms = 600000; /* patience, as long as nothing is answered */
	quality_begin(&quality, &policy, now);
	for (unsigned int i = 0; i < 200000; i++) {
		(void)probe(1, i % 7 == 0 || i < 1000 ? LOST : 10 * MS);
		cr_assert_leq(quality.next - quality.judged, QUALITY_PROBES);
	}
}

Test(path_quality_time, t_det_01_the_same_twice)
{
	struct quality first;

	for (unsigned int run = 0; run < 2; run++) {
		begin();
		for (unsigned int i = 0; i < 500; i++)
			(void)probe(1, i % 5 == 3 ? LOST : (i * 37 % 90) * MS);
		if (run == 0)
			first = quality;
	}
	cr_assert_arr_eq(&first, &quality, sizeof(quality));
}
