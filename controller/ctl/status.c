/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jvpn-ctl status: one screen about one interface. The pinned maps tell most of
 * it; the daemon, when it runs, adds itself and the peers without a session.
 */
#include "ctl/status.h"

#include <inttypes.h>
#include <string.h>

#include "base/secret.h"
#include "ctl/command.h"
#include "ctl/format.h"
#include "ctl/names.h"
#include "ctl/session_json.h"
#include "ctl/session_rows.h"

#define PEERS_SHOWN_MAX 16 /* of each kind: one screen */

void cleanup_status(struct status *status)
{
	free(status->uplinks);
	free(status->routes);
	cleanup_session_list(&status->sessions);
	cleanup_daemon_view(&status->daemon);
}

static void sum_up(struct status *status, const uint64_t drops[static JVPN_DROP_SLOTS])
{
	for (size_t i = 0; i < status->sessions.count; i++) {
		const struct jvpn_counters *counters = &status->sessions.entries[i].counters;

		status->sums.rx_bytes += counters->rx_bytes;
		status->sums.tx_bytes += counters->tx_bytes;
		status->sums.rx_packets += counters->rx_packets;
		status->sums.tx_packets += counters->tx_packets;
	}
	for (size_t reason = 0; reason < JVPN_DROP_SLOTS; reason++)
		status->drops += drops[reason];
}

static int gather(const struct ctl *ctl, const struct inspect *inspect, struct status *status)
{
	uint64_t drops[JVPN_DROP_SLOTS];
	int code = inspect_uplinks(inspect, &status->uplinks, &status->uplink_count);

	if (code == 0)
		code = inspect_routes(inspect, &status->routes, &status->route_count);
	if (code == 0)
		code = inspect_drops(inspect, drops);
	if (code == 0)
		code = session_list_read(inspect, &status->sessions);
	if (code < 0)
		return code;
	status->meta = inspect_meta(inspect);
	status->interface = inspect_interface(inspect);
	sum_up(status, drops);
	daemon_view_ask(ctl, status->interface, &status->daemon);
	return 0;
}

static void daemon_text(const struct daemon_view *daemon, char *text, size_t bytes)
{
	char uptime[FORMAT_TEXT_BYTES];

	format_duration((uint64_t)daemon->uptime_ms, uptime);
	if (daemon->state == DAEMON_ANSWERS)
		(void)snprintf(text, bytes, "daemon running, pid %" PRId64 ", version %s, up %s", daemon->pid,
			       daemon->version, uptime);
	else if (daemon->state == DAEMON_SILENT)
		(void)snprintf(text, bytes, "daemon in trouble: %s", daemon->error);
	else
		(void)snprintf(text, bytes, "daemon not running; the data plane goes on without it");
}

static void head_rows(struct table *table, const struct ctl *ctl, const struct status *status)
{
	static const enum table_colour colours[] = {TABLE_BAD, TABLE_GOOD, TABLE_POOR};
	char key[SECRET_BASE64_CHARS + 1], age[FORMAT_TEXT_BYTES], rx[FORMAT_TEXT_BYTES], tx[FORMAT_TEXT_BYTES];
	char daemon[DAEMON_ERROR_BYTES + 128];

	secret_to_base64(status->meta->public_key, key);
	format_age(ctl->world.wall_ms, status->meta->created_ms, age);
	format_bytes(status->sums.rx_bytes, rx);
	format_bytes(status->sums.tx_bytes, tx);
	daemon_text(&status->daemon, daemon, sizeof(daemon));
	table_cell(table, TABLE_HEADING, "interface");
	table_cell(table, TABLE_PLAIN, "%s, port %u, data plane of ABI %u created %s", status->interface,
		   status->meta->listen_port, status->meta->abi_version, age);
	table_cell(table, TABLE_HEADING, "public key");
	table_cell(table, TABLE_PLAIN, "%s", key);
	table_cell(table, TABLE_HEADING, "controller");
	table_cell(table, colours[status->daemon.state], "%s", daemon);
	table_cell(table, TABLE_HEADING, "traffic");
	table_cell(table, TABLE_PLAIN, "%s received in %llu packets, %s sent in %llu", rx, status->sums.rx_packets, tx,
		   status->sums.tx_packets);
	table_cell(table, TABLE_HEADING, "dropped");
	table_cell(table, status->drops ? TABLE_POOR : TABLE_PLAIN, "%" PRIu64 " packets%s", status->drops,
		   status->drops ? " (jvpn-ctl drops tells why)" : "");
}

static void uplink_rows(struct table *table, const struct status *status)
{
	for (size_t i = 0; i < status->uplink_count; i++) {
		const struct jvpn_uplink *uplink = &status->uplinks[i];
		char name[SESSION_DEVICE_BYTES];

		session_device_text(uplink->ifindex, name);
		table_cell(table, TABLE_HEADING, "%s", i ? "" : "uplinks");
		table_cell(table, TABLE_PLAIN, "%s (%s), mtu %u", name, uplink->native ? "native" : "generic",
			   uplink->mtu);
	}
	if (status->uplink_count == 0) {
		table_cell(table, TABLE_HEADING, "uplinks");
		table_cell(table, TABLE_POOR, "none");
	}
}

static void print_routes(const struct ctl *ctl, const struct status *status, uint32_t peer)
{
	const char *between = "  allowed ips ";

	for (size_t i = 0; i < status->route_count; i++) {
		char prefix[PREFIX_TEXT_BYTES];

		if (status->routes[i].route.peer != peer)
			continue;
		prefix_format(&status->routes[i].prefix, prefix);
		(void)fprintf(ctl->world.out, "%s%s", between, prefix);
		between = ", ";
	}
	if (*between == ',')
		(void)fputc('\n', ctl->world.out);
}

static enum ctl_exit print_session(const struct ctl *ctl, const struct status *status,
				   const struct session_entry *entry)
{
	_cleanup_(cleanup_table) struct table paths = {.columns = SESSION_PATH_COLUMNS, .indent = 2};
	const struct jvpn_session *session = entry->session;
	char peer[SECRET_BASE64_CHARS + 1], id[FORMAT_TEXT_BYTES], age[FORMAT_TEXT_BYTES];
	char rx[FORMAT_TEXT_BYTES], tx[FORMAT_TEXT_BYTES];
	const char *reason = name_reason(session->reason);
	FILE *out = ctl->world.out;

	secret_to_base64(session->peer_key, peer);
	format_session_id(entry->id, id);
	format_age(ctl->world.wall_ms, ctl_wall_ms(ctl, entry->handshake_ns), age);
	format_bytes(entry->counters.rx_bytes, rx);
	format_bytes(entry->counters.tx_bytes, tx);
	session_path_rows(&paths, entry);
	if (table_failed(&paths))
		return ctl_fail(ctl, CTL_FAILED, "out of memory");
	(void)fprintf(out, "\npeer %s (%s)\n  session %.*s ", peer, name_peer_kind(session->kind),
		      status->sessions.id_digits, id);
	table_paint(session_state_colour(session->state), ctl->world.has_colour, name_session_state(session->state),
		    out);
	(void)fprintf(out, "%s%s%s\n", reason ? " (" : "", reason ? reason : "", reason ? ")" : "");
	print_routes(ctl, status, session->peer);
	(void)fprintf(out, "  handshake %s, %s received, %s sent\n", age, rx, tx);
	table_print(&paths, ctl->world.has_colour, out);
	return CTL_OK;
}

static enum ctl_exit print_sessions(const struct ctl *ctl, const struct status *status)
{
	enum ctl_exit code = CTL_OK;
	size_t i;

	for (i = 0; code == CTL_OK && i < status->sessions.count && i < PEERS_SHOWN_MAX; i++)
		code = print_session(ctl, status, &status->sessions.entries[i]);
	if (code == CTL_OK && i < status->sessions.count)
		(void)fprintf(ctl->world.out, "\n... and %zu more: jvpn-ctl sessions\n", status->sessions.count - i);
	return code;
}

/* Peers the daemon knows and the maps do not. A member that is not as control.h says is left out. */
static void print_waiting_peers(const struct ctl *ctl, json_t *peers)
{
	size_t i, waiting = 0;
	json_t *peer;

	json_array_foreach(peers, i, peer)
	{
		const char *key = json_string_value(json_object_get(peer, "public_key"));
		const char *endpoint = json_string_value(json_object_get(peer, "endpoint"));
		bool in_flight = json_is_true(json_object_get(peer, "in_flight"));
		char key_text[SECRET_BASE64_CHARS + 1], endpoint_text[ENDPOINT_TEXT_BYTES];

		if (!key || !json_is_null(json_object_get(peer, "session_id")) || ++waiting > PEERS_SHOWN_MAX)
			continue;
		format_foreign(key, sizeof(key_text) - 1, key_text);
		format_foreign(endpoint ? endpoint : "no endpoint", sizeof(endpoint_text) - 1, endpoint_text);
		(void)fprintf(ctl->world.out, "\npeer %s\n  no session, %s%s\n", key_text, endpoint_text,
			      in_flight ? ", a handshake runs" : "");
	}
	if (waiting > PEERS_SHOWN_MAX)
		(void)fprintf(ctl->world.out, "\n... and %zu more peers without a session\n",
			      waiting - PEERS_SHOWN_MAX);
}

static enum ctl_exit print_text(const struct ctl *ctl, const struct status *status)
{
	_cleanup_(cleanup_table) struct table head = {.columns = 2};
	enum ctl_exit code;

	head_rows(&head, ctl, status);
	uplink_rows(&head, status);
	if (status->daemon.refused) {
		table_cell(&head, TABLE_HEADING, "refused");
		table_cell(&head, TABLE_POOR, "%" PRIu64 " handshakes", status->daemon.refused);
	}
	if (table_failed(&head))
		return ctl_fail(ctl, CTL_FAILED, "out of memory");
	table_print(&head, ctl->world.has_colour, ctl->world.out);
	code = print_sessions(ctl, status);
	if (code == CTL_OK)
		print_waiting_peers(ctl, status->daemon.peers);
	return code;
}

enum ctl_exit ctl_status(const struct ctl *ctl)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	_cleanup_(cleanup_status) struct status status = {0};
	enum ctl_exit code = ctl_open(ctl, &inspect);
	int error;

	if (code != CTL_OK)
		return code;
	error = gather(ctl, inspect, &status);
	if (error < 0)
		return ctl_fail_reading(ctl, "the maps", error);
	return ctl->json ? ctl_print_json(ctl, status_json(ctl, &status)) : print_text(ctl, &status);
}
