/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The macs at the end of a message and the cookie between them. Never lets a
 * comparison's time depend on how much of a mac is right.
 *
 *   | message ............ | mac1 | mac2 |
 *   |<------ mac1 -------->|      |
 *   |<---------- mac2 ----------->|          keyed with the cookie; zero without one
 */
#include "handshake/cookie.h"

#include <endian.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"

#define LIFETIME_NS (JVPN_COOKIE_LIFETIME_S * CLOCK_NS_PER_S)
#define LABEL_BYTES 8

static const char label_mac1[] = "mac1----";
static const char label_cookie[] = "cookie--";

int cookie_keys_set(struct cookie_keys *ret_keys, const __u8 public_key[JVPN_KEY_BYTES])
{
	struct cookie_keys keys;
	int r = hash_digest(keys.mac1, label_mac1, LABEL_BYTES, public_key, JVPN_KEY_BYTES);

	if (!r)
		r = hash_digest(keys.reply, label_cookie, LABEL_BYTES, public_key, JVPN_KEY_BYTES);
	if (!r)
		*ret_keys = keys;
	return r;
}

static bool is_old(__u64 born_ns, __u64 now)
{
	return now - born_ns >= LIFETIME_NS;
}

void cookie_secret_rotate(struct cookie_secret *secret, __u64 now, const __u8 fresh[HASH_BYTES])
{
	if (secret->set && !is_old(secret->born_ns, now))
		return;
	secret->set = true;
	secret->born_ns = now;
	memcpy(secret->bytes, fresh, HASH_BYTES);
}

static size_t mac1_offset(size_t len)
{
	return len - sizeof(struct jvpn_message_macs);
}

static size_t mac2_offset(size_t len)
{
	return len - JVPN_MAC_BYTES;
}

int cookie_stamp(struct cookie_jar *jar, const struct cookie_keys *keys, __u64 now, void *message, size_t len)
{
	__u8 stamped[sizeof(struct jvpn_message_initiation)];
	bool use_cookie = jar->has_cookie && !is_old(jar->received_ns, now);
	__u8 *mac1 = stamped + mac1_offset(len);
	__u8 *mac2 = stamped + mac2_offset(len);
	int r;

	memcpy(stamped, message, len);
	memset(mac2, 0, JVPN_MAC_BYTES);
	r = hash_mac(mac1, keys->mac1, HASH_BYTES, stamped, mac1_offset(len));
	if (!r && use_cookie)
		r = hash_mac(mac2, jar->cookie, JVPN_COOKIE_BYTES, stamped, mac2_offset(len));
	if (r)
		return r;
	memcpy(message, stamped, len);
	memcpy(jar->last_mac1, mac1, JVPN_MAC_BYTES);
	jar->awaits_reply = true;
	if (!use_cookie) {
		sodium_memzero(jar->cookie, JVPN_COOKIE_BYTES);
		jar->has_cookie = false;
	}
	return 0;
}

int cookie_check_mac1(const struct cookie_keys *keys, const void *message, size_t len)
{
	const __u8 *bytes = message;
	__u8 mac1[JVPN_MAC_BYTES];
	int r = hash_mac(mac1, keys->mac1, HASH_BYTES, message, mac1_offset(len));

	if (!r && sodium_memcmp(mac1, bytes + mac1_offset(len), JVPN_MAC_BYTES))
		r = -EBADMSG;
	return r;
}

static int bake(__u8 ret_cookie[JVPN_COOKIE_BYTES], const struct cookie_secret *secret, const struct source *from)
{
	__u8 bytes[SOURCE_BYTES];

	memcpy(bytes, &from->ip, sizeof(from->ip));
	memcpy(bytes + sizeof(from->ip), &from->port, sizeof(from->port));
	return hash_mac(ret_cookie, secret->bytes, HASH_BYTES, bytes, sizeof(bytes));
}

int cookie_check_mac2(const struct cookie_secret *secret, const struct source *from, __u64 now, const void *message,
		      size_t len)
{
	const __u8 *bytes = message;
	__u8 cookie[JVPN_COOKIE_BYTES];
	__u8 mac2[JVPN_MAC_BYTES];
	int r;

	if (!secret->set || is_old(secret->born_ns, now))
		return -EBADMSG;
	r = bake(cookie, secret, from);
	if (!r)
		r = hash_mac(mac2, cookie, JVPN_COOKIE_BYTES, message, mac2_offset(len));
	if (!r && sodium_memcmp(mac2, bytes + mac2_offset(len), JVPN_MAC_BYTES))
		r = -EBADMSG;
	sodium_memzero(cookie, sizeof(cookie));
	sodium_memzero(mac2, sizeof(mac2));
	return r;
}

int cookie_create_reply(const struct cookie_keys *keys, const struct cookie_secret *secret, const struct source *from,
			const void *message, size_t len, const __u8 nonce[JVPN_COOKIE_NONCE_BYTES],
			struct jvpn_message_cookie *ret_reply)
{
	struct jvpn_message_cookie reply = {.type = htole32(JVPN_MESSAGE_COOKIE)};
	const __u8 *bytes = message;
	__u8 cookie[JVPN_COOKIE_BYTES];
	int r = bake(cookie, secret, from);

	if (!r) {
		/* the sender index stands at the same place in both messages */
		memcpy(&reply.receiver, bytes + offsetof(struct jvpn_message_initiation, sender),
		       sizeof(reply.receiver));
		memcpy(reply.nonce, nonce, JVPN_COOKIE_NONCE_BYTES);
		(void)crypto_aead_xchacha20poly1305_ietf_encrypt(reply.sealed_cookie, NULL, cookie, sizeof(cookie),
								 bytes + mac1_offset(len), JVPN_MAC_BYTES, NULL, nonce,
								 keys->reply);
		*ret_reply = reply;
	}
	sodium_memzero(cookie, sizeof(cookie));
	return r;
}
JVPN_ASSERT_OFFSET(struct jvpn_message_response, sender, offsetof(struct jvpn_message_initiation, sender));

int cookie_open_reply(struct cookie_jar *jar, const struct cookie_keys *keys, __u64 now,
		      const struct jvpn_message_cookie *reply)
{
	__u8 cookie[JVPN_COOKIE_BYTES];

	if (!jar->awaits_reply)
		return -EPROTO;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(cookie, NULL, NULL, reply->sealed_cookie,
						       sizeof(reply->sealed_cookie), jar->last_mac1, JVPN_MAC_BYTES,
						       reply->nonce, keys->reply))
		return -EBADMSG;
	memcpy(jar->cookie, cookie, JVPN_COOKIE_BYTES);
	jar->received_ns = now;
	jar->has_cookie = true;
	jar->awaits_reply = false;
	sodium_memzero(cookie, sizeof(cookie));
	return 0;
}
