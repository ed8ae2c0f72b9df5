/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every key of a pinned map, once: the first half of each reading in
 * inspect_read.c. Not for `events`, which has no keys.
 *
 * A walk asks the kernel for the key behind the last one. When that one has
 * vanished, the kernel begins anew, and keys come twice; they are sorted, and
 * twins dropped. A walk ends after INSPECT_WALKS_PER_ELEMENT times as many steps
 * as the map has room for.
 */
#ifndef DATAPLANE_INSPECT_WALK_H
#define DATAPLANE_INSPECT_WALK_H

#include "dataplane/inspect.h"

#define INSPECT_WALKS_PER_ELEMENT 4

/*
 * *ret_keys: *ret_count keys of the map's key size, one behind the other, sorted
 * by what they mean; the caller frees it. -EBUSY: thrown back too often. -ENOMEM.
 */
int inspect_walk(const struct inspect *inspect, enum inspect_map map, uint8_t **ret_keys, size_t *ret_count);

#endif
