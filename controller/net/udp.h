/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's UDP sockets: one IPv4 and one IPv6 (v6 only) on one port. They
 * carry handshake messages and cookies; data is the data plane's. Non-blocking.
 * Never looks into a datagram.
 *
 * On a machine without one of the families the other works alone.
 */
#ifndef NET_UDP_H
#define NET_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "net/endpoint.h"

#define UDP_DSCP_HANDSHAKE 0x88 /* TOS byte of AF41, as WireGuard marks handshakes */
#define UDP_RECEIVE_BUFFER_BYTES (4u << 20)

struct udp;

struct udp_datagram {
	struct endpoint remote;
	struct jvpn_ip local; /* the address it was sent to */
	uint32_t ifindex;     /* where it came in */
	size_t bytes;	      /* in the buffer */
	bool truncated;	      /* it was longer than the buffer */
};

/*
 * `port` in host byte order; 0: one that is free in both families. `fwmark` 0:
 * none. -EADDRINUSE: another socket has the port, in either family.
 */
int udp_open(uint16_t port, uint32_t fwmark, struct udp **ret_udp);
void udp_close(struct udp *udp); /* NULL is fine */
DEFINE_CLEANUP(udp, struct udp *, udp_close);

uint16_t udp_port(const struct udp *udp);
/* To poll for EPOLLIN; -1 when the machine has no such family. `family` 4 or 6. Stays the socket's. */
int udp_fd(const struct udp *udp, uint8_t family);

int udp_set_fwmark(struct udp *udp, uint32_t fwmark); /* -EPERM without CAP_NET_ADMIN */

/* One datagram of one family. -EAGAIN: none waits. An ICMP error is no error here. */
int udp_receive(struct udp *udp, uint8_t family, void *ret_buffer, size_t capacity, struct udp_datagram *ret_datagram);

/*
 * Sends one handshake datagram, marked UDP_DSCP_HANDSHAKE. `local` NULL or all
 * zero: the route chooses the source; `ifindex` 0: it chooses the device.
 * -EAFNOSUPPORT: no socket of the remote's family. -EINVAL: `local` is of the other
 * family. -EINVAL or -ENETUNREACH, as the kernel likes: `local` is not ours.
 * -ENETUNREACH: no route, -ENODEV: no such device, -EAGAIN: the send buffer is full.
 */
int udp_send(struct udp *udp, const struct endpoint *remote, const struct jvpn_ip *local, uint32_t ifindex,
	     const void *data, size_t bytes);

#endif
