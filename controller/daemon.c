/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon.h"

#include <cap-ng.h>
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "control/answer.h"
#include "dataplane/attachment.h"
#include "dataplane/frames.h"
#include "handshake/hash.h"
#include "reload.h"
#include "rule.h"
#include "session/adoption.h"
#include "session/retired.h"
#include "session/session.h"
#include "tunnel.h"
#include "uplinks.h"

#define RESOLVE_QUIET_MS 50 /* routes change in bursts: one look after the burst */

static int check_privileges(struct plane_error *ret_error)
{
	static const struct {
		unsigned int capability;
		const char *name;
	} needed[] = {
		{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
		{CAP_NET_RAW, "CAP_NET_RAW"},
		{CAP_BPF, "CAP_BPF"},
		{CAP_PERFMON, "CAP_PERFMON"},
	};
	if (capng_get_caps_process())
		return plane_say(ret_error, -EPERM, "the capabilities of this process cannot be read");
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!capng_have_capability(CAPNG_EFFECTIVE, needed[i].capability))
			return plane_say(
				ret_error, -EPERM,
				"not root: jvpnd needs CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF and CAP_PERFMON, and "
				"lacks %s",
				needed[i].name);
	return 0;
}

static int load_config(struct gateway *gateway, struct plane_error *ret_error)
{
	struct config_error error;
	char text[CONFIG_MESSAGE_BYTES];
	int result = config_load(gateway->config_path, &gateway->config, &error);
	if (result)
		return plane_say(ret_error, result, "%.500s",
				 config_error_format(&error, gateway->config_path, text, sizeof(text)));
	return 0;
}

static int open_control(struct gateway *gateway, struct plane_error *ret_error)
{
	char path[CONTROL_PATH_BYTES];
	struct control_setup setup = {.path = path, .answer = answer_command, .userdata = gateway};
	int error = control_path(CONTROL_ROOT, gateway->interface, path);
	if (!error)
		error = control_server_new(gateway->loop, &setup, &gateway->control);
	if (error == -EADDRINUSE)
		return plane_say(ret_error, error, "a jvpnd for %s runs already (it answers at %s)", gateway->interface,
				 path);
	if (error)
		return plane_say(ret_error, error, "control socket %s: %s", path, strerror(-error));
	return 0;
}

static int open_exchange(struct gateway *gateway, struct plane_error *ret_error)
{
	uint8_t seed[EXCHANGE_SEED_BYTES];
	randombytes_buf(seed, sizeof(seed));
	int error = hash_init();
	if (!error)
		error = exchange_new(&gateway->exchange, seed);
	if (!error)
		error = exchange_set_identity(gateway->exchange, gateway->config->private_key);
	return error ? plane_say(ret_error, error, "handshakes cannot be prepared: %s", strerror(-error)) : 0;
}

/* Without ListenPort the pinned port is kept: peers know it. */
static int open_udp(struct gateway *gateway, const struct jvpn_meta *meta, struct plane_error *ret_error)
{
	uint16_t port = gateway->config->listen_port;
	if (!port && meta)
		port = meta->listen_port;
	int error = udp_open(port, gateway->config->fwmark, &gateway->udp);
	if (error == -EADDRINUSE)
		return plane_say(ret_error, error, "UDP port %u is in use by another program", port);
	return error ? plane_say(ret_error, error, "UDP port %u: %s", port, strerror(-error)) : 0;
}

static int open_plane(struct gateway *gateway, struct plane_error *ret_error)
{
	struct plane_setup setup = {
		.listen_port = udp_port(gateway->udp),
		.fwmark = gateway->config->fwmark,
		.tunnel_ifindex = gateway->tunnel.ifindex,
		.delivery_ifindex = gateway->delivery.ifindex,
	};
	memcpy(setup.interface, gateway->interface, sizeof(setup.interface));
	memcpy(setup.tunnel_mac, gateway->tunnel.mac, sizeof(setup.tunnel_mac));
	memcpy(setup.delivery_mac, gateway->delivery.mac, sizeof(setup.delivery_mac));
	memcpy(setup.public_key, exchange_public_key(gateway->exchange), sizeof(setup.public_key));
	int error = plane_open(&setup, &gateway->plane, ret_error);
	if (error)
		return error;
	error = events_open(gateway->plane, rule_event, gateway, &gateway->events);
	if (error)
		return plane_say(ret_error, error, "ring buffer: %s", strerror(-error));
	gateway->frames = frames_open(gateway->tunnel.ifindex);
	if (gateway->frames < 0)
		return plane_say(ret_error, gateway->frames, "raw socket on %s: %s", gateway->interface,
				 strerror(-gateway->frames));
	return 0;
}

static int add_peers(struct gateway *gateway, struct plane_error *ret_error)
{
	for (size_t i = 0; i < gateway->config->peer_count; i++) {
		struct peer *peer;
		const struct config_peer *config = &gateway->config->peers[i];
		int error = peer_add(gateway, config, &peer);
		if (error == -ELOOP)
			log_warning("%s:%u: the peer has our own public key: ignored", gateway->config_path,
				    config->line);
		else if (error)
			return plane_say(ret_error, error, "%s:%u: the peer cannot be added: %s", gateway->config_path,
					 config->line, strerror(-error));
	}
	return 0;
}

static int add_or_adopt_peers(struct gateway *gateway, struct plane_error *ret_error)
{
	size_t sessions, keys;
	if (!plane_is_adopted(gateway->plane))
		return add_peers(gateway, ret_error);
	int error = adoption_open(gateway, &gateway->adoption);
	if (error)
		return plane_say(ret_error, error, "the pinned sessions cannot be read: %s", strerror(-error));
	error = add_peers(gateway, ret_error);
	if (!error) {
		adoption_finish(gateway->adoption, &sessions, &keys);
		log_info("adopted %zu sessions with %zu key pairs", sessions, keys);
	}
	adoption_close(gateway->adoption);
	gateway->adoption = NULL;
	return error;
}

static void on_resolve(uint64_t now, void *userdata)
{
	struct gateway *gateway = userdata;
	(void)now;
	uplinks_refresh(gateway);
	for (size_t i = 0; i < gateway->peer_capacity; i++)
		if (gateway->peers[i])
			session_resolve(gateway->peers[i]);
}

static void on_monitor(uint32_t ready, unsigned int budget, void *userdata)
{
	struct gateway *gateway = userdata;
	uint32_t changes;
	(void)ready;
	if (!monitor_drain(gateway->monitor, budget, &changes) && changes && !loop_is_armed(&gateway->resolve))
		loop_arm(&gateway->resolve, clock_mono_ns() + RESOLVE_QUIET_MS * CLOCK_NS_PER_MS);
}

static void on_end(int signal, void *userdata)
{
	struct gateway *gateway = userdata;
	log_info("%s: ending the sessions", strsignal(signal));
	loop_stop(gateway->loop, 0);
}

static void on_hangup(int signal, void *userdata)
{
	(void)signal;
	reload_config(userdata);
}

static int add_source(struct gateway *gateway, int fd, loop_fd_fn function)
{
	return fd < 0 ? 0 : loop_add_fd(gateway->loop, fd, EPOLLIN, function, gateway, NULL);
}

static int add_sources(struct gateway *gateway)
{
	int error = add_source(gateway, udp_fd(gateway->udp, 4), rule_udp_v4);
	if (!error)
		error = add_source(gateway, udp_fd(gateway->udp, 6), rule_udp_v6);
	if (!error)
		error = add_source(gateway, events_fd(gateway->events), rule_events);
	if (!error)
		error = add_source(gateway, monitor_fd(gateway->monitor), on_monitor);
	if (!error)
		error = loop_add_timer(gateway->loop, &gateway->resolve, on_resolve, gateway);
	if (!error)
		error = loop_add_signal(gateway->loop, SIGTERM, on_end, gateway);
	if (!error)
		error = loop_add_signal(gateway->loop, SIGINT, on_end, gateway);
	if (!error)
		error = loop_add_signal(gateway->loop, SIGHUP, on_hangup, gateway);
	return error;
}

static int open_parts(struct gateway *gateway, struct plane_error *ret_error)
{
	struct jvpn_meta meta;
	int found = plane_find(gateway->interface, &meta, ret_error);
	if (found < 0)
		return found;
	int error = open_exchange(gateway, ret_error);
	if (!error && found)
		gateway->identity_is_new = !secret_equal(meta.public_key, exchange_public_key(gateway->exchange));
	if (!error)
		error = open_udp(gateway, found ? &meta : NULL, ret_error);
	if (!error)
		error = tunnel_open(gateway, found ? &meta : NULL, ret_error);
	if (!error)
		error = open_plane(gateway, ret_error);
	if (!error && retired_open(gateway))
		error = plane_say(ret_error, -ENOMEM, "out of memory");
	if (!error)
		error = add_or_adopt_peers(gateway, ret_error);
	if (!error)
		error = uplinks_open(gateway, ret_error);
	if (!error)
		error = tunnel_configure(gateway, NULL, ret_error);
	return error;
}

static int open_base(struct gateway *gateway, struct plane_error *ret_error)
{
	int error = loop_new(&gateway->loop);
	if (!error)
		error = netlink_open(&gateway->netlink);
	if (!error)
		error = monitor_open(&gateway->monitor);
	if (error)
		return plane_say(ret_error, error, "the event loop cannot be made: %s", strerror(-error));
	return 0;
}

/* The mirror of starting. `keep`: let the data plane run on (a start that adopted it failed). */
static void gateway_free(struct gateway *gateway, bool keep)
{
	rule_close(gateway);
	loop_remove_timer(&gateway->resolve);
	for (size_t i = 0; !keep && i < gateway->peer_capacity; i++)
		if (gateway->peers[i])
			peer_remove(gateway->peers[i]);
	retired_close(gateway);
	if (gateway->frames >= 0)
		(void)close(gateway->frames);
	events_close(gateway->events);
	if (keep)
		plane_close(gateway->plane);
	else
		plane_remove(gateway->plane);
	if (!keep)
		tunnel_remove(gateway);
	udp_close(gateway->udp);
	exchange_free(gateway->exchange);
	control_server_free(gateway->control);
	monitor_close(gateway->monitor);
	netlink_close(gateway->netlink);
	loop_free(gateway->loop);
	config_free(gateway->config);
	free(gateway->peers);
	free(gateway->slot_used);
	free(gateway->config_path);
	free(gateway);
}

static int start(struct gateway *gateway, struct plane_error *ret_error)
{
	int error = check_privileges(ret_error);
	if (!error)
		error = load_config(gateway, ret_error);
	if (!error)
		error = open_base(gateway, ret_error);
	if (!error)
		error = open_control(gateway, ret_error);
	if (!error)
		error = open_parts(gateway, ret_error);
	if (!error && (add_sources(gateway) || rule_open(gateway)))
		error = plane_say(ret_error, -ENOMEM, "the event loop has no room");
	return error;
}

/* Keys shall not be swapped out: 16384 peers lock more than the usual limit. Best effort. */
static void allow_locked_memory(void)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	(void)setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

int daemon_start(const struct daemon_setup *setup, struct gateway **ret_gateway, struct plane_error *ret_error)
{
	allow_locked_memory();
	if (sodium_init() < 0)
		return plane_say(ret_error, -EIO, "libsodium cannot be initialised");
	struct gateway *gateway = calloc(1, sizeof(*gateway));
	if (!gateway)
		return plane_say(ret_error, -ENOMEM, "out of memory");
	gateway->frames = -1;
	gateway->started_ns = clock_mono_ns();
	(void)snprintf(gateway->interface, sizeof(gateway->interface), "%s", setup->interface);
	gateway->config_path = strdup(setup->config_path);
	gateway->slot_used = calloc(JVPN_SESSIONS_MAX, 1);
	int error = gateway->config_path && gateway->slot_used ? start(gateway, ret_error)
							       : plane_say(ret_error, -ENOMEM, "out of memory");
	if (error) {
		gateway_free(gateway, !gateway->tunnel_is_new);
		return error;
	}
	*ret_gateway = gateway;
	return 0;
}

int daemon_run(struct gateway *gateway)
{
	int status = loop_run(gateway->loop);
	if (status < 0)
		log_line_errno(LOG_LEVEL_ERROR, status, "the event loop failed");
	gateway_free(gateway, status < 0);
	return status ? 1 : 0;
}
