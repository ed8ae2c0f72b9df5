/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jvpn-ctl drops: why packets ended in the data plane, a sentence each; and, when
 * the daemon runs, why it refused handshakes.
 *
 * JSON: [{"number": 7, "name": "replay", "count": 3, "sentence": "..."}, ...],
 * every reason, by number. A number this program does not know but that was
 * counted is "unknown".
 */
#include <inttypes.h>

#include "ctl/command.h"
#include "ctl/daemon_view.h"
#include "ctl/table.h"
#include "ctl/names.h"
#include "dataplane/inspect_read.h"

#define UNKNOWN_TEXT "a reason of a newer data plane"

static bool is_shown(uint32_t number, uint64_t count, bool all)
{
	return count || (all && name_drop(number));
}

static json_t *document(const uint64_t drops[static JVPN_DROP_SLOTS])
{
	_cleanup_(cleanup_json) json_t *list = json_array();

	for (uint32_t number = 0; number < JVPN_DROP_SLOTS; number++) {
		const char *name = name_drop(number);

		if (is_shown(number, drops[number], true) &&
		    json_array_append_new(list, json_pack("{s:I, s:s, s:o, s:s}", "number", (json_int_t)number, "name",
							  name ? name : "unknown", "count", ctl_json_u64(drops[number]),
							  "sentence", name ? name_drop_text(number) : UNKNOWN_TEXT)) <
			    0)
			return NULL;
	}
	return take_ptr(list);
}

static void drop_rows(struct table *table, const uint64_t drops[static JVPN_DROP_SLOTS], bool all)
{
	for (uint32_t number = 0; number < JVPN_DROP_SLOTS; number++) {
		const char *name = name_drop(number);

		if (!is_shown(number, drops[number], all))
			continue;
		table_cell(table, drops[number] ? TABLE_POOR : TABLE_PLAIN, "%" PRIu64, drops[number]);
		table_cell(table, TABLE_PLAIN, "%s", name ? name : "unknown");
		table_cell(table, TABLE_PLAIN, "%s", name ? name_drop_text(number) : UNKNOWN_TEXT);
	}
}

/* The daemon's counts; those that are no document of control.h are left out. */
static void refusal_rows(struct table *table, json_t *refusals, bool all)
{
	const char *name;
	json_t *refusal;

	json_object_foreach(refusals, name, refusal)
	{
		const char *sentence;
		json_int_t count;

		if (json_unpack(refusal, "{s:I, s:s}", "count", &count, "sentence", &sentence) < 0 || (!count && !all))
			continue;
		table_cell(table, count ? TABLE_POOR : TABLE_PLAIN, "%" JSON_INTEGER_FORMAT, count);
		table_cell(table, TABLE_PLAIN, "%s", name);
		table_cell(table, TABLE_PLAIN, "%s", sentence);
	}
}

static enum ctl_exit print_section(const struct ctl *ctl, const char *heading, const struct table *table)
{
	if (table_failed(table))
		return ctl_fail(ctl, CTL_FAILED, "out of memory");
	table_paint(TABLE_HEADING, ctl->world.has_colour, heading, ctl->world.out);
	(void)fputs(table_rows(table) ? "\n" : ": none\n", ctl->world.out);
	table_print(table, ctl->world.has_colour, ctl->world.out);
	return CTL_OK;
}

static enum ctl_exit print_text(const struct ctl *ctl, const char *interface,
				const uint64_t drops[static JVPN_DROP_SLOTS])
{
	_cleanup_(cleanup_table) struct table dropped = {.columns = 3, .indent = 2, .right = 1};
	_cleanup_(cleanup_table) struct table refused = {.columns = 3, .indent = 2, .right = 1};
	_cleanup_(cleanup_json) json_t *refusals = daemon_view_refusals(ctl, interface);
	enum ctl_exit code;

	drop_rows(&dropped, drops, ctl->all);
	code = print_section(ctl, "dropped packets", &dropped);
	if (code != CTL_OK || !refusals)
		return code;
	refusal_rows(&refused, refusals, ctl->all);
	return print_section(ctl, "refused handshakes", &refused);
}

enum ctl_exit ctl_drops(const struct ctl *ctl)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	uint64_t drops[JVPN_DROP_SLOTS];
	enum ctl_exit code = ctl_open(ctl, &inspect);
	int error;

	if (code != CTL_OK)
		return code;
	error = inspect_drops(inspect, drops);
	if (error < 0)
		return ctl_fail_reading(ctl, "the drop counters", error);
	return ctl->json ? ctl_print_json(ctl, document(drops)) : print_text(ctl, inspect_interface(inspect), drops);
}
