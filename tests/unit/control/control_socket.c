/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of control/socket and control_path(): whose name it is, and who may take it. */
#include "control/socket.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_daemon.h"

TestSuite(control_socket, .init = test_daemon_begin, .fini = test_daemon_end, .timeout = 60);

static int try_second(void)
{
	struct control_setup setup = {.path = test_path};
	struct control_server *server = NULL;
	int code = control_server_new(test_loop, &setup, &server);

	cr_assert(code == 0 || !server);
	control_server_free(server);
	return code;
}

static size_t files(void)
{
	char made[128];
	DIR *directory;
	size_t count = 0;

	(void)snprintf(made, sizeof(made), "%s/made", test_directory);
	directory = opendir(made);
	while (directory && readdir(directory))
		count++;
	if (directory)
		(void)closedir(directory);
	return count - 2; /* . and .. */
}

/* What a killed daemon leaves behind. */
static void leave_stale(void)
{
	struct control_socket claimed;

	cr_assert_eq(control_socket_claim(test_path, &claimed), 0);
	(void)close(claimed.fd);
}

Test(control_socket, makes_its_directory_and_keeps_others_out)
{
	mode_t before = umask(0077);
	struct stat facts;
	char made[128];

	test_daemon_start(0);
	(void)umask(before);
	cr_assert_eq(stat(test_path, &facts), 0);
	cr_assert_eq(facts.st_mode, S_IFSOCK | 0600);
	(void)snprintf(made, sizeof(made), "%s/made", test_directory);
	cr_assert_eq(stat(made, &facts), 0);
	cr_assert_eq(facts.st_mode, S_IFDIR | 0755);
	cr_assert_eq(files(), 1, "nothing beside the socket");
}

Test(control_socket, is_private_whatever_the_umask)
{
	mode_t before = umask(0);
	struct stat facts;

	test_daemon_start(0);
	(void)umask(before);
	cr_assert_eq(stat(test_path, &facts), 0);
	cr_assert_eq(facts.st_mode, S_IFSOCK | 0600);
}

Test(control_socket, removes_it_at_the_end)
{
	test_daemon_start(0);
	control_server_free(test_server);
	test_server = NULL;
	cr_assert_eq(access(test_path, F_OK), -1);
	cr_assert_eq(files(), 0);
}

Test(control_socket, replaces_a_stale_one)
{
	leave_stale();
	cr_assert_eq(access(test_path, F_OK), 0);
	test_daemon_start(0);
	(void)close(test_connect());
	cr_assert_eq(files(), 1);
}

Test(control_socket, leaves_a_live_one_alone)
{
	struct stat before, after;

	test_daemon_start(0);
	cr_assert_eq(stat(test_path, &before), 0);
	cr_assert_eq(try_second(), -EADDRINUSE);
	cr_assert_eq(stat(test_path, &after), 0);
	cr_assert_eq(before.st_ino, after.st_ino);
	(void)close(test_connect());
	cr_assert_eq(files(), 1);
}

Test(control_socket, leaves_a_file_alone)
{
	char made[128];
	int fd;

	(void)snprintf(made, sizeof(made), "%s/made", test_directory);
	cr_assert_eq(mkdir(made, 0755), 0);
	fd = open(test_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	cr_assert(fd >= 0);
	(void)close(fd);
	cr_assert_eq(try_second(), -EEXIST);
	cr_assert_eq(access(test_path, F_OK), 0);
	cr_assert_eq(files(), 1);
}

Test(control_socket, does_not_remove_anothers)
{
	struct control_socket first, second;

	cr_assert_eq(control_socket_claim(test_path, &first), 0);
	cr_assert_eq(unlink(test_path), 0);
	cr_assert_eq(control_socket_claim(test_path, &second), 0);
	control_socket_release(test_path, &first);
	cr_assert_eq(access(test_path, F_OK), 0);
	control_socket_release(test_path, &second);
	cr_assert_eq(access(test_path, F_OK), -1);
}

static int lock_by_hand(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	cr_assert(fd >= 0);
	cr_assert_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
	return fd;
}

static void *claim_in_thread(void *userdata)
{
	cr_assert_eq(control_socket_claim(test_path, userdata), 0);
	return NULL;
}

/*
 * Whoever waits for the lock of a file that is gone when it gets it has locked
 * nothing: another one may hold the file that is there now.
 */
Test(control_socket, waits_for_the_lock_that_counts)
{
	struct control_socket claimed;
	char made[128], lock[160];
	pthread_t thread;
	int first, second;

	(void)snprintf(made, sizeof(made), "%s/made", test_directory);
	(void)snprintf(lock, sizeof(lock), "%s.lock", test_path);
	cr_assert_eq(mkdir(made, 0755), 0);
	first = lock_by_hand(lock);
	cr_assert_eq(pthread_create(&thread, NULL, claim_in_thread, &claimed), 0);
	(void)usleep(100000);
	cr_assert_eq(access(test_path, F_OK), -1, "the first lock");
	cr_assert_eq(unlink(lock), 0);
	second = lock_by_hand(lock);
	(void)close(first);
	(void)usleep(100000);
	cr_assert_eq(access(test_path, F_OK), -1, "the second lock");
	cr_assert_eq(unlink(lock), 0);
	(void)close(second);
	cr_assert_eq(pthread_join(thread, NULL), 0);
	cr_assert_eq(files(), 1);
	control_socket_release(test_path, &claimed);
}

/* Eight processes over one stale name, again and again: exactly one gets it each time. */
Test(control_socket, is_given_to_one_of_many_that_start_at_once)
{
	for (int round = 0; round < 30; round++) {
		int winners = 0, gate[2], hold[2];
		struct control_socket claimed;
		char byte = 0;

		leave_stale();
		cr_assert_eq(pipe(gate) | pipe(hold), 0);
		for (int i = 0; i < 8; i++)
			if (fork() == 0) {
				(void)close(gate[1]);
				(void)close(hold[1]);
				(void)!read(gate[0], &byte, 1); /* all at once, when the gate closes */
				byte = control_socket_claim(test_path, &claimed) == 0;
				if (byte)
					(void)!read(hold[0], &byte, 1); /* the winner stays alive till the end */
				else
					_exit(0);
				_exit(1);
			}
		(void)close(gate[0]);
		(void)close(gate[1]);
		for (int i = 0, status; i < 7; i++) {
			cr_assert(wait(&status) > 0);
			winners += WEXITSTATUS(status);
		}
		cr_assert_eq(winners, 0, "seven lost");
		(void)close(test_connect()); /* and the eighth listens */
		(void)close(hold[0]);
		(void)close(hold[1]);
		for (int status; wait(&status) > 0;)
			winners += WEXITSTATUS(status);
		cr_assert_eq(winners, 1);
		cr_assert_eq(unlink(test_path), 0);
	}
	cr_assert_eq(files(), 0);
}

Test(control_path_of, is_root_and_interface)
{
	char path[CONTROL_PATH_BYTES] = "untouched", long_root[CONTROL_PATH_BYTES];

	memset(long_root, 'r', sizeof(long_root));
	long_root[sizeof(long_root) - 8] = '\0';
	cr_assert_eq(control_path(CONTROL_ROOT, "../etc", path), -EINVAL);
	cr_assert_eq(control_path(CONTROL_ROOT, "", path), -EINVAL);
	cr_assert_eq(control_path(long_root, "jvpn0", path), -ENAMETOOLONG);
	cr_assert_str_eq(path, "untouched");
	cr_assert_eq(control_path(CONTROL_ROOT, "jvpn0", path), 0);
	cr_assert_str_eq(path, "/run/jvpn/jvpn0.sock");
}
