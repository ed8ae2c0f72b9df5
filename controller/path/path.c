/* SPDX-License-Identifier: BSD-2-Clause */
#include "path/path.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/link.h"
#include "net/route.h"

#define IPV6_LINK_LOCAL_SCOPE(ip) ((ip)->bytes[0] == 0xfe && ((ip)->bytes[1] & 0xc0) == 0x80)

/* The address the peer knows us by is kept as long as a route from it exists. */
static int path_route(struct netlink *netlink, const struct path_query *query, struct route_answer *ret_answer)
{
	struct route_query route = {
		.destination = query->remote.ip,
		.source = query->local,
		.fwmark = query->fwmark,
		.ifindex = query->remote.scope,
	};
	int error = route_lookup(netlink, &route, ret_answer);
	if (!error || ip_is_any(&query->local))
		return error;
	memset(&route.source, 0, sizeof(route.source));
	error = route_lookup(netlink, &route, ret_answer);
	return error;
}

int path_find(struct netlink *netlink, const struct path_query *query, struct jvpn_path *ret_path)
{
	struct route_answer route = {0};
	struct link_facts link;
	int error = path_route(netlink, query, &route);
	if (error)
		return error;
	if (route.ifindex == query->tunnel_ifindex)
		return -ELOOP;
	error = link_get_by_index(netlink, route.ifindex, &link);
	if (error)
		return error;
	if (ip_is_any(&route.source))
		return -EADDRNOTAVAIL;
	struct jvpn_path path = {
		.local = route.source,
		.remote = query->remote.ip,
		.remote_port = htons(query->remote.port),
		.family = ip_family(&query->remote.ip),
		.ifindex = route.ifindex,
		.mtu = route.mtu && route.mtu < link.mtu ? route.mtu : link.mtu,
	};
	memcpy(path.name, link.name, sizeof(path.name));
	*ret_path = path;
	return 0;
}

bool path_equal(const struct jvpn_path *a, const struct jvpn_path *b)
{
	return ip_equal(&a->local, &b->local) && ip_equal(&a->remote, &b->remote) && a->remote_port == b->remote_port &&
	       a->ifindex == b->ifindex && a->mtu == b->mtu;
}

struct endpoint path_remote(const struct jvpn_path *path)
{
	struct endpoint remote = {.ip = path->remote, .port = ntohs(path->remote_port)};
	if (IPV6_LINK_LOCAL_SCOPE(&path->remote))
		remote.scope = path->ifindex;
	return remote;
}
