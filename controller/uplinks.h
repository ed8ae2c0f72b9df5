/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices on which peers' packets come in: as configured, or, when nothing is, those
 * that default routes and routes to the endpoints use. A device that appears later is
 * taken up then; one that went is let go.
 */
#ifndef UPLINKS_H
#define UPLINKS_H

#include "dataplane/plane.h"
#include "gateway.h"

/* At the start: every configured device must be there and free, and there must be one. */
int uplinks_open(struct gateway *gateway, struct plane_error *ret_error);

/* Links or routes changed: what is missing is logged once, not fatal. */
void uplinks_refresh(struct gateway *gateway);

/* A handshake was proven on this device: without `Uplinks =`, its data comes in there too. */
void uplinks_seen(struct gateway *gateway, uint32_t ifindex);

#endif
