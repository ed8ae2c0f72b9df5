/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A good log of DAMAGED_LINES lines, and a copy of it that a test puts together line by line,
 * as somebody would who tampers with it.
 */
#ifndef TESTS_DAMAGED_H
#define TESTS_DAMAGED_H

#include "scribe.h"

#define DAMAGED_LINES 10

extern struct scribe damaged_scribe; /* the good log */
extern char *damaged_text;	     /* the copy: room for two of the log */
extern size_t damaged_bytes;

void damaged_begin(void);
void damaged_end(void);

/* Appends lines of the good log, from 1, to the copy. */
void damaged_copy(size_t line);
void damaged_copy_range(size_t from, size_t to);
void damaged_append(const char *bytes, size_t length);

/* What verification finds first in the copy. */
struct audit_chain_break damaged_review(const struct audit_head *head);

/* The head of the good log behind this line. */
struct audit_head damaged_head_of(size_t line);

#endif
