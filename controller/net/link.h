/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network devices: facts of one, and the veth pair that is the tunnel device.
 * Never touches a device it was not named, never sets addresses (net/address.h),
 * routes (net/route.h) or offloads (net/offload.h).
 *
 *   stack -> [ jvpn0 ] ==== [ jvpn0-dp ] -> TC ingress: seal
 *   stack <- [ jvpn0 ] ==== [ jvpn0-dp ] <- XDP redirect: open
 *
 * Both ends are NOARP and generate no IPv6 address, so neither resolves
 * neighbours nor solicits routers. Measured: with NOARP the stack sends every
 * unicast packet with jvpn0's own MAC as source and destination, and accepts
 * only frames for that MAC (or broadcast). So a frame to deliver needs
 * destination link_tunnel_mac; its source is not looked at.
 *
 * The other end has another MAC on purpose: what the stack sends is then
 * PACKET_OTHERHOST there, and dies in ip_rcv() when no TC program takes it. With
 * one MAC on both ends a forwarding host without the program would route the
 * plaintext on, out of its uplink.
 *
 * MACs that were set explicitly are left alone by udev's MACAddressPolicy.
 */
#ifndef NET_LINK_H
#define NET_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/netlink.h"

#define LINK_MAC_BYTES 6
/* Locally administered, unicast: 02, "jvpn", then which end. */
extern const uint8_t link_tunnel_mac[LINK_MAC_BYTES];	   /* 02:6a:76:70:6e:00, of jvpn0 */
extern const uint8_t link_tunnel_peer_mac[LINK_MAC_BYTES]; /* 02:6a:76:70:6e:01, of jvpn0-dp */

struct link_facts {
	uint32_t ifindex;
	uint32_t mtu;
	uint32_t flags;	       /* IFF_UP, IFF_RUNNING, IFF_NOARP ... */
	uint32_t peer_ifindex; /* of a veth's other end when in this namespace, else 0 */
	uint8_t mac[LINK_MAC_BYTES];
	char name[IFNAMSIZ];
	char kind[IFNAMSIZ]; /* "veth", "wireguard" ...; "" for hardware */
};

/* 1..15 characters, none of them '/', ':' or white space, not "." or "..". */
bool link_name_is_valid(const char *name);

/* -ENODEV when there is none. */
int link_get(struct netlink *netlink, const char *name, struct link_facts *ret_facts);
int link_get_by_index(struct netlink *netlink, uint32_t ifindex, struct link_facts *ret_facts);

/*
 * Creates the pair in this namespace, both ends up, as drawn above. -EEXIST when
 * either name is taken, -EINVAL for an invalid name. All or nothing.
 */
int link_create_tunnel(struct netlink *netlink, const char *name, const char *peer_name, uint32_t mtu,
		       struct link_facts *ret_tunnel, struct link_facts *ret_peer);

/* A veth goes with its other end. -ENODEV. */
int link_delete(struct netlink *netlink, uint32_t ifindex);

int link_set_mtu(struct netlink *netlink, uint32_t ifindex, uint32_t mtu);
int link_set_up(struct netlink *netlink, uint32_t ifindex, bool up);

#endif
