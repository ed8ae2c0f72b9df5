/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The chain through an audit log: each line carries, as `prev_hash`, the BLAKE2b-256 of the
 * bytes of the line before it (newline not counted), and `seq`, which counts without gaps.
 * Pure; no key is involved.
 *
 *   line 1  seq 1  prev 000...   ->  line 2  seq 2  prev H(line 1)  ->  ...  ->  head: seq n, H(line n)
 *
 * Both go on across restarts and rotations: the first line of a new file names the last one
 * of the old. What the chain alone shows: a line that was changed, removed, inserted or moved.
 * What it cannot show: that lines are missing at the end, that the last line was changed, or
 * that somebody who may write the file computed all of it anew. For these there is the head:
 * the last seq and hash, which the journal keeps in FILE.head after each write, and
 * which the daemon tells when asked and when it stops. Who keeps a head elsewhere can prove
 * everything up to it.
 *
 * A line that a crash left torn is kept as it is, and the next one, TelemetryDegraded
 * (torn_line), hashes it: the only line without JSON that verification accepts.
 */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include "audit/record.h"

#define AUDIT_HEAD_BYTES 112 /* of the head's text, newline and padding counted */

/* Where a chain stands. All zero: before the first line. */
struct audit_head {
	uint64_t seq;
	struct audit_hash hash;
};

struct audit_hash audit_hash_line(const char *line, size_t length);
bool audit_hash_equal(const struct audit_hash *a, const struct audit_hash *b);

/* Takes a line that was rendered with head->seq + 1 and head->hash. */
void audit_head_advance(struct audit_head *head, const char *line, size_t length);

/* {"seq":12,"hash":"..."}, padded with blanks to AUDIT_HEAD_BYTES, the newline included. */
void audit_head_format(const struct audit_head *head, char ret_text[static AUDIT_HEAD_BYTES]);
/* -EBADMSG: not of this form. */
int audit_head_parse(const char *text, size_t length, struct audit_head *ret_head);

/* ---- going on from a file that is there --------------------------------------------------- */

struct audit_tail {
	struct audit_head head; /* of the last line there is, torn or not: the next line follows it */
	size_t torn_bytes;	/* behind the last newline: a line that was being written */
	bool is_foreign;	/* the last whole line is no record; head.seq is that of the last one that is, or 0 */
	bool is_empty;		/* nothing there at all; head is zero */
};

/* `bytes`: the end of the file, all of it or at least two lines' worth. */
void audit_chain_tail(const char *bytes, size_t length, struct audit_tail *ret_tail);

/* ---- verification -------------------------------------------------------------------------- */

enum audit_break {
	AUDIT_BREAK_NONE,
	AUDIT_BREAK_CHANGED,
	AUDIT_BREAK_REMOVED, /* `missing` lines before this one */
	AUDIT_BREAK_INSERTED,
	AUDIT_BREAK_MOVED,     /* this line does not stand where it was written */
	AUDIT_BREAK_NO_RECORD, /* not a line of ours; `why` */
	AUDIT_BREAK_TORN_END,  /* the file ends in the middle of a line */
	AUDIT_BREAK_TRUNCATED, /* the head knows `missing` lines more */
	AUDIT_BREAK_HEAD,      /* the line of the head's seq is not the one the head has seen */
};

/* The first place where the chain does not hold. */
struct audit_chain_break {
	enum audit_break kind;
	uint64_t line;	  /* from 1 */
	uint64_t seq;	  /* of that line, where it has one */
	uint64_t missing; /* REMOVED, TRUNCATED */
	const char *why;  /* NO_RECORD; static storage */
};

struct audit_link { /* one line as the chain sees it */
	uint64_t line;
	uint64_t seq;
	struct audit_hash previous; /* what it says */
	struct audit_hash hash;	    /* what it is */
};

struct audit_chain {
	uint64_t lines;
	uint64_t torn_lines; /* torn by a crash and accounted for */
	uint64_t breaks;     /* of links; the first is described */
	struct audit_link first;
	struct audit_link last;	    /* the last whole record */
	struct audit_link before;   /* the one before it; line 0: none */
	struct audit_link suspect;  /* does not follow; waits for the next line to tell why */
	struct audit_link stray;    /* no record: torn, if the next line says so; line 0: none */
	struct audit_head expected; /* a head to hold the log against; seq 0: none */
	bool expected_was_met;
	uint64_t gap_after, gap_before; /* seqs around what was REMOVED: one found later was MOVED */
	const char *stray_why;
	struct audit_chain_break first_break;
};

/* `expected` may be NULL. */
void audit_chain_begin(struct audit_chain *chain, const struct audit_head *expected);

/* The next line; `record` NULL: it is none, and `why` says what is wrong. */
void audit_chain_line(struct audit_chain *chain, const char *line, size_t length, const struct audit_record *record,
		      const char *why);

/* `torn_bytes`: behind the last newline. Afterwards first_break.kind tells. */
void audit_chain_end(struct audit_chain *chain, size_t torn_bytes);

/* One sentence, without a full stop: "line 7 was changed". */
void audit_chain_explain(const struct audit_chain_break *found, char *ret_text, size_t bytes);

#endif
