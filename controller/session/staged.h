/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets that wait for a handshake: the newest few of a peer, bounded for one and for
 * all. The oldest goes first when there is no room, as in WireGuard.
 */
#ifndef SESSION_STAGED_H
#define SESSION_STAGED_H

#include <stddef.h>
#include <stdint.h>

#include "jvpn/limits.h"

struct staged_packet {
	size_t bytes;
	uint8_t data[];
};

struct staged {
	struct staged_packet *packets[JVPN_STAGED_PACKETS_MAX];
	uint32_t first;
	uint32_t count;
};

/* Copies it. `total` counts the packets of all peers, at most JVPN_STAGED_TOTAL_MAX: beyond it this one is dropped. */
void staged_put(struct staged *staged, size_t *total, const uint8_t *packet, size_t bytes);

/* The oldest, the caller's to free; NULL: none. */
struct staged_packet *staged_take(struct staged *staged, size_t *total);

void staged_clear(struct staged *staged, size_t *total);

#endif
