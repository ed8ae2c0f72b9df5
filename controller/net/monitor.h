/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tells that links, addresses or routes of this namespace changed, not how: the
 * listener asks anew. Never blocks, never works without bound.
 */
#ifndef NET_MONITOR_H
#define NET_MONITOR_H

#include <stdint.h>

#include "base/cleanup.h"

enum monitor_change {
	MONITOR_LINK = 1 << 0,
	MONITOR_ADDRESS = 1 << 1,
	MONITOR_ROUTE = 1 << 2,
	MONITOR_OVERRUN = 1 << 3, /* the kernel dropped notifications: the other three are set with it */
};

struct monitor;

int monitor_open(struct monitor **ret_monitor);
void monitor_close(struct monitor *monitor); /* NULL is fine */
DEFINE_CLEANUP(monitor, struct monitor *, monitor_close);

/* To poll for EPOLLIN. Stays the monitor's. */
int monitor_fd(const struct monitor *monitor);

/*
 * Reads at most `budget` batches and says what kinds of change they held, as
 * bits of enum monitor_change; 0 when nothing waited. What is left keeps the fd
 * readable.
 */
int monitor_drain(struct monitor *monitor, unsigned int budget, uint32_t *ret_changes);

#endif
