/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of control/server: who is let in, and what happens when nobody can be. */
#include "test_daemon.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"

TestSuite(control_accept, .init = test_daemon_begin, .fini = test_daemon_end, .timeout = 60);

/* Without a free fd a connection stays in the backlog; the loop must sleep meanwhile, and come back. */
Test(control_accept, neither_spins_nor_dies_without_file_descriptors)
{
	struct rlimit limit, before;
	char line[64];
	int fd, spare, turns = 0;

	test_daemon_start(0);
	fd = test_connect();
	spare = dup(fd); /* the lowest free number is above it now */
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)spare + 1;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (uint64_t over = clock_mono_ns() + 200 * CLOCK_NS_PER_MS; clock_mono_ns() < over; turns++)
		cr_assert_eq(loop_turn(test_loop, 50 * CLOCK_NS_PER_MS), 0);
	cr_assert_lt(turns, 20, "%d turns", turns);
	cr_assert_eq(control_server_clients(test_server), 0);
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	test_send(fd, PING, strlen(PING));
	cr_assert(test_receive(fd, line, sizeof(line)), "accepted after the pause");
	(void)close(spare);
	(void)close(fd);
}

/* The file's mode is opened for the test: the uid is asked all the same. */
Test(control_accept, serves_no_other_user)
{
	int status;
	pid_t child;

	if (geteuid() != 0)
		cr_skip_test("needs root, to be somebody else");
	test_daemon_start(0);
	cr_assert_eq(chmod(test_path, 0666) | chmod(test_directory, 0755), 0);
	child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		char byte;
		int fd;

		if (setgid(65534) || setuid(65534))
			_exit(9);
		fd = test_connect();
		(void)send(fd, PING, strlen(PING), MSG_NOSIGNAL);
		while (recv(fd, &byte, 1, 0) < 0 && errno == EAGAIN)
			(void)usleep(1000);
		_exit(recv(fd, &byte, 1, 0) > 0 ? 1 : 0);
	}
	while (waitpid(child, &status, WNOHANG) == 0)
		test_turn(5);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", (unsigned int)status);
	cr_assert_eq(test_calls, 0);
}
