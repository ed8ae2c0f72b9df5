/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's routes: which device and source reach a destination, where the
 * default routes go, and a device route per AllowedIPs prefix. Never keeps a
 * copy: each call asks anew.
 */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/netlink.h"
#include "net/prefix.h"

struct route_query {
	struct jvpn_ip destination;
	struct jvpn_ip source; /* all zero: any */
	uint32_t fwmark;       /* 0: none */
	uint32_t ifindex;      /* leave through this device; 0: any */
};

struct route_answer {
	uint32_t ifindex;
	uint32_t mtu;		/* of the route when it has one of its own (metric, or a learned path MTU), else 0 */
	struct jvpn_ip source;	/* the address the kernel would use; all zero: none */
	struct jvpn_ip gateway; /* all zero: on link. May be IPv6 for an IPv4 destination */
};

/* -ENETUNREACH, -EHOSTUNREACH, -EACCES (prohibit), -EINVAL (blackhole) as the kernel answers; -EADDRNOTAVAIL: local. */
int route_lookup(struct netlink *netlink, const struct route_query *query, struct route_answer *ret_answer);

/*
 * Devices that carry a default route of the main table, IPv4 or IPv6, nexthop
 * lists included, best metric first, none twice. `ret_count` may exceed
 * `capacity`: then the rest was left out.
 */
int route_default_devices(struct netlink *netlink, uint32_t *ret_ifindexes, size_t capacity, size_t *ret_count);

/*
 * A route of the main table for a masked prefix through a device, no gateway:
 * what wg-quick does for AllowedIPs. -EEXIST when the prefix has a route of
 * that kind already; -ESRCH on removal when there is none.
 */
int route_add(struct netlink *netlink, uint32_t ifindex, const struct prefix *prefix);
int route_remove(struct netlink *netlink, uint32_t ifindex, const struct prefix *prefix);

#endif
