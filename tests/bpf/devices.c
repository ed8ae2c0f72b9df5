/* SPDX-License-Identifier: BSD-2-Clause */
/* A network namespace with a tunnel and an uplink: devices.h. */
#include "devices.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

const __u8 devices_tunnel_mac[6] = {2, 0, 0, 0, 0, 0x10};
const __u8 devices_dataplane_mac[6] = {2, 0, 0, 0, 0, 0x11};
const __u8 devices_uplink_mac[6] = {2, 0, 0, 0, 0, 0x20};
const __u8 devices_far_mac[6] = {2, 0, 0, 0, 0, 0x21};

static const char DEVICES[] = "link set lo up\n"
			      "link add jvpn0 mtu 9500 address 02:00:00:00:00:10 type veth"
			      " peer name jvpn0-dp mtu 9500 address 02:00:00:00:00:11\n"
			      "link add up0 mtu 9500 address 02:00:00:00:00:20 type veth"
			      " peer name far0 mtu 9500 address 02:00:00:00:00:21\n"
			      "addr add 192.0.2.1/24 dev up0\n"
			      "addr add 2001:db8:a::1/64 dev up0 nodad\n"
			      "link set jvpn0 up\n"
			      "link set jvpn0-dp up\n"
			      "link set far0 up\n"
			      "link set up0 up\n"
			      "neigh add 192.0.2.254 lladdr 02:00:00:00:00:21 dev up0 nud permanent\n"
			      "neigh add 2001:db8:a::fe lladdr 02:00:00:00:00:21 dev up0 nud permanent\n"
			      "route add default via 192.0.2.254 dev up0\n"
			      "route add ::/0 via 2001:db8:a::fe dev up0\n";

static void set(const char *path, int value)
{
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file, "%s: %s", path, strerror(errno));
	fprintf(file, "%d\n", value);
	cr_assert_eq(fclose(file), 0, "%s: %s", path, strerror(errno));
}

void devices_set_forwarding(int on)
{
	set("/proc/sys/net/ipv4/conf/all/forwarding", on);
	set("/proc/sys/net/ipv6/conf/all/forwarding", on);
}

/* A veth takes redirected frames only with NAPI on it; GRO turns that on. */
static void enable_gro(const char *device)
{
	struct ethtool_value on = {.cmd = ETHTOOL_SGRO, .data = 1};
	struct ifreq request = {.ifr_data = (void *)&on};
	strncpy(request.ifr_name, device, IFNAMSIZ - 1);
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cr_assert_geq(control, 0);
	cr_assert_eq(ioctl(control, SIOCETHTOOL, &request), 0, "GRO on %s: %s", device, strerror(errno));
	close(control);
}

void devices_open(void)
{
	cr_assert_eq(unshare(CLONE_NEWNET), 0, "a namespace of our own: %s", strerror(errno));
	set("/proc/sys/net/ipv6/conf/default/accept_dad", 0);
	set("/proc/sys/net/ipv6/conf/default/router_solicitations", 0);
	FILE *ip = popen("ip -batch -", "w");
	cr_assert_not_null(ip);
	cr_assert_eq(fputs(DEVICES, ip) >= 0, 1);
	cr_assert_eq(pclose(ip), 0, "ip -batch refused the devices");
	enable_gro(DEVICES_TUNNEL);
	set("/proc/sys/net/ipv6/conf/far0/disable_ipv6", 1); /* or this gateway would forward what it has just sent */
	devices_set_forwarding(1);
}
