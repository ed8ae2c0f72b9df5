/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions and their paths as table rows, for people.
 */
#ifndef CTL_SESSION_ROWS_H
#define CTL_SESSION_ROWS_H

#include "ctl/ctl.h"
#include "ctl/session_list.h"
#include "ctl/table.h"

#define SESSION_ROW_COLUMNS 9
#define SESSION_PATH_COLUMNS 7

void session_row_headings(struct table *table);
void session_row(struct table *table, const struct ctl *ctl, const struct session_entry *entry, int id_digits);

/* One row for each path; the one that sends carries a '*'. */
void session_path_rows(struct table *table, const struct session_entry *entry);

enum table_colour session_state_colour(uint8_t state);

#endif
