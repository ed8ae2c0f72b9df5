/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the daemon, with a deadline over everything.
 */
#include "control/client.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define RECEIVE_ROOM_BYTES 65536

DEFINE_CLEANUP(json, json_t *, json_decref);

struct answer_text {
	char *bytes;
	size_t length, room;
};

static void cleanup_answer_text(struct answer_text *text)
{
	free(text->bytes);
}

/* connect(2) waits in the socket's send timeout while the backlog is full. */
static int open_connection(const char *path, uint32_t timeout_ms, int *ret_fd)
{
	struct timeval timeout = {timeout_ms / 1000, (suseconds_t)(timeout_ms % 1000) * 1000};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_fd_ int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return -ECONNREFUSED;
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

static int send_request(int fd, const char *command, json_t *arguments)
{
	_cleanup_(cleanup_json) json_t *request = json_pack("{s:s, s:O*}", "command", command, "arguments", arguments);
	_cleanup_free_ char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	size_t length;

	if (!text)
		return -ENOMEM;
	length = strlen(text);
	if (length + 1 > CONTROL_REQUEST_MAX_BYTES)
		return -E2BIG;
	text[length++] = '\n'; /* in the place of the NUL */
	for (size_t sent = 0; sent < length;) {
		ssize_t bytes = send(fd, text + sent, length - sent, MSG_NOSIGNAL);

		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes < 0 && (errno == EPIPE || errno == ECONNRESET))
			return 0; /* a refusal may lie in the socket all the same */
		if (bytes < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		sent += (size_t)bytes;
	}
	return 0;
}

static int wait_readable(int fd, uint64_t deadline_ns)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	for (;;) {
		uint64_t now = clock_mono_ns();
		int ready;

		if (now >= deadline_ns)
			return -ETIMEDOUT;
		ready = poll(&wait, 1, (int)((deadline_ns - now) / CLOCK_NS_PER_MS + 1));
		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return -errno;
	}
}

static int make_room(struct answer_text *text)
{
	size_t room = text->room ? text->room * 2 : RECEIVE_ROOM_BYTES;
	char *grown;

	if (text->length < text->room)
		return 0;
	if (text->room >= CONTROL_ANSWER_MAX_BYTES)
		return -EPROTO;
	if (room > CONTROL_ANSWER_MAX_BYTES)
		room = CONTROL_ANSWER_MAX_BYTES;
	grown = realloc(text->bytes, room);
	if (!grown)
		return -ENOMEM;
	text->bytes = grown;
	text->room = room;
	return 0;
}

/* Up to the newline, which is left out. */
static int receive_line(int fd, uint64_t deadline_ns, struct answer_text *text)
{
	for (;;) {
		int code = make_room(text);
		const char *end;
		ssize_t bytes;

		if (code == 0)
			code = wait_readable(fd, deadline_ns);
		if (code < 0)
			return code;
		bytes = recv(fd, text->bytes + text->length, text->room - text->length, MSG_DONTWAIT);
		if (bytes < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (bytes < 0 && errno != ECONNRESET)
			return -errno;
		if (bytes <= 0)
			return text->length ? -EPROTO : -ECONNRESET;
		end = memchr(text->bytes + text->length, '\n', (size_t)bytes);
		text->length += (size_t)bytes;
		if (end) {
			text->length = (size_t)(end - text->bytes);
			return 0;
		}
	}
}

int control_ask(const char *path, const char *command, json_t *arguments, uint32_t timeout_ms, json_t **ret_answer)
{
	uint64_t deadline_ns = clock_mono_ns() + timeout_ms * CLOCK_NS_PER_MS;
	_cleanup_(cleanup_answer_text) struct answer_text text = {0};
	_cleanup_(cleanup_json) json_t *answer = NULL;
	_cleanup_fd_ int fd = -1;
	int code = open_connection(path, timeout_ms, &fd);

	if (code == 0)
		code = send_request(fd, command, arguments);
	if (code == 0)
		code = receive_line(fd, deadline_ns, &text);
	if (code < 0)
		return code;
	answer = json_loadb(text.bytes, text.length, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(answer) || !json_is_boolean(json_object_get(answer, "ok")))
		return -EPROTO;
	*ret_answer = take_ptr(answer);
	return 0;
}

const char *control_refusal(const json_t *answer)
{
	const char *sentence = json_string_value(json_object_get(answer, "error"));

	if (json_is_true(json_object_get(answer, "ok")))
		return NULL;
	return sentence ? sentence : "the daemon refused, and gave no reason";
}
