/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jvpn-ctl maps: the pinned maps, or what is in one of them. The text is the
 * document of maps_document.h, laid out: a table when an entry fits on a line,
 * else a block of lines for each entry.
 */
#include <string.h>

#include "ctl/command.h"
#include "ctl/maps_document.h"
#include "ctl/table.h"

#define LINE_MEMBERS_MAX 11
#define LINE_MEMBERS_MAX_ALONE 7 /* a table of one line is worth less */

static void value_cell(struct table *table, json_t *value)
{
	_cleanup_free_ char *text = NULL;

	if (json_is_string(value)) {
		table_cell(table, TABLE_PLAIN, "%s", json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY);
	table->has_failed = table->has_failed || !text;
	table_cell(table, TABLE_PLAIN, "%s", !text || json_is_null(value) ? "-" : text);
}

/* One line an entry; the headings are the members of the first one. */
static void lay_out_lines(struct table *table, json_t *entries)
{
	const char *key;
	json_t *entry, *value;
	size_t i;

	table->columns = json_object_size(json_array_get(entries, 0));
	json_object_foreach(json_array_get(entries, 0), key, value)
	{
		if (json_is_integer(value))
			table->right |= 1u << table->count;
		table_cell(table, TABLE_HEADING, "%s", key);
	}
	json_array_foreach(entries, i, entry)
	{
		json_object_foreach(entry, key, value) value_cell(table, value);
	}
}

static void block_rows(struct table *table, const char *prefix, json_t *entry)
{
	const char *key;
	json_t *value;

	json_object_foreach(entry, key, value)
	{
		json_t *member;
		size_t i;

		if (!json_is_array(value)) {
			table_cell(table, TABLE_HEADING, "%s%s", prefix, key);
			value_cell(table, value);
			continue;
		}
		json_array_foreach(value, i, member)
		{
			table_cell(table, TABLE_HEADING, "%s%s[%zu]", prefix, key, i);
			value_cell(table, member);
		}
	}
}

static void lay_out_blocks(struct table *table, json_t *entries)
{
	json_t *entry;
	size_t i;

	table->columns = 2;
	json_array_foreach(entries, i, entry)
	{
		if (i) {
			table_cell(table, TABLE_PLAIN, "%s", "");
			table_cell(table, TABLE_PLAIN, "%s", "");
		}
		block_rows(table, "", entry);
	}
}

static bool fits_lines(json_t *entries)
{
	size_t members = json_object_size(json_array_get(entries, 0));

	return members <= (json_array_size(entries) > 1 ? LINE_MEMBERS_MAX : LINE_MEMBERS_MAX_ALONE);
}

static enum ctl_exit print_entries(const struct ctl *ctl, json_t *entries)
{
	_cleanup_(cleanup_table) struct table table = {0};

	if (json_array_size(entries) == 0) {
		(void)fputs("(no entries)\n", ctl->world.out);
		return CTL_OK;
	}
	if (fits_lines(entries))
		lay_out_lines(&table, entries);
	else
		lay_out_blocks(&table, entries);
	if (table_failed(&table))
		return ctl_fail(ctl, CTL_FAILED, "out of memory");
	table_print(&table, ctl->world.has_colour, ctl->world.out);
	return CTL_OK;
}

static enum ctl_exit print_one(const struct ctl *ctl, json_t *document)
{
	const char *name, *type, *path;
	json_int_t used, max;

	if (json_unpack(document, "{s:s, s:s, s:s, s:I, s:I}", "name", &name, "type", &type, "path", &path, "used",
			&used, "max", &max) < 0)
		return ctl_fail(ctl, CTL_FAILED, "out of memory");
	(void)fprintf(ctl->world.out, "%s: %s, %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT "%s used, %s\n\n",
		      name, type, used, max, strcmp(name, "events") ? "" : " bytes", path);
	return print_entries(ctl, json_object_get(document, "entries"));
}

static enum ctl_exit fail_name(const struct ctl *ctl)
{
#define NAME(name) " " #name
	return ctl_fail(ctl, CTL_USAGE, "no map is called \"%.64s\"; there are:" JVPN_MAP_NAMES(NAME), ctl->argument);
#undef NAME
}

enum ctl_exit ctl_maps(const struct ctl *ctl)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	_cleanup_(cleanup_json) json_t *document = NULL;
	enum inspect_map map = 0;
	enum ctl_exit code;
	int error;

	if (ctl->argument && inspect_map_by_name(ctl->argument, &map) < 0)
		return fail_name(ctl);
	code = ctl_open(ctl, &inspect);
	if (code != CTL_OK)
		return code;
	error = ctl->argument ? maps_document_one(inspect, map, &document) : maps_document_list(inspect, &document);
	if (error < 0)
		return ctl_fail_reading(ctl, ctl->argument ? ctl->argument : "the maps", error);
	if (ctl->json)
		return ctl_print_json(ctl, take_ptr(document));
	return ctl->argument ? print_one(ctl, document) : print_entries(ctl, document);
}
