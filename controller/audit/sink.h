/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file an audit log goes to: opened, appended to, rotated, its head kept beside it.
 * Everything here may block as long as the disk does; only the journal's writer thread (and
 * the daemon once, at its start) calls it. Knows bytes and heads, no events.
 *
 * A regular file is locked (flock): a second writer would break the chain. New files get
 * mode 0640; what is there keeps its own. The path may be a FIFO or a device: then there is
 * nothing to go on from, no head, no lock and no rotation.
 *
 * FILE.head: audit_head_format(), overwritten in place by one write of AUDIT_HEAD_BYTES.
 */
#ifndef AUDIT_SINK_H
#define AUDIT_SINK_H

#include "audit/chain.h"

#define SINK_KEEP_MAX 99

struct audit_sink {
	char *path;
	char *head_path;
	int fd;
	int head_fd;
	bool is_regular;
	uint64_t bytes;	    /* of the file, as far as it is ours */
	uint64_t max_bytes; /* 0: no limit */
	unsigned int keep;
};

/*
 * Opens or creates the file. `ret_tail`: where its chain stands. `ret_missing`: how many lines
 * the head file knows beyond it (negative: the log goes on behind the head). When the file is
 * empty or gone, the tail's head is the head file's: rotated while nobody wrote. -EBUSY: another process writes it;
 * -ELOOP: a symbolic link; errnos of open(2), -ENOMEM. `ret_sink` is untouched on failure.
 */
int audit_sink_open(const char *path, struct audit_sink *ret_sink, struct audit_tail *ret_tail, int64_t *ret_missing);
void audit_sink_close(struct audit_sink *sink);

/*
 * Appends from `*written` on and moves it; 0 when all is written. Otherwise -errno, and the next
 * call goes on where this one stopped, so that a full disk leaves no half line for good.
 */
int audit_sink_write(struct audit_sink *sink, const char *bytes, size_t length, size_t *written);
int audit_sink_write_head(struct audit_sink *sink, const struct audit_head *head);
int audit_sink_sync(struct audit_sink *sink);

/*
 * Opens the path again: after SIGHUP, or when the disk is back. `ret_is_new`: it is another
 * file now. On failure the old one stays.
 */
int audit_sink_reopen(struct audit_sink *sink, bool *ret_is_new);

bool audit_sink_is_full(const struct audit_sink *sink, size_t more); /* the size limit, not the disk */

/* FILE becomes FILE.1, FILE.1 becomes FILE.2 ..., the one behind `keep` is overwritten; opens a new FILE. */
int audit_sink_rotate(struct audit_sink *sink);

#endif
