/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which key pairs a peer has, and which of them sends: metadata only. Never holds
 * a key, never touches a map: the caller publishes what this decides.
 *
 *   as initiator    new -> current;   next, if any, else the old current -> previous
 *   as responder    new -> next (receives only, until the peer has used it);   previous is retired
 *   confirmed       next -> current -> previous
 *
 * The rules are the kernel's (noise.c, add_new_keypair, received_with_keypair). A
 * key pair that falls out of its place is listed as retired: the caller takes it
 * out of the data path and wipes it. Its index is free again.
 */
#ifndef JVPN_HANDSHAKE_KEYSLOTS_H
#define JVPN_HANDSHAKE_KEYSLOTS_H

#include <stdbool.h>

#include "jvpn/limits.h"
#include "jvpn/types.h"

struct keyslot {
	__u32 local_index; /* 0: empty */
	__u32 remote_index;
	__u64 birth_ns;
	bool initiator;
};

struct keyslots {
	struct keyslot previous; /* receives */
	struct keyslot current;	 /* sends and receives */
	struct keyslot next;	 /* receives; sends once confirmed */
};

struct keyslots_retired {
	__u32 count;
	__u32 indices[JVPN_KEYPAIRS_PER_SESSION]; /* local indices */
};

/* A handshake gave a new key pair: current as initiator, next as responder. */
void keyslots_add(struct keyslots *slots, const struct keyslot *fresh, struct keyslots_retired *ret_retired);

/* A packet opened under this index. 0: it was the unconfirmed one and sends now. -ENOENT: it was not. */
int keyslots_confirm(struct keyslots *slots, __u32 local_index, struct keyslots_retired *ret_retired);

/* Retires all of them. */
void keyslots_clear(struct keyslots *slots, struct keyslots_retired *ret_retired);

/* The slot that has this index, or NULL (always for 0). */
const struct keyslot *keyslots_find(const struct keyslots *slots, __u32 local_index);

#endif
