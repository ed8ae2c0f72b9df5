/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What travels between two peers: one struct a message, exactly WireGuard's
 * (paper, section 5.4). All integers are little endian. The type and the exact
 * length together select a message; nothing else of it is looked at before that.
 *
 *   type 1  handshake initiation   148 bytes
 *   type 2  handshake response      92 bytes
 *   type 3  cookie reply            64 bytes
 *   type 4  transport data          16 + text padded to 16 + tag 16, at least 32
 */
#ifndef JVPN_WIRE_H
#define JVPN_WIRE_H

#include "jvpn/limits.h"
#include "jvpn/types.h"

enum jvpn_message_type {
	JVPN_MESSAGE_INITIATION = 1,
	JVPN_MESSAGE_RESPONSE = 2,
	JVPN_MESSAGE_COOKIE = 3,
	JVPN_MESSAGE_DATA = 4,
};

#define JVPN_TAI64N_BYTES 12
#define JVPN_MAC_BYTES 16
#define JVPN_COOKIE_BYTES 16
#define JVPN_COOKIE_NONCE_BYTES 24
#define JVPN_SEALED_BYTES(text) ((text) + JVPN_TAG_BYTES)

/* mac1 proves knowledge of the receiver's public key, mac2 possession of a source address (section 5.4.4) */
struct jvpn_message_macs {
	__u8 mac1[JVPN_MAC_BYTES];
	__u8 mac2[JVPN_MAC_BYTES];
};

struct jvpn_message_initiation {
	__le32 type; /* 1, its upper three bytes zero */
	__le32 sender;
	__u8 ephemeral[JVPN_KEY_BYTES];
	__u8 sealed_static[JVPN_SEALED_BYTES(JVPN_KEY_BYTES)];
	__u8 sealed_timestamp[JVPN_SEALED_BYTES(JVPN_TAI64N_BYTES)];
	struct jvpn_message_macs macs;
};
JVPN_ASSERT_SIZE(struct jvpn_message_initiation, 148);

struct jvpn_message_response {
	__le32 type; /* 2 */
	__le32 sender;
	__le32 receiver;
	__u8 ephemeral[JVPN_KEY_BYTES];
	__u8 sealed_nothing[JVPN_SEALED_BYTES(0)];
	struct jvpn_message_macs macs;
};
JVPN_ASSERT_SIZE(struct jvpn_message_response, 92);

struct jvpn_message_cookie {
	__le32 type; /* 3 */
	__le32 receiver;
	__u8 nonce[JVPN_COOKIE_NONCE_BYTES];
	__u8 sealed_cookie[JVPN_SEALED_BYTES(JVPN_COOKIE_BYTES)];
};
JVPN_ASSERT_SIZE(struct jvpn_message_cookie, 64);

struct jvpn_message_data {
	__le32 type;	 /* 4 */
	__le32 receiver; /* the receiver index the peer chose for this key pair */
	__le64 counter;	 /* nonce of the AEAD, one per packet and key */
			 /* sealed text and tag follow */
};
JVPN_ASSERT_SIZE(struct jvpn_message_data, JVPN_DATA_HEADER_BYTES);
JVPN_ASSERT_OFFSET(struct jvpn_message_data, counter, 8);

#define JVPN_MESSAGE_DATA_MIN_BYTES (JVPN_DATA_HEADER_BYTES + JVPN_TAG_BYTES)

#endif
