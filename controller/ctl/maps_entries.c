/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One function a map: read its elements, append an object for each.
 */
#include "ctl/maps_entries.h"

#include <errno.h>

#include "base/secret.h"
#include "ctl/format.h"
#include "ctl/names.h"
#include "ctl/session_json.h"
#include "dataplane/inspect_read.h"

#define SECRET "(secret)"

/* Appends, or -ENOMEM: also when `entry` is NULL. */
static int append(json_t *entries, json_t *entry)
{
	return json_array_append_new(entries, entry) < 0 ? -ENOMEM : 0;
}

static int meta_entries(const struct inspect *inspect, json_t *entries)
{
	const struct jvpn_meta *meta = inspect_meta(inspect);
	char key[SECRET_BASE64_CHARS + 1], interface[sizeof(meta->interface) + 1];

	secret_to_base64(meta->public_key, key);
	format_foreign(meta->interface, sizeof(meta->interface), interface);
	return append(entries,
		      json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:s}", "interface", interface,
				"abi_version", (json_int_t)meta->abi_version, "session_bytes",
				(json_int_t)meta->session_bytes, "keypair_bytes", (json_int_t)meta->keypair_bytes,
				"counters_bytes", (json_int_t)meta->counters_bytes, "tunnel_ifindex",
				(json_int_t)meta->tunnel_ifindex, "delivery_ifindex",
				(json_int_t)meta->delivery_ifindex, "listen_port", (json_int_t)meta->listen_port,
				"fwmark", (json_int_t)meta->fwmark, "created_ms", ctl_json_u64(meta->created_ms),
				"public_key", key));
}

static json_t *path_entry(const struct jvpn_path *path, size_t slot)
{
	char name[sizeof(path->name) + 1], local[IP_TEXT_BYTES], remote[ENDPOINT_TEXT_BYTES];

	format_foreign(path->name, sizeof(path->name), name);
	ip_format(&path->local, local);
	session_remote_text(path, remote);
	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "slot", (json_int_t)slot, "id",
			 (json_int_t)path->id, "name", name, "state", name_path_state(path->state), "local", local,
			 "remote", remote, "family", (json_int_t)path->family, "ifindex", (json_int_t)path->ifindex,
			 "mtu", (json_int_t)path->mtu);
}

static json_t *path_entries(const struct jvpn_session *session)
{
	_cleanup_(cleanup_json) json_t *paths = json_array();

	for (size_t slot = 0; slot < JVPN_PATHS_MAX; slot++)
		if (session->paths[slot].family &&
		    json_array_append_new(paths, path_entry(&session->paths[slot], slot)) < 0)
			return NULL;
	return take_ptr(paths);
}

static json_t *session_entry(const struct inspect_session *found)
{
	const struct jvpn_session *session = &found->session;
	char id[FORMAT_TEXT_BYTES], peer_key[SECRET_BASE64_CHARS + 1], tai64n[2 * sizeof(session->tai64n) + 1];

	format_session_id(found->id, id);
	secret_to_base64(session->peer_key, peer_key);
	for (size_t i = 0; i < sizeof(session->tai64n); i++)
		(void)sprintf(tai64n + 2 * i, "%02x", session->tai64n[i]);
	return json_pack(
		"{s:s, s:o, s:I, s:I, s:I, s:s, s:s, s:s?, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, "
		"s:o}",
		"id", id, "state_version", ctl_json_u64(JVPN_WORD_VERSION(session->word)), "sending_slot",
		(json_int_t)JVPN_WORD_SLOT(session->word), "current_key", (json_int_t)JVPN_KEYS_CURRENT(session->keys),
		"next_key", (json_int_t)JVPN_KEYS_NEXT(session->keys), "kind", name_peer_kind(session->kind), "state",
		name_session_state(session->state), "reason", name_reason(session->reason), "created_ns",
		ctl_json_u64(session->created_ns), "created_ms", ctl_json_u64(session->created_ms), "deadline_ns",
		ctl_json_u64(session->deadline_ns), "slot", (json_int_t)session->slot, "peer",
		(json_int_t)session->peer, "key_epoch", (json_int_t)session->key_epoch, "switches",
		(json_int_t)session->switches, "policy_version", (json_int_t)session->policy_version, "next_path_id",
		(json_int_t)session->next_path_id, "peer_key", peer_key, "tai64n", tai64n, "paths",
		path_entries(session));
}

static int session_entries(const struct inspect *inspect, json_t *entries)
{
	_cleanup_free_ struct inspect_session *sessions = NULL;
	size_t count = 0;
	int code = inspect_sessions(inspect, &sessions, &count);

	for (size_t i = 0; code == 0 && i < count; i++)
		code = append(entries, session_entry(&sessions[i]));
	return code;
}

static int keypair_entries(const struct inspect *inspect, json_t *entries)
{
	_cleanup_free_ struct inspect_keypair *keypairs = NULL;
	size_t count = 0;
	int code = inspect_keypairs(inspect, &keypairs, &count);

	for (size_t i = 0; code == 0 && i < count; i++) {
		const struct inspect_keypair *keypair = &keypairs[i];
		char session[FORMAT_TEXT_BYTES];

		format_session_id(keypair->session, session);
		code = append(entries,
			      json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:I, s:b, s:b, s:s, s:s}", "index",
					(json_int_t)keypair->index, "session", session, "birth_ns",
					ctl_json_u64(keypair->birth_ns), "send_counter",
					ctl_json_u64(keypair->send_counter), "received",
					ctl_json_u64(keypair->received), "replay_greatest",
					ctl_json_u64(keypair->greatest), "peer_index", (json_int_t)keypair->peer_index,
					"initiator", (int)keypair->initiator, "dead", (int)keypair->dead, "send_key",
					SECRET, "receive_key", SECRET));
	}
	return code;
}

static int route_entries(const struct inspect *inspect, json_t *entries, uint8_t family)
{
	_cleanup_free_ struct inspect_route *routes = NULL;
	size_t count = 0;
	int code = inspect_routes(inspect, &routes, &count);

	for (size_t i = 0; code == 0 && i < count; i++) {
		char prefix[PREFIX_TEXT_BYTES], session[FORMAT_TEXT_BYTES];

		if (routes[i].prefix.family != family)
			continue;
		prefix_format(&routes[i].prefix, prefix);
		format_session_id(routes[i].route.session, session);
		code = append(entries, json_pack("{s:s, s:s?, s:I, s:I}", "prefix", prefix, "session",
						 routes[i].route.session ? session : NULL, "peer",
						 (json_int_t)routes[i].route.peer, "staged_ns",
						 (json_int_t)routes[i].route.staged_ns));
	}
	return code;
}

static int counter_entries(const struct inspect *inspect, json_t *entries)
{
	_cleanup_free_ struct inspect_slot *slots = NULL;
	size_t count = 0;
	int code = inspect_counters(inspect, &slots, &count);

	for (size_t i = 0; code == 0 && i < count; i++) {
		const struct jvpn_counters *counters = &slots[i].counters;

		code = append(entries,
			      json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "slot",
					(json_int_t)slots[i].slot, "tx_packets", ctl_json_u64(counters->tx_packets),
					"tx_bytes", ctl_json_u64(counters->tx_bytes), "rx_packets",
					ctl_json_u64(counters->rx_packets), "rx_bytes",
					ctl_json_u64(counters->rx_bytes), "last_tx_ns",
					ctl_json_u64(counters->last_tx_ns), "last_tx_data_ns",
					ctl_json_u64(counters->last_tx_data_ns), "last_rx_ns",
					ctl_json_u64(counters->last_rx_ns), "last_rx_data_ns",
					ctl_json_u64(counters->last_rx_data_ns)));
	}
	return code;
}

static int admission_entries(const struct inspect *inspect, json_t *entries)
{
	_cleanup_free_ struct inspect_source *sources = NULL;
	size_t count = 0;
	int code = inspect_admission(inspect, &sources, &count);

	for (size_t i = 0; code == 0 && i < count; i++) {
		char source[IP_TEXT_BYTES];

		ip_format(&sources[i].source, source);
		code = append(entries, json_pack("{s:s, s:o, s:o}", "source", source, "filled_ns",
						 ctl_json_u64(sources[i].bucket.filled_ns), "tokens_ns",
						 ctl_json_u64(sources[i].bucket.tokens_ns)));
	}
	return code;
}

static int uplink_entries(const struct inspect *inspect, json_t *entries)
{
	_cleanup_free_ struct jvpn_uplink *uplinks = NULL;
	size_t count = 0;
	int code = inspect_uplinks(inspect, &uplinks, &count);

	for (size_t i = 0; code == 0 && i < count; i++) {
		char name[SESSION_DEVICE_BYTES];

		session_device_text(uplinks[i].ifindex, name);
		code = append(entries,
			      json_pack("{s:I, s:s, s:I, s:b}", "ifindex", (json_int_t)uplinks[i].ifindex, "name", name,
					"mtu", (json_int_t)uplinks[i].mtu, "native", uplinks[i].native != 0));
	}
	return code;
}

static int delivery_entries(const struct inspect *inspect, json_t *entries)
{
	char name[SESSION_DEVICE_BYTES];
	uint32_t ifindex = 0;
	int code = inspect_delivery(inspect, &ifindex);

	if (code < 0 || ifindex == 0)
		return code;
	session_device_text(ifindex, name);
	return append(entries, json_pack("{s:i, s:I, s:s}", "entry", 0, "ifindex", (json_int_t)ifindex, "name", name));
}

static int drop_entries(const struct inspect *inspect, json_t *entries)
{
	uint64_t drops[JVPN_DROP_SLOTS];
	int code = inspect_drops(inspect, drops);

	for (uint32_t number = 0; code == 0 && number < JVPN_DROP_SLOTS; number++) {
		const char *name = name_drop(number);

		if (drops[number])
			code = append(entries,
				      json_pack("{s:I, s:s, s:o}", "number", (json_int_t)number, "name",
						name ? name : "unknown", "count", ctl_json_u64(drops[number])));
	}
	return code;
}

int maps_entries(const struct inspect *inspect, enum inspect_map map, json_t *entries)
{
	switch (map) {
	case INSPECT_MAP_meta:
		return meta_entries(inspect, entries);
	case INSPECT_MAP_sessions:
		return session_entries(inspect, entries);
	case INSPECT_MAP_keypairs:
		return keypair_entries(inspect, entries);
	case INSPECT_MAP_routes_v4:
		return route_entries(inspect, entries, 4);
	case INSPECT_MAP_routes_v6:
		return route_entries(inspect, entries, 6);
	case INSPECT_MAP_counters:
		return counter_entries(inspect, entries);
	case INSPECT_MAP_admission:
		return admission_entries(inspect, entries);
	case INSPECT_MAP_uplinks:
		return uplink_entries(inspect, entries);
	case INSPECT_MAP_delivery:
		return delivery_entries(inspect, entries);
	case INSPECT_MAP_drops:
		return drop_entries(inspect, entries);
	default: /* events: unread bytes are told, reading them would consume them */
		return 0;
	}
}
