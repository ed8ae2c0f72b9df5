/* SPDX-License-Identifier: BSD-2-Clause */
/* WireGuard's messages, sealed and opened by libsodium: message.h. */
#include "message.h"

#include <criterion/criterion.h>
#include <endian.h>
#include <sodium.h>
#include <string.h>

static void nonce_of(__u64 counter, __u8 nonce[12])
{
	__le64 little = htole64(counter);
	memset(nonce, 0, 4);
	memcpy(nonce + 4, &little, 8);
}

__u32 message_padded(__u32 bytes)
{
	return (bytes + 15) / 16 * 16;
}

static void append_word(struct packet *message, __u32 word)
{
	__le32 little = htole32(word);
	packet_append(message, &little, sizeof(little));
}

void message_data(struct packet *message, const __u8 key[32], __u32 index, __u64 counter, const struct packet *text,
		  __u32 padded_bytes)
{
	__u8 nonce[12], padded[PACKET_MAX_BYTES] = {0};
	cr_assert_geq(padded_bytes, text->bytes);
	memcpy(padded, text->data, text->bytes);
	nonce_of(counter, nonce);

	packet_clear(message);
	append_word(message, 4);
	append_word(message, index);
	__le64 little = htole64(counter);
	packet_append(message, &little, sizeof(little));

	unsigned long long sealed_bytes;
	cr_assert_leq(message->bytes + padded_bytes + MESSAGE_TAG_BYTES, PACKET_MAX_BYTES);
	crypto_aead_chacha20poly1305_ietf_encrypt(message->data + message->bytes, &sealed_bytes, padded, padded_bytes,
						  NULL, 0, NULL, nonce, key);
	message->bytes += (__u32)sealed_bytes;
}

bool message_open(const __u8 *message, __u32 bytes, const __u8 key[32], __u32 *ret_index, __u64 *ret_counter,
		  struct packet *ret_text)
{
	static const __u8 type[4] = {4, 0, 0, 0};
	__le32 index;
	__le64 counter;
	__u8 nonce[12];
	unsigned long long text_bytes;
	if (bytes < MESSAGE_HEADER_BYTES + MESSAGE_TAG_BYTES || memcmp(message, type, sizeof(type)))
		return false;
	memcpy(&index, message + 4, 4);
	memcpy(&counter, message + 8, 8);
	nonce_of(le64toh(counter), nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(ret_text->data, &text_bytes, NULL, message + MESSAGE_HEADER_BYTES,
						      bytes - MESSAGE_HEADER_BYTES, NULL, 0, nonce, key))
		return false;
	ret_text->bytes = (__u32)text_bytes;
	*ret_index = le32toh(index);
	*ret_counter = le64toh(counter);
	return true;
}

void message_other(struct packet *message, __u32 type, __u32 bytes)
{
	packet_clear(message);
	append_word(message, type);
	packet_append_pattern(message, bytes - 4);
}
