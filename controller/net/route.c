/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Route lookups and device routes over rtnetlink. Keeps nothing between calls.
 */
#include "net/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define V4_BYTES 4
#define V6_BYTES 16

/* The family's own bytes of an address. */
static void put_ip(struct nlmsghdr *header, uint16_t type, const struct jvpn_ip *ip)
{
	if (ip_is_v4(ip))
		mnl_attr_put(header, type, V4_BYTES, ip->bytes + V6_BYTES - V4_BYTES);
	else
		mnl_attr_put(header, type, V6_BYTES, ip->bytes);
}

static void read_ip(const void *bytes, size_t length, struct jvpn_ip *ret_ip)
{
	__be32 v4;

	if (length == V4_BYTES) {
		memcpy(&v4, bytes, sizeof(v4));
		*ret_ip = ip_from_v4(v4);
	} else if (length == V6_BYTES) {
		memcpy(ret_ip->bytes, bytes, V6_BYTES);
	}
}

static uint32_t read_mtu(const struct nlattr *metrics)
{
	const struct nlattr *metric;

	mnl_attr_for_each_nested(metric, metrics)
	{
		if (mnl_attr_get_type(metric) == RTAX_MTU && mnl_attr_get_payload_len(metric) == sizeof(uint32_t))
			return mnl_attr_get_u32(metric);
	}
	return 0;
}

static void read_attribute(const struct nlattr *attribute, struct route_answer *answer)
{
	const uint8_t *payload = mnl_attr_get_payload(attribute);
	size_t length = mnl_attr_get_payload_len(attribute);

	switch (mnl_attr_get_type(attribute)) {
	case RTA_OIF:
		if (length == sizeof(uint32_t))
			answer->ifindex = mnl_attr_get_u32(attribute);
		break;
	case RTA_PREFSRC:
		read_ip(payload, length, &answer->source);
		break;
	case RTA_GATEWAY:
		read_ip(payload, length, &answer->gateway);
		break;
	case RTA_VIA: /* family in two bytes, then the address: an IPv6 gateway of an IPv4 route */
		if (length > sizeof(struct rtvia))
			read_ip(payload + sizeof(struct rtvia), length - sizeof(struct rtvia), &answer->gateway);
		break;
	case RTA_METRICS:
		answer->mtu = read_mtu(attribute);
		break;
	}
}

static int read_route(const struct nlmsghdr *message, void *userdata)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;

	if (message->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return -EBADMSG;
	mnl_attr_for_each(attribute, message, sizeof(*info)) read_attribute(attribute, userdata);
	return info->rtm_type == RTN_LOCAL ? -EADDRNOTAVAIL : 0; /* other dead ends are errors of the request */
}

int route_lookup(struct netlink *netlink, const struct route_query *query, struct route_answer *ret_answer)
{
	static const struct jvpn_ip any = {0};
	struct route_answer answer = {0};
	struct netlink_request request;
	struct rtmsg *info = netlink_prepare(&request, RTM_GETROUTE, 0, sizeof(*info));
	struct nlmsghdr *header = netlink_header(&request);
	bool is_v4 = ip_is_v4(&query->destination);
	int error;

	info->rtm_family = is_v4 ? AF_INET : AF_INET6;
	info->rtm_dst_len = is_v4 ? 32 : 128;
	put_ip(header, RTA_DST, &query->destination);
	if (!ip_equal(&query->source, &any)) {
		if (ip_is_v4(&query->source) != is_v4)
			return -EINVAL;
		info->rtm_src_len = info->rtm_dst_len;
		put_ip(header, RTA_SRC, &query->source);
	}
	if (query->ifindex != 0)
		mnl_attr_put_u32(header, RTA_OIF, query->ifindex);
	if (query->fwmark != 0)
		mnl_attr_put_u32(header, RTA_MARK, query->fwmark);
	error = netlink_request(netlink, &request, read_route, &answer);
	if (error < 0)
		return error;
	if (answer.ifindex == 0)
		return -ENETUNREACH;
	if (!ip_equal(&query->source, &any))
		answer.source = query->source; /* the kernel does not repeat it */
	*ret_answer = answer;
	return 0;
}

static int change(struct netlink *netlink, uint16_t type, uint16_t flags, uint32_t ifindex, const struct prefix *prefix)
{
	struct netlink_request request;
	struct rtmsg *info = netlink_prepare(&request, type, flags, sizeof(*info));
	struct nlmsghdr *header = netlink_header(&request);

	if (ifindex == 0)
		return -ENODEV;
	info->rtm_family = prefix->family == 4 ? AF_INET : AF_INET6;
	info->rtm_dst_len = prefix->length;
	info->rtm_table = RT_TABLE_MAIN;
	info->rtm_protocol = RTPROT_STATIC;
	info->rtm_scope = prefix->family == 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	info->rtm_type = RTN_UNICAST;
	put_ip(header, RTA_DST, &prefix->ip);
	mnl_attr_put_u32(header, RTA_OIF, ifindex);
	return netlink_request(netlink, &request, NULL, NULL);
}

int route_add(struct netlink *netlink, uint32_t ifindex, const struct prefix *prefix)
{
	return change(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, ifindex, prefix);
}

int route_remove(struct netlink *netlink, uint32_t ifindex, const struct prefix *prefix)
{
	return change(netlink, RTM_DELROUTE, 0, ifindex, prefix);
}
