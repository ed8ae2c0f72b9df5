/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes audit logs into memory, through the real renderer and the real chain, for tests
 * that read them. Times are given in ms from the log's own zero.
 */
#ifndef TESTS_SCRIBE_H
#define TESTS_SCRIBE_H

#include "audit/review.h"

#define SCRIBE_LINES_MAX 4096
#define SCRIBE_WALL_MS 1700000000000ull
#define SCRIBE_ID 0x0123456789abcdefull

struct scribe {
	struct audit_head head;
	uint64_t now_ms;
	char *text;
	size_t bytes;
	size_t starts[SCRIBE_LINES_MAX + 1]; /* of the lines; starts[lines] is the end */
	size_t lines;
};

void scribe_begin(struct scribe *scribe);
void scribe_end(struct scribe *scribe);
void scribe_event(struct scribe *scribe, struct audit_event event); /* fills ts_ms and mono_ns, if 0, from now_ms */

/* The records of one session, SCRIBE_ID unless said otherwise. */
void scribe_created(struct scribe *scribe, uint64_t session);
void scribe_change(struct scribe *scribe, uint64_t version, enum jvpn_session_state from, enum jvpn_session_state to,
		   enum jvpn_reason reason);
void scribe_attached(struct scribe *scribe, uint64_t version, const char *transport);
void scribe_dead(struct scribe *scribe, uint64_t version, const char *transport);
void scribe_switch(struct scribe *scribe, uint64_t version, const char *from, const char *to);
void scribe_attempt(struct scribe *scribe, uint64_t version, uint64_t deadline_ms);
void scribe_terminated(struct scribe *scribe, uint64_t version);

/* v1: created and attached to "a#1" at once. */
void scribe_birth(struct scribe *scribe);
/* v2 to v4: `from` dies, `detect_ms` later the attempt, `took_ms` after the death ATTACHED to `to`. */
void scribe_failover(struct scribe *scribe, uint64_t version, const char *from, const char *to, uint64_t took_ms);

/* The whole log under review; end with audit_review_free(). */
void scribe_review(const struct scribe *scribe, const struct audit_limits *limits, struct audit_review *ret_review);
/* How many of this kind the oracle finds in the log. */
uint64_t scribe_count(const struct scribe *scribe, const struct audit_limits *limits, enum audit_violation kind,
		      uint64_t *ret_total);

/* The oracle finds this kind, once, and nothing else; or nothing at all. */
void scribe_expect_only(const struct scribe *scribe, const struct audit_limits *limits, enum audit_violation kind);
void scribe_expect_none(const struct scribe *scribe, const struct audit_limits *limits);

#endif
