/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of control/server and control/conversation: clients of every kind of rudeness. */
#include "test_daemon.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

TestSuite(control_server, .init = test_daemon_begin, .fini = test_daemon_end, .timeout = 60);

static void assert_line(int fd, const char *expected)
{
	char line[256];

	cr_assert(test_receive(fd, line, sizeof(line)), "closed without an answer");
	cr_assert(strstr(line, expected), "%s", line);
}

static void assert_serves(void)
{
	int fd = test_connect();

	test_send(fd, PING, strlen(PING));
	assert_line(fd, "\"ok\":true,\"pid\":1");
	(void)close(fd);
	test_turn(5);
}

Test(control_server, answers_again_and_again_on_one_connection)
{
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	for (int i = 0; i < 3; i++) {
		test_send(fd, PING, strlen(PING));
		assert_line(fd, "\"pid\":1");
	}
	cr_assert_eq(control_server_clients(test_server), 1);
	(void)close(fd);
	test_turn(5);
	cr_assert_eq(control_server_clients(test_server), 0);
}

Test(control_server, puts_a_request_together_from_single_bytes)
{
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	for (const char *byte = PING; *byte; byte++) {
		test_send(fd, byte, 1);
		test_turn(1);
	}
	assert_line(fd, "\"pid\":1");
	(void)close(fd);
}

/* More lines in one write than one call answers: none may be left lying in the buffer. */
Test(control_server, answers_every_line_of_a_pile)
{
	char pile[64 * sizeof(PING)] = "";
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	for (int i = 0; i < 64; i++)
		strcat(pile, PING);
	test_send(fd, pile, strlen(pile));
	for (int i = 0; i < 64; i++)
		assert_line(fd, "\"pid\":1");
	(void)close(fd);
}

Test(control_server, answers_garbage_and_goes_on)
{
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	test_send(fd, "\n\0\xff{]\nGET / HTTP/1.1\r\n" PING, 1 + 5 + 16 + strlen(PING));
	assert_line(fd, "\"code\":74"); /* EBADMSG */
	assert_line(fd, "\"code\":74");
	assert_line(fd, "\"code\":74");
	assert_line(fd, "\"pid\":1");
	cr_assert_eq(test_calls, 1);
	(void)close(fd);
}

Test(control_server, takes_the_longest_request_and_ends_a_longer_one)
{
	char line[CONTROL_REQUEST_MAX_BYTES + 1];
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	memset(line, ' ', sizeof(line));
	memcpy(line, PING, strlen(PING) - 1);
	line[CONTROL_REQUEST_MAX_BYTES - 1] = '\n';
	test_send(fd, line, CONTROL_REQUEST_MAX_BYTES);
	assert_line(fd, "\"pid\":1");
	line[CONTROL_REQUEST_MAX_BYTES - 1] = ' ';
	line[CONTROL_REQUEST_MAX_BYTES] = '\n';
	test_send(fd, line, CONTROL_REQUEST_MAX_BYTES + 1);
	assert_line(fd, "\"code\":7"); /* E2BIG */
	test_await_close(fd);
	cr_assert_eq(test_calls, 1);
	(void)close(fd);
	assert_serves();
}

Test(control_server, survives_an_endless_line)
{
	static char blob[1024 * 1024];
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	memset(blob, 'a', sizeof(blob));
	for (int i = 0; i < 64 && send(fd, blob, sizeof(blob), MSG_NOSIGNAL) != -1; i++)
		test_turn(1);
	test_await_close(fd);
	(void)close(fd);
	assert_serves();
}

Test(control_server, serves_as_many_clients_as_it_says_and_refuses_the_next)
{
	int fds[CONTROL_CLIENTS_MAX], fd;

	test_daemon_start(0);
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		fds[i] = test_connect();
		test_turn(1);
	}
	cr_assert_eq(control_server_clients(test_server), CONTROL_CLIENTS_MAX);
	fd = test_connect();
	assert_line(fd, "too many clients");
	test_await_close(fd);
	(void)close(fd);
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		test_send(fds[i], PING, strlen(PING));
		assert_line(fds[i], "\"pid\":1");
	}
	(void)close(fds[7]);
	test_turn(5);
	assert_serves();
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (i != 7)
			(void)close(fds[i]);
}

Test(control_server, answers_a_client_that_has_closed_its_sending_half)
{
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	test_send(fd, PING PING, 2 * strlen(PING));
	cr_assert_eq(shutdown(fd, SHUT_WR), 0);
	assert_line(fd, "\"pid\":1");
	assert_line(fd, "\"pid\":1");
	test_await_close(fd);
	(void)close(fd);
	test_turn(5);
	cr_assert_eq(control_server_clients(test_server), 0);
}

/* "huge" is more than a socket buffer holds, and is read at leisure. */
Test(control_server, sends_a_long_answer_to_a_half_closed_client)
{
	static char line[HUGE_TEXT_BYTES + 64];
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	test_send(fd, "{\"command\":\"huge\"}\n", 19);
	cr_assert_eq(shutdown(fd, SHUT_WR), 0);
	cr_assert(test_receive(fd, line, sizeof(line)));
	cr_assert_eq(strlen(line), HUGE_TEXT_BYTES + strlen("{\"ok\":true,\"text\":\"\"}"));
	test_await_close(fd);
	(void)close(fd);
}

/* It gets one answer and no more: what follows stays unread, and costs no memory. */
Test(control_server, makes_one_answer_for_a_client_that_never_reads)
{
	int fd;

	test_daemon_start(300);
	fd = test_connect();
	for (int i = 0; i < 1000; i++)
		if (send(fd, "{\"command\":\"huge\"}\n", 19, MSG_NOSIGNAL) < 0)
			break;
	test_turn(100);
	cr_assert_eq(test_calls, 1);
	assert_serves();
	cr_assert_eq(control_server_clients(test_server), 1);
	test_turn(400);
	cr_assert_eq(control_server_clients(test_server), 0, "dropped when it is idle for long enough");
	(void)close(fd);
}

Test(control_server, drops_an_idle_client_and_no_busy_one)
{
	int idle, busy, dripping;
	char line[256];

	test_daemon_start(200);
	idle = test_connect();
	busy = test_connect();
	dripping = test_connect();
	for (int i = 0; i < 10; i++) {
		test_turn(40);
		test_send(busy, PING, strlen(PING));
		cr_assert(test_receive(busy, line, sizeof(line)));
		(void)send(dripping, " ", 1, MSG_NOSIGNAL); /* bytes alone are no sign of life */
	}
	cr_assert_eq(control_server_clients(test_server), 1);
	test_await_close(idle);
	test_await_close(dripping);
	(void)close(idle);
	(void)close(busy);
	(void)close(dripping);
}

Test(control_server, forgets_a_client_that_hangs_up_before_its_answer)
{
	struct linger now = {1, 0};

	test_daemon_start(0);
	for (int i = 0; i < 100; i++) {
		int fd = test_connect();

		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		test_send(fd, "{\"command\":\"huge\"}\n", 19);
		if (i % 2)
			test_turn(1);
		(void)close(fd);
	}
	test_turn(20);
	cr_assert_eq(control_server_clients(test_server), 0);
	assert_serves();
}

Test(control_server, sends_the_answer_of_the_command_that_stops_the_loop)
{
	char line[64];
	int fd;

	test_daemon_start(0);
	fd = test_connect();
	test_send(fd, "{\"command\":\"stop\"}\n", 19);
	cr_assert_eq(loop_run(test_loop), 0);
	cr_assert_eq(recv(fd, line, sizeof(line), 0), 12);
	cr_assert_eq(memcmp(line, "{\"ok\":true}\n", 12), 0);
	(void)close(fd);
}
