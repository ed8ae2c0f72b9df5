/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything `status` shows, gathered once; shown by status.c as text and by
 * status_json.c as a document:
 *
 *   interface     "jvpn0"            listen_port   51820
 *   public_key    base64             created_ms    wall clock, of the data plane
 *   abi_version   1                  tunnel_ifindex
 *   uplinks       [{"name", "ifindex", "mode": "native" | "generic", "mtu"}]
 *   daemon        {"pid", "version", "uptime_ms"} | {"error": "..."} | null: it does not run
 *   peers         as "peers" of control/control.h | null: the daemon did not tell
 *   sessions      as session_json.h
 *   rx_bytes, tx_bytes, rx_packets, tx_packets    sums over the sessions
 *   drops         sum over the reasons
 *   refused_handshakes   sum over the daemon's reasons | null
 */
#ifndef CTL_STATUS_H
#define CTL_STATUS_H

#include "ctl/ctl.h"
#include "ctl/daemon_view.h"
#include "ctl/session_list.h"

struct status {
	const struct jvpn_meta *meta;
	const char *interface;
	struct jvpn_uplink *uplinks;
	size_t uplink_count;
	struct inspect_route *routes;
	size_t route_count;
	struct session_list sessions;
	struct jvpn_counters sums; /* only packets and bytes */
	uint64_t drops;
	struct daemon_view daemon;
};

void cleanup_status(struct status *status);

/* A new reference; NULL: no memory. */
json_t *status_json(const struct ctl *ctl, const struct status *status);

#endif
