/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is chosen and why nobody is: SEL-4, 5, 8, T-FP-04, T-LS-13.
 */
#include "candidates.h"

TestSuite(path_select_choice, .init = begin);

/* ---- when nobody is chosen ---- */

Test(path_select_choice, reasons_for_none)
{
	struct select_candidate *active;

	assert_chosen(SELECT_NONE, JVPN_REASON_no_candidate_transports);
	active = put_active(1, 300000);
	assert_chosen(SELECT_NONE, JVPN_REASON_no_valid_candidate);
	put(good(2))->is_dead = true;
	assert_chosen(SELECT_NONE, JVPN_REASON_no_valid_candidate);
	active->is_dead = true;
	assert_chosen(SELECT_NONE, JVPN_REASON_no_candidate_transports);
}

Test(path_select_choice, sel_4_never_from_a_stable_session)
{
	static const enum jvpn_session_state states[] = {JVPN_STATE_BIRTH, JVPN_STATE_ATTACHED, JVPN_STATE_TERMINATED};

	put(good(2));
	put_active(1, 0);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		situation.state = states[i];
		assert_chosen(SELECT_NONE, JVPN_REASON_invalid_state_transition);
	}
}

Test(path_select_choice, sel_4_candidate_min_count)
{
	policy.transport.candidate_min_count = 2;
	put(good(1));
	assert_chosen(SELECT_NONE, JVPN_REASON_no_candidate_transports);
	put(good(2));
	assert_chosen(1, JVPN_REASON_dead_transport_recovery);
}

/* ---- hysteresis ---- */

/* Two paths, alternately better: 60 against 65 points is no reason, 66 is none, 66.0002 is one. */
Test(path_select_choice, t_fp_04_hysteresis)
{
	struct select_candidate *active = put_active(1, 200001);
	struct select_candidate *other;

	other = put(good(2));
	active = &set.candidates[0];
	active->rtt_us = other->rtt_us = 0;
	active->jitter_us = 0;
	active->loss_ppm = 200000; /* 60 points */
	other->loss_ppm = 175000;  /* 65 */
	for (unsigned int round = 0; round < 100; round++) {
		__u32 swapped = active->loss_ppm;

		cr_assert_eq(choose().chosen, SELECT_NONE, "round %u", round);
		cr_assert(choose().reason == JVPN_REASON_hysteresis_hold ||
			  choose().reason == JVPN_REASON_no_valid_candidate);
		active->loss_ppm = other->loss_ppm;
		other->loss_ppm = swapped;
	}
	active->loss_ppm = 200000;
	other->loss_ppm = 170000;
	cr_assert_eq(choose().score, 0);
	cr_assert_eq(choose().active_score, 600000);
	assert_chosen(SELECT_NONE, JVPN_REASON_hysteresis_hold);
	other->loss_ppm--;
	assert_chosen(2, JVPN_REASON_loss_recovery);
	policy.transport.enforce_hysteresis = 0;
	other->loss_ppm = 199999;
	assert_chosen(2, JVPN_REASON_loss_recovery);
}

Test(path_select_choice, sel_5_not_for_a_dead_path)
{
	struct select_candidate *active;

	put_active(1, 200000);
	put(good(2))->loss_ppm = 190000;
	active = &set.candidates[0];
	assert_chosen(SELECT_NONE, JVPN_REASON_hysteresis_hold);
	active->is_dead = true;
	assert_chosen(2, JVPN_REASON_dead_transport_recovery);
	active->is_dead = false;
	situation.active = SELECT_NONE;
	assert_chosen(2, JVPN_REASON_dead_transport_recovery);
}

Test(path_select_choice, sel_5_unmeasured_replaces_the_dead_not_the_living)
{
	put_active(1, 500000);
	put((struct select_candidate){.id = 2, .seen_ns = now});
	assert_chosen(SELECT_NONE, JVPN_REASON_hysteresis_hold);
	set.candidates[0].is_dead = true;
	assert_chosen(2, JVPN_REASON_dead_transport_recovery);
}

/* Preferred, but not better by enough; the next one is. */
Test(path_select_choice, sel_8_hysteresis_holds_a_candidate_not_the_decision)
{
	put_active(1, 220000);
	*put(good(2)) = (struct select_candidate){
		.id = 2, .priority = 1, .rtt_us = 20000, .loss_ppm = 200000, .is_measured = true, .seen_ns = now};
	put(good(3));
	assert_chosen(3, JVPN_REASON_loss_recovery);
	cr_assert_eq(choose().eligible, 2);
}

Test(path_select_choice, the_active_path_stable_again_is_taken)
{
	struct select_candidate *active;

	put_active(1, 0);
	put(good(2));
	active = &set.candidates[0];
	active->stable_since_ns = T0 + 500 * MS;
	now = T0 + 2500 * MS - 1;
	assert_chosen(SELECT_NONE, JVPN_REASON_hysteresis_hold);
	cr_assert_eq(choose().retry_ns, T0 + 2500 * MS);
	now++;
	assert_chosen(1, JVPN_REASON_stability_window_met);
	active->is_measured = false;
	cr_assert_eq(refusal(active), SELECT_unstable, "without probes nothing proves it");
}

/* An attacker keeps the active path just above the threshold, and spoils the other one for a while. */
Test(path_select_choice, t_ls_13_no_pinning)
{
	struct select_candidate *other;
	unsigned int moves = 0;

	put_active(1, 200001);
	other = put(good(2));
	for (unsigned int heartbeat = 0; heartbeat < 60; heartbeat++) {
		struct select_result result;

		now = T0 + heartbeat * 500 * MS;
		set.candidates[0].seen_ns = other->seen_ns = now;
		other->loss_ppm = heartbeat < 40 ? 190000 : 150000;
		result = choose();
		moves += result.chosen == 2;
		cr_assert_eq(result.chosen, heartbeat < 40 ? SELECT_NONE : 2, "heartbeat %u", heartbeat);
	}
	cr_assert_eq(moves, 20);
}
