/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of net/udp, in a namespace of their own: everything over lo, which has 127.0.0.0/8, ::1 and fd00::1. */
#include "net/udp.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "own_netns.h"

static void build(void)
{
	struct prefix address = prefix_of("fd00::1/128");
	struct link_facts lo;

	enter_own_netns();
	cr_assert_eq(link_get(netlink, "lo", &lo), 0);
	cr_assert_eq(address_add(netlink, lo.ifindex, &address), 0);
}

TestSuite(udp, .init = build, .fini = leave_own_netns, .timeout = 20);

static struct endpoint at(const char *ip, uint16_t port)
{
	return (struct endpoint){.ip = ip_of(ip), .port = port};
}

static void wait_for(struct udp *udp, uint8_t family)
{
	struct pollfd poller = {udp_fd(udp, family), POLLIN, 0};

	cr_assert_eq(poll(&poller, 1, 2000), 1);
}

static void expect_ip(const struct jvpn_ip *ip, const char *text)
{
	struct jvpn_ip expected = ip_of(text);
	char got[IP_TEXT_BYTES];

	ip_format(ip, got);
	cr_expect(ip_equal(ip, &expected), "%s instead of %s", got, text);
}

Test(udp, one_port_in_both_families)
{
	struct udp *udp;

	cr_assert_eq(udp_open(51820, 0, &udp), 0);
	cr_assert_eq(udp_port(udp), 51820);
	cr_assert_geq(udp_fd(udp, 4), 0);
	cr_assert_geq(udp_fd(udp, 6), 0);
	udp_close(udp);
	cr_assert_eq(udp_open(51820, 0, &udp), 0); /* it was given back */
	udp_close(udp);
	udp_close(NULL);
}

Test(udp, chooses_a_port)
{
	struct udp *one, *other;

	cr_assert_eq(udp_open(0, 0, &one), 0);
	cr_assert_eq(udp_open(0, 0, &other), 0);
	cr_assert_neq(udp_port(one), 0);
	cr_assert_neq(udp_port(one), udp_port(other));
	udp_close(one);
	udp_close(other);
}

static int occupy(int domain, uint16_t port)
{
	struct endpoint any = {.ip = domain == AF_INET ? ip_of("0.0.0.0") : ip_of("::"), .port = port};
	int fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
	union endpoint_sockaddr address;
	socklen_t length = endpoint_to_sockaddr(&any, &address);

	if (domain == AF_INET6)
		cr_assert_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)), 0);
	cr_assert_eq(bind(fd, &address.any, length), 0);
	return fd;
}

Test(udp, a_taken_port_is_refused_in_either_family)
{
	struct udp *udp = NULL;
	int v4 = occupy(AF_INET, 4001), v6 = occupy(AF_INET6, 4002), next = dup(v4);

	close(next); /* the number the next descriptor gets */
	cr_assert_eq(udp_open(4001, 0, &udp), -EADDRINUSE);
	cr_assert_eq(udp_open(4002, 0, &udp), -EADDRINUSE);
	cr_assert_null(udp);
	cr_assert_eq(dup(v4), next, "a descriptor was left open");
	close(v4);
	close(v6);
}

/* A port that IPv4 has free and IPv6 has not is not chosen. */
Test(udp, chooses_a_port_free_in_both)
{
	FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "w");
	struct udp *udp;
	int fds[3];

	cr_assert_not_null(range);
	fprintf(range, "5000 5003\n");
	cr_assert_eq(fclose(range), 0);
	for (int i = 0; i < 3; i++)
		fds[i] = occupy(AF_INET6, (uint16_t)(5000 + i));
	for (int i = 0; i < 20; i++) { /* one attempt succeeds once in four */
		cr_assert_eq(udp_open(0, 0, &udp), 0);
		cr_assert_eq(udp_port(udp), 5003);
		udp_close(udp);
	}
	for (int i = 0; i < 3; i++)
		close(fds[i]);
}

static void exchange(const char *from, const char *to)
{
	struct udp *sender, *receiver;
	struct udp_datagram datagram;
	struct endpoint remote = at(to, 51821);
	struct jvpn_ip local = ip_of(from);
	uint8_t family = ip_family(&local);
	char text[16];

	cr_assert_eq(udp_open(51820, 0, &sender), 0);
	cr_assert_eq(udp_open(51821, 0, &receiver), 0);
	cr_assert_eq(udp_receive(receiver, family, text, sizeof(text), &datagram), -EAGAIN);
	cr_assert_eq(udp_send(sender, &remote, &local, 0, "hello", 5), 0);
	wait_for(receiver, family);
	cr_assert_eq(udp_receive(receiver, family, text, sizeof(text), &datagram), 0);
	cr_expect_eq(datagram.bytes, 5);
	cr_expect_eq(memcmp(text, "hello", 5), 0);
	cr_expect_not(datagram.truncated);
	cr_expect_eq(datagram.remote.port, 51820);
	cr_expect_eq(datagram.ifindex, if_nametoindex("lo"));
	expect_ip(&datagram.remote.ip, from);
	expect_ip(&datagram.local, to);
	udp_close(sender);
	udp_close(receiver);
}

Test(udp, tells_both_addresses_and_the_device)
{
	exchange("127.0.0.5", "127.0.0.9");
	exchange("fd00::1", "::1");
}

Test(udp, lets_the_route_choose)
{
	struct udp *udp;
	struct endpoint v4 = at("127.0.0.9", 51820), v6 = at("fd00::1", 51820);
	struct jvpn_ip none = {.words = {0}};
	struct udp_datagram datagram;
	char text[4];

	cr_assert_eq(udp_open(51820, 0, &udp), 0);
	cr_assert_eq(udp_send(udp, &v4, NULL, 0, "a", 1), 0);
	wait_for(udp, 4);
	cr_assert_eq(udp_receive(udp, 4, text, sizeof(text), &datagram), 0);
	expect_ip(&datagram.remote.ip, "127.0.0.1");
	cr_assert_eq(udp_send(udp, &v6, &none, if_nametoindex("lo"), "b", 1), 0);
	wait_for(udp, 6);
	cr_assert_eq(udp_receive(udp, 6, text, sizeof(text), &datagram), 0);
	cr_assert_eq(text[0], 'b');
	udp_close(udp);
}

Test(udp, flags_what_was_longer_than_the_buffer)
{
	struct endpoint remote = at("127.0.0.1", 51820);
	struct udp_datagram datagram;
	struct udp *udp;
	char text[4];

	cr_assert_eq(udp_open(51820, 0, &udp), 0);
	cr_assert_eq(udp_send(udp, &remote, NULL, 0, "12345", 5), 0);
	cr_assert_eq(udp_send(udp, &remote, NULL, 0, "1234", 4), 0);
	wait_for(udp, 4);
	cr_assert_eq(udp_receive(udp, 4, text, sizeof(text), &datagram), 0);
	cr_assert(datagram.truncated);
	cr_assert_eq(datagram.bytes, 4);
	cr_assert_eq(udp_receive(udp, 4, text, sizeof(text), &datagram), 0);
	cr_assert_not(datagram.truncated);
	cr_assert_eq(datagram.bytes, 4);
	udp_close(udp);
}

/* The traffic class a plain socket sees on what udp_send() sent. */
static int class_of_next(int fd, int level, int type)
{
	_Alignas(struct cmsghdr) char control[64];
	char text[8];
	struct iovec vector = {text, sizeof(text)};
	struct msghdr header = {
		.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	struct pollfd poller = {fd, POLLIN, 0};
	struct cmsghdr *item;

	cr_assert_eq(poll(&poller, 1, 2000), 1);
	cr_assert_geq(recvmsg(fd, &header, 0), 0);
	item = CMSG_FIRSTHDR(&header);
	cr_assert(item && item->cmsg_level == level && item->cmsg_type == type);
	return *(unsigned char *)CMSG_DATA(item);
}

Test(udp, marks_handshakes)
{
	int v4 = occupy(AF_INET, 4001), v6 = occupy(AF_INET6, 4001), on = 1;
	struct endpoint to4 = at("127.0.0.1", 4001), to6 = at("::1", 4001);
	struct udp *udp;

	cr_assert_eq(setsockopt(v4, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on)), 0);
	cr_assert_eq(setsockopt(v6, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on)), 0);
	cr_assert_eq(udp_open(0, 0, &udp), 0);
	cr_assert_eq(udp_send(udp, &to4, NULL, 0, "a", 1), 0);
	cr_assert_eq(udp_send(udp, &to6, NULL, 0, "a", 1), 0);
	cr_expect_eq(class_of_next(v4, IPPROTO_IP, IP_TOS), UDP_DSCP_HANDSHAKE);
	cr_expect_eq(class_of_next(v6, IPPROTO_IPV6, IPV6_TCLASS), UDP_DSCP_HANDSHAKE);
	udp_close(udp);
	close(v4);
	close(v6);
}

static uint32_t mark_of(struct udp *udp, uint8_t family)
{
	uint32_t mark = 0;
	socklen_t length = sizeof(mark);

	cr_assert_eq(getsockopt(udp_fd(udp, family), SOL_SOCKET, SO_MARK, &mark, &length), 0);
	return mark;
}

Test(udp, carries_the_firewall_mark)
{
	struct udp *udp;

	cr_assert_eq(udp_open(0, 0xca6c, &udp), 0);
	cr_expect_eq(mark_of(udp, 4), 0xca6c);
	cr_expect_eq(mark_of(udp, 6), 0xca6c);
	cr_assert_eq(udp_set_fwmark(udp, 0), 0);
	cr_expect_eq(mark_of(udp, 4), 0);
	cr_expect_eq(mark_of(udp, 6), 0);
	udp_close(udp);
}

Test(udp, has_a_large_receive_buffer)
{
	int bytes = 0;
	socklen_t length = sizeof(bytes);
	struct udp *udp;

	cr_assert_eq(udp_open(0, 0, &udp), 0);
	cr_assert_eq(getsockopt(udp_fd(udp, 4), SOL_SOCKET, SO_RCVBUF, &bytes, &length), 0);
	cr_assert_geq(bytes, (int)UDP_RECEIVE_BUFFER_BYTES);
	udp_close(udp);
}

Test(udp, refuses_to_send_the_impossible)
{
	struct endpoint v4 = at("127.0.0.1", 9), v6 = at("::1", 9), far = at("192.0.2.1", 9);
	struct jvpn_ip local4 = ip_of("127.0.0.1"), local6 = ip_of("::1"), foreign = ip_of("192.0.2.77");
	struct udp *udp;

	cr_assert_eq(udp_open(0, 0, &udp), 0);
	cr_expect_eq(udp_send(udp, &v4, &local6, 0, "a", 1), -EINVAL);
	cr_expect_eq(udp_send(udp, &v6, &local4, 0, "a", 1), -EINVAL);
	cr_expect_lt(udp_send(udp, &v4, &foreign, 0, "a", 1), 0,
		     "a source that is not ours; the errno is the kernel's");
	cr_expect_eq(udp_send(udp, &far, NULL, 0, "a", 1), -ENETUNREACH);
	cr_expect_eq(udp_send(udp, &v4, NULL, 9999, "a", 1), -ENODEV);
	udp_close(udp);
}

/* The answer "port unreachable" to something we sent must not look like a broken socket. */
Test(udp, icmp_errors_are_no_errors)
{
	struct endpoint closed = at("127.0.0.1", 9);
	struct udp_datagram datagram;
	struct udp *udp;
	char text[4];

	cr_assert_eq(udp_open(0, 0, &udp), 0);
	cr_assert_eq(udp_send(udp, &closed, NULL, 0, "a", 1), 0);
	cr_assert_eq(udp_receive(udp, 4, text, sizeof(text), &datagram), -EAGAIN);
	cr_assert_eq(udp_send(udp, &closed, NULL, 0, "a", 1), 0);
	udp_close(udp);
}
