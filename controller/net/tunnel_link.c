/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Creates the veth pair of link.h. The order matters: an end goes up only after
 * it was told to generate no IPv6 address and to resolve no neighbours.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>

#include "net/link.h"

const uint8_t link_tunnel_mac[LINK_MAC_BYTES] = {0x02, 0x6a, 0x76, 0x70, 0x6e, 0x00};
const uint8_t link_tunnel_peer_mac[LINK_MAC_BYTES] = {0x02, 0x6a, 0x76, 0x70, 0x6e, 0x01};

static void put_end(struct nlmsghdr *header, const char *name, uint32_t mtu, const uint8_t mac[LINK_MAC_BYTES])
{
	mnl_attr_put_strz(header, IFLA_IFNAME, name);
	mnl_attr_put_u32(header, IFLA_MTU, mtu);
	mnl_attr_put(header, IFLA_ADDRESS, LINK_MAC_BYTES, mac);
}

static int create_pair(struct netlink *netlink, const char *name, const char *peer_name, uint32_t mtu)
{
	struct netlink_request request;
	struct nlattr *link_info, *data, *peer;
	struct nlmsghdr *header;

	(void)netlink_prepare(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	header = netlink_header(&request);
	put_end(header, name, mtu, link_tunnel_mac);
	link_info = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(header, VETH_INFO_PEER);
	(void)mnl_nlmsg_put_extra_header(header, sizeof(struct ifinfomsg));
	put_end(header, peer_name, mtu, link_tunnel_peer_mac);
	mnl_attr_nest_end(header, peer);
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, link_info);
	return netlink_request(netlink, &request, NULL, NULL);
}

static int set_noarp(struct netlink *netlink, uint32_t ifindex)
{
	struct netlink_request request;
	struct ifinfomsg *info = netlink_prepare(&request, RTM_NEWLINK, 0, sizeof(*info));

	info->ifi_index = (int)ifindex;
	info->ifi_change = IFF_NOARP;
	info->ifi_flags = IFF_NOARP;
	return netlink_request(netlink, &request, NULL, NULL);
}

static int set_no_generated_address(struct netlink *netlink, uint32_t ifindex)
{
	struct netlink_request request;
	struct ifinfomsg *info = netlink_prepare(&request, RTM_NEWLINK, 0, sizeof(*info));
	struct nlmsghdr *header = netlink_header(&request);
	struct nlattr *families, *family;
	int error;

	info->ifi_index = (int)ifindex;
	families = mnl_attr_nest_start(header, IFLA_AF_SPEC);
	family = mnl_attr_nest_start(header, AF_INET6);
	mnl_attr_put_u8(header, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(header, family);
	mnl_attr_nest_end(header, families);
	error = netlink_request(netlink, &request, NULL, NULL);
	return error == -EAFNOSUPPORT ? 0 : error; /* no IPv6 here, or an MTU below 1280: nothing would be generated */
}

static int prepare_end(struct netlink *netlink, const char *name, struct link_facts *ret_facts)
{
	struct link_facts facts;
	int error = link_get(netlink, name, &facts);

	if (error == 0)
		error = set_noarp(netlink, facts.ifindex);
	if (error == 0)
		error = set_no_generated_address(netlink, facts.ifindex);
	if (error == 0)
		error = link_set_up(netlink, facts.ifindex, true);
	if (error == 0)
		*ret_facts = facts;
	return error;
}

static int prepare_pair(struct netlink *netlink, const char *name, const char *peer_name, struct link_facts *ret_tunnel,
			struct link_facts *ret_peer)
{
	struct link_facts tunnel, peer;
	int error = prepare_end(netlink, name, &tunnel);

	if (error == 0)
		error = prepare_end(netlink, peer_name, &peer);
	if (error == 0) /* again: flags have changed since */
		error = link_get_by_index(netlink, tunnel.ifindex, ret_tunnel);
	if (error == 0)
		error = link_get_by_index(netlink, peer.ifindex, ret_peer);
	return error;
}

int link_create_tunnel(struct netlink *netlink, const char *name, const char *peer_name, uint32_t mtu,
		       struct link_facts *ret_tunnel, struct link_facts *ret_peer)
{
	struct link_facts tunnel, peer, leftover;
	int error;

	if (!link_name_is_valid(name) || !link_name_is_valid(peer_name))
		return -EINVAL;
	error = create_pair(netlink, name, peer_name, mtu);
	if (error < 0)
		return error;
	error = prepare_pair(netlink, name, peer_name, &tunnel, &peer);
	if (error < 0) {
		if (link_get(netlink, name, &leftover) == 0)
			(void)link_delete(netlink, leftover.ifindex);
		return error;
	}
	*ret_tunnel = tunnel;
	*ret_peer = peer;
	return 0;
}
