/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IP packets whose headers lie about their length, written below the network
 * stack that would never send them. What they carry begins like a data message.
 *
 *   malformed DEVICE TO-MAC FROM-ADDRESS TO-ADDRESS PORT
 *
 * Prints a line for each packet: its name, and "counted" if UDP contradicts IP (the
 * data plane drops it there) or "passed" if IP contradicts the frame, or it is a
 * fragment, or UDP is not what follows: the stack may have it, and drops it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define UDP_HEADER 8
#define TEXT 64 /* bytes of a plausible data message */
#define FRAME_MAX 512

struct target {
	int fd;
	struct sockaddr_ll link;
	uint8_t from_mac[ETH_ALEN];
	int family;
	uint8_t from[16], to[16];
	uint16_t port;
};

/* What one packet says of itself; negative: the truth. */
struct lie {
	const char *name;
	bool counted;
	int udp_length;
	int ip_length;	  /* total length (v4) or payload length (v6) */
	int header_words; /* v4: IHL */
	int fragment;	  /* v4: the flags and offset field */
	int next_header;  /* v6 */
	int cut;	  /* bytes taken off the end of the frame */
};

#define TRUE (-1)

static const struct lie lies4[] = {
	{"udp length beyond the packet", true, UDP_HEADER + TEXT + 1, TRUE, TRUE, TRUE, TRUE, 0},
	{"udp length 65535", true, 65535, TRUE, TRUE, TRUE, TRUE, 0},
	{"udp length 0", true, 0, TRUE, TRUE, TRUE, TRUE, 0},
	{"udp length 7", true, 7, TRUE, TRUE, TRUE, TRUE, 0},
	{"total length beyond the frame", false, TRUE, 20 + UDP_HEADER + TEXT + 1, TRUE, TRUE, TRUE, 0},
	{"frame cut short", false, TRUE, TRUE, TRUE, TRUE, TRUE, 40},
	{"header of 16 bytes", false, TRUE, TRUE, 4, TRUE, TRUE, 0},
	{"header of 60 bytes that are not there", false, TRUE, TRUE, 15, TRUE, TRUE, 60},
	{"first fragment alone", false, TRUE, TRUE, TRUE, 0x2000, TRUE, 0},
	{"last fragment alone", false, TRUE, TRUE, TRUE, 0x0001, TRUE, 0},
};

static const struct lie lies6[] = {
	{"v6 udp length beyond the packet", true, UDP_HEADER + TEXT + 1, TRUE, TRUE, TRUE, TRUE, 0},
	{"v6 udp length 65535", true, 65535, TRUE, TRUE, TRUE, TRUE, 0},
	{"v6 udp length 7", true, 7, TRUE, TRUE, TRUE, TRUE, 0},
	{"v6 payload length beyond the frame", false, TRUE, UDP_HEADER + TEXT + 1, TRUE, TRUE, TRUE, 0},
	{"v6 frame cut short", false, TRUE, TRUE, TRUE, TRUE, TRUE, 40},
	{"v6 fragment header that is none", false, TRUE, TRUE, TRUE, TRUE, 44, 0},
	{"v6 hop-by-hop header that is none", false, TRUE, TRUE, TRUE, TRUE, 0, 0},
};

static void put16(uint8_t *at, int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static int truth(int told, int real)
{
	return told == TRUE ? real : told;
}

static uint16_t header_sum(const uint8_t *header, int bytes)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < bytes; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

static int write_ip4(uint8_t *ip, const struct target *t, const struct lie *lie)
{
	ip[0] = (uint8_t)(0x40 | truth(lie->header_words, 5));
	put16(ip + 2, truth(lie->ip_length, 20 + UDP_HEADER + TEXT));
	put16(ip + 6, truth(lie->fragment, 0));
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, t->from, 4);
	memcpy(ip + 16, t->to, 4);
	put16(ip + 10, header_sum(ip, 20));
	return 20;
}

static int write_ip6(uint8_t *ip, const struct target *t, const struct lie *lie)
{
	ip[0] = 0x60;
	put16(ip + 4, truth(lie->ip_length, UDP_HEADER + TEXT));
	ip[6] = (uint8_t)truth(lie->next_header, IPPROTO_UDP);
	ip[7] = 64;
	memcpy(ip + 8, t->from, 16);
	memcpy(ip + 24, t->to, 16);
	return 40;
}

static void send_lie(const struct target *t, const struct lie *lie)
{
	uint8_t frame[FRAME_MAX] = {0}, *udp;
	int length;

	memcpy(frame, t->link.sll_addr, ETH_ALEN);
	memcpy(frame + ETH_ALEN, t->from_mac, ETH_ALEN);
	put16(frame + 2 * ETH_ALEN, t->family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	length = ETH_HLEN + (t->family == AF_INET ? write_ip4 : write_ip6)(frame + ETH_HLEN, t, lie);
	udp = frame + length;
	put16(udp, 40000);
	put16(udp + 2, t->port);
	put16(udp + 4, truth(lie->udp_length, UDP_HEADER + TEXT));
	udp[UDP_HEADER] = 4; /* a data message */
	length += UDP_HEADER + TEXT - lie->cut;
	if (sendto(t->fd, frame, (size_t)length, 0, (const struct sockaddr *)&t->link, sizeof(t->link)) != length) {
		fprintf(stderr, "%s: %s\n", lie->name, strerror(errno));
		exit(1);
	}
	printf("%s: %s\n", lie->name, lie->counted ? "counted" : "passed");
}

static bool target_open(struct target *t, char **argv)
{
	struct ifreq request = {0};
	struct ether_addr mac;

	t->family = strchr(argv[3], ':') ? AF_INET6 : AF_INET;
	t->port = (uint16_t)atoi(argv[5]);
	t->fd = socket(AF_PACKET, SOCK_RAW, 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", argv[1]);
	if (t->fd < 0 || ioctl(t->fd, SIOCGIFHWADDR, &request) || !ether_aton_r(argv[2], &mac))
		return false;
	memcpy(t->from_mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	t->link = (struct sockaddr_ll){.sll_family = AF_PACKET, .sll_halen = ETH_ALEN};
	t->link.sll_ifindex = (int)if_nametoindex(argv[1]);
	memcpy(t->link.sll_addr, &mac, ETH_ALEN);
	return inet_pton(t->family, argv[3], t->from) == 1 && inet_pton(t->family, argv[4], t->to) == 1;
}

int main(int argc, char **argv)
{
	struct target t = {0};
	const struct lie *lies;
	size_t i, count;

	if (argc != 6 || !target_open(&t, argv)) {
		fprintf(stderr, "usage: malformed DEVICE TO-MAC FROM-ADDRESS TO-ADDRESS PORT\n");
		return 2;
	}
	lies = t.family == AF_INET ? lies4 : lies6;
	count = t.family == AF_INET ? sizeof(lies4) / sizeof(*lies4) : sizeof(lies6) / sizeof(*lies6);
	for (i = 0; i < count; i++)
		send_lie(&t, &lies[i]);
	return 0;
}
