/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets written and read by hand: packet.h. */
#include "packet.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#define PROTOCOL_UDP 17

static void store16(__u8 *at, __u32 value)
{
	at[0] = (__u8)(value >> 8);
	at[1] = (__u8)value;
}

static __u32 load16(const __u8 *at)
{
	return (__u32)at[0] << 8 | at[1];
}

/* RFC 1071: the sum of 16-bit words, an odd byte padded with zero behind it. */
static __u32 sum_words(__u32 sum, const __u8 *bytes, __u32 count)
{
	for (__u32 i = 0; i < count; i++)
		sum += i % 2 ? bytes[i] : (__u32)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* RFC 768 and RFC 8200, 8.1: addresses, protocol, length, then the datagram. */
static __u32 sum_udp(const __u8 *ip, const __u8 *udp, __u32 udp_bytes)
{
	bool four = ip[0] >> 4 == 4;
	__u32 sum = sum_words(PROTOCOL_UDP + udp_bytes, four ? ip + 12 : ip + 8, four ? 8 : 32);
	return sum_words(sum, udp, udp_bytes);
}

void packet_clear(struct packet *packet)
{
	packet->bytes = 0;
}

void packet_append(struct packet *packet, const void *bytes, __u32 count)
{
	cr_assert_leq(packet->bytes + count, PACKET_MAX_BYTES, "a test's packet is too long");
	if (count)
		memcpy(packet->data + packet->bytes, bytes, count);
	packet->bytes += count;
}

void packet_append_pattern(struct packet *packet, __u32 count)
{
	for (__u32 i = 0; i < count; i++) {
		__u8 byte = (__u8)(i * 7 + i / 256);
		packet_append(packet, &byte, 1);
	}
}

int packet_address(const char *text, __u8 address[16])
{
	int family = strchr(text, ':') ? 6 : 4;
	cr_assert_eq(inet_pton(family == 6 ? AF_INET6 : AF_INET, text, address), 1, "no address: %s", text);
	return family;
}

void packet_ip_resum(__u8 *ip)
{
	if (ip[0] >> 4 != 4)
		return;
	store16(ip + 10, 0);
	store16(ip + 10, ~sum_words(0, ip, (ip[0] & 0xfu) * 4));
}

static void append_v4(struct packet *packet, const struct ip_spec *ip, __u8 protocol, __u32 payload_bytes)
{
	__u8 header[60];
	__u32 bytes = 20u + ip->options_bytes;
	memset(header, 1, sizeof(header)); /* option 1: no operation */
	memset(header, 0, 20);
	header[0] = (__u8)(0x40 | bytes / 4);
	header[1] = ip->tos;
	store16(header + 2, bytes + payload_bytes);
	store16(header + 4, ip->id);
	memcpy(header + 6, &ip->fragment, 2);
	header[8] = ip->ttl ? ip->ttl : 64;
	header[9] = protocol;
	packet_address(ip->source, header + 12);
	__u8 target[16];
	packet_address(ip->target, target);
	memcpy(header + 16, target, 4);
	packet_ip_resum(header);
	packet_append(packet, header, bytes);
}

static void append_v6(struct packet *packet, const struct ip_spec *ip, __u8 protocol, __u32 payload_bytes)
{
	__u8 header[40] = {(__u8)(0x60 | ip->tos >> 4), (__u8)(ip->tos << 4)};
	store16(header + 4, payload_bytes);
	header[6] = protocol;
	header[7] = ip->ttl ? ip->ttl : 64;
	packet_address(ip->source, header + 8);
	packet_address(ip->target, header + 24);
	packet_append(packet, header, sizeof(header));
}

void packet_ip(struct packet *packet, const struct ip_spec *ip, __u8 protocol, const struct packet *payload)
{
	packet_clear(packet);
	if (strchr(ip->source, ':'))
		append_v6(packet, ip, protocol, payload->bytes);
	else
		append_v4(packet, ip, protocol, payload->bytes);
	packet_append(packet, payload->data, payload->bytes);
}

void packet_udp(struct packet *packet, const struct ip_spec *ip, __u16 source_port, __u16 target_port,
		const struct packet *payload)
{
	struct packet datagram = {.bytes = PACKET_UDP_BYTES};
	store16(datagram.data, source_port);
	store16(datagram.data + 2, target_port);
	store16(datagram.data + 4, PACKET_UDP_BYTES + payload->bytes);
	packet_append(&datagram, payload->data, payload->bytes);
	packet_ip(packet, ip, PROTOCOL_UDP, &datagram);

	__u8 *udp = packet->data + packet_ip_header_bytes(packet);
	__u32 sum = 0xffff & ~sum_udp(packet->data, udp, datagram.bytes);
	store16(udp + 6, sum ? sum : 0xffff);
}

void packet_ethernet(struct packet *frame, const __u8 target[6], const __u8 source[6], const struct packet *ip)
{
	__u8 type[2];
	store16(type, ip->data[0] >> 4 == 6 ? 0x86dd : 0x0800);
	packet_clear(frame);
	packet_append(frame, target, 6);
	packet_append(frame, source, 6);
	packet_append(frame, type, 2);
	packet_append(frame, ip->data, ip->bytes);
}

__u32 packet_ip_header_bytes(const struct packet *ip)
{
	return ip->data[0] >> 4 == 6 ? 40 : (ip->data[0] & 0xfu) * 4;
}

static const char *wrong_ip(const struct packet *ip)
{
	const __u8 *header = ip->data;
	if (header[0] >> 4 == 6)
		return load16(header + 4) + 40 != ip->bytes ? "IPv6 payload length" : NULL;
	if (load16(header + 2) != ip->bytes)
		return "IPv4 total length";
	return sum_words(0, header, packet_ip_header_bytes(ip)) != 0xffff ? "IPv4 header sum" : NULL;
}

static const char *wrong_udp(const struct packet *ip)
{
	__u32 header_bytes = packet_ip_header_bytes(ip);
	const __u8 *udp = ip->data + header_bytes;
	__u32 udp_bytes = ip->bytes - header_bytes;
	if (load16(udp + 4) != udp_bytes)
		return "UDP length";
	if (!load16(udp + 6))
		return "UDP sum absent";
	return sum_udp(ip->data, udp, udp_bytes) != 0xffff ? "UDP sum" : NULL;
}

bool packet_udp_is_right(const struct packet *ip, const char **ret_why)
{
	const char *why = wrong_ip(ip);
	if (!why)
		why = wrong_udp(ip);
	*ret_why = why ? why : "";
	return !why;
}
