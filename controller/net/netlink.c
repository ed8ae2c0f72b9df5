/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Request, answer, error. An answer belongs to a request by its sequence number;
 * what a failed request left behind is skipped by the next one.
 */
#include "net/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define REPLY_BYTES 32768 /* what the kernel fills at most for one read of a dump */
#define ERROR_TEXT_BYTES 160

struct netlink {
	struct mnl_socket *socket;
	uint32_t sequence;
	char error_text[ERROR_TEXT_BYTES];
	char reply[REPLY_BYTES] __attribute__((aligned(8)));
};

int netlink_open(struct netlink **ret_netlink)
{
	_cleanup_(cleanup_netlink) struct netlink *netlink = calloc(1, sizeof(*netlink));
	const struct timeval timeout = {.tv_sec = NETLINK_TIMEOUT_S};
	int on = 1;

	if (!netlink)
		return -ENOMEM;
	netlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!netlink->socket || mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	if (setsockopt(mnl_socket_get_fd(netlink->socket), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	/* both are comforts: error texts, and filters the kernel applies to dumps (callers check again) */
	(void)mnl_socket_setsockopt(netlink->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)mnl_socket_setsockopt(netlink->socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	*ret_netlink = take_ptr(netlink);
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	int saved = errno;

	if (!netlink)
		return;
	if (netlink->socket)
		(void)mnl_socket_close(netlink->socket);
	free(netlink);
	errno = saved;
}

void *netlink_prepare(struct netlink_request *request, uint16_t type, uint16_t flags, size_t payload_bytes)
{
	struct nlmsghdr *header;

	memset(request, 0, sizeof(*request));
	header = mnl_nlmsg_put_header(request->buffer);
	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(header, payload_bytes);
}

/* NLM_F_DUMP shares its bits with NLM_F_REPLACE | NLM_F_EXCL: only a GET (type % 4 == 2) can be a dump. */
static bool is_dump(const struct nlmsghdr *header)
{
	return (header->nlmsg_type & 3) == 2 && (header->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

/* What one answer is read with. */
struct answer {
	struct netlink *netlink;
	netlink_reply_fn on_reply;
	void *userdata;
	int error; /* the first one of on_reply */
	bool is_over;
};

static int copy_error_text(const struct nlattr *attribute, void *data)
{
	struct netlink *netlink = data;

	if (mnl_attr_get_type(attribute) == NLMSGERR_ATTR_MSG && mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) == 0)
		snprintf(netlink->error_text, sizeof(netlink->error_text), "%s", mnl_attr_get_str(attribute));
	return MNL_CB_OK;
}

static void keep_error_text(struct netlink *netlink, const struct nlmsghdr *message, size_t fixed_bytes)
{
	if (message->nlmsg_flags & NLM_F_ACK_TLVS)
		(void)mnl_attr_parse(message, (unsigned int)fixed_bytes, copy_error_text, netlink);
}

/* NLMSG_ERROR: the ack, too. */
static void answer_ends_with_error(struct answer *answer, const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	size_t fixed_bytes = sizeof(*error);

	answer->is_over = true;
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*error)) {
		answer->error = -EBADMSG;
		return;
	}
	if (!(message->nlmsg_flags & NLM_F_CAPPED) && error->msg.nlmsg_len >= sizeof(error->msg))
		fixed_bytes += error->msg.nlmsg_len - sizeof(error->msg);
	if (error->error < 0 && fixed_bytes <= mnl_nlmsg_get_payload_len(message))
		keep_error_text(answer->netlink, message, fixed_bytes);
	if (answer->error == 0)
		answer->error = error->error;
}

/* NLMSG_DONE: the end of a dump, with an error number of its own. */
static void answer_ends_with_done(struct answer *answer, const struct nlmsghdr *message)
{
	const int *error = mnl_nlmsg_get_payload(message);

	answer->is_over = true;
	if (mnl_nlmsg_get_payload_len(message) >= sizeof(*error) && *error < 0 && answer->error == 0) {
		keep_error_text(answer->netlink, message, sizeof(*error));
		answer->error = *error;
	}
}

static void answer_read(struct answer *answer, const struct nlmsghdr *message)
{
	if (message->nlmsg_seq != answer->netlink->sequence || answer->is_over)
		return;
	if ((message->nlmsg_flags & NLM_F_DUMP_INTR) && answer->error == 0)
		answer->error = -EINTR;
	if (message->nlmsg_type == NLMSG_ERROR)
		answer_ends_with_error(answer, message);
	else if (message->nlmsg_type == NLMSG_DONE)
		answer_ends_with_done(answer, message);
	else if (message->nlmsg_type >= NLMSG_MIN_TYPE && answer->error == 0 && answer->on_reply)
		answer->error = answer->on_reply(message, answer->userdata);
}

int netlink_request(struct netlink *netlink, struct netlink_request *request, netlink_reply_fn on_reply, void *userdata)
{
	struct answer answer = {.netlink = netlink, .on_reply = on_reply, .userdata = userdata};
	struct nlmsghdr *header = netlink_header(request);

	netlink->error_text[0] = '\0';
	header->nlmsg_seq = ++netlink->sequence;
	if (!is_dump(header))
		header->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(netlink->socket, header, header->nlmsg_len) < 0)
		return -errno;
	while (!answer.is_over) {
		ssize_t received = mnl_socket_recvfrom(netlink->socket, netlink->reply, sizeof(netlink->reply));
		int left = (int)received;

		if (received < 0 && errno == EINTR)
			continue;
		if (received < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		for (const struct nlmsghdr *message = (const void *)netlink->reply; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left))
			answer_read(&answer, message);
	}
	return answer.error;
}

const char *netlink_error_text(const struct netlink *netlink)
{
	return netlink->error_text;
}
