/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The controller's way into the tunnel: frames for the data plane to seal
 * (include/jvpn/frame.h) and packets that waited for a key. A raw socket on the tunnel
 * device; it never receives.
 */
#ifndef DATAPLANE_FRAMES_H
#define DATAPLANE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

/* `mac` below is the tunnel device's own, as the stack would write it. Returns the fd, the caller's, or -errno. */
int frames_open(uint32_t tunnel_ifindex);

/* WireGuard's keepalive: an empty text, under the key pair that sends. */
int frames_send_keepalive(int fd, const uint8_t mac[static 6], uint64_t session);

/* A whole IP packet, as the stack would have sent it. -EINVAL: neither IPv4 nor IPv6. */
int frames_send_packet(int fd, const uint8_t mac[static 6], const uint8_t *packet, size_t bytes);

#endif
