/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cells, widths, rows.
 */
#include "ctl/table.h"

#include <stdarg.h>
#include <string.h>

#include "base/cleanup.h"
#include "ctl/format.h"

#define GAP "  "

static const char *const escapes[] = {
	[TABLE_PLAIN] = "",	   [TABLE_HEADING] = "\033[1m", [TABLE_GOOD] = "\033[32m",
	[TABLE_POOR] = "\033[33m", [TABLE_BAD] = "\033[31m",
};

static bool make_room(struct table *table)
{
	size_t room = table->room ? table->room * 2 : 64;
	struct table_cell *grown;

	if (table->count < table->room)
		return true;
	grown = realloc(table->cells, room * sizeof(*grown));
	if (!grown)
		return false;
	table->cells = grown;
	table->room = room;
	return true;
}

void table_cell(struct table *table, enum table_colour colour, const char *format, ...)
{
	size_t column = table->count % table->columns, width;
	char *text = NULL;
	va_list arguments;
	int length;

	if (table->has_failed)
		return;
	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0 || !make_room(table)) {
		if (length >= 0)
			free(text);
		table->has_failed = true;
		return;
	}
	format_foreign(text, (size_t)length, text);
	width = strlen(text);
	if (width > table->widths[column])
		table->widths[column] = width;
	table->cells[table->count++] = (struct table_cell){text, colour};
}

void table_headings(struct table *table, const char *const *headings)
{
	for (size_t column = 0; column < table->columns; column++)
		table_cell(table, TABLE_HEADING, "%s", headings[column]);
}

size_t table_rows(const struct table *table)
{
	return table->count / table->columns;
}

bool table_failed(const struct table *table)
{
	return table->has_failed;
}

void table_paint(enum table_colour colour, bool has_colour, const char *text, FILE *out)
{
	bool is_plain = !has_colour || colour == TABLE_PLAIN || !*text;

	(void)fprintf(out, "%s%s%s", is_plain ? "" : escapes[colour], text, is_plain ? "" : "\033[0m");
}

/* The columns of a row up to the last one that is not empty. */
static size_t used_columns(const struct table *table, const struct table_cell *cells)
{
	size_t columns = table->columns;

	while (columns > 0 && !*cells[columns - 1].text)
		columns--;
	return columns;
}

void table_print_row(const struct table *table, size_t row, bool has_colour, FILE *out)
{
	const struct table_cell *cells = table->cells + row * table->columns;
	size_t columns = used_columns(table, cells);

	(void)fprintf(out, "%*s", columns ? (int)table->indent : 0, "");
	for (size_t column = 0; column < columns; column++) {
		int fill = (int)(table->widths[column] - strlen(cells[column].text));
		bool is_right = table->right >> column & 1;

		(void)fprintf(out, "%s%*s", column ? GAP : "", is_right ? fill : 0, "");
		table_paint(cells[column].colour, has_colour, cells[column].text, out);
		if (!is_right && column + 1 < columns)
			(void)fprintf(out, "%*s", fill, "");
	}
	(void)fputc('\n', out);
}

void table_print(const struct table *table, bool has_colour, FILE *out)
{
	for (size_t row = 0; row < table_rows(table); row++)
		table_print_row(table, row, has_colour, out);
}

void cleanup_table(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i].text);
	free(table->cells);
}
