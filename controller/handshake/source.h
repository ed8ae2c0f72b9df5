/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a datagram came from, as bytes: what a cookie proves and what a token
 * bucket belongs to. Never a socket address, never resolved or printed here.
 */
#ifndef JVPN_HANDSHAKE_SOURCE_H
#define JVPN_HANDSHAKE_SOURCE_H

#include "jvpn/types.h"

struct source {
	struct jvpn_ip ip; /* IPv4 as ::ffff:a.b.c.d */
	__be16 port;	   /* UDP source port */
};

/* Address and port without the struct's padding */
#define SOURCE_BYTES (sizeof(struct jvpn_ip) + sizeof(__be16))

#endif
