/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules that watch traffic, at their exact instants: rekeying, unanswered data,
 * keepalives. The rest of the timers: test_timers.c.
 */
#include "due.h"

TestSuite(timers_traffic);

/* ---- rekeying ---- */

Test(timers_traffic, rekey_when_the_initiator_sends_at_120_s)
{
	have_key(true);
	seen.last_tx_ns = T0 + 120 * S - 1;
	assert_silent_until(T0 + 150 * S);
	seen.last_tx_ns = T0 + 120 * S;
	cr_assert_eq(decide(T0 + 150 * S), SEND);
	timers_answered(&timers, T0 + 151 * S);
	assert_silent_until(T0 + 160 * S);
}

Test(timers_traffic, rekey_needs_a_packet_not_only_age)
{
	have_key(true);
	assert_silent_until(T0 + 179 * S);
}

Test(timers_traffic, responder_does_not_rekey_by_age)
{
	have_key(false);
	seen.last_tx_ns = seen.last_rx_ns = T0 + 175 * S;
	assert_silent_until(T0 + 175 * S);
}

Test(timers_traffic, rekey_by_counter_as_either_role)
{
	for (unsigned int initiator = 0; initiator < 2; initiator++) {
		timers = (struct timers){0};
		seen.send_counter = 0;
		have_key(initiator);
		seen.last_tx_ns = T0 + 1;
		seen.send_counter = JVPN_REKEY_AFTER_MESSAGES;
		cr_assert_eq(decide(T0 + 1), 0, "2^60 is not yet too many");
		seen.last_tx_ns = T0 + 2;
		seen.send_counter = JVPN_REKEY_AFTER_MESSAGES + 1;
		cr_assert_eq(decide(T0 + 2), SEND);
	}
}

Test(timers_traffic, packet_of_the_key_before_does_not_rekey_the_new_one)
{
	seen.last_tx_ns = T0 + 10 * S;
	seen.key_birth_ns = T0 + 20 * S;
	seen.key_initiator = true;
	assert_silent_until(T0 + 200 * S);
}

Test(timers_traffic, rekey_when_the_initiator_receives_at_165_s)
{
	have_key(true);
	seen.last_rx_ns = T0 + 165 * S - 1;
	assert_silent_until(T0 + 170 * S);
	seen.last_rx_ns = T0 + 165 * S;
	cr_assert_eq(decide(T0 + 170 * S), SEND);
}

Test(timers_traffic, rekey_on_receiving_is_once_a_key)
{
	have_key(true);
	seen.last_rx_ns = T0 + 165 * S;
	cr_assert_eq(decide(T0 + 165 * S), SEND);
	timers_rest(&timers);
	seen.last_rx_ns = T0 + 172 * S;
	assert_silent_until(T0 + 172 * S);
	timers_answered(&timers, T0 + 173 * S);
	seen.key_birth_ns = T0 + 173 * S;
	seen.last_rx_ns = T0 + 173 * S + 165 * S;
	cr_assert_eq(decide(T0 + 173 * S + 165 * S), SEND, "the next key has its own");
}

Test(timers_traffic, no_key_no_rekey)
{
	seen.last_tx_ns = seen.last_rx_ns = T0 + 500 * S;
	seen.send_counter = ~0ull;
	assert_silent_until(T0 + 500 * S);
}

/* ---- unanswered data ---- */

Test(timers_traffic, unanswered_data_initiates_after_15_s_and_jitter)
{
	have_key(false);
	seen.last_tx_data_ns = seen.last_tx_ns = T0 + 1 * S;
	cr_assert_eq(timers_decide(&timers, &seen, T0 + 1 * S, 111), 0);
	assert_due(T0 + 16 * S + 111 * MS, SEND | DOUBT);
}

Test(timers_traffic, unanswered_runs_from_the_first_data)
{
	have_key(false);
	seen.last_tx_data_ns = T0 + 1 * S;
	cr_assert_eq(decide(T0 + 1 * S), 0);
	seen.last_tx_data_ns = T0 + 9 * S;
	cr_assert_eq(decide(T0 + 9 * S), 0);
	assert_due(T0 + 16 * S, SEND | DOUBT);
}

Test(timers_traffic, anything_received_is_an_answer)
{
	have_key(false);
	seen.last_tx_data_ns = T0 + 1 * S;
	cr_assert_eq(decide(T0 + 1 * S), 0);
	seen.last_rx_ns = T0 + 2 * S; /* a keepalive */
	assert_silent_until(T0 + 100 * S);
	seen.last_tx_data_ns = T0 + 101 * S;
	cr_assert_eq(decide(T0 + 101 * S), 0);
	timers_responded(&timers, T0 + 102 * S); /* a handshake */
	assert_silent_until(T0 + 170 * S);
}

Test(timers_traffic, data_after_the_answer_starts_a_new_clock)
{
	have_key(false);
	seen.last_tx_data_ns = T0 + 1 * S;
	cr_assert_eq(decide(T0 + 1 * S), 0);
	seen.last_rx_ns = T0 + 2 * S;
	seen.last_tx_data_ns = T0 + 3 * S;
	cr_assert_eq(decide(T0 + 3 * S), 0);
	assert_due(T0 + 18 * S, SEND | DOUBT);
}

Test(timers_traffic, keepalives_want_no_answer)
{
	have_key(false);
	seen.last_tx_ns = T0 + 1 * S;
	assert_silent_until(T0 + 100 * S);
}

Test(timers_traffic, unanswered_fires_once_for_the_same_data)
{
	have_key(false);
	seen.last_tx_data_ns = T0 + 1 * S;
	cr_assert_eq(decide(T0 + 1 * S), 0);
	seen.last_tx_data_ns = T0 + 15 * S;
	cr_assert_eq(decide(T0 + 16 * S), SEND | DOUBT);
	assert_silent_until(T0 + 21 * S - 1);
	timers_answered(&timers, T0 + 17 * S);
	assert_silent_until(T0 + 60 * S);
}

/* ---- keepalives ---- */

Test(timers_traffic, passive_keepalive_10_s_after_data)
{
	have_key(false);
	seen.last_rx_data_ns = seen.last_rx_ns = T0 + 1 * S;
	cr_assert_eq(decide(T0 + 1 * S), 0);
	assert_due(T0 + 11 * S, KEEPALIVE);
	assert_silent_until(T0 + 100 * S);
}

Test(timers_traffic, passive_keepalive_runs_from_the_first_data)
{
	have_key(false);
	seen.last_rx_data_ns = seen.last_rx_ns = T0 + 1 * S;
	cr_assert_eq(decide(T0 + 1 * S), 0);
	seen.last_rx_data_ns = seen.last_rx_ns = T0 + 9 * S;
	cr_assert_eq(decide(T0 + 9 * S), 0);
	assert_due(T0 + 11 * S, KEEPALIVE);
}

Test(timers_traffic, anything_sent_spares_the_passive_keepalive)
{
	have_key(false);
	seen.last_rx_data_ns = seen.last_rx_ns = T0 + 1 * S;
	cr_assert_eq(decide(T0 + 1 * S), 0);
	seen.last_tx_ns = T0 + 2 * S;
	assert_silent_until(T0 + 50 * S);
	seen.last_rx_data_ns = seen.last_rx_ns = T0 + 51 * S;
	cr_assert_eq(decide(T0 + 51 * S), 0);
	timers_initiated(&timers, T0 + 52 * S, 0);
	timers_answered(&timers, T0 + 53 * S);
	assert_silent_until(T0 + 100 * S);
}

Test(timers_traffic, keepalives_are_not_kept_alive)
{
	have_key(false);
	seen.last_rx_ns = T0 + 1 * S;
	assert_silent_until(T0 + 100 * S);
}

Test(timers_traffic, data_after_a_keepalive_earns_another)
{
	have_key(false);
	seen.last_rx_data_ns = seen.last_rx_ns = T0 + 1 * S;
	cr_assert_eq(decide(T0 + 1 * S), 0);
	cr_assert_eq(decide(T0 + 11 * S), KEEPALIVE);
	seen.last_rx_data_ns = seen.last_rx_ns = T0 + 12 * S;
	cr_assert_eq(decide(T0 + 12 * S), 0);
	assert_due(T0 + 22 * S, KEEPALIVE);
}

Test(timers_traffic, giving_up_cancels_the_passive_keepalive)
{
	timers_need_key(&timers, T0);
	cr_assert_eq(decide(T0), SEND);
	seen.last_rx_data_ns = T0 + 85 * S;
	cr_assert_eq(decide(T0 + 85 * S), SEND | DOUBT);
	seen.last_rx_data_ns = T0 + 86 * S;
	cr_assert_eq(decide(T0 + 86 * S), 0);
	seen.last_rx_data_ns = T0 + 89 * S;
	cr_assert_eq(decide(T0 + 90 * S), TIMERS_GIVE_UP);
	assert_silent_until(T0 + 600 * S);
}

Test(timers_traffic, persistent_keepalive_at_once_then_after_silence)
{
	have_key(false);
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0 + 1 * S), KEEPALIVE);
	assert_due(T0 + 26 * S, KEEPALIVE);
	seen.last_tx_ns = T0 + 30 * S;
	assert_due(T0 + 55 * S, KEEPALIVE);
	seen.last_rx_ns = T0 + 60 * S;
	assert_due(T0 + 85 * S, KEEPALIVE);
	timers_responded(&timers, T0 + 90 * S);
	assert_due(T0 + 115 * S, KEEPALIVE);
	timers_set_persistent(&timers, 0);
	assert_silent_until(T0 + 179 * S);
}

Test(timers_traffic, changing_the_interval_is_not_switching_on)
{
	have_key(false);
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0 + 1 * S), KEEPALIVE);
	timers_set_persistent(&timers, 30);
	assert_due(T0 + 31 * S, KEEPALIVE);
	timers_set_persistent(&timers, 10);
	assert_due(T0 + 41 * S, KEEPALIVE);
}

Test(timers_traffic, switched_on_and_changed_before_the_first_look)
{
	have_key(false);
	timers_set_persistent(&timers, 25);
	timers_set_persistent(&timers, 30);
	cr_assert_eq(decide(T0 + 1 * S), KEEPALIVE);
	timers_set_persistent(&timers, 0);
	timers_set_persistent(&timers, 0);
	assert_silent_until(T0 + 100 * S);
}

Test(timers_traffic, keepalive_without_a_key_becomes_an_initiation)
{
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0), SEND);
	cr_assert_eq(deadline(), T0 + 5 * S);
}

Test(timers_traffic, persistent_keepalive_tries_again_after_giving_up)
{
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0), SEND);
	for (__u64 at = T0 + 5 * S; at < T0 + 90 * S; at += 5 * S)
		cr_assert_eq(decide(at), SEND | DOUBT);
	cr_assert_eq(decide(T0 + 90 * S), TIMERS_GIVE_UP);
	assert_due(T0 + 85 * S + 25 * S, SEND);
}

Test(timers_traffic, key_sends_until_180_s)
{
	have_key(false);
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0 + 180 * S - 1), KEEPALIVE);
	timers = (struct timers){0};
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0 + 180 * S), SEND);
}

Test(timers_traffic, key_sends_until_its_counter_is_used_up)
{
	have_key(false);
	seen.send_counter = JVPN_REJECT_AFTER_MESSAGES - 1;
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0 + 1), KEEPALIVE);
	seen.send_counter = JVPN_REJECT_AFTER_MESSAGES;
	timers_set_persistent(&timers, 0);
	timers_set_persistent(&timers, 25);
	cr_assert_eq(decide(T0 + 2), SEND);
}
