/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A datagram from the world's peer, told by what is special about it: whatever is 0 or NULL
 * is what a good one has. From it come the frame on the wire and the frame that must come
 * out at the tunnel.
 *
 *   | Ethernet | IP | UDP 40007 -> 51820 | type 4, index, counter | sealed: inner UDP packet, padding | tag |
 */
#ifndef JVPN_TESTS_DATAGRAM_H
#define JVPN_TESTS_DATAGRAM_H

#include "message.h"
#include "world.h"

struct datagram {
	int outer;	     /* family; 0: 4 */
	int inner;	     /* family; 0: a keepalive */
	__u32 payload_bytes; /* of the inner UDP datagram */
	__u32 padding_bytes; /* beyond the multiple of 16 */
	__u64 counter;
	__u32 index;		  /* 0: WORLD_KEY */
	const __u8 *key;	  /* NULL: world_receive_key */
	const char *inner_source; /* NULL: WORLD_PEER_V4 or _V6 */
	const char *source;	  /* NULL: WORLD_REMOTE_V4 or _V6 */
	const char *target;	  /* NULL: WORLD_LOCAL_V4 or _V6 */
	__u16 source_port;	  /* 0: WORLD_REMOTE_PORT */
	__u16 target_port;	  /* 0: WORLD_LISTEN_PORT */
	__be16 fragment;
	__u8 tos;
	__u8 inner_tos;
	__u8 options_bytes;
};

/* The packet inside; empty for a keepalive. */
void datagram_text(const struct datagram *datagram, struct packet *text);

/* The frame on the wire. */
void datagram_frame(const struct datagram *datagram, struct packet *frame);

/* The same with a text, or with a message, of the test's own making. */
void datagram_frame_text(const struct datagram *datagram, const struct packet *text, struct packet *frame);
void datagram_frame_message(const struct datagram *datagram, const struct packet *message, struct packet *frame);

/* The frame that comes out at the tunnel. */
void datagram_delivered(const struct datagram *datagram, struct packet *frame);

/* Fails the test unless both hold the same bytes; tells the first that differs. */
void datagram_expect_same(const struct packet *actual, const struct packet *expected, const char *what);

#endif
