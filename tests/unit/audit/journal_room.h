/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A directory of its own for each test of the journal, and what these tests do again and
 * again: put events, wait for the writer, review the file. Waiting is for a condition of the
 * journal's own figures, never for a time.
 */
#ifndef TESTS_JOURNAL_ROOM_H
#define TESTS_JOURNAL_ROOM_H

#include "audit/journal.h"
#include "audit/review.h"

#define ROOM_PATH_BYTES 256
#define ROOM_DIRECTORY_BYTES 64

extern char room_path[ROOM_PATH_BYTES]; /* of the log */
extern char room_directory[ROOM_DIRECTORY_BYTES];

void room_begin(void);
void room_end(void); /* removes the directory; checks for leaks */

/* With the defaults and this much room in memory; fails the test. */
struct audit_journal *room_open(size_t events);

/* The event's number is its version, its clock goes on by 1 ms with each. */
void room_put(struct audit_journal *journal, enum audit_event_type type, uint64_t number);

/* Until everything put is in the file, or until it is in trouble with `error`. */
struct audit_journal_stats room_wait_written(struct audit_journal *journal);
struct audit_journal_stats room_wait_error(struct audit_journal *journal, int error);

/* What the file holds: lines by type, the chain's verdict, whether transitions are in order. */
struct room_contents {
	uint64_t lines;
	uint64_t types[AUDIT_EVENT_COUNT];
	uint64_t troubles[AUDIT_TROUBLE_COUNT];
	uint64_t trouble_count[AUDIT_TROUBLE_COUNT]; /* its `count` field, summed */
	uint64_t dropped;			     /* by EventsDropped, summed */
	uint64_t transitions_lost;
	uint64_t out_of_order; /* transitions whose version is not the one behind the last */
	uint64_t last_version;
	struct audit_chain_break first_break;
	struct audit_chain chain;
};
struct room_contents room_read(const char *path);

#endif
