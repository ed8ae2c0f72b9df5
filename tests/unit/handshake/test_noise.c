/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The handshake: byte for byte what an independent implementation makes of it,
 * complete with and without a psk, and refused, with nothing changed, for every
 * kind of wrong input. Never relies on both sides making the same mistake: the
 * known answers come from oracle.py.
 */
#include <criterion/criterion.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "handshake/noise.h"
#include "oracle_vectors.h"

struct party {
	struct noise_identity identity;
	struct noise_peer peer;
};

static struct party alice, bob; /* initiator, responder */
static struct noise_handshake handshake;
static struct jvpn_message_initiation initiation;
static struct jvpn_message_response response;
static struct noise_incoming incoming;
static struct noise_keys alice_keys, bob_keys;

/* macs are not noise's business */
#define INITIATION_BYTES offsetof(struct jvpn_message_initiation, macs)
#define RESPONSE_BYTES offsetof(struct jvpn_message_response, macs)

static void meet(const __u8 *alice_psk, const __u8 *bob_psk)
{
	noise_peer_set(&alice.peer, &alice.identity, bob.identity.public_key, alice_psk);
	noise_peer_set(&bob.peer, &bob.identity, alice.identity.public_key, bob_psk);
}

static void setup(void)
{
	cr_assert_eq(hash_init(), 0);
	cr_assert_eq(noise_identity_set(&alice.identity, oracle_si), 0);
	cr_assert_eq(noise_identity_set(&bob.identity, oracle_sr), 0);
	meet(oracle_psk, oracle_psk);
}

TestSuite(noise, .init = setup, .fini = hash_exit);

static int initiate(void)
{
	return noise_create_initiation(&handshake, &alice.identity, &alice.peer, oracle_ei, oracle_stamp,
				       ORACLE_INDEX_INITIATOR, &initiation);
}

static int accept_initiation(void)
{
	int r = noise_open_static(&bob.identity, &initiation, &incoming);

	return r ? r : noise_open_initiation(&bob.peer, &initiation, &incoming);
}

static int respond(void)
{
	return noise_create_response(&bob.peer, &incoming, oracle_er, ORACLE_INDEX_RESPONDER, &response, &bob_keys);
}

static int accept_response(void)
{
	return noise_open_response(&handshake, &alice.identity, &alice.peer, &response, &alice_keys);
}

static void assert_keys_mirror(void)
{
	cr_assert_arr_eq(alice_keys.send, bob_keys.receive, JVPN_KEY_BYTES);
	cr_assert_arr_eq(alice_keys.receive, bob_keys.send, JVPN_KEY_BYTES);
	cr_assert_arr_neq(alice_keys.send, alice_keys.receive, JVPN_KEY_BYTES);
	cr_assert_eq(alice_keys.local_index, bob_keys.remote_index);
	cr_assert_eq(alice_keys.remote_index, bob_keys.local_index);
	cr_assert(alice_keys.initiator);
	cr_assert(!bob_keys.initiator);
}

Test(noise, identity_begins_with_wireguards_constants)
{
	static const __u8 chain[] = {0x60, 0xe2, 0x6d, 0xae, 0xf3, 0x27, 0xef, 0xc0};
	static const __u8 hash[] = {0x22, 0x11, 0xb3, 0x61, 0x08, 0x1a, 0xc5, 0x66};

	cr_assert_arr_eq(alice.identity.chain, chain, sizeof(chain));
	cr_assert_arr_eq(alice.identity.hash, hash, sizeof(hash));
	cr_assert_arr_eq(alice.identity.public_key, oracle_public_i, JVPN_KEY_BYTES);
	cr_assert_eq(alice.identity.private_key[0] & 7, 0, "clamped");
	cr_assert_eq(alice.identity.private_key[31] & 192, 64, "clamped");
}

Test(noise, known_answer_byte_for_byte)
{
	cr_assert_eq(initiate(), 0);
	cr_assert_arr_eq(&initiation, oracle_initiation, INITIATION_BYTES);
	cr_assert_eq(accept_initiation(), 0);
	cr_assert_arr_eq(incoming.stamp, oracle_stamp, JVPN_TAI64N_BYTES);
	cr_assert_arr_eq(incoming.remote_static, oracle_public_i, JVPN_KEY_BYTES);
	cr_assert_eq(respond(), 0);
	cr_assert_arr_eq(&response, oracle_response, RESPONSE_BYTES);
	cr_assert_eq(accept_response(), 0);
	cr_assert_arr_eq(alice_keys.send, oracle_key_first, JVPN_KEY_BYTES);
	cr_assert_arr_eq(alice_keys.receive, oracle_key_second, JVPN_KEY_BYTES);
	assert_keys_mirror();
}

Test(noise, complete_without_psk)
{
	meet(NULL, NULL);
	cr_assert_eq(initiate() | accept_initiation() | respond() | accept_response(), 0);
	assert_keys_mirror();
	cr_assert_arr_neq(alice_keys.send, oracle_key_first, JVPN_KEY_BYTES);
}

Test(noise, zero_psk_is_no_psk)
{
	static const __u8 zero[JVPN_KEY_BYTES];

	meet(zero, NULL);
	cr_assert_eq(initiate() | accept_initiation() | respond() | accept_response(), 0);
	assert_keys_mirror();
}

Test(noise, wrong_psk_fails_at_the_response)
{
	struct noise_handshake before;

	meet(oracle_psk, oracle_si);
	cr_assert_eq(initiate() | accept_initiation() | respond(), 0);
	before = handshake;
	cr_assert_eq(accept_response(), -EBADMSG);
	cr_assert_arr_eq(&handshake, &before, sizeof(before));
}

Test(noise, initiation_for_another_responder)
{
	cr_assert_eq(noise_identity_set(&bob.identity, oracle_er), 0);
	cr_assert_eq(initiate(), 0);
	cr_assert_eq(accept_initiation(), -EBADMSG);
}

Test(noise, initiation_of_another_initiator)
{
	struct noise_incoming before;

	noise_peer_set(&bob.peer, &bob.identity, oracle_public_r, oracle_psk);
	cr_assert_eq(initiate(), 0);
	cr_assert_eq(noise_open_static(&bob.identity, &initiation, &incoming), 0);
	before = incoming;
	cr_assert_eq(noise_open_initiation(&bob.peer, &initiation, &incoming), -EBADMSG);
	cr_assert_arr_eq(&incoming, &before, sizeof(before));
}

Test(noise, right_secret_under_a_wrong_name)
{
	bob.peer.public_key[0] ^= 1; /* static_static still is the true one */
	cr_assert_eq(initiate(), 0);
	cr_assert_eq(accept_initiation(), -EBADMSG);
}

Test(noise, every_byte_of_an_initiation_counts)
{
	cr_assert_eq(initiate(), 0);
	/* type is selected before, sender is covered by mac1 */
	for (size_t i = offsetof(struct jvpn_message_initiation, ephemeral); i < INITIATION_BYTES; i++) {
		for (unsigned int bit = 0; bit < 8; bit++) {
			/* X25519 ignores the top bit of a point, the hash does not */
			((__u8 *)&initiation)[i] ^= (__u8)(1u << bit);
			cr_assert_neq(accept_initiation(), 0, "byte %zu bit %u", i, bit);
			((__u8 *)&initiation)[i] ^= (__u8)(1u << bit);
		}
	}
	cr_assert_eq(accept_initiation(), 0, "and unflipped it opens");
}

Test(noise, every_byte_of_a_response_counts)
{
	struct noise_keys untouched = {.local_index = 77}, keys = untouched;
	struct noise_handshake before;

	cr_assert_eq(initiate() | accept_initiation() | respond(), 0);
	before = handshake;
	for (size_t i = offsetof(struct jvpn_message_response, receiver); i < RESPONSE_BYTES; i++) {
		struct jvpn_message_response flipped = response;

		((__u8 *)&flipped)[i] ^= 0x80;
		cr_assert_neq(noise_open_response(&handshake, &alice.identity, &alice.peer, &flipped, &keys), 0,
			      "byte %zu", i);
		cr_assert_arr_eq(&handshake, &before, sizeof(before));
		cr_assert_arr_eq(&keys, &untouched, sizeof(keys));
	}
	cr_assert_eq(accept_response(), 0);
}

Test(noise, stamp_must_be_later_than_the_newest)
{
	struct noise_incoming before;

	cr_assert_eq(initiate(), 0);
	cr_assert_eq(noise_open_static(&bob.identity, &initiation, &incoming), 0);
	before = incoming;
	memcpy(bob.peer.newest_stamp, oracle_stamp, JVPN_TAI64N_BYTES);
	cr_assert_eq(noise_open_initiation(&bob.peer, &initiation, &incoming), -EALREADY, "equal");
	bob.peer.newest_stamp[JVPN_TAI64N_BYTES - 1]++;
	cr_assert_eq(noise_open_initiation(&bob.peer, &initiation, &incoming), -EALREADY, "older");
	cr_assert_arr_eq(&incoming, &before, sizeof(before));
	memcpy(bob.peer.newest_stamp, oracle_stamp, JVPN_TAI64N_BYTES);
	bob.peer.newest_stamp[7]--; /* a second earlier, whatever the nanoseconds */
	memset(bob.peer.newest_stamp + 8, 0xff, 4);
	cr_assert_eq(noise_open_initiation(&bob.peer, &initiation, &incoming), 0, "newer");
}

/* Points of small order: 0, 1, and the order-8 point of RFC 7748's list */
static const __u8 low_order[][JVPN_KEY_BYTES] = {
	{0},
	{1},
	{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
	 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
};

Test(noise, low_order_peer_can_be_set_but_never_used)
{
	for (size_t i = 0; i < sizeof(low_order) / sizeof(low_order[0]); i++) {
		struct noise_handshake before = handshake;
		struct noise_peer peer;
		static const __u8 zero[JVPN_KEY_BYTES];

		noise_peer_set(&peer, &alice.identity, low_order[i], NULL);
		cr_assert_arr_eq(peer.static_static, zero, JVPN_KEY_BYTES);
		cr_assert_eq(noise_create_initiation(&handshake, &alice.identity, &peer, oracle_ei, oracle_stamp, 1,
						     &initiation),
			     -EKEYREJECTED);
		cr_assert_arr_eq(&handshake, &before, sizeof(before));
	}
}

Test(noise, low_order_ephemeral_is_rejected)
{
	cr_assert_eq(initiate() | accept_initiation() | respond(), 0);
	for (size_t i = 0; i < sizeof(low_order) / sizeof(low_order[0]); i++) {
		struct jvpn_message_initiation poor_initiation = initiation;
		struct jvpn_message_response poor_response = response;

		memcpy(poor_initiation.ephemeral, low_order[i], JVPN_KEY_BYTES);
		memcpy(poor_response.ephemeral, low_order[i], JVPN_KEY_BYTES);
		cr_assert_eq(noise_open_static(&bob.identity, &poor_initiation, &incoming), -EKEYREJECTED);
		cr_assert_eq(noise_open_response(&handshake, &alice.identity, &alice.peer, &poor_response, &alice_keys),
			     -EKEYREJECTED);
	}
}

Test(noise, zero_static_static_is_rejected_on_both_sides)
{
	cr_assert_eq(initiate(), 0);
	cr_assert_eq(noise_open_static(&bob.identity, &initiation, &incoming), 0);
	noise_peer_rebind(&bob.peer, NULL);
	cr_assert_eq(noise_open_initiation(&bob.peer, &initiation, &incoming), -EKEYREJECTED);
	noise_peer_rebind(&alice.peer, NULL);
	cr_assert_eq(initiate(), -EKEYREJECTED);
	noise_peer_rebind(&alice.peer, &alice.identity);
	cr_assert_eq(initiate(), 0);
}

Test(noise, response_is_accepted_once)
{
	static const struct noise_handshake wiped;

	cr_assert_eq(initiate() | accept_initiation() | respond() | accept_response(), 0);
	cr_assert_arr_eq(&handshake, &wiped, sizeof(wiped));
	cr_assert_eq(accept_response(), -EPROTO);
}

Test(noise, response_when_nothing_is_in_flight)
{
	cr_assert_eq(initiate() | accept_initiation() | respond() | accept_response(), 0);
	response.receiver = 0; /* what a wiped handshake has for an index */
	cr_assert_eq(accept_response(), -EPROTO);
}

Test(noise, response_to_an_earlier_initiation)
{
	struct jvpn_message_initiation second;

	cr_assert_eq(initiate() | accept_initiation() | respond(), 0);
	cr_assert_eq(noise_create_initiation(&handshake, &alice.identity, &alice.peer, oracle_er, oracle_stamp,
					     ORACLE_INDEX_INITIATOR, &second),
		     0);
	cr_assert_eq(accept_response(), -EBADMSG, "same index, other ephemeral");
	handshake.local_index++;
	cr_assert_eq(accept_response(), -EPROTO, "other index");
}
