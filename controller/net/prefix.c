/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address and prefix arithmetic. Pure.
 */
#include "net/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define V4_AT 12 /* where the IPv4 address lies in a mapped one */
#define V4_BITS_AT 96

static const uint8_t v4_mapping[V4_AT] = {[10] = 0xff, [11] = 0xff};

int ip_parse(const char *text, size_t length, struct jvpn_ip *ret_ip)
{
	char copy[IP_TEXT_BYTES];
	struct jvpn_ip ip = {0};

	if (length >= sizeof(copy) || memchr(text, '\0', length))
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (inet_pton(AF_INET, copy, ip.bytes + V4_AT) == 1)
		memcpy(ip.bytes, v4_mapping, sizeof(v4_mapping));
	else if (inet_pton(AF_INET6, copy, ip.bytes) != 1)
		return -EINVAL;
	*ret_ip = ip;
	return 0;
}

void ip_format(const struct jvpn_ip *ip, char ret_text[static IP_TEXT_BYTES])
{
	if (ip_is_v4(ip))
		inet_ntop(AF_INET, ip->bytes + V4_AT, ret_text, IP_TEXT_BYTES);
	else
		inet_ntop(AF_INET6, ip->bytes, ret_text, IP_TEXT_BYTES);
}

bool ip_is_v4(const struct jvpn_ip *ip)
{
	return memcmp(ip->bytes, v4_mapping, sizeof(v4_mapping)) == 0;
}

bool ip_is_any(const struct jvpn_ip *ip)
{
	static const struct jvpn_ip none = {0};

	return ip_equal(ip, &none) || (ip_is_v4(ip) && ip_to_v4(ip) == 0);
}

bool ip_equal(const struct jvpn_ip *a, const struct jvpn_ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

uint8_t ip_family(const struct jvpn_ip *ip)
{
	return ip_is_v4(ip) ? 4 : 6;
}

struct jvpn_ip ip_from_v4(__be32 address)
{
	struct jvpn_ip ip;

	memcpy(ip.bytes, v4_mapping, sizeof(v4_mapping));
	memcpy(ip.bytes + V4_AT, &address, sizeof(address));
	return ip;
}

__be32 ip_to_v4(const struct jvpn_ip *ip)
{
	return ip->words[3];
}

/* Decimal digits only, at most three of them: 0..999. */
static int length_parse(const char *text, size_t length, unsigned int *ret_bits)
{
	unsigned int bits = 0;

	if (length == 0 || length > 3)
		return -ERANGE;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -ERANGE;
		bits = bits * 10 + (unsigned int)(text[i] - '0');
	}
	*ret_bits = bits;
	return 0;
}

int prefix_parse(const char *text, size_t length, struct prefix *ret_prefix)
{
	const char *slash = memchr(text, '/', length);
	size_t ip_length = slash ? (size_t)(slash - text) : length;
	struct prefix prefix = {0};
	unsigned int bits, most;
	int error = ip_parse(text, ip_length, &prefix.ip);

	if (error < 0)
		return error;
	prefix.family = ip_family(&prefix.ip);
	if (prefix.family == 4 && memchr(text, ':', ip_length))
		return -EINVAL; /* ::ffff:10.0.0.0/104 or /8: nobody knows which was meant */
	most = prefix.family == 4 ? 32 : 128;
	bits = most;
	if (slash)
		error = length_parse(slash + 1, length - ip_length - 1, &bits);
	if (error < 0 || bits > most)
		return -ERANGE;
	prefix.length = (uint8_t)bits;
	*ret_prefix = prefix;
	return 0;
}

void prefix_format(const struct prefix *prefix, char ret_text[static PREFIX_TEXT_BYTES])
{
	char ip[IP_TEXT_BYTES];

	ip_format(&prefix->ip, ip);
	snprintf(ret_text, PREFIX_TEXT_BYTES, "%s/%u", ip, prefix->length);
}

/* Bits of the 128-bit address that the prefix fixes. */
static unsigned int fixed_bits(const struct prefix *prefix)
{
	return prefix->length + (prefix->family == 4 ? V4_BITS_AT : 0u);
}

void prefix_mask(struct prefix *prefix)
{
	unsigned int bits = fixed_bits(prefix);

	for (unsigned int i = 0; i < sizeof(prefix->ip.bytes); i++) {
		unsigned int before = i * 8;

		if (before >= bits)
			prefix->ip.bytes[i] = 0;
		else if (bits - before < 8)
			prefix->ip.bytes[i] &= (uint8_t)(0xff00u >> (bits - before));
	}
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	order = memcmp(a->ip.bytes, b->ip.bytes, sizeof(a->ip.bytes));
	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a->length > b->length) - (a->length < b->length);
}

bool prefix_contains(const struct prefix *prefix, const struct jvpn_ip *ip)
{
	struct prefix masked = *prefix, other = {.ip = *ip, .family = prefix->family, .length = prefix->length};

	if (ip_family(ip) != prefix->family)
		return false;
	prefix_mask(&masked);
	prefix_mask(&other);
	return ip_equal(&masked.ip, &other.ip);
}
