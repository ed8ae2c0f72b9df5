/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Following a chain line by line. Where a link does not hold, the line is a suspect until
 * the next one tells what happened:
 *
 *   ... A  B  S  N ...      S says its predecessor is not B
 *   S follows A                     B was inserted
 *   N follows B, S follows N        S stands one line too early: moved
 *   N follows B                     S was inserted
 *   S follows B, N does not follow S  S was changed: its number
 *   S skips numbers                 lines were removed before S (or moved, if they come later)
 *   S repeats a number              S was moved here, or copied
 *   N does not follow S             S was changed
 *   N follows S                     B was changed
 */
#include <inttypes.h>
#include <stdio.h>

#include "audit/chain.h"

void audit_chain_begin(struct audit_chain *chain, const struct audit_head *expected)
{
	*chain = (struct audit_chain){0};
	if (expected)
		chain->expected = *expected;
}

static void found(struct audit_chain *chain, enum audit_break kind, const struct audit_link *link, uint64_t missing)
{
	chain->breaks++;
	if (chain->first_break.kind != AUDIT_BREAK_NONE)
		return;
	chain->first_break = (struct audit_chain_break){
		.kind = kind, .line = link->line, .seq = link->seq, .missing = missing, .why = chain->stray_why};
}

static bool follows(const struct audit_link *link, const struct audit_link *other)
{
	return other->line && audit_hash_equal(&link->previous, &other->hash);
}

/* What happened at the suspect; `next` NULL: the log ends behind it. `before` and `last` are A and B. */
static void judge(struct audit_chain *chain, const struct audit_link *next)
{
	const struct audit_link suspect = chain->suspect, last = chain->last;

	chain->suspect.line = 0;
	if (follows(&suspect, &chain->before)) {
		found(chain, AUDIT_BREAK_INSERTED, &last, 0);
	} else if (next && follows(next, &last)) {
		found(chain, follows(&suspect, next) ? AUDIT_BREAK_MOVED : AUDIT_BREAK_INSERTED, &suspect, 0);
	} else if (next && follows(&suspect, &last) && !follows(next, &suspect)) {
		found(chain, AUDIT_BREAK_CHANGED, &suspect, 0); /* its number */
	} else if (suspect.seq > last.seq + 1) {
		found(chain, AUDIT_BREAK_REMOVED, &suspect, suspect.seq - last.seq - 1);
		if (chain->breaks == 1) {
			chain->gap_after = last.seq;
			chain->gap_before = suspect.seq;
		}
	} else if (suspect.seq <= last.seq) {
		found(chain, AUDIT_BREAK_MOVED, &suspect, 0);
	} else if (next && !follows(next, &suspect)) {
		found(chain, AUDIT_BREAK_CHANGED, &suspect, 0);
	} else {
		found(chain, AUDIT_BREAK_CHANGED, &last, 0);
	}
	chain->before = last;
	chain->last = suspect;
}

/* Lines that seemed removed were only moved behind: the line of a missing number turns up. */
static void check_gap(struct audit_chain *chain, const struct audit_link *link)
{
	if (chain->first_break.kind != AUDIT_BREAK_REMOVED || link->seq <= chain->gap_after ||
	    link->seq >= chain->gap_before)
		return;
	chain->first_break =
		(struct audit_chain_break){.kind = AUDIT_BREAK_MOVED, .line = link->line, .seq = link->seq};
}

static void check_head(struct audit_chain *chain, const struct audit_link *link)
{
	if (!chain->expected.seq || link->seq != chain->expected.seq)
		return;
	chain->expected_was_met = true;
	if (!audit_hash_equal(&link->hash, &chain->expected.hash))
		found(chain, AUDIT_BREAK_HEAD, link, 0);
}

static bool acknowledges(const struct audit_record *record, const struct audit_link *link,
			 const struct audit_link *stray)
{
	return record->type == AUDIT_EVENT_TelemetryDegraded && record->trouble == AUDIT_TROUBLE_torn_line &&
	       follows(link, stray);
}

/* The first record: number 1 is the one that follows nothing. A log may begin with a later one. */
static void begin_with(struct audit_chain *chain, const struct audit_link *link)
{
	static const struct audit_hash nothing;

	chain->first = *link;
	if (link->line == 1 && (link->seq == 1) != audit_hash_equal(&link->previous, &nothing))
		found(chain, AUDIT_BREAK_CHANGED, link, 0);
}

/* A line behind one that is no record. True: that one is accounted for, and the chain goes on. */
static void after_stray(struct audit_chain *chain, const struct audit_link *link, const struct audit_record *record)
{
	if (acknowledges(record, link, &chain->stray)) {
		chain->torn_lines++;
		if (chain->last.line && link->seq != chain->last.seq + 1)
			found(chain, link->seq > chain->last.seq ? AUDIT_BREAK_REMOVED : AUDIT_BREAK_MOVED, link,
			      link->seq > chain->last.seq ? link->seq - chain->last.seq - 1 : 0);
	} else {
		found(chain, AUDIT_BREAK_NO_RECORD, &chain->stray, 0);
	}
	chain->stray.line = 0;
	chain->stray_why = NULL;
	chain->before.line = 0;
	chain->last = *link;
}

void audit_chain_line(struct audit_chain *chain, const char *line, size_t length, const struct audit_record *record,
		      const char *why)
{
	struct audit_link link = {.line = ++chain->lines, .hash = audit_hash_line(line, length)};

	if (record) {
		link.seq = record->seq;
		link.previous = record->previous;
	}
	if (chain->suspect.line)
		judge(chain, record ? &link : NULL);
	if (!record) {
		if (chain->stray.line)
			found(chain, AUDIT_BREAK_NO_RECORD, &chain->stray, 0);
		chain->stray = link;
		chain->stray_why = why;
		return;
	}
	check_gap(chain, &link);
	check_head(chain, &link);
	if (!chain->first.line)
		begin_with(chain, &link);
	if (chain->stray.line) {
		after_stray(chain, &link, record);
	} else if (!chain->last.line || (follows(&link, &chain->last) && link.seq == chain->last.seq + 1)) {
		chain->before = chain->last;
		chain->last = link;
	} else {
		chain->suspect = link;
	}
}

void audit_chain_end(struct audit_chain *chain, size_t torn_bytes)
{
	if (chain->suspect.line)
		judge(chain, NULL);
	if (chain->stray.line)
		found(chain, AUDIT_BREAK_NO_RECORD, &chain->stray, 0);
	if (torn_bytes)
		found(chain, AUDIT_BREAK_TORN_END, &(struct audit_link){.line = chain->lines + 1}, 0);
	if (chain->expected.seq > chain->last.seq)
		found(chain, AUDIT_BREAK_TRUNCATED, &chain->last, chain->expected.seq - chain->last.seq);
}

void audit_chain_explain(const struct audit_chain_break *what, char *ret_text, size_t bytes)
{
	const uint64_t line = what->line;

	switch (what->kind) {
	case AUDIT_BREAK_NONE:
		(void)snprintf(ret_text, bytes, "the chain holds");
		return;
	case AUDIT_BREAK_CHANGED:
		(void)snprintf(ret_text, bytes, "line %" PRIu64 " was changed", line);
		return;
	case AUDIT_BREAK_REMOVED:
		(void)snprintf(ret_text, bytes, "%" PRIu64 " line(s) were removed before line %" PRIu64, what->missing,
			       line);
		return;
	case AUDIT_BREAK_INSERTED:
		(void)snprintf(ret_text, bytes, "line %" PRIu64 " was inserted", line);
		return;
	case AUDIT_BREAK_MOVED:
		(void)snprintf(ret_text, bytes, "line %" PRIu64 " is not where it was written", line);
		return;
	case AUDIT_BREAK_NO_RECORD:
		(void)snprintf(ret_text, bytes, "line %" PRIu64 " is no record: %s", line, what->why ?: "unreadable");
		return;
	case AUDIT_BREAK_TORN_END:
		(void)snprintf(ret_text, bytes, "line %" PRIu64 ", the last, is not whole", line);
		return;
	case AUDIT_BREAK_TRUNCATED:
		(void)snprintf(ret_text, bytes, "%" PRIu64 " line(s) are missing at the end", what->missing);
		return;
	case AUDIT_BREAK_HEAD:
		(void)snprintf(ret_text, bytes, "line %" PRIu64 " is not the one the head has seen", line);
		return;
	}
}
