/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log's file. O_APPEND throughout: a log that is cut by somebody else (copytruncate) goes
 * on at its new end. Opened for reading too: the tail is read once, and a FIFO then does not
 * wait for its reader.
 */
#include "audit/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define TAIL_BYTES (64 * 1024)
#define FILE_MODE 0640

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);

	if (fd >= 0)
		(void)fchmod(fd, FILE_MODE); /* whatever the umask: the group reads */
	else if (errno == EEXIST)
		fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

static int lock(int fd)
{
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

/* Opens and, where it is a regular file, locks. */
static int open_log(const char *path, int *ret_fd, struct stat *ret_status)
{
	_cleanup_fd_ int fd = open_file(path, O_RDWR | O_APPEND);
	int r = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, ret_status))
		return -errno;
	if (S_ISREG(ret_status->st_mode))
		r = lock(fd);
	if (!r)
		*ret_fd = take_fd(&fd);
	return r;
}

static int read_tail(int fd, uint64_t bytes, struct audit_tail *ret_tail)
{
	_cleanup_free_ char *text = malloc(TAIL_BYTES);
	size_t wanted = bytes < TAIL_BYTES ? (size_t)bytes : TAIL_BYTES;
	ssize_t count;

	if (!text)
		return -ENOMEM;
	count = pread(fd, text, wanted, (off_t)(bytes - wanted));
	if (count < 0)
		return -errno;
	audit_chain_tail(text, (size_t)count, ret_tail);
	return 0;
}

/* The head file, if there is one that can be read; a missing head is no error. */
static bool read_head(int fd, struct audit_head *ret_head)
{
	char text[AUDIT_HEAD_BYTES];
	ssize_t count = fd >= 0 ? pread(fd, text, sizeof(text), 0) : -1;

	return count > 0 && !audit_head_parse(text, (size_t)count, ret_head);
}

static void compare_with_head(int head_fd, struct audit_tail *tail, int64_t *ret_missing)
{
	struct audit_head head;

	*ret_missing = 0;
	if (!read_head(head_fd, &head))
		return;
	if (tail->is_empty) {
		tail->head = head;
		return;
	}
	*ret_missing = (int64_t)(head.seq - tail->head.seq);
	if (*ret_missing > 0)
		tail->head.seq = head.seq; /* no number is used twice: the gap stays visible */
}

int audit_sink_open(const char *path, struct audit_sink *ret_sink, struct audit_tail *ret_tail, int64_t *ret_missing)
{
	struct audit_sink sink = {.fd = -1, .head_fd = -1};
	struct audit_tail tail = {.is_empty = true};
	struct stat status;
	int r;

	*ret_missing = 0;
	sink.path = strdup(path);
	if (!sink.path || asprintf(&sink.head_path, "%s.head", path) < 0)
		sink.head_path = NULL;
	r = sink.head_path ? open_log(path, &sink.fd, &status) : -ENOMEM;
	if (!r && S_ISREG(status.st_mode)) {
		sink.is_regular = true;
		sink.bytes = (uint64_t)status.st_size;
		sink.head_fd = open_file(sink.head_path, O_RDWR);
		r = read_tail(sink.fd, sink.bytes, &tail);
	}
	if (r) {
		audit_sink_close(&sink);
		return r;
	}
	compare_with_head(sink.head_fd, &tail, ret_missing);
	*ret_tail = tail;
	*ret_sink = sink;
	return 0;
}

void audit_sink_close(struct audit_sink *sink)
{
	cleanup_fd(&sink->fd);
	cleanup_fd(&sink->head_fd);
	free(sink->path);
	free(sink->head_path);
	*sink = (struct audit_sink){.fd = -1, .head_fd = -1};
}

int audit_sink_write(struct audit_sink *sink, const char *bytes, size_t length, size_t *written)
{
	while (*written < length) {
		ssize_t count = write(sink->fd, bytes + *written, length - *written);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (!count)
			return -EIO;
		*written += (size_t)count;
		sink->bytes += (size_t)count;
	}
	return 0;
}

int audit_sink_write_head(struct audit_sink *sink, const struct audit_head *head)
{
	char text[AUDIT_HEAD_BYTES];

	if (!sink->is_regular)
		return 0;
	if (sink->head_fd < 0)
		sink->head_fd = open_file(sink->head_path, O_RDWR);
	if (sink->head_fd < 0)
		return sink->head_fd;
	audit_head_format(head, text);
	if (pwrite(sink->head_fd, text, sizeof(text), 0) == (ssize_t)sizeof(text))
		return 0;
	return errno ? -errno : -EIO;
}

int audit_sink_sync(struct audit_sink *sink)
{
	if (!sink->is_regular)
		return 0;
	return fdatasync(sink->fd) ? -errno : 0;
}

int audit_sink_reopen(struct audit_sink *sink, bool *ret_is_new)
{
	_cleanup_fd_ int fd = -1;
	struct stat now, before;
	int r;

	*ret_is_new = false;
	/* the same file: keep the descriptor, whose lock a second one could not get */
	if (!fstat(sink->fd, &before) && !lstat(sink->path, &now) && before.st_dev == now.st_dev &&
	    before.st_ino == now.st_ino)
		return 0;
	r = open_log(sink->path, &fd, &now);
	if (r)
		return r;
	(void)close(sink->fd);
	sink->fd = take_fd(&fd);
	sink->is_regular = S_ISREG(now.st_mode);
	sink->bytes = (uint64_t)now.st_size;
	*ret_is_new = true;
	return 0;
}

bool audit_sink_is_full(const struct audit_sink *sink, size_t more)
{
	return sink->is_regular && sink->max_bytes && sink->bytes && sink->bytes + more > sink->max_bytes;
}

static int rename_numbered(const char *path, unsigned int from)
{
	_cleanup_free_ char *old = NULL, *new = NULL;

	if (asprintf(&new, "%s.%u", path, from + 1) < 0) {
		new = NULL;
		return -ENOMEM;
	}
	if (from && asprintf(&old, "%s.%u", path, from) < 0) {
		old = NULL;
		return -ENOMEM;
	}
	return rename(old ?: path, new) ? -errno : 0;
}

int audit_sink_rotate(struct audit_sink *sink)
{
	unsigned int keep = sink->keep < 1 ? 1 : sink->keep > SINK_KEEP_MAX ? SINK_KEEP_MAX : sink->keep;
	bool is_new;
	int r = 0;

	for (unsigned int i = keep - 1; i > 0; i--) {
		r = rename_numbered(sink->path, i);
		if (r && r != -ENOENT)
			return r;
	}
	r = rename_numbered(sink->path, 0);
	return r ?: audit_sink_reopen(sink, &is_new);
}
