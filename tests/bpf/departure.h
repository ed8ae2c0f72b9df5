/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packet that leaves through the tunnel, told by what is special about it, and what must be
 * on the wire for it: the IP packet the uplink carries, sealed by libsodium, byte for byte.
 * The Ethernet header of a test run is still the tunnel's; bpf_redirect_neigh writes the real
 * one afterwards, which test_live.c looks at.
 */
#ifndef JVPN_TESTS_DEPARTURE_H
#define JVPN_TESTS_DEPARTURE_H

#include "jvpn/frame.h"
#include "message.h"
#include "world.h"

struct departure {
	int inner;	     /* family; 0: 4 */
	__u32 payload_bytes; /* of the inner UDP datagram */
	__u32 trailer_bytes; /* Ethernet padding behind the packet */
	const char *target;  /* NULL: WORLD_PEER_V4 or _V6 */
	__u8 tos;
};

/* What is expected of the outside. */
struct wire {
	int outer; /* family; 0: 4 */
	__u64 counter;
	__u8 tos;
	__u32 room;	  /* the most a padded text may have; 0: no bound */
	__u32 peer_index; /* 0: WORLD_KEY_PEER_INDEX */
	const __u8 *key;  /* NULL: world_send_key */
};

void departure_packet(const struct departure *departure, struct packet *packet);
void departure_frame(const struct departure *departure, struct packet *frame);

/* A frame of the controller: include/jvpn/frame.h, then the text. */
void departure_control_frame(const struct jvpn_frame *header, const struct packet *text, struct packet *frame);

/* The IP packet the uplink must carry for this text. */
void departure_wire(const struct packet *text, const struct wire *wire, struct packet *packet);

/* The IP packet in a frame: what follows the Ethernet header. */
void departure_strip(const struct packet *frame, struct packet *packet);

/* Runs the frame: TC_ACT_REDIRECT, the bytes of the wire, right sums, and it opens to the text. */
void departure_expect_sent(struct world *world, const struct packet *frame, const struct packet *text,
			   const struct wire *wire, const char *what);

#define TC_ACT_SHOT 2
#define TC_ACT_REDIRECT 7

#endif
