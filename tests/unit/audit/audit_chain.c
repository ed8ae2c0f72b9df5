/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of audit/chain: what was done to a log, and where. T-OBS-05: fakes are found. */
#include <criterion/criterion.h>
#include <string.h>

#include "damaged.h"

TestSuite(audit_chain, .init = damaged_begin, .fini = damaged_end);

Test(audit_chain, holds_when_nothing_was_done)
{
	struct audit_head head = damaged_head_of(DAMAGED_LINES);

	damaged_copy_range(1, DAMAGED_LINES);
	cr_assert_eq(damaged_review(NULL).kind, AUDIT_BREAK_NONE);
	cr_assert_eq(damaged_review(&head).kind, AUDIT_BREAK_NONE);
}

/* Each byte of each line, one at a time: found, and in its line. The last line: by the head. */
Test(audit_chain, finds_every_changed_byte)
{
	struct audit_head head = damaged_head_of(DAMAGED_LINES);

	damaged_copy_range(1, DAMAGED_LINES);
	for (size_t i = 0; i + 1 < damaged_bytes; i++) {
		struct audit_chain_break found;
		size_t line = 1;

		if (damaged_text[i] == '\n')
			continue;
		while (i >= damaged_scribe.starts[line])
			line++;
		damaged_text[i] ^= 1;
		found = damaged_review(&head);
		cr_assert_neq(found.kind, AUDIT_BREAK_NONE, "byte %zu of line %zu", i, line);
		cr_assert(found.line == line, "byte %zu of line %zu: found %d in line %lu", i, line, found.kind,
			  (unsigned long)found.line);
		damaged_text[i] ^= 1;
	}
}

/* A changed value, the line still being a record. */
Test(audit_chain, tells_a_change_from_the_rest)
{
	for (size_t line = 1; line < DAMAGED_LINES; line++) {
		struct audit_chain_break found;
		char *at;

		damaged_bytes = 0;
		damaged_copy_range(1, DAMAGED_LINES);
		at = memmem(damaged_text + damaged_scribe.starts[line - 1], damaged_bytes, "node-1", 6);
		at[5] = '2';
		found = damaged_review(NULL);
		cr_expect_eq(found.kind, AUDIT_BREAK_CHANGED);
		cr_expect_eq(found.line, line);
	}
}

Test(audit_chain, tells_a_changed_hash)
{
	for (size_t line = 2; line < DAMAGED_LINES; line++) {
		struct audit_chain_break found;
		char *at;

		damaged_bytes = 0;
		damaged_copy_range(1, DAMAGED_LINES);
		at = memmem(damaged_text + damaged_scribe.starts[line - 1], damaged_bytes, "prev_hash\":\"", 12);
		at[12] = at[12] == '0' ? '1' : '0';
		found = damaged_review(NULL);
		cr_expect_eq(found.kind, AUDIT_BREAK_CHANGED);
		cr_expect_eq(found.line, line, "%zu: %lu", line, (unsigned long)found.line);
	}
}

/* Number 1 is the one that follows nothing, and no other is. */
Test(audit_chain, tells_a_changed_first_number)
{
	char *at;

	damaged_copy_range(1, 1);
	at = memmem(damaged_text, damaged_bytes, "\"seq\":1", 7);
	at[6] = '3';
	cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_CHANGED);
	cr_expect_eq(damaged_review(NULL).line, 1);
	damaged_bytes = 0;
	damaged_copy_range(2, 2);
	at = memmem(damaged_text, damaged_bytes, "\"seq\":2", 7);
	at[6] = '1';
	cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_CHANGED);
}

Test(audit_chain, finds_removed_lines)
{
	for (size_t first = 2; first < DAMAGED_LINES; first++) {
		for (size_t last = first; last < DAMAGED_LINES; last++) {
			struct audit_chain_break found;

			damaged_bytes = 0;
			damaged_copy_range(1, first - 1);
			damaged_copy_range(last + 1, DAMAGED_LINES);
			found = damaged_review(NULL);
			cr_expect_eq(found.kind, AUDIT_BREAK_REMOVED);
			cr_expect_eq(found.line, first);
			cr_expect_eq(found.missing, last - first + 1);
		}
	}
}

Test(audit_chain, finds_a_copied_line)
{
	for (size_t from = 1; from <= DAMAGED_LINES; from++) {
		for (size_t behind = from; behind <= DAMAGED_LINES; behind++) {
			struct audit_chain_break found;

			damaged_bytes = 0;
			damaged_copy_range(1, behind);
			damaged_copy(from);
			damaged_copy_range(behind + 1, DAMAGED_LINES);
			found = damaged_review(NULL);
			cr_expect(found.kind == AUDIT_BREAK_INSERTED || found.kind == AUDIT_BREAK_MOVED);
			/* of two equal lines in a row either is the copy */
			cr_expect(found.line == behind + 1 || (behind == from && found.line == from),
				  "line %zu behind %zu: line %lu", from, behind, (unsigned long)found.line);
		}
	}
}

/* A fake with the right number and the right hash, put between two lines by somebody who knows the format. */
Test(audit_chain, finds_a_forged_line_that_fits_what_is_before)
{
	for (size_t behind = 1; behind < DAMAGED_LINES; behind++) {
		struct scribe forger;
		struct audit_chain_break found;

		scribe_begin(&forger);
		forger.head = damaged_head_of(behind);
		scribe_change(&forger, 5, JVPN_STATE_ATTACHED, JVPN_STATE_TERMINATED, JVPN_REASON_operator_terminated);
		damaged_bytes = 0;
		damaged_copy_range(1, behind);
		damaged_append(forger.text, forger.bytes);
		damaged_copy_range(behind + 1, DAMAGED_LINES);
		found = damaged_review(NULL);
		cr_expect_eq(found.kind, AUDIT_BREAK_INSERTED);
		cr_expect_eq(found.line, behind + 1);
		scribe_end(&forger);
	}
}

Test(audit_chain, finds_a_forged_line_that_fits_nothing)
{
	for (size_t behind = 1; behind < DAMAGED_LINES; behind++) {
		struct scribe forger;
		struct audit_chain_break found;

		scribe_begin(&forger);
		forger.head.seq = behind;
		scribe_created(&forger, 99);
		damaged_bytes = 0;
		damaged_copy_range(1, behind);
		damaged_append(forger.text, forger.bytes);
		damaged_copy_range(behind + 1, DAMAGED_LINES);
		found = damaged_review(NULL);
		cr_expect_eq(found.kind, AUDIT_BREAK_INSERTED);
		cr_expect_eq(found.line, behind + 1);
		scribe_end(&forger);
	}
}

Test(audit_chain, finds_swapped_lines)
{
	for (size_t i = 1; i < DAMAGED_LINES - 1; i++) {
		struct audit_chain_break found;

		damaged_bytes = 0;
		damaged_copy_range(1, i - 1);
		damaged_copy(i + 1);
		damaged_copy(i);
		damaged_copy_range(i + 2, DAMAGED_LINES);
		found = damaged_review(NULL);
		cr_expect(found.kind == AUDIT_BREAK_MOVED || i == 1, "line %zu: %d", i, found.kind);
		cr_expect_neq(found.kind, AUDIT_BREAK_NONE);
		cr_expect(found.line == i || found.line == i + 1, "line %zu: %lu", i, (unsigned long)found.line);
	}
}

Test(audit_chain, finds_a_line_moved_far)
{
	struct audit_chain_break found;

	damaged_copy_range(1, 2);
	damaged_copy_range(4, 7);
	damaged_copy(3);
	damaged_copy_range(8, DAMAGED_LINES);
	found = damaged_review(NULL);
	cr_expect_eq(found.kind, AUDIT_BREAK_MOVED);
	cr_expect_eq(found.seq, 3);
	cr_expect_eq(found.line, 7);
}
