/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a handshake datagram was refused: written once, used by the code, the
 * counters and every text a person reads. X(number, name, sentence); numbers are
 * never reused. 0: not refused. Never a reason of the data path: that is jvpn/drop.h.
 */
#ifndef JVPN_HANDSHAKE_REFUSAL_H
#define JVPN_HANDSHAKE_REFUSAL_H

#define HANDSHAKE_REFUSALS(X) \
	X(1, no_identity, "no private key is set") \
	X(2, message_type, "not a handshake message") \
	X(3, message_length, "the length does not fit the message type") \
	X(4, mac1, "mac1 is wrong: the sender does not know our public key") \
	X(5, rate, "under load, and the source used up its share of handshakes") \
	X(6, unknown_index, "no handshake in flight or key pair has this receiver index") \
	X(7, unknown_peer, "the initiator's static key belongs to no peer") \
	X(8, self, "the initiator's static key is our own") \
	X(9, open_failed, "a sealed field does not open: wrong keys, wrong preshared key or a forged message") \
	X(10, low_order, "a Diffie-Hellman result is zero: a key of low order") \
	X(11, replay, "the timestamp is not later than the newest one accepted from this peer") \
	X(12, flood, "the peer's last accepted initiation is less than 1/50 s old") \
	X(13, not_awaited, "a response or cookie reply that nothing waits for") \
	X(14, no_index, "no free receiver index was found") \
	X(15, internal, "out of memory, or libcrypto failed")

enum handshake_refusal {
	HANDSHAKE_REFUSAL_none = 0,
#define HANDSHAKE_REFUSAL_ENUM(number, name, sentence) HANDSHAKE_REFUSAL_##name = (number),
	HANDSHAKE_REFUSALS(HANDSHAKE_REFUSAL_ENUM)
#undef HANDSHAKE_REFUSAL_ENUM
		HANDSHAKE_REFUSAL_COUNT,
};

/* "mac1", "flood" ...; never NULL */
const char *handshake_refusal_name(enum handshake_refusal refusal);
/* the sentence; never NULL */
const char *handshake_refusal_text(enum handshake_refusal refusal);

#endif
