/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of text in aligned columns. Cells are copied; foreign bytes in them are
 * made printable. Memory that runs out is remembered, not reported by each cell:
 * table_failed() tells once.
 *
 *   struct table table = {.columns = 3, .indent = 2};       _cleanup_(cleanup_table)
 *   table_cell(&table, TABLE_PLAIN, "%s", name); ...        row by row
 *   table_print(&table, has_colour, out);
 *
 * Columns in `right` (a bit each, column 0 the lowest) are aligned to the right.
 */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 16

enum table_colour {
	TABLE_PLAIN,
	TABLE_HEADING,
	TABLE_GOOD,
	TABLE_POOR,
	TABLE_BAD,
};

struct table_cell {
	char *text;
	enum table_colour colour;
};

struct table {
	size_t columns;
	size_t indent;
	uint32_t right;
	/* its own: */
	struct table_cell *cells;
	size_t count, room;
	size_t widths[TABLE_COLUMNS_MAX];
	bool has_failed;
};

void table_cell(struct table *table, enum table_colour colour, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A row of headings: a NULL-terminated list of `columns` texts. */
void table_headings(struct table *table, const char *const *headings);

size_t table_rows(const struct table *table);
bool table_failed(const struct table *table);

/* One row, or all; trailing spaces are left out. */
void table_print_row(const struct table *table, size_t row, bool has_colour, FILE *out);
void table_print(const struct table *table, bool has_colour, FILE *out);

/* A text in a colour, outside of a table; not made printable. */
void table_paint(enum table_colour colour, bool has_colour, const char *text, FILE *out);

void cleanup_table(struct table *table);

#endif
