/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The words every contract in this folder is written in.
 *
 * Compiled twice: for BPF, where the kernel's types come from vmlinux.h, and by
 * the C compiler for the controller. Fixed-width types only; no pointer, no
 * `long`, no `bool`, no bit field crosses this border. __be16 and __be32 are in
 * network byte order, every other integer is in host order unless its comment
 * says little endian.
 */
#ifndef JVPN_TYPES_H
#define JVPN_TYPES_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#include <stddef.h>
#endif

#define JVPN_ASSERT(condition, text) _Static_assert(condition, text)
#define JVPN_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " is " #bytes " bytes")
#define JVPN_ASSERT_OFFSET(type, member, bytes) \
	_Static_assert(__builtin_offsetof(type, member) == (bytes), #type "." #member " is at " #bytes)

/* An IPv4 address lives in the last four bytes, behind ::ffff: as in RFC 4291 2.5.5.2,
 * so that one comparison serves both families. Network byte order. */
struct jvpn_ip {
	union {
		__u8 bytes[16];
		__be32 words[4];
	};
};
JVPN_ASSERT_SIZE(struct jvpn_ip, 16);

#define JVPN_IP_MAPPED_PREFIX_BE __builtin_bswap32(0x0000ffffu) /* words[2] of a mapped IPv4 address */

#endif
