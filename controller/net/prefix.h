/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and prefixes as values: text to struct and back. Pure: never
 * resolves a name, never asks the kernel.
 *
 * An address is struct jvpn_ip, IPv4 mapped (::ffff:a.b.c.d), network byte
 * order. A text "::ffff:192.0.2.1" therefore is the IPv4 address 192.0.2.1.
 * The all-zero jvpn_ip is "::", and by convention "no address".
 */
#ifndef NET_PREFIX_H
#define NET_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jvpn/types.h"

#define IP_TEXT_BYTES 46     /* INET6_ADDRSTRLEN */
#define PREFIX_TEXT_BYTES 50 /* address, "/128", NUL */

struct prefix {
	struct jvpn_ip ip;
	uint8_t family; /* 4 or 6 */
	uint8_t length; /* 0..32 or 0..128: counts the bits of the family's own address */
};

/* Text of `length` bytes, not necessarily NUL terminated. -EINVAL. No zone, no brackets. */
int ip_parse(const char *text, size_t length, struct jvpn_ip *ret_ip);
void ip_format(const struct jvpn_ip *ip, char ret_text[static IP_TEXT_BYTES]);

bool ip_is_v4(const struct jvpn_ip *ip);  /* mapped */
bool ip_is_any(const struct jvpn_ip *ip); /* "::" (no address) or 0.0.0.0 */
bool ip_equal(const struct jvpn_ip *a, const struct jvpn_ip *b);
uint8_t ip_family(const struct jvpn_ip *ip); /* 4 or 6 */

/* Mapped IPv4 from and to network byte order. */
struct jvpn_ip ip_from_v4(__be32 address);
__be32 ip_to_v4(const struct jvpn_ip *ip);

/* "ADDRESS/LENGTH", or "ADDRESS" for a single host. Host bits are kept. -EINVAL: no address; -ERANGE: bad length. */
int prefix_parse(const char *text, size_t length, struct prefix *ret_prefix);
void prefix_format(const struct prefix *prefix, char ret_text[static PREFIX_TEXT_BYTES]);

/* Zeroes the host bits. */
void prefix_mask(struct prefix *prefix);

/* Total order: family, address, length. 0 when equal. */
int prefix_compare(const struct prefix *a, const struct prefix *b);
bool prefix_contains(const struct prefix *prefix, const struct jvpn_ip *ip);

#endif
