/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table against the specification's own file: T-ST-01 (the table), INV-07, INV-08.
 */
#include "session/fsm.h"
#include "tsv.h"

#define SHARED_TSV "../shared/fsm.tsv" /* where the specification stands beside the tree */

static char described[TSV_COLUMNS][512];

/* Our row, cut into its columns. */
static void describe(enum fsm_event event)
{
	char line[1024], *rest = line;

	cr_assert_lt(fsm_describe(event, line, sizeof(line)), sizeof(line));
	for (size_t column = 0; column < TSV_COLUMNS; column++) {
		const char *cell = strsep(&rest, "\t");

		cr_assert_not_null(cell);
		snprintf(described[column], sizeof(described[column]), "%s", cell);
	}
	cr_assert_null(rest);
}

Test(fsm, has_the_rows_of_the_specification_in_its_order)
{
	const struct tsv *tsv = tsv_read();

	cr_assert_eq(FSM_EVENTS, TSV_ROWS);
	for (unsigned int event = 0; event < FSM_EVENTS; event++) {
		describe((enum fsm_event)event);
		for (size_t column = 0; column < TSV_COLUMNS - 1; column++)
			cr_assert_str_eq(described[column], tsv->cells[event][column], "row %u, column %zu", event,
					 column);
	}
}

/* behaviour.md names version_overflow beside the file's reasons, and the causes one by one. */
Test(fsm, has_the_reasons_of_the_specification)
{
	static const char causes[] = "loss_threshold_exceeded|consecutive_drop_exceeded|heartbeat_timeout|"
				     "latency_threshold_exceeded|jitter_threshold_exceeded|health_drop|"
				     "peer_reported_instability|nat_rebind_detected|preferred_path_changed";
	const struct tsv *tsv = tsv_read();

	for (unsigned int event = 0; event < FSM_EVENTS; event++) {
		const char *reasons = tsv->cells[event][TSV_COLUMNS - 1];
		char expected[512];

		snprintf(expected, sizeof(expected), "%s%s", !strcmp(reasons, "<cause>") ? causes : reasons,
			 event == FSM_invariant_violation ? "|version_overflow" : "");
		describe((enum fsm_event)event);
		cr_assert_str_eq(described[TSV_COLUMNS - 1], expected);
	}
}

Test(fsm, takes_the_lowest_priority_first)
{
	for (unsigned int event = 1; event < FSM_EVENTS; event++)
		cr_assert_leq(fsm_rows[event - 1].priority, fsm_rows[event].priority);
}

Test(fsm, allows_the_reasons_of_a_row_and_no_others)
{
	for (unsigned int event = 0; event < FSM_EVENTS; event++)
		for (uint16_t reason = 0; reason < 1000; reason++) {
			bool listed = false;

			for (const uint16_t *code = fsm_rows[event].reasons; *code; code++)
				listed |= *code == reason;
			cr_assert_eq(fsm_allows((enum fsm_event)event, reason), listed);
		}
	cr_assert(!fsm_allows(FSM_EVENTS, JVPN_REASON_security_failure));
}

/* The copy beside this file is the specification's, byte for byte, where that can be seen. */
Test(fsm, copy_is_the_specification)
{
	char ours[8192], theirs[8192];
	FILE *shared = fopen(SHARED_TSV, "re");
	FILE *copy = fopen(TSV_FILE, "re");
	size_t bytes;

	cr_assert_not_null(copy);
	if (!shared) {
		fclose(copy);
		cr_skip_test("no %s here", SHARED_TSV);
	}
	bytes = fread(ours, 1, sizeof(ours), copy);
	cr_assert_gt(bytes, 0);
	cr_assert_eq(fread(theirs, 1, sizeof(theirs), shared), bytes);
	cr_assert(!memcmp(ours, theirs, bytes));
	fclose(shared);
	fclose(copy);
}
