/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram from the world's peer: datagram.h. */
#include "datagram.h"

#include "devices.h"

#include <criterion/criterion.h>

#define INNER_SOURCE_PORT 5001
#define INNER_TARGET_PORT 5002

void datagram_text(const struct datagram *datagram, struct packet *text)
{
	packet_clear(text);
	if (!datagram->inner)
		return;
	struct packet payload = {0};
	packet_append_pattern(&payload, datagram->payload_bytes);
	bool six = datagram->inner == 6;
	struct ip_spec ip = {
		.source = datagram->inner_source ? datagram->inner_source
			  : six			 ? WORLD_PEER_V6
						 : WORLD_PEER_V4,
		.target = six ? WORLD_OUR_V6 : WORLD_OUR_V4,
		.tos = datagram->inner_tos,
	};
	packet_udp(text, &ip, INNER_SOURCE_PORT, INNER_TARGET_PORT, &payload);
}

void datagram_frame_message(const struct datagram *datagram, const struct packet *message, struct packet *frame)
{
	struct packet packet;
	bool six = datagram->outer == 6;
	struct ip_spec ip = {
		.source = datagram->source ? datagram->source
			  : six		   ? WORLD_REMOTE_V6
					   : WORLD_REMOTE_V4,
		.target = datagram->target ? datagram->target
			  : six		   ? WORLD_LOCAL_V6
					   : WORLD_LOCAL_V4,
		.tos = datagram->tos,
		.options_bytes = datagram->options_bytes,
		.fragment = datagram->fragment,
	};
	packet_udp(&packet, &ip, datagram->source_port ? datagram->source_port : WORLD_REMOTE_PORT,
		   datagram->target_port ? datagram->target_port : WORLD_LISTEN_PORT, message);
	packet_ethernet(frame, devices_uplink_mac, devices_far_mac, &packet);
}

void datagram_frame_text(const struct datagram *datagram, const struct packet *text, struct packet *frame)
{
	struct packet message;
	message_data(&message, datagram->key ? datagram->key : world_receive_key,
		     datagram->index ? datagram->index : WORLD_KEY, datagram->counter, text,
		     message_padded(text->bytes) + datagram->padding_bytes);
	datagram_frame_message(datagram, &message, frame);
}

void datagram_frame(const struct datagram *datagram, struct packet *frame)
{
	struct packet text;
	datagram_text(datagram, &text);
	datagram_frame_text(datagram, &text, frame);
}

void datagram_delivered(const struct datagram *datagram, struct packet *frame)
{
	struct packet text;
	datagram_text(datagram, &text);
	packet_ethernet(frame, devices_tunnel_mac, devices_dataplane_mac, &text);
}

void datagram_expect_same(const struct packet *actual, const struct packet *expected, const char *what)
{
	cr_expect_eq(actual->bytes, expected->bytes, "%s: %u bytes, not %u", what, actual->bytes, expected->bytes);
	for (__u32 i = 0; i < actual->bytes && i < expected->bytes; i++) {
		if (actual->data[i] == expected->data[i])
			continue;
		cr_expect_fail("%s: byte %u is %02x, not %02x", what, i, actual->data[i], expected->data[i]);
		return;
	}
}
