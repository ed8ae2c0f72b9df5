/* SPDX-License-Identifier: BSD-2-Clause */
/* A log to tamper with, for damaged.h. */
#include "damaged.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "unit/base/leaks.h"

struct scribe damaged_scribe;
char *damaged_text;
size_t damaged_bytes;

void damaged_begin(void)
{
	scribe_begin(&damaged_scribe);
	scribe_birth(&damaged_scribe);
	scribe_failover(&damaged_scribe, 2, "a#1", "b#2", 100);
	cr_assert_eq(damaged_scribe.lines, DAMAGED_LINES);
	damaged_text = malloc(2 * damaged_scribe.bytes);
	cr_assert(damaged_text);
	damaged_bytes = 0;
}

void damaged_end(void)
{
	free(damaged_text);
	scribe_end(&damaged_scribe);
	assert_no_leaks();
}

void damaged_append(const char *bytes, size_t length)
{
	memcpy(damaged_text + damaged_bytes, bytes, length);
	damaged_bytes += length;
}

void damaged_copy(size_t line)
{
	const size_t *starts = damaged_scribe.starts;

	damaged_append(damaged_scribe.text + starts[line - 1], starts[line] - starts[line - 1]);
}

void damaged_copy_range(size_t from, size_t to)
{
	for (size_t i = from; i <= to; i++)
		damaged_copy(i);
}

struct audit_chain_break damaged_review(const struct audit_head *head)
{
	static struct audit_review review;
	struct audit_chain_break first;

	audit_review_begin(&review, head, NULL, NULL, NULL);
	cr_assert_eq(audit_review_feed(&review, damaged_text, damaged_bytes), 0);
	cr_assert_eq(audit_review_end(&review), 0);
	first = review.chain.first_break;
	audit_review_free(&review);
	return first;
}

struct audit_head damaged_head_of(size_t line)
{
	const size_t *starts = damaged_scribe.starts;
	struct audit_head head = {.seq = line};

	head.hash = audit_hash_line(damaged_scribe.text + starts[line - 1], starts[line] - starts[line - 1] - 1);
	return head;
}
