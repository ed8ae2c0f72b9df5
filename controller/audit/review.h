/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole audit log under review: its lines, its chain, its sessions, the oracle; and what
 * jvpn-ctl says of it. Pure but audit_review_file().
 *
 *   audit verify FILE     audit_review_file, audit_verify_print or _json
 *   audit timeline FILE   audit_review_file with a line function that calls audit_timeline_format
 *   audit report FILE     audit_review_file, audit_report_json, audit_report_print
 *
 * The exit code of all three is 1 when !audit_review_holds(), and when the file cannot be read.
 * Memory: the sessions, transitions and switches of the log; a line never takes more than
 * AUDIT_LINE_MAX_BYTES, whatever the file holds.
 */
#ifndef AUDIT_REVIEW_H
#define AUDIT_REVIEW_H

#include <jansson.h>
#include <stdio.h>

#include "audit/chain.h"
#include "audit/replay.h"

#define AUDIT_TIMELINE_BYTES 512
#define REPORT_VIOLATIONS_MAX 100 /* listed in a document; all are counted */

/* Each line as it is read. `record` NULL: it is none, and `why` says what is wrong. */
typedef void (*audit_line_fn)(uint64_t line, const struct audit_record *record, const char *why, void *userdata);

struct audit_review {
	struct audit_chain chain;
	struct audit_replay replay;
	audit_line_fn on_line;
	void *userdata;
	size_t length; /* of the line that is being collected; more than the maximum: too long, and cut */
	char line[AUDIT_LINE_MAX_BYTES + 1];
};

/*
 * `head` (may be NULL): what the log must agree with; read it before the log, which may still
 * be growing. `limits`, `on_line` may be NULL.
 */
void audit_review_begin(struct audit_review *review, const struct audit_head *head, const struct audit_limits *limits,
			audit_line_fn on_line, void *userdata);
int audit_review_feed(struct audit_review *review, const char *bytes, size_t length); /* -ENOMEM */
int audit_review_end(struct audit_review *review);				      /* -ENOMEM */
void audit_review_free(struct audit_review *review);

/* All of the above but free, with FILE.head when there is one. Errnos of open and read. */
int audit_review_file(const char *path, const struct audit_limits *limits, audit_line_fn on_line, void *userdata,
		      struct audit_review *ret_review);

/* The chain is whole, and the oracle found nothing. */
bool audit_review_holds(const struct audit_review *review);

/* ---- what people and scripts get ---------------------------------------------------------------- */

/* {"holds","lines","sessions","first_seq","last_seq","last_hash","chain":{...},"violations":{...}}; NULL: no memory */
json_t *audit_verify_json(const struct audit_review *review);
void audit_verify_print(const struct audit_review *review, FILE *out);

/* "2026-11-21 12:00:00.250 UTC  0123456789abcdef  v2  ATTACHED > VOLATILE  heartbeat_timeout  lte#2" */
void audit_timeline_format(uint64_t line, const struct audit_record *record, const char *why,
			   char ret_text[static AUDIT_TIMELINE_BYTES]);

/* Recovery times, switches, denials by code, time in each state; NULL: no memory. */
json_t *audit_report_json(const struct audit_review *review);
/* The same document for people. */
void audit_report_print(const json_t *report, FILE *out);

/* The value at `percent` of 100, nearest rank; sorts. 0 for none. */
uint64_t audit_percentile(uint64_t *values, size_t count, unsigned int percent);

#endif
