/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What exchange_receive() refuses, why, and that a refusal changes nothing; the
 * cookie's whole way under load. Never a handshake that should succeed without a
 * reason to be here: those are in test_exchange.c.
 */
#include <errno.h>

#include "two.h"

static struct noise_keys alice_keys, bob_keys;
static struct jvpn_message_response response;
static struct jvpn_message_cookie reply;

static void setup(void)
{
	two_new(NULL);
}

TestSuite(receive, .init = setup, .fini = two_free);

/* mac1 must be right for a forgery to get any further: whoever knows the public key can do that. */
static void remac(const struct side *to, void *message, size_t len)
{
	struct cookie_jar jar = {0};
	struct cookie_keys keys;

	cr_assert_eq(cookie_keys_set(&keys, to->public_key), 0);
	cr_assert_eq(cookie_stamp(&jar, &keys, T0, message, len), 0);
}

/* Handshakes of nobody, with a true mac1, until bob is under load. */
static void load_bob(__u64 now)
{
	struct jvpn_message_initiation noise = {.type = htole32(JVPN_MESSAGE_INITIATION)};

	remac(&bob, &noise, sizeof(noise));
	for (unsigned int i = 0; i < JVPN_LOAD_HANDSHAKES_PER_SECOND; i++)
		deliver(&bob, &alice, &noise, sizeof(noise), now);
	cr_assert(exchange_is_loaded(bob.exchange, now));
}

/* ---- shape ---- */

Test(receive, every_type_with_every_length)
{
	static __u8 bytes[400];
	static const size_t exact[] = {0, 148, 92, 64, 0, 0};
	struct snapshot before = snapshot_of(&bob);

	for (__u32 type = 0; type < 6; type++) {
		for (size_t len = 0; len <= sizeof(bytes); len++) {
			bytes[0] = (__u8)type;
			deliver(&bob, &alice, bytes, len, T0);
			if (len < 4)
				assert_refused(message_length);
			else if (type < 1 || type > 3)
				assert_refused(message_type);
			else if (len != exact[type])
				assert_refused(message_length);
			else if (type == 3)
				assert_refused(unknown_index);
			else
				assert_refused(mac1);
			assert_unchanged(&bob, &before);
		}
	}
}

Test(receive, reserved_bytes_of_the_type_must_be_zero)
{
	initiate_at(&alice, T0);
	for (unsigned int byte = 1; byte < 4; byte++) {
		struct jvpn_message_initiation odd = initiation;

		((__u8 *)&odd)[byte] = 1;
		deliver(&bob, &alice, &odd, sizeof(odd), T0);
		assert_refused(message_type);
	}
}

Test(receive, truncated_and_extended)
{
	__u8 longer[sizeof(initiation) + 1] = {0};

	initiate_at(&alice, T0);
	memcpy(longer, &initiation, sizeof(initiation));
	for (size_t len = 4; len <= sizeof(longer); len++) {
		if (len == sizeof(initiation))
			continue;
		deliver(&bob, &alice, longer, len, T0);
		assert_refused(message_length);
	}
	deliver(&bob, &alice, longer, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
}

/* ---- every byte counts ---- */

Test(receive, every_flipped_byte_of_an_initiation_is_refused)
{
	struct snapshot before = snapshot_of(&bob);

	initiate_at(&alice, T0);
	for (size_t i = 0; i < offsetof(struct jvpn_message_initiation, macs.mac2); i++) {
		((__u8 *)&initiation)[i] ^= 0x10;
		deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + i * 100 * MS);
		cr_assert_eq(result.verdict, EXCHANGE_REFUSED, "byte %zu", i);
		assert_unchanged(&bob, &before);
		((__u8 *)&initiation)[i] ^= 0x10;
	}
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 100 * S);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
}

Test(receive, every_flipped_byte_behind_a_true_mac1_is_refused)
{
	struct snapshot before = snapshot_of(&bob);

	initiate_at(&alice, T0);
	for (size_t i = offsetof(struct jvpn_message_initiation, ephemeral);
	     i < offsetof(struct jvpn_message_initiation, macs); i++) {
		struct jvpn_message_initiation forged = initiation;

		((__u8 *)&forged)[i] ^= 0x10;
		remac(&bob, &forged, sizeof(forged));
		deliver(&bob, &alice, &forged, sizeof(forged), T0 + i * 100 * MS);
		assert_refused(open_failed);
		assert_unchanged(&bob, &before);
	}
}

Test(receive, every_flipped_byte_of_a_response_is_refused)
{
	struct snapshot before;

	initiate_at(&alice, T0);
	before = snapshot_of(&alice);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	memcpy(&response, result.reply, sizeof(response));
	for (unsigned int remacked = 0; remacked < 2; remacked++) {
		/* type selects, sender is authenticated by mac1 alone, mac2 counts under load only */
		size_t from = remacked ? offsetof(struct jvpn_message_response, receiver) : 0;
		size_t to = remacked ? offsetof(struct jvpn_message_response, macs)
				     : offsetof(struct jvpn_message_response, macs.mac2);

		for (size_t i = from; i < to; i++) {
			struct jvpn_message_response forged = response;

			((__u8 *)&forged)[i] ^= 0x04;
			if (remacked)
				remac(&alice, &forged, sizeof(forged));
			deliver(&alice, &bob, &forged, sizeof(forged), T0 + i * 100 * MS);
			cr_assert_eq(result.verdict, EXCHANGE_REFUSED, "byte %zu", i);
			assert_unchanged(&alice, &before);
		}
	}
	deliver(&alice, &bob, &response, sizeof(response), T0 + 100 * S);
	cr_assert_eq(result.verdict, EXCHANGE_ESTABLISHED);
}

Test(receive, every_flipped_byte_of_a_cookie_reply_is_refused)
{
	struct snapshot before;

	load_bob(T0);
	initiate_at(&alice, T0);
	before = snapshot_of(&alice);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_ASKED);
	memcpy(&reply, result.reply, sizeof(reply));
	for (size_t i = 0; i < sizeof(reply); i++) {
		((__u8 *)&reply)[i] ^= 0x20;
		deliver(&alice, &bob, &reply, sizeof(reply), T0);
		cr_assert_eq(result.verdict, EXCHANGE_REFUSED, "byte %zu", i);
		assert_unchanged(&alice, &before);
		((__u8 *)&reply)[i] ^= 0x20;
	}
	deliver(&alice, &bob, &reply, sizeof(reply), T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_STORED);
}

/* ---- who ---- */

Test(receive, unknown_initiator)
{
	struct keyslots_retired retired;

	exchange_peer_remove(bob.exchange, bob.peer, &retired);
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	assert_refused(unknown_peer);
	cr_assert_eq(index_count(bob.exchange->indices), 0);
}

Test(receive, own_static_key)
{
	struct noise_identity identity;
	struct noise_handshake handshake;
	struct noise_peer self;
	__u8 stamp[JVPN_TAI64N_BYTES] = {0x40, [11] = 1}, ephemeral[JVPN_KEY_BYTES] = {9};

	cr_assert_eq(noise_identity_set(&identity, bob.private_key), 0);
	noise_peer_set(&self, &identity, identity.public_key, NULL);
	cr_assert_eq(noise_create_initiation(&handshake, &identity, &self, ephemeral, stamp, 1, &initiation), 0);
	remac(&bob, &initiation, sizeof(initiation));
	deliver(&bob, &bob, &initiation, sizeof(initiation), T0);
	assert_refused(self);
}

Test(receive, message_for_another_key_fails_at_mac1)
{
	initiate_at(&alice, T0);
	deliver(&alice, &bob, &initiation, sizeof(initiation), T0);
	assert_refused(mac1);
}

Test(receive, wrong_psk_is_seen_by_the_initiator)
{
	static const __u8 psk[JVPN_KEY_BYTES] = {1};
	struct snapshot before;

	exchange_peer_set_psk(bob.peer, psk);
	initiate_at(&alice, T0);
	before = snapshot_of(&alice);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED, "it cannot know yet");
	deliver(&alice, &bob, result.reply, result.reply_len, T0);
	assert_refused(open_failed);
	assert_unchanged(&alice, &before);
}

Test(receive, low_order_ephemeral)
{
	struct snapshot before = snapshot_of(&bob);

	initiate_at(&alice, T0);
	memset(initiation.ephemeral, 0, JVPN_KEY_BYTES);
	remac(&bob, &initiation, sizeof(initiation));
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	assert_refused(low_order);
	assert_unchanged(&bob, &before);
}

/* ---- when ---- */

Test(receive, replayed_initiation)
{
	struct jvpn_message_initiation older;
	struct snapshot before;

	initiate_at(&alice, T0);
	older = initiation;
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
	before = snapshot_of(&bob);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 10 * S);
	assert_refused(replay);
	deliver(&bob, &alice, &older, sizeof(older), T0 + 10 * S);
	assert_refused(replay);
	assert_unchanged(&bob, &before);
}

Test(receive, initiation_flood_one_in_a_fiftieth_of_a_second)
{
	struct snapshot before;

	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
	before = snapshot_of(&bob);
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 20 * MS - 1);
	assert_refused(flood);
	assert_unchanged(&bob, &before);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 20 * MS);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
}

Test(receive, response_twice)
{
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	memcpy(&response, result.reply, sizeof(response));
	deliver(&alice, &bob, &response, sizeof(response), T0);
	cr_assert_eq(result.verdict, EXCHANGE_ESTABLISHED);
	deliver(&alice, &bob, &response, sizeof(response), T0);
	assert_refused(not_awaited);
}

Test(receive, response_to_nobody)
{
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	memcpy(&response, result.reply, sizeof(response));
	response.receiver = htole32(le32toh(response.receiver) ^ 1);
	remac(&alice, &response, sizeof(response));
	deliver(&alice, &bob, &response, sizeof(response), T0);
	assert_refused(unknown_index);
}

Test(receive, cookie_nobody_asked_for)
{
	complete_at(&alice, &bob, T0, &alice_keys, &bob_keys);
	alice.peer->jar.awaits_reply = false;
	reply = (struct jvpn_message_cookie){.type = htole32(JVPN_MESSAGE_COOKIE),
					     .receiver = htole32(alice_keys.local_index)};
	deliver(&alice, &bob, &reply, sizeof(reply), T0);
	assert_refused(not_awaited);
}

Test(receive, no_free_index)
{
	struct exchange_entropy entropy;
	struct snapshot before;

	initiate_at(&alice, T0);
	entropy = draw();
	for (size_t i = 0; i < INDEX_CANDIDATES; i++)
		cr_assert_eq(index_adopt(bob.exchange->indices, entropy.indices[i] & 0xffffff, 0), 0);
	before = snapshot_of(&bob);
	exchange_receive(bob.exchange, &initiation, sizeof(initiation), &alice.source, T0, &entropy, &result);
	assert_refused(no_index);
	assert_unchanged(&bob, &before);
}

/* ---- load ---- */

Test(receive, forgeries_without_mac1_are_no_load)
{
	initiate_at(&alice, T0);
	initiation.macs.mac1[0] ^= 1;
	for (unsigned int i = 0; i < 10 * JVPN_LOAD_HANDSHAKES_PER_SECOND; i++)
		deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert(!exchange_is_loaded(bob.exchange, T0));
}

Test(receive, under_load_a_cookie_buys_the_handshake)
{
	struct exchange_peer before;

	load_bob(T0);
	initiate_at(&alice, T0);
	memcpy(&before, bob.peer, sizeof(before));
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_ASKED);
	cr_assert_eq(result.reply_len, sizeof(reply));
	cr_assert_null(result.peer);
	cr_assert_eq(memcmp(bob.peer, &before, sizeof(before)), 0);
	memcpy(&reply, result.reply, sizeof(reply));
	deliver(&alice, &bob, &reply, sizeof(reply), T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_STORED);
	cr_assert_eq(result.peer, alice.peer);
	complete_at(&alice, &bob, T0 + 500 * MS, &alice_keys, &bob_keys);
	assert_mirrored(&alice_keys, &bob_keys);
}

Test(receive, cookie_of_another_address_or_port_buys_another_cookie)
{
	struct side elsewhere;

	load_bob(T0);
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	deliver(&alice, &bob, result.reply, result.reply_len, T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_STORED);
	initiate_at(&alice, T0);
	elsewhere = alice;
	elsewhere.source.ip.bytes[15] ^= 1;
	deliver(&bob, &elsewhere, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_ASKED);
	elsewhere = alice;
	elsewhere.source.port ^= htobe16(1);
	deliver(&bob, &elsewhere, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_ASKED);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
}

Test(receive, expired_cookie_buys_another_cookie)
{
	load_bob(T0);
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	deliver(&alice, &bob, result.reply, result.reply_len, T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_STORED);
	initiate_at(&alice, T0 + 120 * S - 1); /* alice still believes in it */
	load_bob(T0 + 120 * S);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 120 * S);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_ASKED);
	deliver(&alice, &bob, result.reply, result.reply_len, T0 + 120 * S);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_STORED);
	initiate_at(&alice, T0 + 120 * S);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 120 * S);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED, "the new cookie is of a new secret");
}

Test(receive, under_load_a_response_needs_a_cookie_too)
{
	struct jvpn_message_initiation noise = {.type = htole32(JVPN_MESSAGE_INITIATION)};

	remac(&alice, &noise, sizeof(noise));
	for (unsigned int i = 0; i < JVPN_LOAD_HANDSHAKES_PER_SECOND; i++)
		deliver(&alice, &bob, &noise, sizeof(noise), T0);
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	memcpy(&response, result.reply, sizeof(response));
	deliver(&alice, &bob, &response, sizeof(response), T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_ASKED);
	deliver(&bob, &alice, result.reply, result.reply_len, T0);
	cr_assert_eq(result.verdict, EXCHANGE_COOKIE_STORED, "found by the key pair's index");
	initiate_at(&alice, T0 + 100 * MS);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + 100 * MS);
	deliver(&alice, &bob, result.reply, result.reply_len, T0 + 100 * MS);
	cr_assert_eq(result.verdict, EXCHANGE_ESTABLISHED);
}

Test(receive, under_load_a_source_has_its_share)
{
	unsigned int accepted = 0, limited = 0;

	load_bob(T0);
	initiate_at(&alice, T0);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	deliver(&alice, &bob, result.reply, result.reply_len, T0);
	for (unsigned int i = 0; i < 20; i++) {
		initiate_at(&alice, T0 + i);
		deliver(&bob, &alice, &initiation, sizeof(initiation), T0 + i);
		if (result.verdict == EXCHANGE_REFUSED && result.refusal == HANDSHAKE_REFUSAL_rate)
			limited++;
		else
			accepted++; /* or flood: past the share in any case */
	}
	cr_assert_eq(accepted, JVPN_RATE_HANDSHAKES_BURST);
	cr_assert_eq(limited, 20 - JVPN_RATE_HANDSHAKES_BURST);
}

Test(receive, not_under_load_mac2_is_not_looked_at)
{
	initiate_at(&alice, T0);
	memset(initiation.macs.mac2, 0x77, JVPN_MAC_BYTES);
	deliver(&bob, &alice, &initiation, sizeof(initiation), T0);
	cr_assert_eq(result.verdict, EXCHANGE_RESPONDED);
}

/* ---- texts ---- */

Test(receive, every_refusal_has_a_name_and_a_sentence)
{
	for (int refusal = 1; refusal < HANDSHAKE_REFUSAL_COUNT; refusal++) {
		cr_assert_str_neq(handshake_refusal_name((enum handshake_refusal)refusal), "none", "%d", refusal);
		cr_assert_gt(strlen(handshake_refusal_text((enum handshake_refusal)refusal)), 10);
	}
	cr_assert_str_eq(handshake_refusal_name(HANDSHAKE_REFUSAL_none), "none");
	cr_assert_str_eq(handshake_refusal_name((enum handshake_refusal)99), "none");
}
