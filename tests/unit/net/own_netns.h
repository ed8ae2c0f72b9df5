/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A network namespace for the test's own process: each Criterion test is a
 * process, so the namespace and everything in it vanish with the test. Nothing
 * outside of it is ever touched.
 */
#ifndef TESTS_OWN_NETNS_H
#define TESTS_OWN_NETNS_H

#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "net/address.h"
#include "net/link.h"
#include "net/netlink.h"
#include "net/prefix.h"
#include "../base/leaks.h"

static struct netlink *netlink;

static inline void enter_own_netns(void)
{
	struct link_facts lo;

	if (unshare(CLONE_NEWNET) < 0)
		cr_skip_test("no network namespace of our own: %s (needs root)", strerror(errno));
	cr_assert_eq(netlink_open(&netlink), 0);
	cr_assert_eq(link_get(netlink, "lo", &lo), 0);
	cr_assert_eq(link_set_up(netlink, lo.ifindex, true), 0);
}

static inline void leave_own_netns(void)
{
	netlink_close(netlink);
	netlink = NULL;
	assert_no_leaks();
}

static inline struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	cr_assert_eq(prefix_parse(text, strlen(text), &prefix), 0, "%s", text);
	return prefix;
}

static inline struct jvpn_ip ip_of(const char *text)
{
	return prefix_of(text).ip;
}

/* A pair "NAME" and "NAME-p", up, with MTU 1500 and the addresses, separated by spaces, on NAME. */
static inline struct link_facts make_pair(const char *name, const char *addresses)
{
	char peer_name[IFNAMSIZ + 2], list[200], *rest = list, *text;
	struct link_facts facts, peer;

	snprintf(peer_name, sizeof(peer_name), "%s-p", name);
	cr_assert_eq(link_create_tunnel(netlink, name, peer_name, 1500, &facts, &peer), 0);
	snprintf(list, sizeof(list), "%s", addresses);
	while ((text = strsep(&rest, " "))) {
		struct prefix address = prefix_of(text);

		cr_assert_eq(address_add(netlink, facts.ifindex, &address), 0, "%s", text);
	}
	return facts;
}

#endif
