/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "session/peer.h"

static json_t *answer_ping(const struct gateway *gateway)
{
	return json_pack("{s:i, s:s, s:I, s:s}", "pid", (int)getpid(), "version", JVPN_VERSION, "uptime_ms",
			 (json_int_t)((clock_mono_ns() - gateway->started_ns) / CLOCK_NS_PER_MS), "interface",
			 gateway->interface);
}

static json_t *peer_endpoint(const struct peer *peer)
{
	char text[ENDPOINT_TEXT_BYTES];
	if (!endpoint_is_set(&peer->endpoint))
		return json_null();
	endpoint_format(&peer->endpoint, text);
	return json_string(text);
}

static json_t *peer_allowed_ips(const struct peer *peer)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < peer->allowed_ip_count; i++) {
		char text[PREFIX_TEXT_BYTES];
		prefix_format(&peer->allowed_ips[i], text);
		(void)json_array_append_new(list, json_string(text));
	}
	return list;
}

static json_t *peer_session_id(const struct peer *peer)
{
	char text[17];
	if (!peer->session)
		return json_null();
	(void)snprintf(text, sizeof(text), "%016llx", (unsigned long long)peer->session);
	return json_string(text);
}

static json_t *answer_peer(const struct peer *peer)
{
	char key[SECRET_BASE64_CHARS + 1];
	secret_to_base64(exchange_peer_public_key(peer->exchange), key);
	return json_pack("{s:s, s:o, s:o, s:o, s:b, s:o, s:i, s:b}", "public_key", key, "endpoint", peer_endpoint(peer),
			 "allowed_ips", peer_allowed_ips(peer), "session_id", peer_session_id(peer), "in_flight",
			 exchange_peer_in_flight(peer->exchange), "latest_handshake_ms",
			 peer->handshake_wall_ms ? json_integer((json_int_t)peer->handshake_wall_ms) : json_null(),
			 "keepalive_s", (int)peer->keepalive_s, "has_psk", peer->has_psk);
}

static json_t *answer_peers(const struct gateway *gateway)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < gateway->peer_capacity; i++)
		if (gateway->peers[i])
			(void)json_array_append_new(list, answer_peer(gateway->peers[i]));
	return json_pack("{s:o}", "peers", list);
}

static json_t *answer_refusals(const struct gateway *gateway)
{
	json_t *counts = json_object();
	for (int i = 1; counts && i < HANDSHAKE_REFUSAL_COUNT; i++) {
		enum handshake_refusal refusal = (enum handshake_refusal)i;
		(void)json_object_set_new(counts, handshake_refusal_name(refusal),
					  json_pack("{s:I, s:s}", "count", (json_int_t)gateway->refusals[i], "sentence",
						    handshake_refusal_text(refusal)));
	}
	return json_pack("{s:o}", "refusals", counts);
}

int answer_command(const char *command, json_t *arguments, json_t **ret_document, void *userdata)
{
	static const struct {
		const char *name;
		json_t *(*answer)(const struct gateway *gateway);
	} commands[] = {
		{"ping", answer_ping},
		{"peers", answer_peers},
		{"refusals", answer_refusals},
	};
	(void)arguments;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(command, commands[i].name))
			continue;
		json_t *document = commands[i].answer(userdata);
		if (!document)
			return -ENOMEM;
		*ret_document = document;
		return 0;
	}
	return -ENOSYS;
}
