/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state machine as the specification gives it (fsm.tsv beside this file), for the tests
 * that hold the engine against it. Never looks at the engine's own table.
 */
#ifndef JVPN_TESTS_SESSION_TSV_H
#define JVPN_TESTS_SESSION_TSV_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TSV_FILE "tests/unit/session/fsm.tsv"
#define TSV_ROWS 21
#define TSV_COLUMNS 10 /* priority, event, guard, six states, reasons */
#define TSV_STATE 3    /* column of the first state */

struct tsv {
	char lines[TSV_ROWS][512];
	const char *cells[TSV_ROWS][TSV_COLUMNS];
};

static inline const struct tsv *tsv_read(void)
{
	static struct tsv tsv;
	char line[512];
	size_t row = 0;
	FILE *file = fopen(TSV_FILE, "re");

	cr_assert_not_null(file, "run from the repository's root: no %s", TSV_FILE);
	while (fgets(line, sizeof(line), file)) {
		char *rest = tsv.lines[row];

		if (line[0] == '#')
			continue;
		cr_assert_lt(row, TSV_ROWS);
		line[strcspn(line, "\n")] = '\0';
		memcpy(tsv.lines[row], line, sizeof(line));
		for (size_t column = 0; column < TSV_COLUMNS; column++) {
			tsv.cells[row][column] = strsep(&rest, "\t");
			cr_assert_not_null(tsv.cells[row][column]);
		}
		row++;
	}
	fclose(file);
	cr_assert_eq(row, TSV_ROWS);
	return &tsv;
}

/* Is `name` one of the words of `list`, which has | between them? */
static inline int tsv_has(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
		if ((at == list || at[-1] == '|') && (at[length] == '|' || !at[length]))
			return 1;
	return 0;
}

#endif
