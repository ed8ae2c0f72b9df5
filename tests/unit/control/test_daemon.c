/* SPDX-License-Identifier: BSD-2-Clause */
/* The server and the clients of test_daemon.h. */
#include "test_daemon.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"

#define PATIENCE_NS (5 * CLOCK_NS_PER_S)

struct loop *test_loop;
struct control_server *test_server;
char test_path[CONTROL_PATH_BYTES];
char test_directory[64];
size_t test_calls;

static int answer(const char *command, json_t *arguments, json_t **ret_document, void *userdata)
{
	(void)arguments;
	(void)userdata;
	test_calls++;
	if (!strcmp(command, "ping")) {
		*ret_document = json_pack("{s:i}", "pid", 1);
	} else if (!strcmp(command, "huge")) {
		_cleanup_free_ char *text = calloc(1, HUGE_TEXT_BYTES + 1);

		memset(text, 'x', HUGE_TEXT_BYTES);
		*ret_document = json_pack("{s:s}", "text", text);
	} else if (!strcmp(command, "stop")) {
		loop_stop(test_loop, 0);
		*ret_document = json_object();
	} else {
		return -ENOSYS;
	}
	return 0;
}

void test_daemon_begin(void)
{
	strcpy(test_directory, "/tmp/jvpn-control-XXXXXX");
	cr_assert_not_null(mkdtemp(test_directory));
	(void)snprintf(test_path, sizeof(test_path), "%s/made/t.sock", test_directory);
	cr_assert_eq(loop_new(&test_loop), 0);
}

void test_daemon_start(uint32_t idle_ms)
{
	struct control_setup setup = {.path = test_path, .answer = answer, .idle_ms = idle_ms};

	cr_assert_eq(control_server_new(test_loop, &setup, &test_server), 0);
}

void test_daemon_end(void)
{
	char made[128];
	DIR *directory;

	control_server_free(test_server);
	loop_free(test_loop);
	(void)snprintf(made, sizeof(made), "%s/made", test_directory);
	directory = opendir(made);
	for (struct dirent *entry; directory && (entry = readdir(directory));)
		(void)unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory)
		(void)closedir(directory);
	(void)rmdir(made);
	(void)rmdir(test_directory);
}

void test_turn(unsigned int ms)
{
	uint64_t end = clock_mono_ns() + ms * CLOCK_NS_PER_MS;

	do
		cr_assert_eq(loop_turn(test_loop, CLOCK_NS_PER_MS), 0);
	while (clock_mono_ns() < end);
}

int test_connect(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, test_path);
	cr_assert(fd >= 0);
	cr_assert_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0, "%s", strerror(errno));
	return fd;
}

void test_send(int fd, const char *bytes, size_t length)
{
	uint64_t end = clock_mono_ns() + PATIENCE_NS;

	for (size_t sent = 0; sent < length;) {
		ssize_t taken = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);

		cr_assert(taken > 0 || errno == EAGAIN, "%s", strerror(errno));
		sent += taken > 0 ? (size_t)taken : 0;
		cr_assert_lt(clock_mono_ns(), end);
		if (taken < 0)
			test_turn(1);
	}
}

bool test_receive(int fd, char *line, size_t room)
{
	uint64_t end = clock_mono_ns() + PATIENCE_NS;
	size_t length = 0;

	for (;;) {
		ssize_t there = recv(fd, line + length, room - length, MSG_PEEK), taken = 0;
		const char *newline = there > 0 ? memchr(line + length, '\n', (size_t)there) : NULL;

		if (there == 0 || (there < 0 && errno == ECONNRESET))
			return false;
		cr_assert(there > 0 || errno == EAGAIN, "%s", strerror(errno));
		cr_assert_lt(clock_mono_ns(), end, "no answer");
		if (there > 0)
			taken = recv(fd, line + length, newline ? (size_t)(newline - line) - length + 1 : (size_t)there,
				     0);
		else
			test_turn(1);
		length += (size_t)taken;
		cr_assert_lt(length, room);
		if (newline) {
			line[length - 1] = '\0';
			return true;
		}
	}
}

void test_await_close(int fd)
{
	uint64_t end = clock_mono_ns() + PATIENCE_NS;
	static char sink[65536];

	for (;;) {
		ssize_t taken = recv(fd, sink, sizeof(sink), 0);

		if (taken == 0 || (taken < 0 && errno == ECONNRESET))
			return;
		cr_assert(taken > 0 || errno == EAGAIN, "%s", strerror(errno));
		cr_assert_lt(clock_mono_ns(), end, "the server keeps the connection");
		if (taken < 0)
			test_turn(1);
	}
}
