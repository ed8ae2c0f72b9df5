/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts and switches of one network device. Never creates one (tunnel_link.c does).
 */
#include "net/link.h"

#include <ctype.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

bool link_name_is_valid(const char *name)
{
	size_t length = strnlen(name, IFNAMSIZ);

	if (length == 0 || length >= IFNAMSIZ || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)name[i];

		if (byte == '/' || byte == ':' || byte <= ' ' || byte >= 0x7f) /* the kernel's rule, and ASCII */
			return false;
	}
	return true;
}

static void copy_name(const struct nlattr *attribute, char ret_name[static IFNAMSIZ])
{
	size_t length = strnlen(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));

	if (length < IFNAMSIZ) {
		memcpy(ret_name, mnl_attr_get_payload(attribute), length);
		ret_name[length] = '\0';
	}
}

static int read_link(const struct nlmsghdr *message, void *userdata)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute, *nested;
	struct link_facts *facts = userdata;
	uint32_t linked = 0;
	bool is_elsewhere = false;

	if (message->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return -EBADMSG;
	facts->ifindex = (uint32_t)info->ifi_index;
	facts->flags = info->ifi_flags;
	mnl_attr_for_each(attribute, message, sizeof(*info))
	{
		uint16_t type = mnl_attr_get_type(attribute);
		uint16_t length = mnl_attr_get_payload_len(attribute);

		if (type == IFLA_MTU && length == sizeof(uint32_t))
			facts->mtu = mnl_attr_get_u32(attribute);
		else if (type == IFLA_LINK && length == sizeof(uint32_t))
			linked = mnl_attr_get_u32(attribute);
		else if (type == IFLA_LINK_NETNSID)
			is_elsewhere = true;
		else if (type == IFLA_ADDRESS && length == LINK_MAC_BYTES)
			memcpy(facts->mac, mnl_attr_get_payload(attribute), LINK_MAC_BYTES);
		else if (type == IFLA_IFNAME)
			copy_name(attribute, facts->name);
		else if (type == IFLA_LINKINFO)
			mnl_attr_for_each_nested(nested, attribute)
			{
				if (mnl_attr_get_type(nested) == IFLA_INFO_KIND)
					copy_name(nested, facts->kind);
			}
	}
	if (!is_elsewhere && strcmp(facts->kind, "veth") == 0)
		facts->peer_ifindex = linked;
	return 0;
}

static int get(struct netlink *netlink, const char *name, uint32_t ifindex, struct link_facts *ret_facts)
{
	struct link_facts facts = {0};
	struct netlink_request request;
	struct ifinfomsg *info = netlink_prepare(&request, RTM_GETLINK, 0, sizeof(*info));
	int error;

	info->ifi_index = (int)ifindex;
	if (name)
		mnl_attr_put_strz(netlink_header(&request), IFLA_IFNAME, name);
	mnl_attr_put_u32(netlink_header(&request), IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	error = netlink_request(netlink, &request, read_link, &facts);
	if (error < 0)
		return error;
	*ret_facts = facts;
	return 0;
}

int link_get(struct netlink *netlink, const char *name, struct link_facts *ret_facts)
{
	return link_name_is_valid(name) ? get(netlink, name, 0, ret_facts) : -ENODEV;
}

int link_get_by_index(struct netlink *netlink, uint32_t ifindex, struct link_facts *ret_facts)
{
	return ifindex != 0 ? get(netlink, NULL, ifindex, ret_facts) : -ENODEV;
}

int link_delete(struct netlink *netlink, uint32_t ifindex)
{
	struct netlink_request request;
	struct ifinfomsg *info = netlink_prepare(&request, RTM_DELLINK, 0, sizeof(*info));

	if (ifindex == 0)
		return -ENODEV;
	info->ifi_index = (int)ifindex;
	return netlink_request(netlink, &request, NULL, NULL);
}

int link_set_mtu(struct netlink *netlink, uint32_t ifindex, uint32_t mtu)
{
	struct netlink_request request;
	struct ifinfomsg *info = netlink_prepare(&request, RTM_NEWLINK, 0, sizeof(*info));

	if (ifindex == 0)
		return -ENODEV;
	info->ifi_index = (int)ifindex;
	mnl_attr_put_u32(netlink_header(&request), IFLA_MTU, mtu);
	return netlink_request(netlink, &request, NULL, NULL);
}

int link_set_up(struct netlink *netlink, uint32_t ifindex, bool up)
{
	struct netlink_request request;
	struct ifinfomsg *info = netlink_prepare(&request, RTM_NEWLINK, 0, sizeof(*info));

	if (ifindex == 0)
		return -ENODEV;
	info->ifi_index = (int)ifindex;
	info->ifi_change = IFF_UP;
	info->ifi_flags = up ? IFF_UP : 0;
	return netlink_request(netlink, &request, NULL, NULL);
}
