/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host name to endpoint. The one place of the controller that waits for a
 * resolver; never called between packets.
 */
#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/endpoint.h"

DEFINE_CLEANUP(addrinfo, struct addrinfo *, freeaddrinfo);

static int resolver_error(int code)
{
	switch (code) {
	case EAI_NONAME:
		return -ENOENT;
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
	case EAI_FAMILY:
		return -EADDRNOTAVAIL;
	case EAI_MEMORY:
		return -ENOMEM;
	case EAI_AGAIN:
	case EAI_FAIL:
		return -EAGAIN;
	default: /* EAI_SYSTEM mostly: errno holds the reason, e.g. the zone does not exist */
		return -EINVAL;
	}
}

int endpoint_resolve(const char *host, uint16_t port, uint8_t family, struct endpoint *ret_endpoint)
{
	_cleanup_(cleanup_addrinfo) struct addrinfo *list = NULL;
	struct addrinfo hints = {
		.ai_family = family == 4   ? AF_INET
			     : family == 6 ? AF_INET6
					   : AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
	};
	bool is_numeric = strchr(host, ':') || host[strspn(host, "0123456789.")] == '\0';
	struct endpoint endpoint;
	int code, error;

	if (is_numeric)
		hints.ai_flags = AI_NUMERICHOST; /* no packet leaves for an address */
	code = getaddrinfo(host, NULL, &hints, &list);
	if (code != 0 || !list)
		return is_numeric && code == EAI_NONAME ? -EINVAL : resolver_error(code);
	error = endpoint_from_sockaddr(list->ai_addr, &endpoint);
	if (error < 0)
		return error;
	endpoint.port = port;
	*ret_endpoint = endpoint;
	return 0;
}
