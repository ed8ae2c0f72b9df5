/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of net/route, in a namespace of their own:
 *
 *   [ up0 192.0.2.2/24 2001:db8:1::2/64 ]   default via 192.0.2.1 and 2001:db8:1::1, metric 10
 *   [ up1 198.51.100.2/24 ]                 default via 198.51.100.1, metric 20
 */
#include "base/clock.h"
#include "net/route.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "own_netns.h"

static struct link_facts up0, up1;

/* A route as `ip route add` makes it; `mtu` 0: none; `type` RTN_*. */
static int add_route(const char *prefix_text, const char *gateway, uint32_t ifindex, uint32_t metric, uint32_t mtu,
		     uint8_t type, uint32_t table)
{
	struct prefix prefix = prefix_of(prefix_text);
	struct netlink_request request;
	struct rtmsg *info = netlink_prepare(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*info));
	struct nlmsghdr *header = netlink_header(&request);
	size_t skip = prefix.family == 4 ? 12 : 0;
	struct nlattr *metrics;

	*info = (struct rtmsg){.rtm_family = prefix.family == 4 ? AF_INET : AF_INET6,
			       .rtm_dst_len = prefix.length,
			       .rtm_table = RT_TABLE_UNSPEC,
			       .rtm_protocol = RTPROT_BOOT,
			       .rtm_type = type};
	mnl_attr_put_u32(header, RTA_TABLE, table);
	mnl_attr_put(header, RTA_DST, 16 - skip, prefix.ip.bytes + skip);
	if (gateway)
		mnl_attr_put(header, RTA_GATEWAY, 16 - skip, ip_of(gateway).bytes + skip);
	if (ifindex)
		mnl_attr_put_u32(header, RTA_OIF, ifindex);
	if (metric)
		mnl_attr_put_u32(header, RTA_PRIORITY, metric);
	if (mtu) {
		metrics = mnl_attr_nest_start(header, RTA_METRICS);
		mnl_attr_put_u32(header, RTAX_MTU, mtu);
		mnl_attr_nest_end(header, metrics);
	}
	return netlink_request(netlink, &request, NULL, NULL);
}

static void add_rule_for_mark(uint32_t mark, uint32_t table)
{
	struct netlink_request request;
	struct fib_rule_hdr *rule = netlink_prepare(&request, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*rule));

	rule->family = AF_INET;
	rule->action = FR_ACT_TO_TBL;
	mnl_attr_put_u32(netlink_header(&request), FRA_TABLE, table);
	mnl_attr_put_u32(netlink_header(&request), FRA_FWMARK, mark);
	cr_assert_eq(netlink_request(netlink, &request, NULL, NULL), 0);
}

static void build(void)
{
	enter_own_netns();
	up0 = make_pair("up0", "192.0.2.2/24 2001:db8:1::2/64");
	up1 = make_pair("up1", "198.51.100.2/24");
	cr_assert_eq(add_route("0.0.0.0/0", "198.51.100.1", up1.ifindex, 20, 0, RTN_UNICAST, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("0.0.0.0/0", "192.0.2.1", up0.ifindex, 10, 0, RTN_UNICAST, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("::/0", "2001:db8:1::1", up0.ifindex, 10, 1400, RTN_UNICAST, RT_TABLE_MAIN), 0);
}

TestSuite(route, .init = build, .fini = leave_own_netns, .timeout = 20);

static int look_up(const char *destination, uint32_t fwmark, uint32_t ifindex, struct route_answer *ret_answer)
{
	struct route_query query = {.destination = ip_of(destination), .fwmark = fwmark, .ifindex = ifindex};

	return route_lookup(netlink, &query, ret_answer);
}

static void expect_ip(const struct jvpn_ip *ip, const char *text)
{
	struct jvpn_ip expected = ip_of(text);
	char got[IP_TEXT_BYTES];

	ip_format(ip, got);
	cr_expect(ip_equal(ip, &expected), "%s instead of %s", got, text);
}

Test(route, on_link)
{
	struct route_answer answer;

	cr_assert_eq(look_up("192.0.2.9", 0, 0, &answer), 0);
	cr_expect_eq(answer.ifindex, up0.ifindex);
	cr_expect_eq(answer.mtu, 0);
	expect_ip(&answer.source, "192.0.2.2");
	expect_ip(&answer.gateway, "::");
}

Test(route, by_gateway)
{
	struct route_answer answer;

	cr_assert_eq(look_up("203.0.113.1", 0, 0, &answer), 0);
	cr_expect_eq(answer.ifindex, up0.ifindex);
	expect_ip(&answer.source, "192.0.2.2");
	expect_ip(&answer.gateway, "192.0.2.1");
}

Test(route, ipv6_with_an_mtu_of_its_own)
{
	struct route_answer answer;

	cr_assert_eq(look_up("2001:db8:9::1", 0, 0, &answer), 0);
	cr_expect_eq(answer.ifindex, up0.ifindex);
	cr_expect_eq(answer.mtu, 1400);
	expect_ip(&answer.source, "2001:db8:1::2");
	expect_ip(&answer.gateway, "2001:db8:1::1");
}

Test(route, through_a_device)
{
	struct route_answer answer;

	cr_assert_eq(look_up("203.0.113.1", 0, up1.ifindex, &answer), 0);
	cr_expect_eq(answer.ifindex, up1.ifindex);
	expect_ip(&answer.source, "198.51.100.2");
}

Test(route, with_a_mark)
{
	struct route_answer answer;

	add_rule_for_mark(0xca6c, 123);
	cr_assert_eq(add_route("0.0.0.0/0", "198.51.100.7", up1.ifindex, 0, 0, RTN_UNICAST, 123), 0);
	cr_assert_eq(look_up("203.0.113.1", 0xca6c, 0, &answer), 0);
	cr_expect_eq(answer.ifindex, up1.ifindex);
	expect_ip(&answer.gateway, "198.51.100.7");
	cr_assert_eq(look_up("203.0.113.1", 0, 0, &answer), 0);
	cr_expect_eq(answer.ifindex, up0.ifindex);
}

Test(route, from_a_source)
{
	struct route_query query = {.destination = ip_of("192.0.2.9"), .source = ip_of("192.0.2.2")};
	struct route_answer answer;

	cr_assert_eq(route_lookup(netlink, &query, &answer), 0);
	expect_ip(&answer.source, "192.0.2.2");
	query.source = ip_of("2001:db8:1::2");
	cr_assert_eq(route_lookup(netlink, &query, &answer), -EINVAL);
}

/* The kernel routes an IPv6 address of ours to itself a moment after it was added, from a work queue. */
static void wait_for_own_address(const char *address)
{
	struct route_answer ignored;
	uint64_t until = clock_mono_ns() + 5 * CLOCK_NS_PER_S;

	while (look_up(address, 0, 0, &ignored) != -EADDRNOTAVAIL && clock_mono_ns() < until)
		(void)sched_yield();
}

Test(route, that_leads_nowhere)
{
	struct route_answer answer = {.mtu = 77};

	cr_assert_eq(add_route("203.0.113.0/28", NULL, 0, 0, 0, RTN_UNREACHABLE, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("203.0.113.16/28", NULL, 0, 0, 0, RTN_PROHIBIT, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("203.0.113.32/28", NULL, 0, 0, 0, RTN_BLACKHOLE, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("2001:db8:7::/64", NULL, 0, 0, 0, RTN_UNREACHABLE, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("2001:db8:8::/64", NULL, 0, 0, 0, RTN_PROHIBIT, RT_TABLE_MAIN), 0);
	cr_expect_eq(look_up("203.0.113.1", 0, 0, &answer), -EHOSTUNREACH);
	cr_expect_eq(look_up("203.0.113.17", 0, 0, &answer), -EACCES);
	cr_expect_eq(look_up("203.0.113.33", 0, 0, &answer), -EINVAL);
	cr_expect_eq(look_up("2001:db8:7::1", 0, 0, &answer), -EHOSTUNREACH);
	cr_expect_eq(look_up("2001:db8:8::1", 0, 0, &answer), -EACCES);
	cr_expect_eq(look_up("192.0.2.2", 0, 0, &answer), -EADDRNOTAVAIL);
	wait_for_own_address("2001:db8:1::2");
	cr_expect_eq(look_up("2001:db8:1::2", 0, 0, &answer), -EADDRNOTAVAIL);
	cr_assert_eq(link_delete(netlink, up0.ifindex), 0);
	cr_assert_eq(link_delete(netlink, up1.ifindex), 0);
	cr_expect_eq(look_up("198.18.0.1", 0, 0, &answer), -ENETUNREACH);
	cr_expect_eq(look_up("2001:db8:9::1", 0, 0, &answer), -ENETUNREACH);
	cr_expect_eq(answer.mtu, 77);
}

Test(route, default_devices_by_metric)
{
	uint32_t ifindexes[4] = {0};
	size_t count = 0;

	cr_assert_eq(route_default_devices(netlink, ifindexes, 4, &count), 0);
	cr_assert_eq(count, 2, "%zu", count);
	cr_assert_eq(ifindexes[0], up0.ifindex);
	cr_assert_eq(ifindexes[1], up1.ifindex);
	cr_assert_eq(route_default_devices(netlink, ifindexes, 1, &count), 0);
	cr_assert_eq(count, 2);
}

/* Other tables and other prefixes are no default routes; an IPv6-only uplink is one. */
Test(route, default_devices_of_the_main_table_only)
{
	struct link_facts up2 = make_pair("up2", "2001:db8:2::2/64"), up3 = make_pair("up3", "10.3.0.1/24");
	uint32_t ifindexes[4] = {0};
	size_t count = 0;

	cr_assert_eq(add_route("0.0.0.0/0", NULL, up3.ifindex, 0, 0, RTN_UNICAST, 123), 0);
	cr_assert_eq(add_route("0.0.0.0/1", NULL, up3.ifindex, 0, 0, RTN_UNICAST, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("::/0", "2001:db8:2::1", up2.ifindex, 5, 0, RTN_UNICAST, RT_TABLE_MAIN), 0);
	cr_assert_eq(route_default_devices(netlink, ifindexes, 4, &count), 0);
	cr_assert_eq(count, 3, "%zu", count);
	cr_assert_eq(ifindexes[0], up2.ifindex);
	cr_assert_eq(ifindexes[1], up0.ifindex);
	cr_assert_eq(ifindexes[2], up1.ifindex);
}

/* The best route of a device gives its rank, not the last one seen. */
Test(route, default_devices_by_their_best_metric)
{
	struct link_facts up2 = make_pair("up2", "10.2.0.1/24 2001:db8:2::2/64");
	struct prefix address = prefix_of("2001:db8:3::2/64");
	uint32_t ifindexes[4] = {0};
	size_t count = 0;

	cr_assert_eq(address_add(netlink, up1.ifindex, &address), 0);
	cr_assert_eq(add_route("0.0.0.0/0", NULL, up2.ifindex, 30, 0, RTN_UNICAST, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("::/0", "2001:db8:3::1", up1.ifindex, 50, 0, RTN_UNICAST, RT_TABLE_MAIN), 0);
	cr_assert_eq(add_route("::/0", "2001:db8:2::1", up2.ifindex, 5, 0, RTN_UNICAST, RT_TABLE_MAIN), 0);
	cr_assert_eq(route_default_devices(netlink, ifindexes, 4, &count), 0);
	cr_assert_eq(count, 3, "%zu", count);
	cr_assert_eq(ifindexes[0], up2.ifindex);
	cr_assert_eq(ifindexes[1], up0.ifindex);
	cr_assert_eq(ifindexes[2], up1.ifindex);
	cr_assert_eq(add_route("0.0.0.0/0", NULL, make_pair("up3", "10.3.0.1/24").ifindex, 40, 0, RTN_UNICAST,
			       RT_TABLE_MAIN),
		     0);
	cr_assert_eq(route_default_devices(netlink, ifindexes, 4, &count), 0);
	cr_assert_eq(ifindexes[2], up1.ifindex, "its 20 counts, not its 50");
}

Test(route, default_devices_of_a_nexthop_list)
{
	struct link_facts up2 = make_pair("up2", "10.2.0.1/24"), up3 = make_pair("up3", "10.3.0.1/24");
	struct netlink_request request;
	struct rtmsg *info = netlink_prepare(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*info));
	struct rtnexthop hops[2] = {{.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = (int)up2.ifindex},
				    {.rtnh_len = sizeof(hops[0]), .rtnh_ifindex = (int)up3.ifindex}};
	uint32_t ifindexes[8] = {0};
	size_t count = 0;

	*info = (struct rtmsg){.rtm_family = AF_INET,
			       .rtm_table = RT_TABLE_MAIN,
			       .rtm_protocol = RTPROT_BOOT,
			       .rtm_scope = RT_SCOPE_LINK,
			       .rtm_type = RTN_UNICAST};
	mnl_attr_put_u32(netlink_header(&request), RTA_PRIORITY, 1);
	mnl_attr_put(netlink_header(&request), RTA_MULTIPATH, sizeof(hops), hops);
	cr_assert_eq(netlink_request(netlink, &request, NULL, NULL), 0);
	cr_assert_eq(route_default_devices(netlink, ifindexes, 8, &count), 0);
	cr_assert_eq(count, 4, "%zu", count);
	cr_assert_eq(ifindexes[0], up2.ifindex);
	cr_assert_eq(ifindexes[1], up3.ifindex);
}

Test(route, of_a_device)
{
	struct prefix v4 = prefix_of("10.99.0.0/16"), v6 = prefix_of("fd99::/64");
	struct route_answer answer;

	cr_assert_eq(route_add(netlink, up1.ifindex, &v4), 0);
	cr_assert_eq(route_add(netlink, up1.ifindex, &v6), 0);
	cr_assert_eq(route_add(netlink, up1.ifindex, &v4), -EEXIST);
	cr_assert_eq(route_add(netlink, up1.ifindex, &v6), -EEXIST);
	cr_assert_eq(look_up("10.99.1.1", 0, 0, &answer), 0);
	cr_expect_eq(answer.ifindex, up1.ifindex);
	expect_ip(&answer.gateway, "::");
	cr_assert_eq(look_up("fd99::1", 0, 0, &answer), 0);
	cr_expect_eq(answer.ifindex, up1.ifindex);
	cr_assert_eq(route_remove(netlink, up1.ifindex, &v4), 0);
	cr_assert_eq(route_remove(netlink, up1.ifindex, &v6), 0);
	cr_assert_eq(route_remove(netlink, up1.ifindex, &v4), -ESRCH);
	cr_assert_eq(route_add(netlink, 0, &v4), -ENODEV);
	cr_assert_eq(look_up("10.99.1.1", 0, 0, &answer), 0);
	cr_expect_eq(answer.ifindex, up0.ifindex);
}

/* A dump that is answered in several reads, and refused half way by its reader. */
static int count_and_refuse(const struct nlmsghdr *message, void *userdata)
{
	(void)message;
	return ++*(int *)userdata == 3 ? -EDOM : 0;
}

Test(route, a_refused_dump_leaves_the_socket_usable)
{
	struct netlink_request request;
	struct rtmsg *info;
	struct route_answer answer;
	int calls = 0;

	for (int i = 0; i < 1000; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.%d.%d.0/24", i / 250 + 1, i % 250);
		cr_assert_eq(add_route(text, NULL, up1.ifindex, 0, 0, RTN_UNICAST, RT_TABLE_MAIN), 0);
	}
	info = netlink_prepare(&request, RTM_GETROUTE, NLM_F_DUMP, sizeof(*info));
	info->rtm_family = AF_INET;
	cr_assert_eq(netlink_request(netlink, &request, count_and_refuse, &calls), -EDOM);
	cr_assert_eq(calls, 3);
	cr_assert_eq(look_up("192.0.2.9", 0, 0, &answer), 0);
	cr_assert_eq(answer.ifindex, up0.ifindex);
}
