/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How full the pinned maps are at this moment. Errors as inspect_read.h.
 */
#ifndef DATAPLANE_INSPECT_USAGE_H
#define DATAPLANE_INSPECT_USAGE_H

#include "dataplane/inspect.h"

/* Bytes of the ring buffer `events` that nobody has consumed; needs an fd that may write, and does not. */
int inspect_events_unread(const struct inspect *inspect, uint64_t *ret_bytes);

/*
 * Elements of a hash or trie; of `counters`, `drops` and `delivery` the entries
 * that are not all zero; of `events` the unread bytes.
 */
int inspect_used(const struct inspect *inspect, enum inspect_map map, uint64_t *ret_used);

#endif
