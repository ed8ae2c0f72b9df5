/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses of a network device. Never touches a device it was not named.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

#include "net/netlink.h"
#include "net/prefix.h"

/*
 * The prefix with its host bits: 10.8.0.1/24. IPv6 addresses skip duplicate
 * address detection, which a tunnel cannot answer. -EEXIST when it is there.
 */
int address_add(struct netlink *netlink, uint32_t ifindex, const struct prefix *address);
int address_remove(struct netlink *netlink, uint32_t ifindex, const struct prefix *address); /* -EADDRNOTAVAIL */

/*
 * The addresses of a device, scope global and link, in the kernel's order.
 * `ret_count` may exceed `capacity`: then the rest was left out.
 */
int address_list(struct netlink *netlink, uint32_t ifindex, struct prefix *ret_addresses, size_t capacity,
		 size_t *ret_count);

#endif
