/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Records of the ring buffer `events`: what the data path tells the controller.
 * A hint, never a command: a lost record is noticed by the controller's own
 * sweep over `counters`, only later.
 */
#ifndef JVPN_EVENT_H
#define JVPN_EVENT_H

#include "jvpn/limits.h"
#include "jvpn/types.h"

enum jvpn_event_kind {
	JVPN_EVENT_NEED_KEY = 1,      /* a packet wanted to leave and no key pair could seal it */
	JVPN_EVENT_KEY_CONFIRMED = 2, /* the first packet opened under the unconfirmed key pair, which now sends */
	JVPN_EVENT_PATH_SEEN = 3,     /* an authenticated packet came from a source that is not the active path */
};

struct jvpn_event {
	__u32 kind;
	__u32 index;   /* receiver index, where one is concerned */
	__u64 session; /* 0: the peer has none yet */
	__u64 at_ns;
	__u32 peer;
	__u32 ifindex; /* where the packet came in */
	struct jvpn_ip local;
	struct jvpn_ip remote;
	__be16 remote_port;
	__u16 family;	  /* 4 or 6, of the outer packet */
	__u32 text_bytes; /* of the staged packet that follows (NEED_KEY), else 0 */
};
JVPN_ASSERT_SIZE(struct jvpn_event, 72);

/* NEED_KEY carries the packet itself, so that the first one of a flow is sent late rather than lost. */
#define JVPN_STAGED_TEXT_MAX_BYTES 1600
struct jvpn_event_staged {
	struct jvpn_event event;
	__u8 text[JVPN_STAGED_TEXT_MAX_BYTES];
};

#endif
