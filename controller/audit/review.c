/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes to lines to records, each to the chain and to the replay.
 */
#include "audit/review.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define READ_BYTES (64 * 1024)

void audit_review_begin(struct audit_review *review, const struct audit_head *head, const struct audit_limits *limits,
			audit_line_fn on_line, void *userdata)
{
	review->on_line = on_line;
	review->userdata = userdata;
	review->length = 0;
	audit_chain_begin(&review->chain, head);
	audit_replay_begin(&review->replay, limits);
}

static int end_line(struct audit_review *review)
{
	struct audit_record record;
	const char *why;
	int r = audit_record_parse(review->line, review->length, &record, &why);
	bool is_record = r == 0;

	if (r == -ENOMEM)
		return r;
	audit_chain_line(&review->chain, review->line, review->length, is_record ? &record : NULL, why);
	if (review->on_line)
		review->on_line(review->chain.lines, is_record ? &record : NULL, why, review->userdata);
	review->length = 0;
	return is_record ? audit_replay_record(&review->replay, review->chain.lines, &record) : 0;
}

/* What is behind the maximum is counted by one byte too many, and forgotten. */
static void collect(struct audit_review *review, const char *bytes, size_t length)
{
	size_t room = sizeof(review->line) - review->length;
	size_t taken = length < room ? length : room;

	memcpy(review->line + review->length, bytes, taken);
	review->length += taken;
}

int audit_review_feed(struct audit_review *review, const char *bytes, size_t length)
{
	while (length) {
		const char *newline = memchr(bytes, '\n', length);
		size_t piece = newline ? (size_t)(newline - bytes) : length;
		int r;

		collect(review, bytes, piece);
		if (!newline)
			return 0;
		r = end_line(review);
		if (r)
			return r;
		bytes += piece + 1;
		length -= piece + 1;
	}
	return 0;
}

int audit_review_end(struct audit_review *review)
{
	audit_chain_end(&review->chain, review->length);
	return audit_replay_end(&review->replay);
}

void audit_review_free(struct audit_review *review)
{
	audit_replay_free(&review->replay);
}

bool audit_review_holds(const struct audit_review *review)
{
	return review->chain.first_break.kind == AUDIT_BREAK_NONE && !review->replay.found_total;
}

/* The head beside the log, if there is one that can be read. */
static bool read_head(const char *path, struct audit_head *ret_head)
{
	_cleanup_free_ char *head_path = NULL;
	_cleanup_fd_ int fd = -1;
	char text[AUDIT_HEAD_BYTES];
	ssize_t count;

	if (asprintf(&head_path, "%s.head", path) < 0) {
		head_path = NULL;
		return false;
	}
	fd = open(head_path, O_RDONLY | O_CLOEXEC);
	count = fd < 0 ? -1 : read(fd, text, sizeof(text));
	return count > 0 && !audit_head_parse(text, (size_t)count, ret_head);
}

static int feed_all(struct audit_review *review, int fd)
{
	_cleanup_free_ char *bytes = malloc(READ_BYTES);
	ssize_t count = 0;
	int r = bytes ? 0 : -ENOMEM;

	while (!r && (count = read(fd, bytes, READ_BYTES)) != 0) {
		if (count < 0 && errno == EINTR)
			continue;
		r = count < 0 ? -errno : audit_review_feed(review, bytes, (size_t)count);
	}
	return r ?: audit_review_end(review);
}

int audit_review_file(const char *path, const struct audit_limits *limits, audit_line_fn on_line, void *userdata,
		      struct audit_review *ret_review)
{
	_cleanup_fd_ int fd = -1;
	struct audit_head head;
	bool has_head = read_head(path, &head); /* first: the log may grow */
	int r;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	audit_review_begin(ret_review, has_head ? &head : NULL, limits, on_line, userdata);
	r = feed_all(ret_review, fd);
	if (r)
		audit_review_free(ret_review);
	return r;
}
