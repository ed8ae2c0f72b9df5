/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames the controller writes to the tunnel device for the data plane to seal.
 *
 * An Ethernet frame with the EtherType of IPv4 whose payload does not begin with
 * an IP version nibble, but with this header; the text follows. It is the rule of
 * the sealed channel itself, one layer out: what does not begin with 4 or 6 is
 * not a packet. (An EtherType of our own would read better and cannot be sent on:
 * the kernel's helpers wrap and route only frames it knows as IP.) The network
 * stack never makes such a frame; a raw socket, hence CAP_NET_RAW, can.
 *
 * A text of length 0 is WireGuard's keepalive.
 */
#ifndef JVPN_FRAME_H
#define JVPN_FRAME_H

#include "jvpn/types.h"

#define JVPN_FRAME_ANY_PATH 0xffu    /* the path that sends */
#define JVPN_FRAME_MAGIC 0x31766a01u /* in memory 01 'j' 'v' '1' */

struct jvpn_frame {
	__u32 magic;
	__u32 key; /* receiver index of the key pair to seal with; 0: the one that sends */
	__u64 session;
	__u32 slot; /* path slot, or JVPN_FRAME_ANY_PATH */
	__u32 text_bytes;
};
JVPN_ASSERT_SIZE(struct jvpn_frame, 24);

#endif
