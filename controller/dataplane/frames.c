/* SPDX-License-Identifier: BSD-2-Clause */
#include "dataplane/frames.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "jvpn/frame.h"

#define MINIMUM_BYTES 60 /* of an Ethernet frame: the rest is padding */

int frames_open(uint32_t tunnel_ifindex)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)tunnel_ifindex};
	_cleanup_fd_ int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return take_fd(&fd);
}

static int frames_send(int fd, const uint8_t mac[static 6], uint16_t ethertype, const void *data, size_t bytes)
{
	static const uint8_t zeros[MINIMUM_BYTES];
	struct ethhdr ethernet = {.h_proto = htons(ethertype)};
	size_t total = sizeof(ethernet) + bytes;
	struct iovec parts[] = {
		{&ethernet, sizeof(ethernet)},
		{(void *)data, bytes},
		{(void *)zeros, total < MINIMUM_BYTES ? MINIMUM_BYTES - total : 0},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
	memcpy(ethernet.h_dest, mac, ETH_ALEN);
	memcpy(ethernet.h_source, mac, ETH_ALEN);
	return sendmsg(fd, &message, 0) < 0 ? -errno : 0;
}

int frames_send_keepalive(int fd, const uint8_t mac[static 6], uint64_t session)
{
	struct jvpn_frame frame = {.magic = JVPN_FRAME_MAGIC, .session = session, .slot = JVPN_FRAME_ANY_PATH};
	return frames_send(fd, mac, ETH_P_IP, &frame, sizeof(frame));
}

int frames_send_packet(int fd, const uint8_t mac[static 6], const uint8_t *packet, size_t bytes)
{
	switch (bytes ? packet[0] >> 4 : 0) {
	case 4:
		return frames_send(fd, mac, ETH_P_IP, packet, bytes);
	case 6:
		return frames_send(fd, mac, ETH_P_IPV6, packet, bytes);
	default:
		return -EINVAL;
	}
}
