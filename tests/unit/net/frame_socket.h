/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A packet socket on one end of a pair: whole frames, as a data plane would see them.
 */
#ifndef TESTS_FRAME_SOCKET_H
#define TESTS_FRAME_SOCKET_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>

static inline int packet_socket(uint32_t ifindex)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)ifindex};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));

	cr_assert(fd >= 0);
	cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* The next frame that came over the pair, not one this end sent; its length, or 0 when none comes in `wait_ms`. */
static inline size_t next_frame(int fd, uint8_t *frame, size_t capacity, int wait_ms, unsigned char *ret_type)
{
	struct pollfd poller = {fd, POLLIN, 0};

	while (poll(&poller, 1, wait_ms) > 0) {
		struct sockaddr_ll from;
		socklen_t length = sizeof(from);
		ssize_t got = recvfrom(fd, frame, capacity, 0, (struct sockaddr *)&from, &length);

		if (got > 0 && from.sll_pkttype != PACKET_OUTGOING) {
			*ret_type = from.sll_pkttype;
			return (size_t)got;
		}
	}
	return 0;
}

#endif
