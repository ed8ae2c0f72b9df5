/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A network namespace of the test's own, and the devices a data plane stands between. Nothing
 * outside of it is touched; it ends with the process that entered it.
 *
 *   jvpn0 ====== jvpn0-dp     [ programs ]     up0 ====== far0
 *   tunnel       its data-plane end            uplink     the other end of the wire
 *
 *   up0: 192.0.2.1/24, 2001:db8:a::1/64; default routes over 192.0.2.254 and 2001:db8:a::fe,
 *   whose link-layer address is far0's, permanently. Forwarding is on: it is a gateway.
 */
#ifndef JVPN_TESTS_DEVICES_H
#define JVPN_TESTS_DEVICES_H

#include <linux/types.h>

#define DEVICES_TUNNEL "jvpn0"
#define DEVICES_DATAPLANE "jvpn0-dp"
#define DEVICES_UPLINK "up0"
#define DEVICES_FAR "far0"
#define DEVICES_MTU 9500

extern const __u8 devices_tunnel_mac[6];
extern const __u8 devices_dataplane_mac[6];
extern const __u8 devices_uplink_mac[6];
extern const __u8 devices_far_mac[6];

/* Enters a new namespace and makes the devices; fails the test if it cannot (it needs root). */
void devices_open(void);

/* net.FAMILY.conf.all.forwarding of this namespace */
void devices_set_forwarding(int on);

#endif
