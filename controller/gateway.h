/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The running instance: everything one jvpnd holds for one interface, and which module
 * fills what. No behaviour lives here.
 *
 *   main > daemon   starts and stops the parts, in mirror order
 *   tunnel          the tunnel device               uplinks   where packets of peers come in
 *   rule            datagrams, events and time become decisions of handshake/exchange.h ...
 *   session/        ... and those become sessions, paths and key pairs of the data plane
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <net/if.h>

#include "base/loop.h"
#include "config/config.h"
#include "dataplane/events.h"
#include "dataplane/plane.h"
#include "handshake/exchange.h"
#include "net/link.h"
#include "net/monitor.h"
#include "net/netlink.h"
#include "net/udp.h"

struct adoption;
struct control_server;
struct peer;

/* Key pairs that are stopped and wait to be wiped. */
struct retired {
	uint32_t *indices;
	size_t count;
	size_t capacity;
	struct loop_timer timer;
};

struct gateway {
	char interface[IFNAMSIZ];
	uint64_t started_ns;
	struct loop *loop;
	struct netlink *netlink;
	struct monitor *monitor;
	struct udp *udp;
	struct config *config; /* the one in force */
	char *config_path;     /* NULL: none */

	struct link_facts tunnel;
	struct link_facts delivery; /* the data-plane end */
	bool tunnel_is_new;	    /* ours to delete when starting fails */
	bool identity_is_new;	    /* pinned sessions are of another private key: not adopted */
	struct plane *plane;
	struct events *events;
	int frames; /* raw socket on the tunnel device */
	struct control_server *control;

	struct exchange *exchange;
	struct peer **peers; /* by number; NULL: free */
	size_t peer_capacity;
	struct adoption *adoption; /* while starting on pinned state, else NULL */
	uint8_t *slot_used;	   /* JVPN_SESSIONS_MAX bytes: which counters are taken */
	size_t staged_packets;	   /* of all peers */
	struct retired retired;
	struct loop_timer sweep;
	struct loop_timer resolve;	  /* routes changed: look again, once it is quiet */
	uint8_t stamp[JVPN_TAI64N_BYTES]; /* of our newest initiation */
	uint64_t refusals[HANDSHAKE_REFUSAL_COUNT];
};

#endif
