/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Beginning, retrying, giving up and wiping at their exact instants, and what must
 * hold whatever happens. The rules that watch traffic: test_timers_traffic.c.
 */
#include "due.h"

TestSuite(timers);

Test(timers, new_peer_is_silent)
{
	cr_assert_eq(decide(T0), 0);
	cr_assert_eq(deadline(), TIMERS_NEVER);
}

/* ---- initiation, retry, giving up ---- */

Test(timers, need_key_initiates_at_once)
{
	timers_need_key(&timers, T0);
	cr_assert_leq(deadline(), T0);
	cr_assert_eq(decide(T0), SEND);
	cr_assert_eq(decide(T0), 0);
}

Test(timers, retry_after_5_s_and_jitter)
{
	static const struct {
		__u32 jitter_ms;
		__u64 due;
	} rows[] = {{0, 5000 * MS},   {1, 5001 * MS},	{200, 5200 * MS},
		    {333, 5333 * MS}, {334, 5333 * MS}, {~0u, 5333 * MS}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		timers = (struct timers){0};
		timers_need_key(&timers, T0);
		cr_assert_eq(timers_decide(&timers, &seen, T0, rows[i].jitter_ms), SEND);
		assert_due(T0 + rows[i].due, SEND | DOUBT);
	}
}

Test(timers, initiated_unprompted_is_retried_too)
{
	timers_initiated(&timers, T0, 333);
	assert_due(T0 + 5333 * MS, SEND | DOUBT);
}

Test(timers, initiated_after_the_decision_changes_nothing)
{
	struct timers before;

	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	before = timers;
	timers_initiated(&timers, T0, 0);
	cr_assert_arr_eq(&timers, &before, sizeof(before));
}

Test(timers, gives_up_after_90_s)
{
	unsigned int sent = 1;

	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	for (__u64 at = T0 + 5 * S; at < T0 + 90 * S; at += 5 * S, sent++)
		assert_due(at, SEND | DOUBT);
	cr_assert_eq(sent, 18);
	assert_due(T0 + 90 * S, TIMERS_GIVE_UP);
	cr_assert_eq(deadline(), T0 + 90 * S + 540 * S, "only the wipe is left");
}

Test(timers, giving_up_waits_for_no_retry)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	cr_assert_eq(timers_decide(&timers, &seen, T0 + 89 * S, 333), SEND | DOUBT);
	assert_due(T0 + 90 * S, TIMERS_GIVE_UP);
}

Test(timers, slept_through_everything_gives_up)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	cr_assert_eq(decide(T0 + 200 * S), TIMERS_GIVE_UP);
}

Test(timers, new_reason_renews_the_90_s)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	for (__u64 at = T0 + 5 * S; at < T0 + 172 * S; at += 5 * S) {
		if (at == T0 + 85 * S)
			timers_need_key(&timers, T0 + 82 * S);
		cr_assert_eq(decide(at), SEND | DOUBT);
	}
	assert_due(T0 + 172 * S, TIMERS_GIVE_UP);
}

Test(timers, after_giving_up_a_new_reason_begins_anew)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	cr_assert_eq(decide(T0 + 90 * S), TIMERS_GIVE_UP);
	timers_need_key(&timers, T0 + 91 * S);
	cr_assert_eq(decide(T0 + 91 * S), SEND);
	cr_assert_eq(decide(T0 + 91 * S + 90 * S - 1), SEND | DOUBT);
	cr_assert_eq(decide(T0 + 91 * S + 90 * S), TIMERS_GIVE_UP);
}

Test(timers, reasons_within_5_s_wait_for_the_retry)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(timers_decide(&timers, &seen, T0, 333), SEND);
	timers_need_key(&timers, T0 + 1);
	timers_need_key(&timers, T0 + 5 * S - 1);
	assert_due(T0 + 5333 * MS, SEND | DOUBT);
}

Test(timers, reason_between_5_s_and_the_jittered_retry_goes_at_once)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(timers_decide(&timers, &seen, T0, 333), SEND);
	timers_need_key(&timers, T0 + 5 * S);
	cr_assert_eq(decide(T0 + 5 * S), SEND);
	assert_due(T0 + 10 * S, SEND | DOUBT);
}

Test(timers, no_initiation_within_5_s_of_our_response)
{
	timers_responded(&timers, T0);
	timers_need_key(&timers, T0 + 1 * S);
	assert_due(T0 + 5 * S, SEND);
}

Test(timers, wish_that_waited_long_gets_its_90_s)
{
	timers_responded(&timers, T0);
	timers_need_key(&timers, T0 + 1 * S);
	cr_assert_eq(decide(T0 + 100 * S), SEND);
	cr_assert_eq(decide(T0 + 190 * S - 1), SEND | DOUBT);
	assert_due(T0 + 190 * S, TIMERS_GIVE_UP);
}

Test(timers, our_response_postpones_the_retry)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	timers_responded(&timers, T0 + 4 * S);
	assert_due(T0 + 9 * S, SEND | DOUBT);
}

Test(timers, wish_after_our_response_ends_with_the_confirmation)
{
	timers_responded(&timers, T0);
	timers_need_key(&timers, T0 + 1 * S);
	timers_confirmed(&timers);
	cr_assert_eq(decide(T0 + 60 * S), 0);
	cr_assert_eq(deadline(), TIMERS_NEVER);
}

Test(timers, answer_stops_the_retries)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	timers_answered(&timers, T0 + 1 * S);
	cr_assert_eq(deadline(), TIMERS_NEVER);
	cr_assert_eq(decide(T0 + 100 * S), 0);
}

Test(timers, confirmation_stops_the_retries)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	timers_confirmed(&timers);
	cr_assert_eq(decide(T0 + 100 * S), 0);
}

Test(timers, without_an_endpoint_it_gives_up_at_once)
{
	seen.endpoint_known = false;
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), TIMERS_GIVE_UP);
	cr_assert_eq(deadline(), T0 + 540 * S);
	seen.endpoint_known = true;
	cr_assert_eq(decide(T0 + 20 * S), 0, "the reason is gone");
}

Test(timers, endpoint_lost_during_the_attempt)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	seen.endpoint_known = false;
	assert_due(T0 + 5 * S, TIMERS_GIVE_UP);
}

Test(timers, rest_ends_the_attempt)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	timers_rest(&timers);
	cr_assert_eq(deadline(), TIMERS_NEVER);
	timers_need_key(&timers, T0 + 1 * S);
	assert_due(T0 + 5 * S, SEND);
}

/* ---- wipe ---- */

Test(timers, wipe_540_s_after_the_last_new_key)
{
	timers_derived(&timers, T0);
	timers_derived(&timers, T0 + 100 * S);
	timers_derived(&timers, T0 + 50 * S); /* adopted late: an older one */
	assert_due(T0 + 640 * S, TIMERS_WIPE_KEYS);
	cr_assert_eq(deadline(), TIMERS_NEVER);
}

Test(timers, giving_up_leaves_an_earlier_wipe_alone)
{
	timers_derived(&timers, T0);
	timers_need_key(&timers, T0 + 400 * S);
	cr_assert_eq(decide(T0 + 400 * S), SEND);
	cr_assert_eq(decide(T0 + 490 * S), TIMERS_GIVE_UP);
	assert_due(T0 + 540 * S, TIMERS_WIPE_KEYS);
}

Test(timers, what_is_wiped_does_not_send)
{
	timers_derived(&timers, T0);
	have_key(false);
	seen.key_birth_ns = T0 + 500 * S; /* a contradiction on purpose: young enough to send */
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0 + 540 * S), TIMERS_WIPE_KEYS | SEND);
}

Test(timers, wipe_leaves_the_attempt_going)
{
	timers_derived(&timers, T0);
	timers_need_key(&timers, T0 + 537 * S);
	cr_assert_eq(decide(T0 + 537 * S), SEND);
	cr_assert_eq(decide(T0 + 540 * S), TIMERS_WIPE_KEYS);
	assert_due(T0 + 542 * S, SEND | DOUBT);
}

Test(timers, reset_keeps_only_the_interval)
{
	timers_set_persistent(&timers, 25);
	timers_derived(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	timers_reset(&timers);
	timers_need_key(&timers, T0 + 1);
	cr_assert_eq(decide(T0 + 1), SEND, "the 5 s are forgotten too");
	cr_assert_eq(timers.persistent_s, 25);
	cr_assert_eq(timers.wipe_at_ns, 0);
}

/* ---- what must hold whatever happens ---- */

static __u32 seed = 99;

static __u32 next_random(__u32 below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % below;
}

/* One random event of the world at `now`. */
static void happen(__u64 now)
{
	switch (next_random(12)) {
	case 0:
		timers_need_key(&timers, now);
		break;
	case 1:
		timers_responded(&timers, now);
		timers_derived(&timers, now);
		break;
	case 2:
		timers_answered(&timers, now);
		timers_derived(&timers, now);
		seen.key_birth_ns = now;
		seen.key_initiator = true;
		break;
	case 3:
		timers_confirmed(&timers);
		seen.key_birth_ns = now;
		seen.key_initiator = false;
		break;
	case 4:
		seen.endpoint_known = next_random(8) != 0;
		break;
	case 5:
		timers_set_persistent(&timers, next_random(3) ? 0 : (__u16)(1 + next_random(60)));
		break;
	case 6:
		seen.last_tx_ns = now;
		break;
	case 7:
	case 8:
		seen.last_tx_ns = seen.last_tx_data_ns = now;
		break;
	case 9:
		seen.last_rx_ns = now;
		break;
	default:
		seen.last_rx_ns = seen.last_rx_data_ns = now;
	}
}

Test(timers, silent_before_the_deadline_and_5_s_between_initiations)
{
	__u64 now = T0, handshake = 0;

	for (unsigned int i = 0; i < 300000; i++) {
		__u64 due = deadline();
		unsigned int actions, again;

		now += next_random(3) ? next_random(1000) * MS : next_random(200) * S;
		if (next_random(2) && due != TIMERS_NEVER && due > now)
			now = due - next_random(2);
		if (now < due && due != TIMERS_NEVER)
			cr_assert_eq(decide(now), 0, "step %u: spoke before its deadline", i);
		if (next_random(2))
			happen(now);
		if (timers.sent_handshake_ns > handshake)
			handshake = timers.sent_handshake_ns;
		actions = timers_decide(&timers, &seen, now, next_random(400));
		if (actions & SEND) {
			cr_assert(!handshake || now >= handshake + 5 * S, "step %u: too soon", i);
			cr_assert(seen.endpoint_known, "step %u: nowhere to send", i);
		}
		if (actions & TIMERS_WIPE_KEYS)
			seen.key_birth_ns = 0;
		cr_assert_gt(deadline(), now, "step %u: deadline in the past", i);
		again = decide(now);
		cr_assert_eq(again, 0, "step %u: said %u, then %u", i, actions, again);
	}
}
