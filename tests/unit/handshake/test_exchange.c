/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole handshakes between two exchanges, and what they leave in peers, slots,
 * indices and timers. Never opens a message by hand: that is test_noise.c's.
 */
#include <errno.h>

#include "two.h"

static const __u8 psk[JVPN_KEY_BYTES] = "a preshared key of 32 bytes.....";
static struct noise_keys alice_keys, bob_keys;

static void setup(void)
{
	two_new(psk);
}

TestSuite(exchange, .init = setup, .fini = two_free);

static const struct keyslots *slots(const struct side *side)
{
	return exchange_peer_keyslots(side->peer);
}

Test(exchange, handshake_with_psk)
{
	complete_at(&alice, &bob, T0, &alice_keys, &bob_keys);
	assert_mirrored(&alice_keys, &bob_keys);
	cr_assert(alice_keys.initiator);
	cr_assert_eq(result.peer, alice.peer);
	cr_assert_eq(exchange_peer_owner(result.peer), &bob);
	cr_assert_eq(slots(&alice)->current.local_index, alice_keys.local_index);
	cr_assert_eq(slots(&alice)->current.birth_ns, T0);
	cr_assert_eq(slots(&bob)->next.local_index, bob_keys.local_index);
	cr_assert_eq(slots(&bob)->current.local_index, 0, "not before the first packet");
	cr_assert_eq(exchange_peer_last_handshake(alice.peer), T0);
	cr_assert_eq(exchange_peer_last_handshake(bob.peer), 0);
	cr_assert(!exchange_peer_in_flight(alice.peer));
}

Test(exchange, handshake_the_other_way_without_psk)
{
	exchange_peer_set_psk(alice.peer, NULL);
	exchange_peer_set_psk(bob.peer, NULL);
	complete_at(&bob, &alice, T0, &bob_keys, &alice_keys);
	assert_mirrored(&alice_keys, &bob_keys);
	cr_assert(bob_keys.initiator);
}

Test(exchange, confirmation_moves_next_to_current_once)
{
	struct keyslots_retired retired;

	complete_at(&alice, &bob, T0, &alice_keys, &bob_keys);
	cr_assert_eq(exchange_confirmed(bob.exchange, bob.peer, bob_keys.local_index + 1, T0, &retired), -ENOENT);
	cr_assert_eq(exchange_confirmed(bob.exchange, bob.peer, bob_keys.local_index, T0 + 7, &retired), 0);
	cr_assert_eq(retired.count, 0);
	cr_assert_eq(slots(&bob)->current.local_index, bob_keys.local_index);
	cr_assert_eq(exchange_peer_last_handshake(bob.peer), T0 + 7);
	cr_assert_eq(exchange_confirmed(bob.exchange, bob.peer, bob_keys.local_index, T0 + 8, &retired), -ENOENT);
}

Test(exchange, many_rekeyings_leave_no_index_behind)
{
	struct keyslots_retired retired;

	for (unsigned int i = 0; i < 50; i++) {
		struct side *from = i % 3 ? &alice : &bob, *to = i % 3 ? &bob : &alice;
		struct noise_keys from_keys, to_keys;

		complete_at(from, to, T0 + i * S, &from_keys, &to_keys);
		assert_mirrored(&from_keys, &to_keys);
		if (i % 2)
			cr_assert_eq(
				exchange_confirmed(to->exchange, to->peer, to_keys.local_index, T0 + i * S, &retired),
				0);
		cr_assert_leq(index_count(alice.exchange->indices), 3);
		cr_assert_leq(index_count(bob.exchange->indices), 3);
	}
	exchange_forget_keys(alice.exchange, alice.peer, &retired);
	exchange_forget_keys(bob.exchange, bob.peer, &retired);
	cr_assert_eq(index_count(alice.exchange->indices), 0);
	cr_assert_eq(index_count(bob.exchange->indices), 0);
}

Test(exchange, retired_key_pairs_are_listed_and_no_longer_found)
{
	struct noise_keys first, second;

	complete_at(&alice, &bob, T0, &alice_keys, &first);
	complete_at(&alice, &bob, T0 + S, &alice_keys, &second);
	/* bob never heard from the first one: replaced while unconfirmed */
	cr_assert_eq(slots(&bob)->next.local_index, second.local_index);
	cr_assert_null(exchange_peer_find_index(bob.exchange, first.local_index));
	cr_assert_eq(exchange_peer_find_index(bob.exchange, second.local_index), bob.peer);
}

Test(exchange, responder_reports_what_it_replaced)
{
	struct noise_keys first, second;

	complete_at(&alice, &bob, T0, &alice_keys, &first);
	initiate_at(&alice, T0 + S);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + S);
	second = result.new_keys;
	cr_assert_eq(result.retired.count, 1);
	cr_assert_eq(result.retired.indices[0], first.local_index);
	cr_assert_neq(second.local_index, first.local_index);
}

/* Both begin before either message arrives: each side keeps its own attempt, both complete, and what each sends
 * under its current key pair the other one can open. */
Test(exchange, simultaneous_initiations)
{
	struct jvpn_message_initiation from_alice, from_bob;
	__u8 to_alice[sizeof(struct jvpn_message_response)], to_bob[sizeof(struct jvpn_message_response)];
	struct noise_keys alice_next, bob_next;

	initiate_at(&alice, T0);
	from_alice = initiation;
	initiate_at(&bob, T0);
	from_bob = initiation;
	deliver(&bob, &alice, &from_alice, sizeof(from_alice), T0 + MS);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
	bob_next = result.new_keys;
	memcpy(to_alice, result.reply, sizeof(to_alice));
	deliver(&alice, &bob, &from_bob, sizeof(from_bob), T0 + MS);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
	alice_next = result.new_keys;
	memcpy(to_bob, result.reply, sizeof(to_bob));
	deliver(&alice, &bob, to_alice, sizeof(to_alice), T0 + 2 * MS);
	cr_assert_eq(result.verdict, EXCHANGE_ESTABLISHED);
	alice_keys = result.new_keys;
	deliver(&bob, &alice, to_bob, sizeof(to_bob), T0 + 2 * MS);
	cr_assert_eq(result.verdict, EXCHANGE_ESTABLISHED);
	bob_keys = result.new_keys;
	assert_mirrored(&alice_keys, &bob_next);
	assert_mirrored(&bob_keys, &alice_next);
	cr_assert_not_null(keyslots_find(slots(&bob), alice_keys.remote_index), "bob opens what alice sends");
	cr_assert_not_null(keyslots_find(slots(&alice), bob_keys.remote_index), "alice opens what bob sends");
}

Test(exchange, second_initiation_replaces_the_first)
{
	__u8 first_reply[sizeof(struct jvpn_message_response)];

	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	memcpy(first_reply, result.reply, sizeof(first_reply));
	initiate_at(&alice, T0 + 5 * S);
	cr_assert_eq(index_count(alice.exchange->indices), 1, "the first one's index is free again");
	deliver(&alice, &bob, first_reply, sizeof(first_reply), T0 + 5 * S);
	assert_refused(unknown_index);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 5 * S);
	deliver(&alice, &bob, result.reply, result.reply_len, T0 + 5 * S);
	cr_assert_eq(result.verdict, EXCHANGE_ESTABLISHED);
}

/* ---- identity and peers ---- */

Test(exchange, own_public_key_is_no_peer)
{
	struct exchange_peer *peer = NULL;

	cr_assert_eq(exchange_peer_add(alice.exchange, alice.public_key, NULL, NULL, &peer), -ELOOP);
	cr_assert_null(peer);
	cr_assert_eq(exchange_set_identity(alice.exchange, bob.private_key), -ELOOP);
	cr_assert_arr_eq(exchange_public_key(alice.exchange), alice.public_key, JVPN_KEY_BYTES);
}

Test(exchange, add_twice)
{
	struct exchange_peer *peer = NULL;

	cr_assert_eq(exchange_peer_add(alice.exchange, bob.public_key, NULL, NULL, &peer), -EEXIST);
	cr_assert_null(peer);
	cr_assert_eq(exchange_peer_count(alice.exchange), 1);
	cr_assert_eq(exchange_peer_find(alice.exchange, bob.public_key), alice.peer);
}

Test(exchange, without_identity_nothing_goes_in_or_out)
{
	struct exchange_entropy entropy = draw();
	__u8 stamp[JVPN_TAI64N_BYTES] = {0x40, [11] = 1};

	initiate_at(&alice, T0);
	cr_assert_eq(exchange_set_identity(bob.exchange, NULL), 0);
	cr_assert_null(exchange_public_key(bob.exchange));
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	assert_refused(no_identity);
	cr_assert_eq(exchange_initiate(bob.exchange, bob.peer, T0, stamp, &entropy, &initiation), -ENOKEY);
	cr_assert_eq(exchange_set_identity(bob.exchange, bob.private_key), 0);
	complete_at(&bob, &alice, T0 + S, &bob_keys, &alice_keys);
	assert_mirrored(&alice_keys, &bob_keys);
}

Test(exchange, peers_added_before_the_identity)
{
	struct noise_keys keys;
	static const __u8 seed[EXCHANGE_SEED_BYTES] = {1};

	exchange_free(alice.exchange);
	cr_assert_eq(exchange_new(&alice.exchange, seed), 0);
	cr_assert_eq(exchange_peer_add(alice.exchange, bob.public_key, psk, NULL, &alice.peer), 0);
	cr_assert_eq(exchange_set_identity(alice.exchange, alice.private_key), 0);
	complete_at(&alice, &bob, T0, &alice_keys, &keys);
	assert_mirrored(&alice_keys, &keys);
}

Test(exchange, new_identity_ends_what_was_in_flight)
{
	__u8 other[JVPN_KEY_BYTES] = {7};

	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert_eq(exchange_set_identity(alice.exchange, other), 0);
	cr_assert(!exchange_peer_in_flight(alice.peer));
	cr_assert_eq(index_count(alice.exchange->indices), 0);
	deliver(&alice, &bob, result.reply, result.reply_len, T0);
	assert_refused(mac1);
	initiate_at(&alice, T0 + S);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + S);
	assert_refused(unknown_peer);
}

Test(exchange, removal_wipes_and_frees_everything)
{
	struct keyslots_retired retired;
	struct exchange_peer *gone = bob.peer;

	complete_at(&alice, &bob, T0, &alice_keys, &bob_keys);
	initiate_at(&bob, T0 + S);
	exchange_peer_remove(bob.exchange, bob.peer, &retired);
	cr_assert_eq(retired.count, 1);
	cr_assert_eq(retired.indices[0], bob_keys.local_index);
	cr_assert_eq(index_count(bob.exchange->indices), 0);
	cr_assert_eq(exchange_peer_count(bob.exchange), 0);
	cr_assert_null(exchange_peer_find(bob.exchange, alice.public_key));
	cr_assert(sodium_is_zero((const __u8 *)gone, sizeof(*gone)));
	initiate_at(&alice, T0 + 2 * S);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 2 * S);
	cr_assert_eq(result.refusal, HANDSHAKE_REFUSAL_unknown_peer);
}

Test(exchange, a_failed_initiation_changes_nothing)
{
	struct exchange_peer *poor;
	__u8 stamp[JVPN_TAI64N_BYTES] = {0x40, [11] = 1}, low_order[JVPN_KEY_BYTES] = {1};
	struct exchange_entropy entropy = draw();
	struct jvpn_message_initiation before = initiation;
	struct snapshot snapshot;

	cr_assert_eq(exchange_peer_add(alice.exchange, low_order, NULL, NULL, &poor), 0);
	alice.peer = poor;
	snapshot = snapshot_of(&alice);
	cr_assert_eq(exchange_initiate(alice.exchange, poor, T0, stamp, &entropy, &initiation), -EKEYREJECTED);
	assert_unchanged(&alice, &snapshot);
	cr_assert_eq(memcmp(&before, &initiation, sizeof(before)), 0);
	cr_assert(sodium_is_zero((const __u8 *)&entropy, sizeof(entropy)));
}

/* ---- after a restart ---- */

Test(exchange, stamp_survives_and_never_goes_back)
{
	__u8 early[JVPN_TAI64N_BYTES] = {0x40}, late[JVPN_TAI64N_BYTES] = {0x40, [4] = 1};

	exchange_peer_set_stamp(bob.peer, late);
	exchange_peer_set_stamp(bob.peer, early);
	cr_assert_arr_eq(exchange_peer_stamp(bob.peer), late, JVPN_TAI64N_BYTES);
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	assert_refused(replay);
	alice.stamps = 0x01000000;
	initiate_at(&alice, T0 + 5 * S);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 5 * S);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
	cr_assert_eq(exchange_peer_stamp(bob.peer)[4], 1);
	cr_assert_eq(exchange_peer_stamp(bob.peer)[7], 1);
}

Test(exchange, adopted_key_pairs_behave_like_ones_made_here)
{
	struct keyslot old = {.local_index = 11, .remote_index = 21, .birth_ns = T0 - 100 * S, .initiator = true};
	struct keyslot now = {.local_index = 12, .remote_index = 22, .birth_ns = T0 - 10 * S, .initiator = true};
	struct keyslot none = {.remote_index = 1, .birth_ns = 1}, unborn = {.local_index = 1};
	struct timers_seen seen = {.endpoint_known = true, .last_tx_ns = T0 + 111 * S, .last_rx_ns = T0 + 111 * S};
	struct keyslots_retired retired;

	cr_assert_eq(exchange_adopt_keypair(alice.exchange, alice.peer, EXCHANGE_PREVIOUS, &old), 0);
	cr_assert_eq(exchange_adopt_keypair(alice.exchange, alice.peer, EXCHANGE_CURRENT, &now), 0);
	cr_assert_eq(exchange_adopt_keypair(alice.exchange, alice.peer, EXCHANGE_CURRENT, &now), -EBUSY);
	cr_assert_eq(exchange_adopt_keypair(alice.exchange, alice.peer, EXCHANGE_NEXT, &now), -EEXIST);
	cr_assert_eq(exchange_adopt_keypair(alice.exchange, alice.peer, EXCHANGE_NEXT, &none), -EINVAL);
	cr_assert_eq(exchange_adopt_keypair(alice.exchange, alice.peer, EXCHANGE_NEXT, &unborn), -EINVAL);
	cr_assert_eq(exchange_peer_find_index(alice.exchange, 12), alice.peer);
	cr_assert_eq(exchange_peer_last_handshake(alice.peer), T0 - 10 * S);
	cr_assert_eq(exchange_deadline(alice.peer, &seen), T0 + 530 * S, "540 s after the newest");
	cr_assert_eq(exchange_decide(alice.peer, &seen, T0 + 111 * S, 0), TIMERS_SEND_INITIATION, "121 s old");
	exchange_forget_keys(alice.exchange, alice.peer, &retired);
	cr_assert_eq(retired.count, 2);
}

/* ---- the timers know what the exchange does ---- */

Test(exchange, need_key_to_established_to_rekey)
{
	struct timers_seen seen = {.endpoint_known = true};

	exchange_need_key(alice.peer, T0);
	cr_assert_eq(exchange_decide(alice.peer, &seen, T0, 0), TIMERS_SEND_INITIATION);
	complete_at(&alice, &bob, T0, &alice_keys, &bob_keys);
	cr_assert_eq(exchange_decide(alice.peer, &seen, T0 + 6 * S, 0), 0, "no retry");
	seen.last_tx_ns = seen.last_rx_ns = T0 + 120 * S;
	cr_assert_eq(exchange_decide(alice.peer, &seen, T0 + 120 * S, 0), TIMERS_SEND_INITIATION);
	cr_assert_eq(exchange_decide(bob.peer, &seen, T0 + 120 * S, 0), 0, "the responder waits");
}

Test(exchange, initiate_starts_the_retry_clock_with_jitter)
{
	struct timers_seen seen = {.endpoint_known = true};
	__u64 soonest = TIMERS_NEVER, latest = 0;

	for (unsigned int i = 0; i < 200; i++) {
		__u64 due;

		initiate_at(&alice, T0 + i * S);
		due = exchange_deadline(alice.peer, &seen) - (T0 + i * S);
		soonest = due < soonest ? due : soonest;
		latest = due > latest ? due : latest;
		timers_rest(&alice.peer->timers);
	}
	cr_assert_geq(soonest, 5000 * MS);
	cr_assert_leq(latest, 5333 * MS);
	cr_assert_gt(latest - soonest, 250 * MS, "it does vary");
}

Test(exchange, responding_holds_our_own_initiation_back)
{
	struct timers_seen seen = {.endpoint_known = true};

	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	exchange_need_key(bob.peer, T0 + S);
	cr_assert_eq(exchange_decide(bob.peer, &seen, T0 + 5 * S - 1, 0), 0);
	cr_assert_eq(exchange_decide(bob.peer, &seen, T0 + 5 * S, 0), TIMERS_SEND_INITIATION);
}

Test(exchange, confirmation_ends_our_own_wish)
{
	struct timers_seen seen = {.endpoint_known = true};
	struct keyslots_retired retired;

	complete_at(&alice, &bob, T0, &alice_keys, &bob_keys);
	exchange_need_key(bob.peer, T0 + S);
	cr_assert_eq(exchange_confirmed(bob.exchange, bob.peer, bob_keys.local_index, T0 + S, &retired), 0);
	cr_assert_eq(exchange_decide(bob.peer, &seen, T0 + 5 * S, 0), 0);
}

Test(exchange, keys_are_wiped_540_s_after_either_role)
{
	struct timers_seen seen = {.endpoint_known = true};

	complete_at(&alice, &bob, T0, &alice_keys, &bob_keys);
	cr_assert_eq(exchange_decide(alice.peer, &seen, T0 + 540 * S - 1, 0), 0);
	cr_assert_eq(exchange_decide(bob.peer, &seen, T0 + 540 * S - 1, 0), 0);
	cr_assert_eq(exchange_decide(alice.peer, &seen, T0 + 540 * S, 0), TIMERS_WIPE_KEYS);
	cr_assert_eq(exchange_decide(bob.peer, &seen, T0 + 540 * S, 0), TIMERS_WIPE_KEYS);
}
