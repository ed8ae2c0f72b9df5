/* SPDX-License-Identifier: BSD-2-Clause */
#include "rule.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "dataplane/frames.h"
#include "session/retired.h"
#include "session/session.h"
#include "uplinks.h"

#define DATAGRAM_BYTES 2048 /* more than any handshake message: a longer one is none */

static void fill_entropy(struct exchange_entropy *entropy)
{
	randombytes_buf(entropy, sizeof(*entropy));
}

static uint32_t jitter_ms(void)
{
	return randombytes_uniform(JVPN_REKEY_TIMEOUT_JITTER_MS + 1);
}

/* The source the peer knows is tried first; when it is no longer ours, the route chooses. */
static int send_to_peer(struct peer *peer, const void *message, size_t bytes)
{
	struct udp *udp = peer->gateway->udp;
	int error = udp_send(udp, &peer->endpoint, &peer->local, 0, message, bytes);
	if (error == -EINVAL || error == -EADDRNOTAVAIL)
		error = udp_send(udp, &peer->endpoint, NULL, 0, message, bytes);
	return error;
}

static void initiate(struct peer *peer, uint64_t now)
{
	struct gateway *gateway = peer->gateway;
	struct exchange_entropy entropy;
	struct jvpn_message_initiation message;
	char text[ENDPOINT_TEXT_BYTES];
	fill_entropy(&entropy);
	clock_tai64n(clock_wall_ns(), gateway->stamp, gateway->stamp);
	int error = exchange_initiate(gateway->exchange, peer->exchange, now, gateway->stamp, &entropy, &message);
	if (!error)
		error = send_to_peer(peer, &message, sizeof(message));
	endpoint_format(&peer->endpoint, text);
	if (error)
		log_line_errno(LOG_LEVEL_DEBUG, error, "peer %s: initiation to %s not sent", peer_name(peer), text);
	else
		log_debug("peer %s: initiation sent to %s", peer_name(peer), text);
}

static void keepalive(struct peer *peer)
{
	if (peer->session)
		(void)frames_send_keepalive(peer->gateway->frames, peer->gateway->tunnel.mac, peer->session);
}

static void wipe_keys(struct peer *peer)
{
	struct keyslots_retired retired = {0};
	exchange_forget_keys(peer->gateway->exchange, peer->exchange, &retired);
	retired_add(peer->gateway, &retired);
	log_info("peer %s: no handshake for %u s, keys wiped", peer_name(peer), JVPN_WIPE_AFTER_TIME_S);
}

static void look(const struct peer *peer, struct timers_seen *ret_seen)
{
	memset(ret_seen, 0, sizeof(*ret_seen));
	ret_seen->endpoint_known = endpoint_is_set(&peer->endpoint);
	if (!peer->session)
		return;
	const struct jvpn_counters *counters = &plane_counters(peer->gateway->plane)[peer->slot];
	ret_seen->last_tx_data_ns = counters->last_tx_data_ns;
	ret_seen->last_tx_ns = counters->last_tx_ns;
	ret_seen->last_rx_data_ns = counters->last_rx_data_ns;
	ret_seen->last_rx_ns = counters->last_rx_ns;
	ret_seen->send_counter = counters->send_counter;
}

void rule_decide(struct peer *peer, uint64_t now)
{
	struct timers_seen seen;
	look(peer, &seen);
	unsigned int actions = exchange_decide(peer->exchange, &seen, now, jitter_ms());
	if (actions & TIMERS_DOUBT_PATH)
		memset(&peer->local, 0, sizeof(peer->local));
	if (actions & TIMERS_GIVE_UP) {
		log_info("peer %s: no answer to handshakes, given up for now", peer_name(peer));
		staged_clear(&peer->staged, &peer->gateway->staged_packets);
	}
	if (actions & TIMERS_SEND_INITIATION)
		initiate(peer, now);
	if (actions & TIMERS_SEND_KEEPALIVE)
		keepalive(peer);
	if (actions & TIMERS_WIPE_KEYS)
		wipe_keys(peer);
	peer->seen_tx_ns = seen.last_tx_ns;
	peer->seen_rx_ns = seen.last_rx_ns;
	peer->deadline_ns = exchange_deadline(peer->exchange, &seen);
}

/* Packets that waited for the key; without any, WireGuard's keepalive tells the peer that we have it. */
static void speak_first(struct peer *peer)
{
	struct gateway *gateway = peer->gateway;
	if (!peer->staged.count) {
		keepalive(peer);
		return;
	}
	while (peer->staged.count) {
		_cleanup_free_ struct staged_packet *packet = staged_take(&peer->staged, &gateway->staged_packets);
		(void)frames_send_packet(gateway->frames, gateway->tunnel.mac, packet->data, packet->bytes);
	}
}

static void note_handshake(struct peer *peer, const struct udp_datagram *datagram)
{
	char text[ENDPOINT_TEXT_BYTES];
	endpoint_format(&datagram->remote, text);
	peer->handshake_wall_ms = clock_wall_ms();
	log_info("peer %s: handshake complete with %s", peer_name(peer), text);
	uplinks_seen(peer->gateway, datagram->ifindex);
}

/* A proven handshake: its keys first, then what they replace, then the peer may know. */
static void install(struct gateway *gateway, struct exchange_result *result, const struct udp_datagram *datagram,
		    uint64_t now)
{
	struct peer *peer = exchange_peer_owner(result->peer);
	struct session_source source = {.remote = datagram->remote, .local = datagram->local};
	bool answered = result->verdict == EXCHANGE_ESTABLISHED;
	int error =
		session_install(peer, &result->new_keys, answered ? SESSION_KEY_SENDS : SESSION_KEY_AWAITS, &source);
	retired_add(gateway, &result->retired);
	if (error) {
		log_line_errno(LOG_LEVEL_WARNING, error, "peer %s: keys not installed", peer_name(peer));
		return;
	}
	if (answered) {
		note_handshake(peer, datagram);
		speak_first(peer);
	} else {
		session_keep_stamp(peer);
		(void)udp_send(gateway->udp, &datagram->remote, &datagram->local, 0, result->reply, result->reply_len);
		note_handshake(peer, datagram);
	}
	rule_decide(peer, now);
}

static void refuse(struct gateway *gateway, enum handshake_refusal refusal, const struct udp_datagram *datagram)
{
	char text[ENDPOINT_TEXT_BYTES];
	gateway->refusals[refusal]++;
	if (log_get_level() < LOG_LEVEL_DEBUG)
		return;
	endpoint_format(&datagram->remote, text);
	log_debug("handshake message from %s refused: %s", text, handshake_refusal_text(refusal));
}

static void receive(struct gateway *gateway, const uint8_t *message, const struct udp_datagram *datagram)
{
	struct exchange_entropy entropy;
	struct exchange_result result;
	struct source source = {.ip = datagram->remote.ip, .port = htons(datagram->remote.port)};
	uint64_t now = clock_mono_ns();
	fill_entropy(&entropy);
	exchange_receive(gateway->exchange, message, datagram->bytes, &source, now, &entropy, &result);
	switch (result.verdict) {
	case EXCHANGE_REFUSED:
		refuse(gateway, result.refusal, datagram);
		break;
	case EXCHANGE_COOKIE_ASKED:
		(void)udp_send(gateway->udp, &datagram->remote, &datagram->local, 0, result.reply, result.reply_len);
		break;
	case EXCHANGE_COOKIE_STORED:
		break;
	case EXCHANGE_RESPONDED:
	case EXCHANGE_ESTABLISHED:
		install(gateway, &result, datagram, now);
		break;
	}
	exchange_result_wipe(&result);
}

static void rule_udp(struct gateway *gateway, uint8_t family, unsigned int budget)
{
	uint8_t message[DATAGRAM_BYTES];
	struct udp_datagram datagram;
	/* A confirmation that waits is older than the datagram: the key slots must know it first. */
	events_drain(gateway->events, LOOP_BUDGET);
	while (budget-- && !udp_receive(gateway->udp, family, message, sizeof(message), &datagram)) {
		if (datagram.truncated)
			refuse(gateway, HANDSHAKE_REFUSAL_message_length, &datagram);
		else
			receive(gateway, message, &datagram);
	}
}

void rule_udp_v4(uint32_t ready, unsigned int budget, void *userdata)
{
	(void)ready;
	rule_udp(userdata, 4, budget);
}

void rule_udp_v6(uint32_t ready, unsigned int budget, void *userdata)
{
	(void)ready;
	rule_udp(userdata, 6, budget);
}

static void confirm(struct peer *peer, uint32_t index, uint64_t now)
{
	struct keyslots_retired retired = {0};
	if (exchange_confirmed(peer->gateway->exchange, peer->exchange, index, now, &retired))
		return; /* old news */
	retired_add(peer->gateway, &retired);
	if (peer->staged.count)
		speak_first(peer);
	rule_decide(peer, now);
}

static void need_key(struct peer *peer, const struct jvpn_event *event, const uint8_t *text, uint64_t now)
{
	if (event->text_bytes)
		staged_put(&peer->staged, &peer->gateway->staged_packets, text, event->text_bytes);
	exchange_need_key(peer->exchange, now);
	rule_decide(peer, now);
}

void rule_event(const struct jvpn_event *event, const uint8_t *text, void *userdata)
{
	struct gateway *gateway = userdata;
	struct peer *peer = peer_at(gateway, event->peer);
	uint64_t now = clock_mono_ns();
	if (!peer || event->session != peer->session)
		return; /* of a session that ended meanwhile */
	switch (event->kind) {
	case JVPN_EVENT_NEED_KEY:
		need_key(peer, event, text, now);
		break;
	case JVPN_EVENT_KEY_CONFIRMED:
		confirm(peer, event->index, now);
		break;
	case JVPN_EVENT_PATH_SEEN: {
		struct session_source source = {.remote = {.ip = event->remote, .port = ntohs(event->remote_port)},
						.local = event->local};
		if (event->remote.bytes[0] == 0xfe && (event->remote.bytes[1] & 0xc0) == 0x80)
			source.remote.scope = event->ifindex;
		(void)session_follow(peer, &source);
		break;
	}
	default:
		break;
	}
}

void rule_events(uint32_t ready, unsigned int budget, void *userdata)
{
	struct gateway *gateway = userdata;
	(void)ready;
	events_drain(gateway->events, budget);
}

/* The event may have been lost in a full ring; the key word tells the same. */
static void confirm_lost(struct peer *peer, uint64_t now)
{
	uint32_t next = exchange_peer_keyslots(peer->exchange)->next.local_index;
	if (next && session_key_sends(peer, next))
		confirm(peer, next, now);
}

static void rule_sweep_peer(struct peer *peer, uint64_t now)
{
	session_retire_path(peer, now);
	if (peer->session) {
		const struct jvpn_counters *counters = &plane_counters(peer->gateway->plane)[peer->slot];
		if (counters->last_rx_ns != peer->seen_rx_ns)
			confirm_lost(peer, now);
		if (counters->last_rx_ns != peer->seen_rx_ns || counters->last_tx_ns != peer->seen_tx_ns)
			peer->deadline_ns = 0;
	}
	if (now >= peer->deadline_ns)
		rule_decide(peer, now);
}

static void rule_sweep(uint64_t now, void *userdata)
{
	struct gateway *gateway = userdata;
	for (size_t i = 0; i < gateway->peer_capacity; i++)
		if (gateway->peers[i])
			rule_sweep_peer(gateway->peers[i], now);
}

int rule_open(struct gateway *gateway)
{
	int error = loop_add_timer(gateway->loop, &gateway->sweep, rule_sweep, gateway);
	if (!error)
		loop_arm_periodic(&gateway->sweep, clock_mono_ns(), RULE_SWEEP_MS * CLOCK_NS_PER_MS);
	return error;
}

void rule_close(struct gateway *gateway)
{
	loop_remove_timer(&gateway->sweep);
}
