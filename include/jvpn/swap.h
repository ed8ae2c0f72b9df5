/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Commands of bpf/swap.bpf.c: the only writer of a live session or key pair.
 * The controller runs the program with BPF_PROG_TEST_RUN and one of these as its
 * context; `result` is 0 or a negative errno, and nothing has changed unless it is 0.
 *
 *   -ENOENT     no such session or key pair
 *   -ESTALE     the state version is not the expected one (`present` then tells the present one)
 *   -EINVAL     a slot or value out of bounds
 *   -EBUSY      the slot to write sends at present
 */
#ifndef JVPN_SWAP_H
#define JVPN_SWAP_H

#include "jvpn/maps.h"

enum jvpn_swap_op {
	JVPN_SWAP_PATH = 1,	/* write `path` into `slot`, which must not be the sending one */
	JVPN_SWAP_SEND = 2,	/* expected version -> version + 1, send on `slot`; state and reason with it */
	JVPN_SWAP_KEYS = 3,	/* set the key word to current = `index`, next = `index2` */
	JVPN_SWAP_NEXT = 4,	/* set only the unconfirmed key pair to `index` */
	JVPN_SWAP_KILL_KEY = 5, /* mark key pair `index` dead, and take it out of the key word */
	JVPN_SWAP_WIPE_KEY = 6, /* zero the keys and the window of a dead key pair */
	JVPN_SWAP_TAI64N = 7,	/* remember the newest handshake timestamp */
};

struct jvpn_swap {
	__u32 op;
	__s32 result;
	__u64 session;
	__u64 version; /* expected */
	__u64 present; /* out: the version after the command */
	__u32 slot;
	__u32 index;
	__u32 index2;
	__u16 reason;
	__u8 state;
	__u8 pad;
	__u8 tai64n[12];
	__u32 pad2;
	struct jvpn_path path;
};
JVPN_ASSERT_SIZE(struct jvpn_swap, 128);

#endif
