/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet that leaves through the tunnel: departure.h. */
#include "departure.h"

#include "datagram.h"
#include "devices.h"

#include <criterion/criterion.h>
#include <string.h>

void departure_packet(const struct departure *departure, struct packet *packet)
{
	struct packet payload = {0};
	bool six = departure->inner == 6;
	struct ip_spec ip = {
		.source = six ? WORLD_OUR_V6 : WORLD_OUR_V4,
		.target = departure->target ? departure->target
			  : six		    ? WORLD_PEER_V6
					    : WORLD_PEER_V4,
		.tos = departure->tos,
	};
	packet_append_pattern(&payload, departure->payload_bytes);
	packet_udp(packet, &ip, 5002, 5001, &payload);
}

void departure_frame(const struct departure *departure, struct packet *frame)
{
	struct packet packet;
	departure_packet(departure, &packet);
	packet_ethernet(frame, devices_dataplane_mac, devices_tunnel_mac, &packet);
	packet_append_pattern(frame, departure->trailer_bytes);
}

void departure_control_frame(const struct jvpn_frame *header, const struct packet *text, struct packet *frame)
{
	static const __u8 type[2] = {0x08, 0x00};
	packet_clear(frame);
	packet_append(frame, devices_dataplane_mac, 6);
	packet_append(frame, devices_tunnel_mac, 6);
	packet_append(frame, type, 2);
	packet_append(frame, header, sizeof(*header));
	packet_append(frame, text->data, text->bytes);
}

void departure_wire(const struct packet *text, const struct wire *wire, struct packet *packet)
{
	struct packet message;
	bool six = wire->outer == 6;
	struct ip_spec ip = {
		.source = six ? WORLD_LOCAL_V6 : WORLD_LOCAL_V4,
		.target = six ? WORLD_REMOTE_V6 : WORLD_REMOTE_V4,
		.tos = wire->tos,
		.id = (__u16)wire->counter,
	};
	__u32 padded = message_padded(text->bytes);
	if (wire->room && padded > wire->room)
		padded = wire->room;
	message_data(&message, wire->key ? wire->key : world_send_key,
		     wire->peer_index ? wire->peer_index : WORLD_KEY_PEER_INDEX, wire->counter, text, padded);
	packet_udp(packet, &ip, WORLD_LISTEN_PORT, WORLD_REMOTE_PORT, &message);
}

void departure_strip(const struct packet *frame, struct packet *packet)
{
	cr_assert_geq(frame->bytes, PACKET_ETHERNET_BYTES);
	packet_clear(packet);
	packet_append(packet, frame->data + PACKET_ETHERNET_BYTES, frame->bytes - PACKET_ETHERNET_BYTES);
}

/* Independent of departure_wire: sums by RFC 1071, text by libsodium's opening. */
static void expect_opens(const struct packet *packet, const struct packet *text, const struct wire *wire,
			 const char *what)
{
	const char *why;
	__u32 index;
	__u64 counter;
	struct packet opened;
	cr_expect(packet_udp_is_right(packet, &why), "%s: %s", what, why);
	__u32 at = packet_ip_header_bytes(packet) + PACKET_UDP_BYTES;
	if (!message_open(packet->data + at, packet->bytes - at, wire->key ? wire->key : world_send_key, &index,
			  &counter, &opened)) {
		cr_expect_fail("%s: libsodium does not open it", what);
		return;
	}
	cr_expect_eq(counter, wire->counter, "%s", what);
	cr_expect(opened.bytes >= text->bytes && !memcmp(opened.data, text->data, text->bytes), "%s: text", what);
	for (__u32 i = text->bytes; i < opened.bytes; i++)
		cr_expect_eq(opened.data[i], 0, "%s: padding is not zero", what);
}

void departure_expect_sent(struct world *world, const struct packet *frame, const struct packet *text,
			   const struct wire *wire, const char *what)
{
	struct packet out, packet, expected;
	__u32 verdict = world_egress(world, frame, &out);
	cr_expect_eq(verdict, TC_ACT_REDIRECT, "%s: verdict %u", what, verdict);
	if (verdict != TC_ACT_REDIRECT)
		return;
	departure_strip(&out, &packet);
	departure_wire(text, wire, &expected);
	datagram_expect_same(&packet, &expected, what);
	expect_opens(&packet, text, wire, what);
}
