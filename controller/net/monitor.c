/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A socket in rtnetlink's notification groups. Reads message types, nothing else.
 */
#include "net/monitor.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#define BATCH_BYTES 16384
#define RECEIVE_BUFFER_BYTES (1 << 20) /* rides out a routing table's worth of changes */
#define MONITOR_GROUPS (RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)
#define MONITOR_EVERYTHING (MONITOR_LINK | MONITOR_ADDRESS | MONITOR_ROUTE | MONITOR_OVERRUN)

struct monitor {
	int fd;
	char batch[BATCH_BYTES] __attribute__((aligned(8)));
};

int monitor_open(struct monitor **ret_monitor)
{
	_cleanup_(cleanup_monitor) struct monitor *monitor = calloc(1, sizeof(*monitor));
	const struct sockaddr_nl groups = {.nl_family = AF_NETLINK, .nl_groups = MONITOR_GROUPS};
	const int bytes = RECEIVE_BUFFER_BYTES;

	if (!monitor)
		return -ENOMEM;
	monitor->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (monitor->fd < 0)
		return -errno;
	if (setsockopt(monitor->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(monitor->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (bind(monitor->fd, (const struct sockaddr *)&groups, sizeof(groups)) < 0)
		return -errno;
	*ret_monitor = take_ptr(monitor);
	return 0;
}

void monitor_close(struct monitor *monitor)
{
	if (!monitor)
		return;
	cleanup_fd(&monitor->fd);
	free(monitor);
}

int monitor_fd(const struct monitor *monitor)
{
	return monitor->fd;
}

static uint32_t change_of(uint16_t type)
{
	switch (type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return MONITOR_LINK;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return MONITOR_ADDRESS;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return MONITOR_ROUTE;
	default:
		return 0;
	}
}

static uint32_t batch_changes(const struct monitor *monitor, size_t bytes)
{
	const struct nlmsghdr *message = (const void *)monitor->batch;
	int left = (int)bytes;
	uint32_t changes = 0;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left))
		changes |= change_of(message->nlmsg_type);
	return changes;
}

/* 1: a batch was read, 0: none waits, or -errno. */
static int read_batch(struct monitor *monitor, uint32_t *changes)
{
	struct sockaddr_nl sender = {0};
	struct iovec vector = {monitor->batch, sizeof(monitor->batch)};
	struct msghdr header = {
		.msg_name = &sender,
		.msg_namelen = sizeof(sender),
		.msg_iov = &vector,
		.msg_iovlen = 1,
	};
	ssize_t received = recvmsg(monitor->fd, &header, 0);

	if (received < 0 && (errno == ENOBUFS || errno == EINTR)) {
		*changes |= errno == ENOBUFS ? MONITOR_EVERYTHING : 0;
		return 1;
	}
	if (received < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (sender.nl_pid != 0)
		return 1; /* not the kernel's */
	if (header.msg_flags & MSG_TRUNC)
		*changes |= MONITOR_EVERYTHING;
	*changes |= batch_changes(monitor, (size_t)received);
	return 1;
}

int monitor_drain(struct monitor *monitor, unsigned int budget, uint32_t *ret_changes)
{
	uint32_t changes = 0;

	while (budget-- > 0) {
		int result = read_batch(monitor, &changes);

		if (result < 0)
			return result;
		if (result == 0)
			break;
	}
	*ret_changes = changes;
	return 0;
}
