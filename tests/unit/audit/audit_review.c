/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of audit/review: bytes in, verdicts and documents out. T-OBS-05, hostile bytes. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scribe.h"
#include "unit/base/leaks.h"

static struct scribe scribe;
static struct audit_review review;

static void begin(void)
{
	scribe_begin(&scribe);
	scribe_birth(&scribe);
	scribe.now_ms += 1000;
	scribe_failover(&scribe, 2, "a#1", "b#2", 120);
	scribe.now_ms += 1000;
	scribe_failover(&scribe, 5, "b#2", "a#1", 80);
	scribe_event(&scribe, (struct audit_event){.type = AUDIT_EVENT_TransportSwitchDenied,
						   .session = SCRIBE_ID,
						   .version = 7,
						   .reason = JVPN_REASON_cooldown_active});
}

static void end(void)
{
	audit_review_free(&review);
	scribe_end(&scribe);
	assert_no_leaks();
}

TestSuite(audit_review, .init = begin, .fini = end);

static char *printed(void (*print)(const struct audit_review *, FILE *))
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	print(&review, out);
	(void)fclose(out);
	return text;
}

Test(audit_review, a_good_log_holds)
{
	char *text;
	json_t *verdict;

	scribe_review(&scribe, NULL, &review);
	cr_expect(audit_review_holds(&review));
	text = printed(audit_verify_print);
	cr_expect(strstr(text, "chain       the chain holds\n"), "%s", text);
	cr_expect(strstr(text, "violations  0\n"), "%s", text);
	free(text);
	verdict = audit_verify_json(&review);
	cr_expect(json_is_true(json_object_get(verdict, "holds")));
	json_decref(verdict);
}

Test(audit_review, a_bad_log_does_not)
{
	char *text;

	scribe_change(&scribe, 9, JVPN_STATE_ATTACHED, JVPN_STATE_RECOVERING, JVPN_REASON_loss_recovery);
	scribe_review(&scribe, NULL, &review);
	cr_expect_eq(review.chain.first_break.kind, AUDIT_BREAK_NONE);
	cr_expect_not(audit_review_holds(&review), "the chain alone is not enough");
	text = printed(audit_verify_print);
	cr_expect(strstr(text, "line 19, session 0123456789abcdef, v7: the state machine has no such transition\n"),
		  "%s", text);
	free(text);
}

static json_int_t number(const json_t *document, const char *a, const char *b, const char *c)
{
	const json_t *value = json_object_get(json_object_get(document, a), b);

	return json_integer_value(c ? json_object_get(value, c) : value);
}

Test(audit_review, a_report_counts)
{
	json_t *report;
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	scribe_review(&scribe, NULL, &review);
	report = audit_report_json(&review);
	cr_assert(report);
	cr_expect_eq(number(report, "recovery", "total_windows", NULL), 2);
	cr_expect_eq(number(report, "recovery", "recovery_ms", "p50"), 80);
	cr_expect_eq(number(report, "recovery", "recovery_ms", "p99"), 120);
	cr_expect_eq(number(report, "switches", "total", NULL), 2);
	cr_expect_eq(number(report, "switches", "by_cause", "transport_dead"), 2);
	cr_expect_eq(number(report, "denials", "cooldown_active", NULL), 1);
	cr_expect_eq(number(report, "states", "ATTACHED", "total_ms"), 2000);
	cr_expect_eq(number(report, "states", "RECOVERING", "total_ms"), 200);
	cr_expect_eq(number(report, "states", "RECOVERING", "entries"), 2);
	cr_expect_eq(number(report, "states", "ATTACHED", "sessions_now"), 1);
	cr_expect_eq(number(report, "violations", "total", NULL), 0);
	audit_report_print(report, out);
	(void)fclose(out);
	cr_expect(strstr(text, "cooldown_active"), "%s", text);
	free(text);
	json_decref(report);
}

static void keep_line(uint64_t line, const struct audit_record *record, const char *why, void *userdata)
{
	audit_timeline_format(line, record, why, (char *)userdata + (line - 1) * AUDIT_TIMELINE_BYTES);
}

Test(audit_review, a_timeline_is_for_people)
{
	static char lines[64][AUDIT_TIMELINE_BYTES];

	scribe.text[scribe.bytes++] = 'x'; /* and a line that is none */
	scribe.text[scribe.bytes++] = '\n';
	audit_review_begin(&review, NULL, NULL, keep_line, lines);
	cr_assert_eq(audit_review_feed(&review, scribe.text, scribe.bytes), 0);
	cr_assert_eq(audit_review_end(&review), 0);
	cr_expect_str_eq(
		lines[1],
		"2023-11-14 22:13:21.000 UTC  0123456789abcdef  v1     BIRTH > ATTACHED  attached_to_transport");
	cr_expect_str_eq(lines[9], "2023-11-14 22:13:22.120 UTC  0123456789abcdef  v4     TransportSwitch a#1 > b#2  "
				   "reattach_success  b#2");
	cr_expect_str_eq(lines[18], "line 19 is no record: no JSON object");
}

/* However the bytes come in, the result is the same. */
Test(audit_review, pieces_do_not_matter)
{
	for (size_t piece = 1; piece < 700; piece += 13) {
		audit_review_begin(&review, NULL, NULL, NULL, NULL);
		for (size_t i = 0; i < scribe.bytes; i += piece)
			cr_assert_eq(audit_review_feed(&review, scribe.text + i,
						       piece < scribe.bytes - i ? piece : scribe.bytes - i),
				     0);
		cr_assert_eq(audit_review_end(&review), 0);
		cr_expect(audit_review_holds(&review));
		cr_expect_eq(review.chain.lines, 18);
		audit_review_free(&review);
	}
}

/* A line of 10 MB takes no memory, and is told; what is behind it is read again. */
Test(audit_review, a_giant_line_is_bounded)
{
	static char block[65536];

	memset(block, '[', sizeof(block));
	audit_review_begin(&review, NULL, NULL, NULL, NULL);
	cr_assert_eq(audit_review_feed(&review, scribe.text, scribe.starts[9]), 0);
	for (int i = 0; i < 160; i++)
		cr_assert_eq(audit_review_feed(&review, block, sizeof(block)), 0);
	cr_assert_eq(audit_review_feed(&review, "\n", 1), 0);
	cr_assert_eq(audit_review_feed(&review, scribe.text + scribe.starts[9], scribe.bytes - scribe.starts[9]), 0);
	cr_assert_eq(audit_review_end(&review), 0);
	cr_expect_eq(review.chain.first_break.kind, AUDIT_BREAK_NO_RECORD);
	cr_expect_eq(review.chain.first_break.line, 10);
	cr_expect_str_eq(review.chain.first_break.why, "too long");
	cr_expect_eq(review.chain.lines, 19);
	cr_expect_eq(review.replay.found_total, 0);
}

Test(audit_review, an_empty_log_holds)
{
	audit_review_begin(&review, NULL, NULL, NULL, NULL);
	cr_assert_eq(audit_review_end(&review), 0);
	cr_expect(audit_review_holds(&review));
	json_decref(audit_report_json(&review));
}

/* More violations than are kept: all are counted. */
Test(audit_review, violations_are_bounded)
{
	json_t *verdict;

	for (int i = 0; i < 3000; i++)
		scribe_terminated(&scribe, 7);
	scribe_review(&scribe, NULL, &review);
	cr_expect_eq(review.replay.found_total, 3000);
	cr_expect_eq(review.replay.found_kept, REPLAY_VIOLATIONS_KEPT);
	verdict = audit_verify_json(&review);
	cr_expect_eq(json_array_size(json_object_get(json_object_get(verdict, "violations"), "list")),
		     REPORT_VIOLATIONS_MAX);
	json_decref(verdict);
}

Test(audit_review, a_file_that_is_not_there)
{
	cr_expect_eq(audit_review_file("/nonexistent/log", NULL, NULL, NULL, &review), -ENOENT);
	cr_expect_eq(audit_review_file("/", NULL, NULL, NULL, &review), -EISDIR);
}
