/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of net/link and net/address, in a namespace of their own:
 *
 *   stack -> [ jv0 10.8.0.1/24 fd08::1/64 ] ==== [ jv0-p ] <- AF_PACKET socket
 */
#include "net/link.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jvpn/limits.h"
#include "net/endpoint.h"
#include "net/route.h"
#include "frame_socket.h"
#include "own_netns.h"

TestSuite(link, .init = enter_own_netns, .fini = leave_own_netns, .timeout = 20);

Test(link, names)
{
	static const char *const bad[] = {"", ".", "..", "a/b", "a:1", "a b", "a\tb", "sixteencharacter", "\xc3\xb6"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not(link_name_is_valid(bad[i]), "%s", bad[i]);
	cr_expect(link_name_is_valid("jvpn0-dp"));
	cr_expect(link_name_is_valid("fifteencharacte"));
	cr_expect(link_name_is_valid("eth0.100@x"));
}

Test(link, creates_the_pair_as_drawn)
{
	struct link_facts tunnel, peer;

	cr_assert_eq(link_create_tunnel(netlink, "jv0", "jv0-dp", 1420, &tunnel, &peer), 0);
	cr_expect_str_eq(tunnel.name, "jv0");
	cr_expect_str_eq(peer.name, "jv0-dp");
	cr_expect_str_eq(tunnel.kind, "veth");
	cr_expect_eq(tunnel.mtu, 1420);
	cr_expect_eq(peer.mtu, 1420);
	cr_expect_eq(tunnel.peer_ifindex, peer.ifindex);
	cr_expect_eq(peer.peer_ifindex, tunnel.ifindex);
	cr_expect_eq(tunnel.flags & (IFF_UP | IFF_NOARP), IFF_UP | IFF_NOARP);
	cr_expect_eq(peer.flags & (IFF_UP | IFF_NOARP), IFF_UP | IFF_NOARP);
	cr_expect_eq(memcmp(tunnel.mac, link_tunnel_mac, LINK_MAC_BYTES), 0);
	cr_expect_eq(memcmp(peer.mac, link_tunnel_peer_mac, LINK_MAC_BYTES), 0);
}

Test(link, refuses_names_that_are_taken_and_leaves_nothing)
{
	struct link_facts tunnel = {.mtu = 77}, peer = {.mtu = 77}, facts;

	make_pair("jv0", "10.8.0.1/24");
	cr_assert_eq(link_create_tunnel(netlink, "jv0", "new", 1420, &tunnel, &peer), -EEXIST);
	cr_assert_eq(link_create_tunnel(netlink, "new", "jv0", 1420, &tunnel, &peer), -EEXIST);
	cr_assert_eq(link_create_tunnel(netlink, "new", "a/b", 1420, &tunnel, &peer), -EINVAL);
	cr_assert_eq(link_create_tunnel(netlink, "new", "new2", 1u << 20, &tunnel, &peer), -EINVAL);
	cr_assert_eq(link_get(netlink, "new", &facts), -ENODEV);
	cr_assert_eq(link_get(netlink, "new2", &facts), -ENODEV);
	cr_assert_eq(tunnel.mtu + peer.mtu, 154);
}

Test(link, both_ends_go_together)
{
	struct link_facts tunnel = make_pair("jv0", "10.8.0.1/24"), facts;

	cr_assert_eq(link_delete(netlink, tunnel.ifindex), 0);
	cr_assert_eq(link_get(netlink, "jv0-p", &facts), -ENODEV);
	cr_assert_eq(link_get_by_index(netlink, tunnel.ifindex, &facts), -ENODEV);
	cr_assert_eq(link_delete(netlink, tunnel.ifindex), -ENODEV);
	cr_assert_eq(link_delete(netlink, 0), -ENODEV);
	cr_assert_eq(link_get_by_index(netlink, 0, &facts), -ENODEV);
}

Test(link, changes_mtu_and_state)
{
	struct link_facts tunnel = make_pair("jv0", "10.8.0.1/24"), facts;

	cr_assert_eq(link_set_mtu(netlink, tunnel.ifindex, 1u << 20), -EINVAL);
	cr_assert_str_eq(netlink_error_text(netlink), "mtu greater than device maximum");
	cr_assert_eq(link_set_mtu(netlink, tunnel.ifindex, 1280), 0);
	cr_assert_str_eq(netlink_error_text(netlink), "");
	cr_assert_eq(link_set_up(netlink, tunnel.ifindex, false), 0);
	cr_assert_eq(link_get_by_index(netlink, tunnel.ifindex, &facts), 0);
	cr_assert_eq(facts.mtu, 1280);
	cr_assert_eq(facts.flags & IFF_UP, 0);
}

static bool lists(const struct prefix *list, size_t count, const char *text)
{
	struct prefix wanted = prefix_of(text);

	for (size_t i = 0; i < count; i++) {
		if (prefix_compare(&list[i], &wanted) == 0)
			return true;
	}
	return false;
}

Test(link, addresses)
{
	struct link_facts tunnel = make_pair("jv0", "10.8.0.1/24 10.9.0.1/32 fd08::1/64");
	struct prefix list[8], first = prefix_of("10.8.0.1/24");
	size_t count = 0;

	cr_assert_eq(address_add(netlink, tunnel.ifindex, &first), -EEXIST);
	cr_assert_eq(address_list(netlink, tunnel.ifindex, list, 8, &count), 0);
	cr_assert_eq(count, 3, "no generated link-local address beside our three: %zu", count);
	cr_assert(lists(list, 3, "10.8.0.1/24") && lists(list, 3, "10.9.0.1/32") && lists(list, 3, "fd08::1/64"));
	cr_assert_eq(address_list(netlink, tunnel.ifindex, list, 1, &count), 0);
	cr_assert_eq(count, 3);
	cr_assert_eq(address_remove(netlink, tunnel.ifindex, &first), 0);
	cr_assert_eq(address_remove(netlink, tunnel.ifindex, &first), -EADDRNOTAVAIL);
	cr_assert_eq(address_list(netlink, tunnel.ifindex, list, 8, &count), 0);
	cr_assert_eq(count, 2);
	cr_assert_eq(address_list(netlink, tunnel.peer_ifindex, list, 8, &count), 0);
	cr_assert_eq(count, 0, "the data-plane end has no address");
}

/* An MTU below 1280 switches the device's IPv6 off: still a tunnel. */
Test(link, a_narrow_pair_works_without_ipv6)
{
	struct link_facts tunnel, peer;

	cr_assert_eq(link_create_tunnel(netlink, "jv0", "jv0-dp", JVPN_MTU_MIN, &tunnel, &peer), 0);
	cr_assert_eq(tunnel.mtu, JVPN_MTU_MIN);
	cr_assert(tunnel.flags & IFF_UP);
}

static void send_to(const char *endpoint_text)
{
	union endpoint_sockaddr address;
	struct endpoint endpoint;
	socklen_t length;
	int fd;

	cr_assert_eq(endpoint_parse(endpoint_text, strlen(endpoint_text), &endpoint), 0);
	length = endpoint_to_sockaddr(&endpoint, &address);
	fd = socket(address.any.sa_family, SOCK_DGRAM, 0);
	cr_assert_eq(sendto(fd, "x", 1, 0, &address.any, length), 1, "%s: %s", endpoint_text, strerror(errno));
	close(fd);
}

/* NOARP: any destination leaves at once, from and to jv0's own MAC; for the other end it is somebody else's. */
Test(link, packets_leave_without_neighbour_resolution)
{
	static const char *const destinations[] = {"10.8.0.7:9", "10.99.1.1:9", "[fd08::7]:9", "[fd99::7]:9"};
	struct link_facts tunnel = make_pair("jv0", "10.8.0.1/24 fd08::1/64");
	struct prefix far4 = prefix_of("10.99.0.0/16"), far6 = prefix_of("fd99::/64");
	int fd = packet_socket(tunnel.peer_ifindex);
	unsigned char type = 0;
	uint8_t frame[2000];

	cr_assert_eq(route_add(netlink, tunnel.ifindex, &far4), 0);
	cr_assert_eq(route_add(netlink, tunnel.ifindex, &far6), 0);
	for (int i = 0; i < 4; i++) {
		send_to(destinations[i]);
		cr_assert_gt(next_frame(fd, frame, sizeof(frame), 2000, &type), ETH_HLEN);
		cr_expect_eq(memcmp(frame, link_tunnel_mac, 6), 0, "%s: destination", destinations[i]);
		cr_expect_eq(memcmp(frame + 6, link_tunnel_mac, 6), 0, "%s: source", destinations[i]);
		cr_expect_eq(frame[12], i < 2 ? 0x08 : 0x86, "%s: the packet itself, no ARP, no solicitation",
			     destinations[i]);
		cr_expect_eq(type, PACKET_OTHERHOST, "the stack at the other end must not take it");
	}
	close(fd);
}

/* Nothing speaks by itself: no router solicitation, no multicast listener report, on either end. */
Test(link, the_pair_is_silent)
{
	struct link_facts tunnel = make_pair("jv0", "10.8.0.1/24 fd08::1/64");
	int near = packet_socket(tunnel.ifindex), far = packet_socket(tunnel.peer_ifindex);
	unsigned char type;
	uint8_t frame[2000];

	cr_expect_eq(next_frame(near, frame, sizeof(frame), 1500, &type), 0, "the data-plane end sent something");
	cr_expect_eq(next_frame(far, frame, sizeof(frame), 100, &type), 0, "the tunnel sent something");
	close(near);
	close(far);
}

/* A UDP packet 10.8.0.7:9 -> 10.8.0.1:7000, without UDP checksum. */
static const uint8_t delivered[] = {0x45, 0,  0, 0x1e, 0, 1, 0, 0,    0x40, 0x11, 0x66, 0xb7, 10, 8,   0,
				    7,	  10, 8, 0,    1, 0, 9, 0x1b, 0x58, 0,	  10,	0,    0,  'h', 'i'};

static bool arrives(int raw, int udp, const uint8_t mac[LINK_MAC_BYTES])
{
	uint8_t frame[ETH_HLEN + sizeof(delivered)] = {[12] = 0x08};
	struct pollfd poller = {udp, POLLIN, 0};
	char text[8];

	memcpy(frame, mac, LINK_MAC_BYTES);
	memcpy(frame + ETH_HLEN, delivered, sizeof(delivered));
	cr_assert_eq(write(raw, frame, sizeof(frame)), (ssize_t)sizeof(frame));
	return poll(&poller, 1, 300) == 1 && recv(udp, text, sizeof(text), 0) == 2;
}

/* What the data plane must write in front of a packet it delivers. */
Test(link, packets_are_accepted_with_the_tunnel_mac)
{
	static const uint8_t nobody[LINK_MAC_BYTES];
	struct link_facts tunnel = make_pair("jv0", "10.8.0.1/24 fd08::1/64");
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(7000)};
	int raw = packet_socket(tunnel.peer_ifindex), udp = socket(AF_INET, SOCK_DGRAM, 0);

	cr_assert_eq(bind(udp, (struct sockaddr *)&address, sizeof(address)), 0);
	cr_expect(arrives(raw, udp, link_tunnel_mac));
	cr_expect_not(arrives(raw, udp, link_tunnel_peer_mac));
	cr_expect_not(arrives(raw, udp, nobody));
	close(raw);
	close(udp);
}
