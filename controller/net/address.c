/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses of one device over rtnetlink.
 */
#include "net/address.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define DUMP_ATTEMPTS 3

/* The family's own bytes of an address: the last four of a mapped one. */
static void put_ip(struct nlmsghdr *header, uint16_t type, const struct jvpn_ip *ip)
{
	if (ip_is_v4(ip))
		mnl_attr_put(header, type, 4, ip->bytes + 12);
	else
		mnl_attr_put(header, type, 16, ip->bytes);
}

static int change(struct netlink *netlink, uint16_t type, uint16_t flags, uint32_t ifindex,
		  const struct prefix *address)
{
	struct netlink_request request;
	struct ifaddrmsg *info = netlink_prepare(&request, type, flags, sizeof(*info));

	if (ifindex == 0)
		return -ENODEV;
	info->ifa_family = address->family == 4 ? AF_INET : AF_INET6;
	info->ifa_prefixlen = address->length;
	info->ifa_index = ifindex;
	if (address->family == 6)
		info->ifa_flags = IFA_F_NODAD;
	put_ip(netlink_header(&request), IFA_LOCAL, &address->ip);
	put_ip(netlink_header(&request), IFA_ADDRESS, &address->ip);
	return netlink_request(netlink, &request, NULL, NULL);
}

int address_add(struct netlink *netlink, uint32_t ifindex, const struct prefix *address)
{
	return change(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, address);
}

int address_remove(struct netlink *netlink, uint32_t ifindex, const struct prefix *address)
{
	return change(netlink, RTM_DELADDR, 0, ifindex, address);
}

struct listing {
	uint32_t ifindex;
	struct prefix *addresses;
	size_t capacity;
	size_t count;
};

/* IFA_LOCAL where there is one (IPv4, and point to point), else IFA_ADDRESS. */
static bool read_ip(const struct nlmsghdr *message, size_t ip_bytes, struct jvpn_ip *ret_ip)
{
	const struct nlattr *attribute, *found = NULL;

	mnl_attr_for_each(attribute, message, sizeof(struct ifaddrmsg))
	{
		uint16_t type = mnl_attr_get_type(attribute);

		if (mnl_attr_get_payload_len(attribute) != ip_bytes)
			continue;
		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !found))
			found = attribute;
	}
	if (!found)
		return false;
	if (ip_bytes == 4)
		*ret_ip = ip_from_v4(mnl_attr_get_u32(found));
	else
		memcpy(ret_ip->bytes, mnl_attr_get_payload(found), 16);
	return true;
}

static int list_one(const struct nlmsghdr *message, void *userdata)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct listing *listing = userdata;
	struct prefix address = {0};

	if (message->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return -EBADMSG;
	if (info->ifa_index != listing->ifindex || (info->ifa_family != AF_INET && info->ifa_family != AF_INET6))
		return 0;
	address.family = info->ifa_family == AF_INET ? 4 : 6;
	address.length = info->ifa_prefixlen;
	if (!read_ip(message, info->ifa_family == AF_INET ? 4 : 16, &address.ip))
		return 0;
	if (listing->count < listing->capacity)
		listing->addresses[listing->count] = address;
	listing->count++;
	return 0;
}

int address_list(struct netlink *netlink, uint32_t ifindex, struct prefix *ret_addresses, size_t capacity,
		 size_t *ret_count)
{
	struct listing listing = {.ifindex = ifindex, .addresses = ret_addresses, .capacity = capacity};
	struct netlink_request request;
	int error = -EINTR;

	for (int attempt = 0; error == -EINTR && attempt < DUMP_ATTEMPTS; attempt++) {
		struct ifaddrmsg *info = netlink_prepare(&request, RTM_GETADDR, NLM_F_DUMP, sizeof(*info));

		info->ifa_index = ifindex;
		listing.count = 0;
		error = netlink_request(netlink, &request, list_one, &listing);
	}
	if (error == 0)
		*ret_count = listing.count;
	return error;
}
