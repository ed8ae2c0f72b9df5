/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tunnel device behind one small interface: today a veth pair, whose far end is the
 * data plane's. Never knows of sessions.
 */
#ifndef TUNNEL_H
#define TUNNEL_H

#include "dataplane/plane.h"
#include "gateway.h"

/* Makes the pair, or takes over the one pinned state belongs to (`meta`; NULL: none). One clear line on failure. */
int tunnel_open(struct gateway *gateway, const struct jvpn_meta *meta, struct plane_error *ret_error);

/* Addresses, MTU and routes as configured; again after a change of configuration (`old`; NULL: none). */
int tunnel_configure(struct gateway *gateway, const struct config *old, struct plane_error *ret_error);

/* Deletes the pair; addresses and routes go with it. */
void tunnel_remove(struct gateway *gateway);

#endif
