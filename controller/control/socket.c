/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of socket.h, each atomic by itself.
 */
#include "control/socket.h"

#include <errno.h>
#include <stdbool.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"

#define CLAIMS_MAX 8 /* how often the name may be snatched away or left behind while we try */

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static int open_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* 0: nobody; -EADDRINUSE: somebody (a full backlog is somebody); -ENOENT; -EEXIST: no socket. */
static int ask_who_listens(const char *path)
{
	struct sockaddr_un address = address_of(path);
	struct stat facts;
	_cleanup_fd_ int fd = -1;

	if (lstat(path, &facts) < 0)
		return -errno;
	if (!S_ISSOCK(facts.st_mode))
		return -EEXIST;
	fd = open_socket();
	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno == EAGAIN)
		return -EADDRINUSE;
	return errno == ECONNREFUSED ? 0 : -errno;
}

static int make_directory(const char *path)
{
	char directory[CONTROL_PATH_BYTES];
	char *slash;

	(void)snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	if (!slash || slash == directory)
		return 0;
	*slash = '\0';
	if (mkdir(directory, 0755) < 0)
		return errno == EEXIST ? 0 : -errno;
	return chmod(directory, 0755) < 0 ? -errno : 0; /* whatever the umask */
}

static int listen_at(const char *path, int *ret_fd)
{
	struct sockaddr_un address = address_of(path);
	_cleanup_fd_ int fd = open_socket();

	if (fd < 0)
		return fd;
	if (unlink(path) < 0 && errno != ENOENT) /* of an earlier process with our pid */
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	if (chmod(path, 0600) < 0 || listen(fd, SOMAXCONN) < 0) {
		int code = -errno;

		(void)unlink(path);
		return code;
	}
	*ret_fd = take_fd(&fd);
	return 0;
}

static int move_new(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) < 0 ? -errno : 0;
}

/* 0: nothing is at `path` any more, as far as we know. */
static int remove_stale(const char *path, const char *aside)
{
	int code = ask_who_listens(path);

	if (code < 0)
		return code == -ENOENT ? 0 : code;
	if (rename(path, aside) < 0)
		return errno == ENOENT ? 0 : -errno;
	code = ask_who_listens(aside);
	if (code < 0)
		(void)move_new(aside, path); /* not what we asked before: put it back */
	else
		(void)unlink(aside);
	return code;
}

/* Moves the listening socket at `own` to `path`, when nobody else listens there. */
static int take_name(const char *own, const char *path, const char *aside)
{
	int code = move_new(own, path);

	for (int claim = 0; code == -EEXIST && claim < CLAIMS_MAX; claim++) {
		code = remove_stale(path, aside);
		if (code < 0)
			return code;
		code = move_new(own, path);
	}
	return code;
}

int control_socket_claim(const char *path, struct control_socket *ret_socket)
{
	char own[CONTROL_PATH_BYTES], aside[CONTROL_PATH_BYTES];
	_cleanup_fd_ int fd = -1;
	struct stat facts = {0};
	int code, length = snprintf(aside, sizeof(aside), "%s.%d-", path, (int)getpid());

	if (length < 0 || (size_t)length >= sizeof(aside))
		return -ENAMETOOLONG;
	(void)snprintf(own, sizeof(own), "%.*s", length - 1, aside);
	code = make_directory(path);
	if (code == 0)
		code = listen_at(own, &fd);
	if (code < 0)
		return code;
	code = lstat(own, &facts) < 0 ? -errno : take_name(own, path, aside);
	if (code < 0) {
		(void)unlink(own);
		return code;
	}
	*ret_socket = (struct control_socket){take_fd(&fd), facts.st_dev, facts.st_ino};
	return 0;
}

void control_socket_release(const char *path, struct control_socket *claimed)
{
	struct stat facts;

	if (lstat(path, &facts) == 0 && facts.st_dev == claimed->device && facts.st_ino == claimed->inode)
		(void)unlink(path);
	cleanup_fd(&claimed->fd);
	claimed->fd = -1;
}
