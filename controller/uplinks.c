/* SPDX-License-Identifier: BSD-2-Clause */
#include "uplinks.h"

#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/log.h"
#include "dataplane/attachment.h"
#include "dataplane/pins.h"
#include "net/route.h"
#include "session/peer.h"

#define DEVICES_MAX 64

struct devices {
	uint32_t ifindexes[DEVICES_MAX];
	size_t count;
};

static void devices_add(struct devices *devices, uint32_t ifindex)
{
	for (size_t i = 0; i < devices->count; i++)
		if (devices->ifindexes[i] == ifindex)
			return;
	if (devices->count < DEVICES_MAX)
		devices->ifindexes[devices->count++] = ifindex;
}

/* The data plane reads Ethernet headers: a device without them cannot be an uplink (yet). */
static bool is_ethernet(const char *name)
{
	struct ifreq request = {0};
	_cleanup_fd_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return fd >= 0 && !ioctl(fd, SIOCGIFHWADDR, &request) && request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

static int attach(struct gateway *gateway, const struct link_facts *link, struct plane_error *ret_error)
{
	bool native;
	bool known = plane_has_uplink(gateway->plane, link->ifindex);
	if (!is_ethernet(link->name))
		return plane_say(ret_error, -EOPNOTSUPP, "%s: not an Ethernet device, which an uplink must be",
				 link->name);
	int error = plane_attach_uplink(gateway->plane, link, &native, ret_error);
	if (!error && !known)
		log_info("uplink %s: XDP in %s mode", link->name, native ? "native" : "generic");
	return error;
}

static int attach_configured(struct gateway *gateway, const char *name, struct plane_error *ret_error)
{
	struct link_facts link;
	if (link_get(gateway->netlink, name, &link))
		return plane_say(ret_error, -ENODEV, "Uplinks: there is no device %s", name);
	return attach(gateway, &link, ret_error);
}

static void find_devices(struct gateway *gateway, struct devices *devices)
{
	size_t count = 0;
	(void)route_default_devices(gateway->netlink, devices->ifindexes, DEVICES_MAX, &count);
	devices->count = count < DEVICES_MAX ? count : DEVICES_MAX;
	for (size_t i = 0; i < gateway->peer_capacity && devices->count < DEVICES_MAX; i++) {
		const struct peer *peer = gateway->peers[i];
		struct route_query query = {.fwmark = gateway->config->fwmark};
		struct route_answer answer;
		if (!peer || !endpoint_is_set(&peer->endpoint))
			continue;
		query.destination = peer->endpoint.ip;
		query.ifindex = peer->endpoint.scope;
		if (!route_lookup(gateway->netlink, &query, &answer))
			devices_add(devices, answer.ifindex);
	}
}

static int attach_found(struct gateway *gateway, uint32_t ifindex, struct plane_error *ret_error)
{
	struct link_facts link;
	int error = link_get_by_index(gateway->netlink, ifindex, &link);
	if (error || ifindex == gateway->tunnel.ifindex)
		return plane_say(ret_error, -ENODEV, "device %u is gone", ifindex);
	return attach(gateway, &link, ret_error);
}

static int open_found(struct gateway *gateway, struct plane_error *ret_error)
{
	struct devices devices = {0};
	int attached = 0;
	find_devices(gateway, &devices);
	if (!devices.count)
		return plane_say(ret_error, -ENODEV,
				 "no uplink: there is neither a default route nor a route to an endpoint; name the "
				 "devices with Uplinks = in [Interface]");
	int error = 0;
	for (size_t i = 0; i < devices.count; i++) {
		int answer = attach_found(gateway, devices.ifindexes[i], ret_error);
		if (answer == -EBUSY)
			return answer;
		attached += !answer;
		error = answer ? answer : error;
	}
	return attached ? 0 : error;
}

int uplinks_open(struct gateway *gateway, struct plane_error *ret_error)
{
	if (!gateway->config->uplink_count)
		return open_found(gateway, ret_error);
	for (size_t i = 0; i < gateway->config->uplink_count; i++) {
		int error = attach_configured(gateway, gateway->config->uplinks[i], ret_error);
		if (error)
			return error;
	}
	return 0;
}

/* Lets go of a device that no longer exists; its link is dead, its name may come back with another index. */
static void drop_gone(uint32_t ifindex, void *userdata)
{
	struct gateway *gateway = userdata;
	struct link_facts link;
	if (link_get_by_index(gateway->netlink, ifindex, &link) != -ENODEV)
		return;
	log_info("uplink with index %u is gone", ifindex);
	plane_detach_uplink(gateway->plane, ifindex);
}

void uplinks_refresh(struct gateway *gateway)
{
	struct plane_error error;
	struct devices devices = {0};
	struct link_facts link;
	pins_each_link(gateway->interface, drop_gone, gateway);
	for (size_t i = 0; i < gateway->config->uplink_count; i++)
		if (!link_get(gateway->netlink, gateway->config->uplinks[i], &link))
			devices_add(&devices, link.ifindex);
	if (!gateway->config->uplink_count)
		find_devices(gateway, &devices);
	for (size_t i = 0; i < devices.count; i++)
		if (!plane_has_uplink(gateway->plane, devices.ifindexes[i]) &&
		    attach_found(gateway, devices.ifindexes[i], &error))
			log_warning("%s", error.text);
}

void uplinks_seen(struct gateway *gateway, uint32_t ifindex)
{
	struct plane_error error;
	if (gateway->config->uplink_count || plane_has_uplink(gateway->plane, ifindex))
		return;
	if (attach_found(gateway, ifindex, &error))
		log_warning("%s", error.text);
}
