/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The document of status.h.
 */
#include "ctl/status.h"

#include "base/secret.h"
#include "ctl/session_json.h"

static json_t *uplinks_json(const struct status *status)
{
	_cleanup_(cleanup_json) json_t *uplinks = json_array();

	for (size_t i = 0; i < status->uplink_count; i++) {
		const struct jvpn_uplink *uplink = &status->uplinks[i];
		char name[SESSION_DEVICE_BYTES];

		session_device_text(uplink->ifindex, name);
		if (json_array_append_new(uplinks, json_pack("{s:s, s:I, s:s, s:I}", "name", name, "ifindex",
							     (json_int_t)uplink->ifindex, "mode",
							     uplink->native ? "native" : "generic", "mtu",
							     (json_int_t)uplink->mtu)) < 0)
			return NULL;
	}
	return take_ptr(uplinks);
}

static json_t *daemon_json(const struct daemon_view *daemon)
{
	switch (daemon->state) {
	case DAEMON_ANSWERS:
		return json_pack("{s:I, s:s, s:I}", "pid", (json_int_t)daemon->pid, "version", daemon->version,
				 "uptime_ms", (json_int_t)daemon->uptime_ms);
	case DAEMON_SILENT:
		return json_pack("{s:s}", "error", daemon->error);
	default:
		return json_null();
	}
}

static json_t *refused_json(const struct daemon_view *daemon)
{
	return daemon->state == DAEMON_ANSWERS ? ctl_json_u64(daemon->refused) : json_null();
}

json_t *status_json(const struct ctl *ctl, const struct status *status)
{
	const struct jvpn_meta *meta = status->meta;
	_cleanup_(cleanup_json) json_t *document = NULL;
	char key[SECRET_BASE64_CHARS + 1];

	secret_to_base64(meta->public_key, key);
	document = json_pack("{s:s, s:i, s:s, s:o, s:I, s:I, s:o, s:o, s:O?, s:o}", "interface", status->interface,
			     "listen_port", (int)meta->listen_port, "public_key", key, "created_ms",
			     ctl_json_u64(meta->created_ms), "abi_version", (json_int_t)meta->abi_version,
			     "tunnel_ifindex", (json_int_t)meta->tunnel_ifindex, "uplinks", uplinks_json(status),
			     "daemon", daemon_json(&status->daemon), "peers", status->daemon.peers, "sessions",
			     session_json_list(ctl, &status->sessions));
	if (!document || json_object_set_new(document, "rx_bytes", ctl_json_u64(status->sums.rx_bytes)) ||
	    json_object_set_new(document, "tx_bytes", ctl_json_u64(status->sums.tx_bytes)) ||
	    json_object_set_new(document, "rx_packets", ctl_json_u64(status->sums.rx_packets)) ||
	    json_object_set_new(document, "tx_packets", ctl_json_u64(status->sums.tx_packets)) ||
	    json_object_set_new(document, "drops", ctl_json_u64(status->drops)) ||
	    json_object_set_new(document, "refused_handshakes", refused_json(&status->daemon)))
		return NULL;
	return take_ptr(document);
}
