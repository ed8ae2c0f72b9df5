/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of session_rows.h.
 */
#include "ctl/session_rows.h"

#include "base/secret.h"
#include "ctl/format.h"
#include "ctl/names.h"
#include "ctl/session_json.h"

#define PEER_SHORT_CHARS 12

enum table_colour session_state_colour(uint8_t state)
{
	switch (state) {
	case JVPN_STATE_ATTACHED:
		return TABLE_GOOD;
	case JVPN_STATE_TERMINATED:
		return TABLE_BAD;
	default:
		return TABLE_POOR;
	}
}

static enum table_colour path_state_colour(uint8_t state)
{
	switch (state) {
	case JVPN_PATH_ACTIVE:
		return TABLE_GOOD;
	case JVPN_PATH_DEAD:
		return TABLE_BAD;
	default:
		return TABLE_PLAIN;
	}
}

void session_row_headings(struct table *table)
{
	static const char *const headings[SESSION_ROW_COLUMNS] = {"SESSION", "PEER",	  "KIND",     "STATE", "REASON",
								  "CREATED", "HANDSHAKE", "RECEIVED", "SENT"};

	table_headings(table, headings);
}

void session_row(struct table *table, const struct ctl *ctl, const struct session_entry *entry, int id_digits)
{
	const struct jvpn_session *session = entry->session;
	char id[FORMAT_TEXT_BYTES], peer[SECRET_BASE64_CHARS + 1], text[FORMAT_TEXT_BYTES];
	const char *reason = name_reason(session->reason);

	format_session_id(entry->id, id);
	secret_to_base64(session->peer_key, peer);
	table_cell(table, TABLE_PLAIN, "%.*s", id_digits, id);
	table_cell(table, TABLE_PLAIN, "%.*s", PEER_SHORT_CHARS, peer);
	table_cell(table, TABLE_PLAIN, "%s", name_peer_kind(session->kind));
	table_cell(table, session_state_colour(session->state), "%s", name_session_state(session->state));
	table_cell(table, TABLE_PLAIN, "%s", reason ? reason : "-");
	format_age(ctl->world.wall_ms, session->created_ms, text);
	table_cell(table, TABLE_PLAIN, "%s", text);
	format_age(ctl->world.wall_ms, ctl_wall_ms(ctl, entry->handshake_ns), text);
	table_cell(table, TABLE_PLAIN, "%s", text);
	format_bytes(entry->counters.rx_bytes, text);
	table_cell(table, TABLE_PLAIN, "%s", text);
	format_bytes(entry->counters.tx_bytes, text);
	table_cell(table, TABLE_PLAIN, "%s", text);
}

static void path_row(struct table *table, const struct jvpn_path *path, bool is_active)
{
	char name[SESSION_PATH_NAME_BYTES], local[IP_TEXT_BYTES], remote[ENDPOINT_TEXT_BYTES];
	char device[SESSION_DEVICE_BYTES];

	session_path_name(path, name);
	ip_format(&path->local, local);
	session_remote_text(path, remote);
	session_device_text(path->ifindex, device);
	table_cell(table, TABLE_GOOD, "%s", is_active ? "*" : "");
	table_cell(table, TABLE_PLAIN, "%s", name);
	table_cell(table, path_state_colour(path->state), "%s", name_path_state(path->state));
	table_cell(table, TABLE_PLAIN, "%s", ip_is_any(&path->local) ? "(any)" : local);
	table_cell(table, TABLE_PLAIN, "> %s", remote);
	table_cell(table, TABLE_PLAIN, "dev %s", path->ifindex ? device : "(any)");
	table_cell(table, TABLE_PLAIN, "mtu %u", path->mtu);
}

void session_path_rows(struct table *table, const struct session_entry *entry)
{
	const struct jvpn_path *active = session_active_path(entry->session);

	for (size_t slot = 0; slot < JVPN_PATHS_MAX; slot++) {
		const struct jvpn_path *path = &entry->session->paths[slot];

		if (path->family)
			path_row(table, path, path == active);
	}
}
