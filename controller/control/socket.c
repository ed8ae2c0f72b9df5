/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of socket.h.
 */
#include "control/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"

#define OWN_SUFFIX ".new"
#define LOCK_SUFFIX ".lock"

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
	if (unlink(path) < 0 && errno != ENOENT) /* of a process that died here */
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

/*
 * An exclusive lock on `path`, a file of mode 0600 that whoever holds the lock
 * removes: so the file that was locked must still be the one at `path`.
 */
static int lock(const char *path, int *ret_fd)
{
	for (;;) {
		_cleanup_fd_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		struct stat ours, present;

		if (fd < 0 || flock(fd, LOCK_EX) < 0 || fstat(fd, &ours) < 0)
			return -errno;
		if (lstat(path, &present) == 0 && present.st_dev == ours.st_dev && present.st_ino == ours.st_ino) {
			*ret_fd = take_fd(&fd);
			return 0;
		}
	}
}

/* Under the lock. */
static int claim(const char *path, struct control_socket *ret_socket)
{
	char own[CONTROL_PATH_BYTES];
	_cleanup_fd_ int fd = -1;
	struct stat facts = {0};
	int code = ask_who_listens(path);

	if (code < 0 && code != -ENOENT)
		return code;
	(void)snprintf(own, sizeof(own), "%s" OWN_SUFFIX, path); /* its length was checked */
	code = listen_at(own, &fd);
	if (code < 0)
		return code;
	if (lstat(own, &facts) < 0 || rename(own, path) < 0) {
		code = -errno;
		(void)unlink(own);
		return code;
	}
	*ret_socket = (struct control_socket){take_fd(&fd), facts.st_dev, facts.st_ino};
	return 0;
}

int control_socket_claim(const char *path, struct control_socket *ret_socket)
{
	char lock_path[CONTROL_PATH_BYTES + sizeof(LOCK_SUFFIX)];
	_cleanup_fd_ int lock_fd = -1;
	int code;

	if (strlen(path) + sizeof(OWN_SUFFIX) > CONTROL_PATH_BYTES)
		return -ENAMETOOLONG;
	(void)snprintf(lock_path, sizeof(lock_path), "%s" LOCK_SUFFIX, path);
	code = make_directory(path);
	if (code == 0)
		code = lock(lock_path, &lock_fd);
	if (code < 0)
		return code;
	code = claim(path, ret_socket);
	(void)unlink(lock_path);
	return code;
}

void control_socket_release(const char *path, struct control_socket *claimed)
{
	struct stat facts;

	if (lstat(path, &facts) == 0 && facts.st_dev == claimed->device && facts.st_ino == claimed->inode)
		(void)unlink(path);
	cleanup_fd(&claimed->fd);
	claimed->fd = -1;
}
