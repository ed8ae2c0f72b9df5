/* SPDX-License-Identifier: BSD-2-Clause */
#include "tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "dataplane/attachment.h"
#include "net/address.h"
#include "net/offload.h"
#include "net/route.h"

static void tunnel_peer_name(const struct gateway *gateway, char ret_name[static IFNAMSIZ + 4])
{
	(void)snprintf(ret_name, IFNAMSIZ + 4, "%s%s", gateway->interface, JVPN_DP_SUFFIX);
}

/* What a jvpnd left that lost its pins (bpffs unmounted): recognised by both names, kind and address. */
static bool tunnel_is_leftover(const struct link_facts *link)
{
	return !strcmp(link->kind, "veth") && !memcmp(link->mac, link_tunnel_mac, LINK_MAC_BYTES);
}

static int tunnel_adopt(struct gateway *gateway, const struct jvpn_meta *meta)
{
	char name[IFNAMSIZ + 4];
	tunnel_peer_name(gateway, name);
	int error = link_get(gateway->netlink, gateway->interface, &gateway->tunnel);
	if (!error)
		error = link_get(gateway->netlink, name, &gateway->delivery);
	if (error)
		return error;
	return gateway->tunnel.ifindex == meta->tunnel_ifindex && gateway->delivery.ifindex == meta->delivery_ifindex
		       ? 0
		       : -ENODEV;
}

/*
 * Both checksum and segmentation are the stack's: a packet is sealed as it will be read,
 * with nothing left for a device to fill in. Without scatter-gather the stack copies and
 * sums a segment in one pass, into one piece, which sealing needs anyway (measured: 2 % of
 * the CPU time). Receive offload is what makes the tunnel
 * poll for packets redirected into it, and merges them for the stack.
 */
static int tunnel_set_offloads(struct gateway *gateway)
{
	int error = offload_set(gateway->interface, OFFLOAD_TX_CHECKSUM, false);
	if (!error)
		error = offload_set(gateway->interface, OFFLOAD_SCATTER_GATHER, false);
	if (!error)
		error = offload_disable_segmentation(gateway->interface);
	return error ? error : offload_set(gateway->interface, OFFLOAD_GRO, true);
}

static int tunnel_create(struct gateway *gateway, struct plane_error *ret_error)
{
	char name[IFNAMSIZ + 4];
	struct link_facts link;
	uint32_t mtu = gateway->config->mtu ? gateway->config->mtu : JVPN_MTU_DEFAULT;
	tunnel_peer_name(gateway, name);
	if (strlen(name) >= IFNAMSIZ)
		return plane_say(ret_error, -EINVAL, "interface name %s is too long: at most %zu characters",
				 gateway->interface, IFNAMSIZ - 1 - strlen(JVPN_DP_SUFFIX));
	if (!link_get(gateway->netlink, gateway->interface, &link)) {
		if (!tunnel_is_leftover(&link))
			return plane_say(ret_error, -EEXIST, "a device %s exists already, and it is not jvpn's",
					 gateway->interface);
		log_warning("%s is left from a jvpnd whose pinned state is gone: made anew", gateway->interface);
		(void)link_delete(gateway->netlink, link.ifindex);
	}
	int error = link_create_tunnel(gateway->netlink, gateway->interface, name, mtu, &gateway->tunnel,
				       &gateway->delivery);
	if (error)
		return plane_say(ret_error, error, "the device %s cannot be made: %s %s", gateway->interface,
				 strerror(-error), netlink_error_text(gateway->netlink));
	gateway->tunnel_is_new = true;
	error = tunnel_set_offloads(gateway);
	if (error)
		return plane_say(ret_error, error, "%s: offloads: %s", gateway->interface, strerror(-error));
	return 0;
}

int tunnel_open(struct gateway *gateway, const struct jvpn_meta *meta, struct plane_error *ret_error)
{
	if (meta && !tunnel_adopt(gateway, meta))
		return 0;
	if (meta) {
		log_warning("pinned state without its device %s: its sessions are ended", gateway->interface);
		plane_discard(gateway->interface);
	}
	return tunnel_create(gateway, ret_error);
}

static bool has_address(const struct config *config, const struct prefix *address)
{
	for (size_t i = 0; config && i < config->address_count; i++)
		if (!prefix_compare(&config->addresses[i], address))
			return true;
	return false;
}

static int tunnel_addresses(struct gateway *gateway, const struct config *old, struct plane_error *ret_error)
{
	const struct config *config = gateway->config;
	for (size_t i = 0; i < config->address_count; i++) {
		char text[PREFIX_TEXT_BYTES];
		int error = address_add(gateway->netlink, gateway->tunnel.ifindex, &config->addresses[i]);
		prefix_format(&config->addresses[i], text);
		if (error && error != -EEXIST)
			return plane_say(ret_error, error, "%s: address %s: %s %s", gateway->interface, text,
					 strerror(-error), netlink_error_text(gateway->netlink));
	}
	for (size_t i = 0; old && i < old->address_count; i++)
		if (!has_address(config, &old->addresses[i]))
			(void)address_remove(gateway->netlink, gateway->tunnel.ifindex, &old->addresses[i]);
	return 0;
}

static bool has_allowed(const struct config *config, const struct prefix *prefix)
{
	for (size_t i = 0; config && i < config->peer_count; i++)
		for (size_t j = 0; j < config->peers[i].allowed_ip_count; j++)
			if (!prefix_compare(&config->peers[i].allowed_ips[j], prefix))
				return true;
	return false;
}

static void tunnel_unroute_old(struct gateway *gateway, const struct config *old)
{
	for (size_t i = 0; old && i < old->peer_count; i++)
		for (size_t j = 0; j < old->peers[i].allowed_ip_count; j++)
			if (!has_allowed(gateway->config, &old->peers[i].allowed_ips[j]))
				(void)route_remove(gateway->netlink, gateway->tunnel.ifindex,
						   &old->peers[i].allowed_ips[j]);
}

/* A default route would swallow the outer packets too: that takes policy routing, which is wg-quick's. */
static void tunnel_route(struct gateway *gateway, const struct prefix *prefix)
{
	char text[PREFIX_TEXT_BYTES];
	prefix_format(prefix, text);
	if (!prefix->length) {
		log_warning(
			"no route is set for AllowedIPs %s: a default route takes policy routing (wg-quick does it)",
			text);
		return;
	}
	int error = route_add(gateway->netlink, gateway->tunnel.ifindex, prefix);
	if (error && error != -EEXIST)
		log_line_errno(LOG_LEVEL_WARNING, error, "no route for AllowedIPs %s", text);
}

static void tunnel_routes(struct gateway *gateway, const struct config *old)
{
	const struct config *config = gateway->config;
	tunnel_unroute_old(gateway, old);
	for (size_t i = 0; !config->table_off && i < config->peer_count; i++)
		for (size_t j = 0; j < config->peers[i].allowed_ip_count; j++)
			if (!has_allowed(old, &config->peers[i].allowed_ips[j]))
				tunnel_route(gateway, &config->peers[i].allowed_ips[j]);
}

int tunnel_configure(struct gateway *gateway, const struct config *old, struct plane_error *ret_error)
{
	uint32_t mtu = gateway->config->mtu ? gateway->config->mtu : JVPN_MTU_DEFAULT;
	if (gateway->tunnel.mtu != mtu) {
		int error = link_set_mtu(gateway->netlink, gateway->delivery.ifindex, mtu);
		if (!error)
			error = link_set_mtu(gateway->netlink, gateway->tunnel.ifindex, mtu);
		if (error)
			return plane_say(ret_error, error, "%s: MTU %u: %s", gateway->interface, mtu, strerror(-error));
		gateway->tunnel.mtu = mtu;
	}
	int error = tunnel_addresses(gateway, old, ret_error);
	if (error)
		return error;
	tunnel_routes(gateway, old);
	return 0;
}

void tunnel_remove(struct gateway *gateway)
{
	if (gateway->tunnel.ifindex)
		(void)link_delete(gateway->netlink, gateway->tunnel.ifindex);
	gateway->tunnel.ifindex = 0;
}
