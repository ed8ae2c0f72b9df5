/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames on a device, as they are: raw.h. */
#include "raw.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define UDP 17

int raw_open(const char *device)
{
	struct timeval patience = {.tv_sec = 2};
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int raw = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	cr_assert_geq(raw, 0, "AF_PACKET: %s", strerror(errno));
	cr_assert_eq(setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	cr_assert_eq(bind(raw, (const struct sockaddr *)&address, sizeof(address)), 0, "%s: %s", device,
		     strerror(errno));
	return raw;
}

void raw_send(int raw, const struct packet *frame)
{
	ssize_t sent = send(raw, frame->data, frame->bytes, 0);
	cr_assert_eq(sent, (ssize_t)frame->bytes, "sending %u bytes: %s", frame->bytes, strerror(errno));
}

/* The stack talks on every device (neighbours, multicast groups): only UDP is ours. */
static bool is_udp(const struct packet *frame)
{
	__u8 version = frame->bytes > PACKET_ETHERNET_BYTES + 20 ? frame->data[14] >> 4 : 0;
	return (version == 4 && frame->data[14 + 9] == UDP) || (version == 6 && frame->data[14 + 6] == UDP);
}

bool raw_receive_from(int raw, const __u8 source[6], struct packet *ret_frame)
{
	for (;;) {
		ssize_t bytes = recv(raw, ret_frame->data, PACKET_MAX_BYTES, 0);
		if (bytes < 0)
			return false;
		ret_frame->bytes = (__u32)bytes;
		if (bytes >= PACKET_ETHERNET_BYTES && !memcmp(ret_frame->data + 6, source, 6) && is_udp(ret_frame))
			return true;
	}
}
