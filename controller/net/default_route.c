/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices default routes leave through, from a dump of the main table. The
 * kernel filters by table, not by prefix length: with a full Internet table this
 * takes a second, so call it when routes changed, not per packet.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "net/route.h"

#define CANDIDATES_MAX 64
#define DUMP_ATTEMPTS 3

/* Candidates by metric, best first, no device twice. */
struct candidates {
	struct {
		uint32_t ifindex;
		uint32_t metric;
	} list[CANDIDATES_MAX];
	size_t count;
};

static void remove_at(struct candidates *candidates, size_t index)
{
	candidates->count--;
	for (size_t i = index; i < candidates->count; i++)
		candidates->list[i] = candidates->list[i + 1];
}

static void insert(struct candidates *candidates, uint32_t ifindex, uint32_t metric)
{
	size_t at;

	for (size_t i = 0; i < candidates->count; i++) {
		if (candidates->list[i].ifindex != ifindex)
			continue;
		if (candidates->list[i].metric <= metric)
			return;
		remove_at(candidates, i);
		break;
	}
	if (candidates->count == CANDIDATES_MAX)
		candidates->count--; /* the worst one makes room, or is replaced by this one */
	for (at = candidates->count; at > 0 && candidates->list[at - 1].metric > metric; at--)
		candidates->list[at] = candidates->list[at - 1];
	candidates->list[at].ifindex = ifindex;
	candidates->list[at].metric = metric;
	candidates->count++;
}

static void insert_nexthops(struct candidates *candidates, const struct nlattr *multipath, uint32_t metric)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath);

	while (RTNH_OK(hop, left)) {
		insert(candidates, (uint32_t)hop->rtnh_ifindex, metric);
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
}

static int read_default_route(const struct nlmsghdr *message, void *userdata)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute, *multipath = NULL;
	uint32_t table, metric = 0, ifindex = 0;

	if (message->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return -EBADMSG;
	if (info->rtm_dst_len != 0 || info->rtm_type != RTN_UNICAST || (info->rtm_flags & RTM_F_CLONED))
		return 0;
	table = info->rtm_table;
	mnl_attr_for_each(attribute, message, sizeof(*info))
	{
		uint16_t type = mnl_attr_get_type(attribute);

		if (type == RTA_MULTIPATH)
			multipath = attribute;
		if (mnl_attr_get_payload_len(attribute) != sizeof(uint32_t))
			continue;
		if (type == RTA_TABLE)
			table = mnl_attr_get_u32(attribute);
		else if (type == RTA_PRIORITY)
			metric = mnl_attr_get_u32(attribute);
		else if (type == RTA_OIF)
			ifindex = mnl_attr_get_u32(attribute);
	}
	if (table != RT_TABLE_MAIN)
		return 0;
	if (multipath)
		insert_nexthops(userdata, multipath, metric);
	else if (ifindex != 0)
		insert(userdata, ifindex, metric);
	return 0;
}

static int dump_family(struct netlink *netlink, unsigned char family, struct candidates *ret_candidates)
{
	struct candidates candidates;
	int error = -EINTR;

	for (int attempt = 0; error == -EINTR && attempt < DUMP_ATTEMPTS; attempt++) {
		struct netlink_request request;
		struct rtmsg *info = netlink_prepare(&request, RTM_GETROUTE, NLM_F_DUMP, sizeof(*info));

		info->rtm_family = family;
		info->rtm_table = RT_TABLE_MAIN;
		candidates = *ret_candidates;
		error = netlink_request(netlink, &request, read_default_route, &candidates);
	}
	if (error == -EAFNOSUPPORT || error == -EOPNOTSUPP)
		return 0; /* a family this kernel does not have */
	if (error == 0)
		*ret_candidates = candidates;
	return error;
}

int route_default_devices(struct netlink *netlink, uint32_t *ret_ifindexes, size_t capacity, size_t *ret_count)
{
	struct candidates candidates = {.count = 0};
	int error = dump_family(netlink, AF_INET, &candidates);

	if (error == 0)
		error = dump_family(netlink, AF_INET6, &candidates);
	if (error < 0)
		return error;
	for (size_t i = 0; i < candidates.count && i < capacity; i++)
		ret_ifindexes[i] = candidates.list[i].ifindex;
	*ret_count = candidates.count;
	return 0;
}
