/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit log as the daemon writes it: events go into memory at once, a thread of its own
 * brings them to the file. Nothing here ever waits for the disk but audit_journal_open() and,
 * up to its timeout, audit_journal_close() (INV-35).
 *
 *   put > ring (bounded, by class) > writer: seq, prev_hash, line > batch > one write > head
 *
 * What a disk in trouble means: the ring fills. Telemetry is refused first, then policy and
 * security events, then attempts and lifecycle; transitions have the last quarter for themselves, and are
 * lost only when that is full (INV-37). Everything refused is counted, and told in the log by
 * an EventsDropped record as soon as it can be written, at most one a second. A batch that
 * could not be written is kept and tried again every JOURNAL_RETRY_MS, from the byte where it
 * stopped; then a TelemetryDegraded record tells what was wrong and for how long. Meanwhile
 * audit_journal_stats() says so.
 *
 * Durability: after a crash of the daemon everything that was written is there; after a power
 * cut, everything older than JOURNAL_SYNC_MS (JOURNAL_SYNC_SECOND, the default).
 *
 * Order of calls: open after daemon(3) or fork (threads do not survive it), before the first
 * event; SIGHUP: reopen; at the end, after the last SessionTerminated: close. One thread calls
 * all of this. The file's conventions: sink.h. The chain: chain.h.
 */
#ifndef AUDIT_JOURNAL_H
#define AUDIT_JOURNAL_H

#include "audit/chain.h"

#define JOURNAL_EVENTS_DEFAULT 16384
#define JOURNAL_STALL_MS 1000
#define JOURNAL_RETRY_MS 250
#define JOURNAL_SYNC_MS 1000
#define JOURNAL_DROPPED_MS 1000 /* between two EventsDropped records */
#define JOURNAL_BATCH_BYTES (64 * 1024)

struct audit_journal;

enum journal_sync {
	JOURNAL_SYNC_SECOND, /* fdatasync at most once in JOURNAL_SYNC_MS, and when closing */
	JOURNAL_SYNC_BATCH,  /* after each batch */
	JOURNAL_SYNC_NEVER,  /* the kernel's own pace */
};

struct audit_journal_options {
	const char *path;
	const char *node_id; /* NULL: "-" */
	size_t events;	     /* room in memory, 432 bytes each; 0: JOURNAL_EVENTS_DEFAULT. Eight times the
				sessions that may move at one instant loses nothing of it */
	uint64_t max_bytes;  /* rotate before the file grows beyond this; 0: never */
	unsigned int keep;   /* rotated files to keep, FILE.1 the newest; 0: one */
	enum journal_sync sync;
};

struct audit_journal_stats {
	struct audit_head head; /* of what is written: the anchor to keep elsewhere */
	uint64_t lines;		/* written since the start */
	uint64_t bytes;
	uint64_t batches;
	uint64_t write_errors;
	uint64_t rotations;
	uint64_t dropped[AUDIT_CLASS_COUNT];
	uint64_t pending;    /* events in memory, not yet in the file */
	int error;	     /* negative errno of the trouble the file is in; 0: none */
	uint64_t stalled_ms; /* how long the present write has taken so far; 0: none is running */
};

/* Blocks, once. Errors: audit_sink_open()'s, and those of pthread_create(3). */
int audit_journal_open(const struct audit_journal_options *options, struct audit_journal **ret_journal);

/* Never blocks, never fails: what cannot be kept is counted. `event` is copied. */
void audit_journal_put(struct audit_journal *journal, const struct audit_event *event);

/* The file was moved away (logrotate): go on in a new one of the same name. */
void audit_journal_reopen(struct audit_journal *journal);

/* Never blocks: the writer's figures may be as old as its last batch. */
void audit_journal_stats(struct audit_journal *journal, struct audit_journal_stats *ret_stats);

/* Is the log in trouble: a write fails, or has been running for JOURNAL_STALL_MS? */
bool audit_journal_is_degraded(const struct audit_journal_stats *stats);

/*
 * Writes what is in memory, waiting up to `timeout_ms`, and frees. `ret_stats` (may be NULL):
 * the last figures; `pending` events were not written. NULL is fine. A writer that hangs in the
 * kernel is left behind with its memory and its lock on the file: the process is about to end.
 */
void audit_journal_close(struct audit_journal *journal, unsigned int timeout_ms, struct audit_journal_stats *ret_stats);

#endif
