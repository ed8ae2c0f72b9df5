/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal's inside, shared by its two threads: who owns which member is said here. For
 * journal.c (the daemon's thread), writer.c and batch.c (the writer's) only.
 */
#ifndef AUDIT_WRITER_H
#define AUDIT_WRITER_H

#include <pthread.h>

#include "audit/journal.h"
#include "audit/ring.h"
#include "audit/sink.h"

/* A trouble to be told by a TelemetryDegraded record. */
struct writer_trouble {
	bool is_due;
	int error;
	uint64_t since_ns; /* of one that lasts; 0: it does not */
	uint64_t duration_ms;
	uint64_t count;
};

struct audit_journal {
	struct audit_ring ring; /* both */
	pthread_t thread;
	int wake_fd;		/* an eventfd */
	_Atomic bool is_asleep; /* the writer waits for an event: the next put wakes it */
	_Atomic bool must_stop;
	_Atomic bool must_reopen;
	_Atomic uint64_t busy_since_ns; /* a write or sync runs since; 0: none */
	_Atomic uint64_t written;	/* events of the ring that are in the file */

	pthread_mutex_t lock; /* protects `published`; never held during I/O */
	struct audit_journal_stats published;
	struct audit_journal_stats last_seen; /* the daemon's copy */

	/* the writer's, after audit_journal_open() */
	struct audit_sink sink;
	enum journal_sync sync;
	struct audit_name node;
	struct audit_head rendered; /* of the last line in the batch, written or not */
	struct audit_journal_stats stats;
	struct writer_trouble troubles[AUDIT_TROUBLE_COUNT];
	uint64_t dropped_told[AUDIT_CLASS_COUNT];
	uint64_t dropped_told_ns;
	uint64_t synced_ns;
	uint64_t reopen_due_ns; /* 0: no */
	bool is_unsynced;
	size_t batch_bytes;
	size_t batch_written;
	size_t batch_lines;
	size_t batch_events; /* of the lines, those that came through the ring */
	char batch[JOURNAL_BATCH_BYTES];
};

/* Appends lines to the batch as far as there is room. -ENOMEM: an event waits for the next time. */
int batch_fill(struct audit_journal *journal);

/* How many events were refused since the log last said so, by class; false: none. */
bool batch_count_dropped(struct audit_journal *journal, uint64_t ret_fresh[AUDIT_CLASS_COUNT]);

/* The thread's function; `journal` is a struct audit_journal *. */
void *writer_run(void *journal);

#endif
