/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receiver indices: which are in use, and whose they are. Never says what kind of
 * thing an index names (a handshake or a key pair): its owner knows.
 *
 *   31      24 23                     0
 *   | node    | random, never all zero |     node number: 0 for now
 *
 * A fixed table with open addressing, half full at most. The values are our own
 * random ones, so nobody else can crowd a place of it. 0 is no index.
 */
#ifndef JVPN_HANDSHAKE_INDEX_H
#define JVPN_HANDSHAKE_INDEX_H

#include "jvpn/limits.h"
#include "jvpn/types.h"

#define INDEX_NODE_SHIFT 24
#define INDEX_NODE 0u
/* a peer's key pairs and its handshake in flight */
#define INDEX_IN_USE_MAX (JVPN_SESSIONS_MAX * (JVPN_KEYPAIRS_PER_SESSION + 1))
#define INDEX_CANDIDATES 8

struct index_table;

/* -ENOMEM. The caller owns it and ends it with index_free(), which takes NULL. */
int index_new(struct index_table **ret_table);
void index_free(struct index_table *table);

/* Takes the first of the random candidates (cut to 24 bits) that is free. -EAGAIN: none was;
 * -ENOSPC: the table is full. */
int index_take(struct index_table *table, const __u32 candidates[INDEX_CANDIDATES], __u32 owner, __u32 *ret_index);

/* Takes this very index: one found in the kernel's maps after a restart. -EEXIST, -ENOSPC, -EINVAL (0). */
int index_adopt(struct index_table *table, __u32 index, __u32 owner);

/* -ENOENT */
int index_find(const struct index_table *table, __u32 index, __u32 *ret_owner);

/* An index that is not in use is left alone. */
void index_release(struct index_table *table, __u32 index);

size_t index_count(const struct index_table *table);

#endif
