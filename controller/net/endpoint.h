/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a peer is reached: an address and a UDP port. Everything here is pure
 * but endpoint_resolve(), which blocks and lives in resolve.c.
 */
#ifndef NET_ENDPOINT_H
#define NET_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "jvpn/types.h"
#include "net/prefix.h"

#define ENDPOINT_HOST_MAX_CHARS 253
#define ENDPOINT_TEXT_BYTES 72 /* "[address%zone]:port", NUL */

struct endpoint {
	struct jvpn_ip ip; /* all zero: none */
	uint32_t scope;	   /* ifindex of a link-local IPv6 address, else 0 */
	uint16_t port;	   /* host byte order, unlike jvpn_path.remote_port */
};

union endpoint_sockaddr {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/*
 * Splits "192.0.2.1:51820", "[2001:db8::1]:51820", "[fe80::1%eth0]:51820" or
 * "host.example:51820" without resolving it. `ret_host` gets the part without
 * brackets. -EINVAL: not of this form; -ERANGE: port not in 1..65535;
 * -ENAMETOOLONG: host longer than ENDPOINT_HOST_MAX_CHARS.
 */
int endpoint_split(const char *text, size_t length, char ret_host[static ENDPOINT_HOST_MAX_CHARS + 1],
		   uint16_t *ret_port);

/* A numeric "address:port" only; errors as endpoint_split(), -EINVAL for a host name or a zone. */
int endpoint_parse(const char *text, size_t length, struct endpoint *ret_endpoint);
/* "192.0.2.1:51820", "[2001:db8::1]:51820", with "%3" behind a link-local address; "(none)" without an address. */
void endpoint_format(const struct endpoint *endpoint, char ret_text[static ENDPOINT_TEXT_BYTES]);

bool endpoint_is_set(const struct endpoint *endpoint);
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/* The length of the sockaddr of the endpoint's own family: sockaddr_in for mapped IPv4. */
socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint, union endpoint_sockaddr *ret_address);
/* -EAFNOSUPPORT for anything but AF_INET and AF_INET6. */
int endpoint_from_sockaddr(const struct sockaddr *address, struct endpoint *ret_endpoint);

/*
 * BLOCKS, as long as the resolver's timeouts: only where a configuration is
 * read, never between packets. Numeric hosts do not block. `family` 0, 4 or 6
 * narrows the answer; the resolver's first one is taken. -ENOENT: no such host
 * (final), -EAGAIN: the resolver failed for now, -EADDRNOTAVAIL: no address of
 * that family, -EINVAL: bad host text or unknown zone, -ENOMEM.
 */
int endpoint_resolve(const char *host, uint16_t port, uint8_t family, struct endpoint *ret_endpoint);

#endif
