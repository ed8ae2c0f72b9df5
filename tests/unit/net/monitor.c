/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of net/monitor, in a namespace of their own that holds the pairs up0 and up1. */
#include "net/monitor.h"

#include <poll.h>
#include <sys/socket.h>

#include "net/route.h"
#include "own_netns.h"

static struct link_facts up0, up1;

static void build(void)
{
	enter_own_netns();
	up0 = make_pair("up0", "192.0.2.2/24");
	up1 = make_pair("up1", "198.51.100.2/24");
}

TestSuite(monitor, .init = build, .fini = leave_own_netns, .timeout = 20);

static uint32_t changes_of(struct monitor *monitor, unsigned int budget)
{
	uint32_t changes = 0;

	cr_assert_eq(monitor_drain(monitor, budget, &changes), 0);
	return changes;
}

static bool is_readable(struct monitor *monitor)
{
	struct pollfd poller = {monitor_fd(monitor), POLLIN, 0};

	return poll(&poller, 1, 0) == 1;
}

Test(monitor, tells_kinds)
{
	struct prefix address = prefix_of("10.7.0.1/32"), route = prefix_of("10.99.0.0/16");
	struct monitor *monitor;

	cr_assert_eq(monitor_open(&monitor), 0);
	cr_assert_eq(changes_of(monitor, 100), 0);
	cr_assert_eq(route_add(netlink, up0.ifindex, &route), 0);
	cr_expect_eq(changes_of(monitor, 100), MONITOR_ROUTE);
	cr_assert_eq(link_set_mtu(netlink, up0.ifindex, 1490), 0);
	cr_expect_eq(changes_of(monitor, 100), MONITOR_LINK);
	cr_assert_eq(address_add(netlink, up0.ifindex, &address), 0);
	cr_expect_eq(changes_of(monitor, 100), MONITOR_ADDRESS | MONITOR_ROUTE); /* its local route */
	cr_assert_eq(link_delete(netlink, up1.ifindex), 0);
	cr_expect_eq(changes_of(monitor, 1000) & MONITOR_LINK, MONITOR_LINK);
	cr_expect_eq(changes_of(monitor, 100), 0);
	monitor_close(monitor);
	monitor_close(NULL);
}

Test(monitor, works_within_its_budget)
{
	struct prefix route = prefix_of("10.99.0.0/16");
	struct monitor *monitor;

	cr_assert_eq(monitor_open(&monitor), 0);
	cr_assert_eq(link_set_mtu(netlink, up0.ifindex, 1490), 0);
	cr_assert_eq(route_add(netlink, up0.ifindex, &route), 0);
	cr_expect_eq(changes_of(monitor, 0), 0);
	cr_expect_eq(changes_of(monitor, 1), MONITOR_LINK);
	cr_assert(is_readable(monitor));
	cr_expect_eq(changes_of(monitor, 100) & MONITOR_ROUTE, MONITOR_ROUTE);
	cr_assert_not(is_readable(monitor));
	monitor_close(monitor);
}

/* More notifications than the socket holds: the kernel says ENOBUFS, the monitor "everything". */
Test(monitor, survives_an_overrun)
{
	struct monitor *monitor;
	int bytes = 2048;

	cr_assert_eq(monitor_open(&monitor), 0);
	cr_assert_eq(setsockopt(monitor_fd(monitor), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)), 0);
	for (int i = 0; i < 50; i++)
		cr_assert_eq(link_set_mtu(netlink, up0.ifindex, 1400 + (uint32_t)i), 0);
	cr_expect_eq(changes_of(monitor, 1000), MONITOR_LINK | MONITOR_ADDRESS | MONITOR_ROUTE | MONITOR_OVERRUN);
	cr_expect_eq(changes_of(monitor, 1000), 0);
	cr_assert_eq(link_set_mtu(netlink, up0.ifindex, 1490), 0);
	cr_expect_eq(changes_of(monitor, 1000), MONITOR_LINK);
	monitor_close(monitor);
}
