/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jvpn-ctl sessions: every session, its paths below it. From the pinned maps alone.
 */
#include "ctl/command.h"
#include "ctl/session_json.h"
#include "ctl/session_list.h"
#include "ctl/session_rows.h"

static enum ctl_exit print_text(const struct ctl *ctl, const struct session_list *list)
{
	_cleanup_(cleanup_table) struct table rows = {.columns = SESSION_ROW_COLUMNS, .right = 1u << 7 | 1u << 8};
	_cleanup_(cleanup_table) struct table paths = {.columns = SESSION_PATH_COLUMNS, .indent = 2};
	size_t path = 0;

	session_row_headings(&rows);
	for (size_t i = 0; i < list->count; i++) {
		session_row(&rows, ctl, &list->entries[i], list->id_digits);
		session_path_rows(&paths, &list->entries[i]);
	}
	if (table_failed(&rows) || table_failed(&paths))
		return ctl_fail(ctl, CTL_FAILED, "out of memory");
	if (list->count == 0)
		(void)fputs("no sessions\n", ctl->world.out);
	for (size_t row = 0; list->count && row <= list->count; row++) {
		table_print_row(&rows, row, ctl->world.has_colour, ctl->world.out);
		for (size_t slot = 0; row > 0 && slot < JVPN_PATHS_MAX; slot++)
			if (list->entries[row - 1].session->paths[slot].family)
				table_print_row(&paths, path++, ctl->world.has_colour, ctl->world.out);
	}
	return CTL_OK;
}

enum ctl_exit ctl_sessions(const struct ctl *ctl)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	_cleanup_(cleanup_session_list) struct session_list list = {0};
	enum ctl_exit code = ctl_open(ctl, &inspect);
	int error;

	if (code != CTL_OK)
		return code;
	error = session_list_read(inspect, &list);
	if (error < 0)
		return ctl_fail_reading(ctl, "the sessions", error);
	return ctl->json ? ctl_print_json(ctl, session_json_list(ctl, &list)) : print_text(ctl, &list);
}
