/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The document of session_json.h.
 */
#include "ctl/session_json.h"

#include <arpa/inet.h>
#include <net/if.h>

#include "base/secret.h"
#include "ctl/format.h"
#include "ctl/names.h"

void session_remote_text(const struct jvpn_path *path, char ret_text[static ENDPOINT_TEXT_BYTES])
{
	struct endpoint remote = {.ip = path->remote, .port = ntohs(path->remote_port)};

	endpoint_format(&remote, ret_text);
}

void session_device_text(uint32_t ifindex, char ret_text[static SESSION_DEVICE_BYTES])
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name))
		format_foreign(name, sizeof(name), ret_text);
	else
		(void)snprintf(ret_text, SESSION_DEVICE_BYTES, "#%u", ifindex);
}

static json_t *ms_or_null(uint64_t ms)
{
	return ms ? ctl_json_u64(ms) : json_null();
}

static json_t *path_json(const struct ctl *ctl, const struct session_entry *entry, const struct jvpn_path *path)
{
	bool is_only = session_only_receiver(entry->session) == path;
	char name[sizeof(path->name) + 1], local[IP_TEXT_BYTES], remote[ENDPOINT_TEXT_BYTES];
	char device[SESSION_DEVICE_BYTES];

	format_foreign(path->name, sizeof(path->name), name);
	ip_format(&path->local, local);
	session_remote_text(path, remote);
	session_device_text(path->ifindex, device);
	return json_pack("{s:I, s:s, s:s?, s:s, s:s?, s:s, s:n, s:n, s:o, s:I}", "id", (json_int_t)path->id, "name",
			 name, "local", ip_is_any(&path->local) ? NULL : local, "remote", remote, "device",
			 path->ifindex ? device : NULL, "state", name_path_state(path->state), "rtt_us", "loss_ppm",
			 "last_rx_ms", ms_or_null(is_only ? ctl_wall_ms(ctl, entry->counters.last_rx_ns) : 0), "mtu",
			 (json_int_t)path->mtu);
}

static json_t *paths_json(const struct ctl *ctl, const struct session_entry *entry)
{
	_cleanup_(cleanup_json) json_t *paths = json_array();

	for (size_t slot = 0; slot < JVPN_PATHS_MAX; slot++) {
		const struct jvpn_path *path = &entry->session->paths[slot];

		if (path->family && json_array_append_new(paths, path_json(ctl, entry, path)) < 0)
			return NULL;
	}
	return take_ptr(paths);
}

static json_t *active_path_json(const struct jvpn_session *session)
{
	const struct jvpn_path *path = session_active_path(session);
	char name[SESSION_PATH_NAME_BYTES];

	if (!path)
		return json_null();
	return session_path_name(path, name) ? json_string(name) : json_integer(path->id);
}

static int add_counters(json_t *document, const struct jvpn_counters *counters)
{
	return json_object_set_new(document, "rx_bytes", ctl_json_u64(counters->rx_bytes)) |
	       json_object_set_new(document, "tx_bytes", ctl_json_u64(counters->tx_bytes)) |
	       json_object_set_new(document, "rx_packets", ctl_json_u64(counters->rx_packets)) |
	       json_object_set_new(document, "tx_packets", ctl_json_u64(counters->tx_packets));
}

json_t *session_json(const struct ctl *ctl, const struct session_entry *entry)
{
	const struct jvpn_session *session = entry->session;
	_cleanup_(cleanup_json) json_t *document = NULL;
	char id[FORMAT_TEXT_BYTES], peer[SECRET_BASE64_CHARS + 1];

	format_session_id(entry->id, id);
	secret_to_base64(session->peer_key, peer);
	document = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s?, s:o, s:o, s:o}", "session_id", id, "peer", peer, "kind",
			     name_peer_kind(session->kind), "state", name_session_state(session->state),
			     "state_version", ctl_json_u64(JVPN_WORD_VERSION(session->word)), "reason",
			     name_reason(session->reason), "created_ms", ctl_json_u64(session->created_ms),
			     "active_path", active_path_json(session), "paths", paths_json(ctl, entry));
	if (!document || add_counters(document, &entry->counters) < 0 ||
	    json_object_set_new(document, "latest_handshake_ms", ms_or_null(ctl_wall_ms(ctl, entry->handshake_ns))) ||
	    json_object_set_new(document, "key_epoch", json_integer(session->key_epoch)) ||
	    json_object_set_new(document, "switches", json_integer(session->switches)) ||
	    json_object_set_new(document, "policy_version", json_integer(session->policy_version)))
		return NULL;
	return take_ptr(document);
}

json_t *session_json_list(const struct ctl *ctl, const struct session_list *list)
{
	_cleanup_(cleanup_json) json_t *document = json_array();

	for (size_t i = 0; i < list->count; i++)
		if (json_array_append_new(document, session_json(ctl, &list->entries[i])) < 0)
			return NULL;
	return take_ptr(document);
}
