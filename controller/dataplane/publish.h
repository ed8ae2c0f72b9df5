/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the controller says to the data path, in the order that never shows it half a
 * session (design: install key pair > session > route; remove route > session > wait >
 * wipe key pair). Live sessions and key pairs change only by swap commands.
 *
 * Errors are the kernel's, negative; nothing has changed then.
 */
#ifndef DATAPLANE_PUBLISH_H
#define DATAPLANE_PUBLISH_H

#include "dataplane/plane.h"
#include "jvpn/swap.h"
#include "net/prefix.h"

/* A new key pair under our receiver index. -EEXIST. The caller wipes its copy. */
int publish_keypair(struct plane *plane, uint32_t index, const struct jvpn_keypair *keypair);

/* A new session. -EEXIST. */
int publish_session(struct plane *plane, const struct jvpn_session *session);
/* The record goes; key pairs that name it open nothing from here on. -ENOENT. */
int publish_session_end(struct plane *plane, uint64_t session);

/* AllowedIPs: the prefix belongs to this peer, and to this session of it (0: none yet). Replaces. */
int publish_route(struct plane *plane, const struct prefix *prefix, uint32_t peer, uint64_t session);
/* Only when it belongs to this peer: it may have moved to another meanwhile. */
void publish_route_end(struct plane *plane, const struct prefix *prefix, uint32_t peer);

/*
 * Runs one command in the kernel; `swap->result` and the return value are its answer,
 * include/jvpn/swap.h names the errors.
 */
int publish_swap(struct plane *plane, struct jvpn_swap *swap);

/* Stops the key pair at once; it is still in memory. */
int publish_key_kill(struct plane *plane, uint32_t index);

/*
 * Waits until no packet can hold one of these killed key pairs (a grace period of the
 * kernel's RCU, a few ms to tens of ms), then wipes and frees them. One wait for all.
 */
void publish_keys_wipe(struct plane *plane, const uint32_t *indices, size_t count);

#endif
