/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Offload switches of a network device, through ethtool's ioctl. Never guesses:
 * reads back what it has written.
 *
 * Not here: threaded NAPI. /sys/class/net/DEV/threaded shows the namespace that
 * sysfs was mounted in, which need not be the daemon's.
 */
#ifndef NET_OFFLOAD_H
#define NET_OFFLOAD_H

#include <stdbool.h>

enum offload {
	OFFLOAD_TX_CHECKSUM, /* off: the stack completes checksums itself, and GSO goes with it */
	OFFLOAD_RX_CHECKSUM,
	OFFLOAD_SCATTER_GATHER,
	OFFLOAD_TSO, /* of IPv4 and IPv6 */
	OFFLOAD_GSO,
	OFFLOAD_GRO,
};

/* -ENODEV, -EOPNOTSUPP: the device fixes this switch at the other value, -EPERM. */
int offload_set(const char *device, enum offload offload, bool on);
int offload_get(const char *device, enum offload offload, bool *ret_on);

/*
 * Turns off every transmit segmentation of the device (TCP, UDP, SCTP, tunnels,
 * lists), so that the stack cuts each packet before it crosses the veth; software
 * GSO stays on. OFFLOAD_TSO alone is not enough for a tunnel: UDP segmentation,
 * which veth has too, would let a QUIC sender's 64 KiB packet through. Features
 * the device does not know or fixes off are fine; -EOPNOTSUPP when one stays on.
 */
int offload_disable_segmentation(const char *device);

/* "tx-checksum", "tso" ...: for messages. */
const char *offload_name(enum offload offload);

#endif
