/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets written and read by hand, independent of what bpf/ thinks of them: IP, UDP and
 * Ethernet from the RFCs, sums by the plain 16-bit loop of RFC 1071. Nothing here includes a
 * header of bpf/; a byte that is expected is a byte this file (or the test) put there.
 */
#ifndef JVPN_TESTS_PACKET_H
#define JVPN_TESTS_PACKET_H

#include <linux/types.h>
#include <stdbool.h>

#define PACKET_MAX_BYTES 9800
#define PACKET_ETHERNET_BYTES 14
#define PACKET_UDP_BYTES 8

struct packet {
	__u32 bytes;
	__u8 data[PACKET_MAX_BYTES];
};

/* Addresses as text: a colon makes it IPv6. Whatever is 0 is what a plain packet has. */
struct ip_spec {
	const char *source;
	const char *target;
	__u8 tos;
	__u8 ttl;	    /* 0: 64 */
	__u8 options_bytes; /* IPv4: a multiple of 4 to 40, filled with NOPs */
	__be16 fragment;    /* IPv4: flags and offset as they stand in the header */
	__u16 id;	    /* IPv4 */
};

void packet_clear(struct packet *packet);
void packet_append(struct packet *packet, const void *bytes, __u32 count);

/* 0, 7, 14, ...: no two neighbours alike, no 16 bytes repeated nearby. */
void packet_append_pattern(struct packet *packet, __u32 count);

/* packet := IP header with right length and sum, then the payload. */
void packet_ip(struct packet *packet, const struct ip_spec *ip, __u8 protocol, const struct packet *payload);

/* The same with a UDP header with right length and sum in between. */
void packet_udp(struct packet *packet, const struct ip_spec *ip, __u16 source_port, __u16 target_port,
		const struct packet *payload);

/* frame := Ethernet header, its type by the packet's version, then the packet. */
void packet_ethernet(struct packet *frame, const __u8 target[6], const __u8 source[6], const struct packet *ip);

__u32 packet_ip_header_bytes(const struct packet *ip);

/* Puts a right sum into the IPv4 header, after a test has changed a byte of it; nothing for IPv6. */
void packet_ip_resum(__u8 *ip);

/* Length fields, IPv4 header sum and UDP sum of an IP packet holding a UDP datagram; on false *ret_why tells. */
bool packet_udp_is_right(const struct packet *ip, const char **ret_why);

/* Text to address: 4 or 16 bytes. Returns the family, 4 or 6. */
int packet_address(const char *text, __u8 address[16]);

#endif
