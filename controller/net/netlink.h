/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request-and-answer rtnetlink socket over libmnl. Blocking, for
 * configuration and lookups that the kernel answers at once; never carries
 * notifications (net/monitor.h does).
 *
 * A request is built by the caller with libmnl in a struct netlink_request,
 * starting at netlink_prepare(). Errors are the kernel's, negative; its extended
 * text, when it sent one, stays readable until the next request.
 */
#ifndef NET_NETLINK_H
#define NET_NETLINK_H

#include <libmnl/libmnl.h>
#include <stdint.h>

#include "base/cleanup.h"

#define NETLINK_REQUEST_BYTES 1024
#define NETLINK_TIMEOUT_S 5 /* an answer later than this is -ETIMEDOUT */

struct netlink;

struct netlink_request {
	char buffer[NETLINK_REQUEST_BYTES] __attribute__((aligned(4)));
};

/* Called for each message of the answer. 0 to go on, or a negative errno, which ends the request with it. */
typedef int (*netlink_reply_fn)(const struct nlmsghdr *message, void *userdata);

int netlink_open(struct netlink **ret_netlink);
void netlink_close(struct netlink *netlink); /* NULL is fine */
DEFINE_CLEANUP(netlink, struct netlink *, netlink_close);

/*
 * Zeroes the request and writes its header: `type` RTM_*, `flags` without
 * NLM_F_REQUEST and NLM_F_ACK, which are added. `payload_bytes` of the family
 * header (ifinfomsg, rtmsg ...) are reserved and returned zeroed.
 */
void *netlink_prepare(struct netlink_request *request, uint16_t type, uint16_t flags, size_t payload_bytes);

static inline struct nlmsghdr *netlink_header(struct netlink_request *request)
{
	return (struct nlmsghdr *)request->buffer;
}

/*
 * Sends, calls `on_reply` (may be NULL) for each message, waits for the ack or
 * the end of the dump (NLM_F_DUMP in the flags). -EINTR: a dump changed while
 * it ran; ask again. A dump is read to its end even when on_reply has failed.
 */
int netlink_request(struct netlink *netlink, struct netlink_request *request, netlink_reply_fn on_reply,
		    void *userdata);

/* The kernel's words about the last failed request, or "". Owned by `netlink`. */
const char *netlink_error_text(const struct netlink *netlink);

#endif
