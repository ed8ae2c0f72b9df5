/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WireGuard's messages as a peer would write and read them (paper, section 5.4): data sealed
 * and opened by libsodium, its nonce four zero bytes and the counter little endian.
 */
#ifndef JVPN_TESTS_MESSAGE_H
#define JVPN_TESTS_MESSAGE_H

#include "packet.h"

#define MESSAGE_HEADER_BYTES 16
#define MESSAGE_TAG_BYTES 16

/* message := type 4, the text padded with zeros to `padded_bytes` and sealed. */
void message_data(struct packet *message, const __u8 key[32], __u32 index, __u64 counter, const struct packet *text,
		  __u32 padded_bytes);

/* Reads the header and opens; false if it is no data message or was not sealed so. */
bool message_open(const __u8 *message, __u32 bytes, const __u8 key[32], __u32 *ret_index, __u64 *ret_counter,
		  struct packet *ret_text);

/* A message of another type: the type word, then a pattern. */
void message_other(struct packet *message, __u32 type, __u32 bytes);

__u32 message_padded(__u32 bytes);

#endif
