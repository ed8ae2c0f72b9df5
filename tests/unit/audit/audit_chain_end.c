/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of audit/chain at the end of a log: heads, torn lines, and how to go on. T-OBS-05. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "damaged.h"

TestSuite(audit_chain_end, .init = damaged_begin, .fini = damaged_end);

/* What the chain alone cannot show, the head does. */
Test(audit_chain_end, finds_a_truncated_end_by_the_head)
{
	struct audit_head head = damaged_head_of(DAMAGED_LINES);

	for (size_t last = 1; last < DAMAGED_LINES; last++) {
		damaged_bytes = 0;
		damaged_copy_range(1, last);
		cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_NONE, "the chain alone cannot know");
		cr_expect_eq(damaged_review(&head).kind, AUDIT_BREAK_TRUNCATED);
		cr_expect_eq(damaged_review(&head).missing, DAMAGED_LINES - last);
	}
}

Test(audit_chain_end, finds_a_recomputed_chain_by_the_head)
{
	struct audit_head head = damaged_head_of(4);
	struct scribe forger;

	scribe_begin(&forger);
	scribe_birth(&forger);
	scribe_failover(&forger, 2, "a#1", "c#3", 100);
	memcpy(damaged_text, forger.text, forger.bytes);
	damaged_bytes = forger.bytes;
	cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_NONE);
	head.hash.bytes[0] ^= 1;
	cr_expect_eq(damaged_review(&head).kind, AUDIT_BREAK_HEAD);
	cr_expect_eq(damaged_review(&head).line, 4);
	scribe_end(&forger);
}

Test(audit_chain_end, tells_a_torn_end)
{
	damaged_copy_range(1, DAMAGED_LINES);
	damaged_bytes -= 10;
	cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_TORN_END);
	cr_expect_eq(damaged_review(NULL).line, DAMAGED_LINES);
}

static void append_degraded(enum audit_trouble trouble, struct audit_head head)
{
	struct scribe writer;

	scribe_begin(&writer);
	writer.head = head;
	scribe_event(&writer, (struct audit_event){.type = AUDIT_EVENT_TelemetryDegraded,
						   .reason = JVPN_REASON_telemetry_degraded,
						   .TelemetryDegraded = {.cause = trouble, .count = 1}});
	damaged_append(writer.text, writer.bytes);
	scribe_end(&writer);
}

/* A torn line that the next start has accounted for is no break; anything else in its place is. */
Test(audit_chain_end, accepts_a_torn_line_only_when_it_is_accounted_for)
{
	static const char torn[] = "{\"ts_ms\":17";
	struct audit_tail tail;
	size_t whole;

	damaged_copy_range(1, DAMAGED_LINES);
	memcpy(damaged_text + damaged_bytes, torn, strlen(torn));
	damaged_bytes += strlen(torn);
	audit_chain_tail(damaged_text, damaged_bytes, &tail);
	cr_expect_eq(tail.torn_bytes, strlen(torn));
	cr_expect_eq(tail.head.seq, DAMAGED_LINES);
	cr_expect_not(tail.is_foreign);
	damaged_text[damaged_bytes++] = '\n';
	whole = damaged_bytes;
	append_degraded(AUDIT_TROUBLE_torn_line, tail.head);
	cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_NONE);
	damaged_text[whole - 2] = '8'; /* the torn damaged_bytes are under the chain too */
	cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_NO_RECORD);
	cr_expect_eq(damaged_review(NULL).line, DAMAGED_LINES + 1);
	damaged_text[whole - 2] = '7';
	damaged_bytes = whole;
	append_degraded(AUDIT_TROUBLE_foreign_tail, tail.head);
	cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_NO_RECORD);
	damaged_bytes = whole;
	tail.head.seq += 2; /* lines are missing besides */
	append_degraded(AUDIT_TROUBLE_torn_line, tail.head);
	cr_expect_eq(damaged_review(NULL).kind, AUDIT_BREAK_REMOVED);
}

Test(audit_chain_end, goes_on_from_any_tail)
{
	struct audit_tail tail;
	struct audit_head head = damaged_head_of(DAMAGED_LINES);

	damaged_copy_range(1, DAMAGED_LINES);
	audit_chain_tail(damaged_text, damaged_bytes, &tail);
	cr_expect_eq(tail.head.seq, DAMAGED_LINES);
	cr_expect(audit_hash_equal(&tail.head.hash, &head.hash));
	cr_expect_eq(tail.torn_bytes, 0);
	audit_chain_tail(damaged_text + damaged_scribe.starts[3] + 5, damaged_bytes - damaged_scribe.starts[3] - 5,
			 &tail); /* only the end was read */
	cr_expect_eq(tail.head.seq, DAMAGED_LINES);
	audit_chain_tail(damaged_text, 0, &tail);
	cr_expect(tail.is_empty);
	cr_expect_eq(tail.head.seq, 0);
	memcpy(damaged_text + damaged_bytes, "hello\n", 6);
	audit_chain_tail(damaged_text, damaged_bytes + 6, &tail);
	cr_expect(tail.is_foreign);
	cr_expect_eq(tail.head.seq, DAMAGED_LINES);
	head.hash = audit_hash_line("hello", 5);
	cr_expect(audit_hash_equal(&tail.head.hash, &head.hash));
}

Test(audit_chain_end, a_head_is_read_back)
{
	struct audit_head head = damaged_head_of(3), back = {0};
	char line[AUDIT_HEAD_BYTES];

	audit_head_format(&head, line);
	cr_assert_eq(audit_head_parse(line, sizeof(line), &back), 0);
	cr_assert_eq(back.seq, 3);
	cr_assert(audit_hash_equal(&back.hash, &head.hash));
	line[20] = 'x';
	cr_assert_eq(audit_head_parse(line, sizeof(line), &back), -EBADMSG);
	cr_assert_eq(audit_head_parse("", 0, &back), -EBADMSG);
}
