/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of net/offload, in a namespace of their own, by what crosses a pair. */
#include "net/offload.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame_socket.h"
#include "own_netns.h"

TestSuite(offload, .init = enter_own_netns, .fini = leave_own_netns, .timeout = 20);

Test(offload, switches)
{
	bool on = false;

	make_pair("jv0", "10.8.0.1/24");
	for (int offload = OFFLOAD_TX_CHECKSUM; offload <= OFFLOAD_GRO; offload++) {
		if (offload == OFFLOAD_RX_CHECKSUM)
			continue;
		cr_expect_eq(offload_set("jv0", (enum offload)offload, false), 0, "%s",
			     offload_name((enum offload)offload));
		cr_expect_eq(offload_get("jv0", (enum offload)offload, &on), 0);
		cr_expect_not(on);
	}
	cr_expect_eq(offload_set("jv0", OFFLOAD_GSO, true), -EOPNOTSUPP, "needs scatter-gather, which is off");
	cr_expect_eq(offload_set("jv0", OFFLOAD_TX_CHECKSUM, true), 0);
	cr_expect_eq(offload_set("jv0", OFFLOAD_SCATTER_GATHER, true), 0);
	cr_expect_eq(offload_set("jv0", OFFLOAD_GSO, true), 0);
	cr_expect_eq(offload_set("jv0", OFFLOAD_GRO, true), 0);
	cr_expect_eq(offload_get("jv0", OFFLOAD_GRO, &on), 0);
	cr_expect(on);
	cr_expect_eq(offload_set("nosuch", OFFLOAD_GRO, true), -ENODEV);
	cr_expect_eq(offload_set("sixteencharacter", OFFLOAD_GRO, true), -ENODEV);
}

/* Sends 4000 bytes as UDP segments of 1000 and returns the largest frame that crossed the pair. */
static size_t largest_frame(uint32_t peer_ifindex)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x0a080007)};
	int raw = packet_socket(peer_ifindex), udp = socket(AF_INET, SOCK_DGRAM, 0), segment = 1000;
	static uint8_t text[4000], frame[65536];
	size_t largest = 0, length;
	unsigned char type;

	cr_assert_eq(setsockopt(udp, IPPROTO_UDP, 103 /* UDP_SEGMENT */, &segment, sizeof(segment)), 0);
	cr_assert_eq(sendto(udp, text, sizeof(text), 0, (struct sockaddr *)&to, sizeof(to)), (ssize_t)sizeof(text));
	while ((length = next_frame(raw, frame, sizeof(frame), 300, &type)) > 0)
		largest = length > largest ? length : largest;
	close(raw);
	close(udp);
	return largest;
}

/* TSO off alone lets a QUIC-like sender's packet cross the pair uncut. */
Test(offload, segmentation_is_the_stacks)
{
	struct link_facts tunnel = make_pair("jv0", "10.8.0.1/24");
	bool on = false;

	cr_assert_eq(offload_set("jv0", OFFLOAD_TSO, false), 0);
	cr_assert_gt(largest_frame(tunnel.peer_ifindex), 4000);
	cr_assert_eq(offload_disable_segmentation("jv0"), 0);
	cr_assert_eq(largest_frame(tunnel.peer_ifindex), ETH_HLEN + 28 + 1000);
	cr_assert_eq(offload_get("jv0", OFFLOAD_GSO, &on), 0);
	cr_assert(on, "software segmentation stays");
	cr_assert_eq(offload_disable_segmentation("jv0"), 0);
	cr_assert_eq(offload_disable_segmentation("nosuch"), -ENODEV);
}
