/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One interface's data plane as the controller holds it: the programs, the pinned
 * maps, where they are attached. Opening finds pinned state or makes it; closing leaves
 * it running, removing ends it. Never decides what a map shall say (publish.h does).
 *
 *   /sys/fs/bpf/jvpn/INTERFACE/  meta sessions keypairs ... (JVPN_MAP_NAMES)
 *                                link_IFINDEX    an XDP attachment to an uplink
 *
 * Pinned state is input: it is used only when its ABI version and every size agree. New
 * programs are loaded around the old maps and take the places of the old programs one
 * atomic replacement at a time, so an upgrade loses no packet.
 */
#ifndef DATAPLANE_PLANE_H
#define DATAPLANE_PLANE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "jvpn/maps.h"
#include "net/link.h"

/* What went wrong, for one line of log: names the file, device, program or ability. */
struct plane_error {
	char text[512];
};

struct plane_setup {
	char interface[IFNAMSIZ];
	uint16_t listen_port;
	uint32_t fwmark;
	uint32_t tunnel_ifindex;
	uint32_t delivery_ifindex; /* the data-plane end */
	uint8_t tunnel_mac[6];
	uint8_t delivery_mac[6];
	uint8_t public_key[JVPN_KEY_BYTES];
};

struct plane;

/*
 * Is there pinned state of this interface? 1: yes, `ret_meta` is its own word, checked
 * for ABI and sizes. 0: no; what a start left that was killed half way is removed.
 * -EPROTO: there is, and it is not ours to adopt.
 */
int plane_find(const char *interface, struct jvpn_meta *ret_meta, struct plane_error *ret_error);

/* Loads the programs around pinned maps, or new ones, and attaches the sealing side. All or nothing. */
int plane_open(const struct plane_setup *setup, struct plane **ret_plane, struct plane_error *ret_error);

/* Lets go: what is pinned and attached goes on. NULL is fine. */
void plane_close(struct plane *plane);
DEFINE_CLEANUP(plane, struct plane *, plane_close);

/* Ends it: detaches, unpins, and lets go. NULL is fine. */
void plane_remove(struct plane *plane);

/* Unpins whatever is left of an interface nobody runs; XDP attachments end with their pins. */
void plane_discard(const char *interface);

/*
 * XDP on an uplink: in the driver where it can, else generic (`ret_native` tells). Again
 * for one that is attached: replaces its program. -EBUSY: another program is there, and
 * `ret_error` names it.
 */
int plane_attach_uplink(struct plane *plane, const struct link_facts *link, bool *ret_native,
			struct plane_error *ret_error);
void plane_detach_uplink(struct plane *plane, uint32_t ifindex);
bool plane_has_uplink(const struct plane *plane, uint32_t ifindex);

bool plane_is_adopted(const struct plane *plane);
int plane_map(const struct plane *plane, const char *name); /* fd, the plane's; -1: no such map */
int plane_swap_program(const struct plane *plane);	    /* fd of bpf/swap.bpf.c */

/* The memory-mapped `counters`: JVPN_SESSIONS_MAX of them, written by the data path, the plane's. */
const struct jvpn_counters *plane_counters(const struct plane *plane);
/* Before a slot serves a new session. */
void plane_counters_clear(struct plane *plane, uint32_t slot);

#endif
