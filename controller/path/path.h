/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How one remote endpoint is reached from here, as the data path needs it: local address,
 * device, MTU. Asks the kernel's routes; never changes a session.
 */
#ifndef PATH_PATH_H
#define PATH_PATH_H

#include "jvpn/maps.h"
#include "net/endpoint.h"
#include "net/netlink.h"

struct path_query {
	struct endpoint remote;
	struct jvpn_ip local; /* kept when a route allows it; all zero: the route chooses */
	uint32_t fwmark;
	uint32_t tunnel_ifindex; /* never through this one */
};

/*
 * Fills everything but `id` and `state`. -ENETUNREACH ...: no route. -ELOOP: the route
 * leads into the tunnel itself. -EADDRNOTAVAIL: the remote address is our own.
 */
int path_find(struct netlink *netlink, const struct path_query *query, struct jvpn_path *ret_path);

/* The same way to the same place? Ids and states are not compared. */
bool path_equal(const struct jvpn_path *a, const struct jvpn_path *b);

struct endpoint path_remote(const struct jvpn_path *path);

#endif
