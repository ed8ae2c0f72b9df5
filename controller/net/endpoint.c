/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoint texts and sockaddrs. Pure; resolving is resolve.c's.
 */
#include "net/endpoint.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

static bool is_link_local(const struct jvpn_ip *ip)
{
	return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

static int port_parse(const char *text, size_t length, uint16_t *ret_port)
{
	unsigned int port = 0;

	if (length == 0)
		return -ERANGE;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)text[i]))
			return -EINVAL;
		port = port * 10 + (unsigned int)(text[i] - '0');
		if (port > UINT16_MAX)
			return -ERANGE;
	}
	if (port == 0)
		return -ERANGE;
	*ret_port = (uint16_t)port;
	return 0;
}

/* An IPv6 address, with an optional %zone that is a device's name or number. */
static bool is_v6_host(const char *host, size_t length)
{
	const char *percent = memchr(host, '%', length);
	size_t ip_length = percent ? (size_t)(percent - host) : length;
	struct jvpn_ip ip;

	if (!memchr(host, ':', ip_length) || ip_parse(host, ip_length, &ip) < 0)
		return false;
	if (!percent)
		return true;
	length -= ip_length + 1;
	if (!is_link_local(&ip) || length == 0 || length >= IFNAMSIZ)
		return false;
	for (size_t i = 1; i <= length; i++) {
		if (!isalnum((unsigned char)percent[i]) && !strchr("._-@", percent[i]))
			return false;
	}
	return true;
}

/* A host name as resolvers take it, or an IPv4 address; a last label of digits must belong to the latter. */
static bool is_name_or_v4(const char *host, size_t length)
{
	size_t label = 0; /* characters of the present label */
	bool digits = true;
	struct jvpn_ip ip;

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)host[i];

		if (byte == '.') {
			if (label == 0)
				return false;
			if (i + 1 < length) { /* a trailing dot ends the last label, it begins none */
				label = 0;
				digits = true;
			}
			continue;
		}
		if (!isalnum(byte) && byte != '_' && (byte != '-' || label == 0))
			return false;
		digits = digits && isdigit(byte);
		if (++label > 63)
			return false;
	}
	return label > 0 && (!digits || ip_parse(host, length, &ip) == 0);
}

int endpoint_split(const char *text, size_t length, char ret_host[static ENDPOINT_HOST_MAX_CHARS + 1],
		   uint16_t *ret_port)
{
	const char *colon = memrchr(text, ':', length);
	const char *host = text;
	size_t host_length;
	uint16_t port = 0;
	bool bracketed;
	int error;

	if (!colon)
		return -EINVAL;
	host_length = (size_t)(colon - text);
	bracketed = host_length >= 2 && text[0] == '[' && colon[-1] == ']';
	if (bracketed) {
		host++;
		host_length -= 2;
	}
	if (host_length > ENDPOINT_HOST_MAX_CHARS)
		return -ENAMETOOLONG;
	if (bracketed ? !is_v6_host(host, host_length) : !is_name_or_v4(host, host_length))
		return -EINVAL;
	error = port_parse(colon + 1, length - (size_t)(colon + 1 - text), &port);
	if (error < 0)
		return error;
	memcpy(ret_host, host, host_length);
	ret_host[host_length] = '\0';
	*ret_port = port;
	return 0;
}

int endpoint_parse(const char *text, size_t length, struct endpoint *ret_endpoint)
{
	char host[ENDPOINT_HOST_MAX_CHARS + 1];
	struct endpoint endpoint = {0};
	int error = endpoint_split(text, length, host, &endpoint.port);

	if (error == 0)
		error = ip_parse(host, strlen(host), &endpoint.ip);
	if (error == 0)
		*ret_endpoint = endpoint;
	return error;
}

void endpoint_format(const struct endpoint *endpoint, char ret_text[static ENDPOINT_TEXT_BYTES])
{
	char ip[IP_TEXT_BYTES];

	ip_format(&endpoint->ip, ip);
	if (!endpoint_is_set(endpoint))
		snprintf(ret_text, ENDPOINT_TEXT_BYTES, "(none)");
	else if (ip_is_v4(&endpoint->ip))
		snprintf(ret_text, ENDPOINT_TEXT_BYTES, "%s:%u", ip, endpoint->port);
	else if (endpoint->scope != 0)
		snprintf(ret_text, ENDPOINT_TEXT_BYTES, "[%s%%%u]:%u", ip, endpoint->scope, endpoint->port);
	else
		snprintf(ret_text, ENDPOINT_TEXT_BYTES, "[%s]:%u", ip, endpoint->port);
}

bool endpoint_is_set(const struct endpoint *endpoint)
{
	static const struct jvpn_ip none = {0};

	return !ip_equal(&endpoint->ip, &none);
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return ip_equal(&a->ip, &b->ip) && a->port == b->port && a->scope == b->scope;
}

socklen_t endpoint_to_sockaddr(const struct endpoint *endpoint, union endpoint_sockaddr *ret_address)
{
	memset(ret_address, 0, sizeof(*ret_address));
	if (ip_is_v4(&endpoint->ip)) {
		ret_address->v4.sin_family = AF_INET;
		ret_address->v4.sin_port = htons(endpoint->port);
		ret_address->v4.sin_addr.s_addr = ip_to_v4(&endpoint->ip);
		return sizeof(ret_address->v4);
	}
	ret_address->v6.sin6_family = AF_INET6;
	ret_address->v6.sin6_port = htons(endpoint->port);
	ret_address->v6.sin6_scope_id = endpoint->scope;
	memcpy(&ret_address->v6.sin6_addr, endpoint->ip.bytes, sizeof(endpoint->ip.bytes));
	return sizeof(ret_address->v6);
}

int endpoint_from_sockaddr(const struct sockaddr *address, struct endpoint *ret_endpoint)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	struct endpoint endpoint = {0};

	if (address->sa_family == AF_INET) {
		endpoint.ip = ip_from_v4(v4->sin_addr.s_addr);
		endpoint.port = ntohs(v4->sin_port);
	} else if (address->sa_family == AF_INET6) {
		memcpy(endpoint.ip.bytes, &v6->sin6_addr, sizeof(endpoint.ip.bytes));
		endpoint.port = ntohs(v6->sin6_port);
		endpoint.scope = is_link_local(&endpoint.ip) ? v6->sin6_scope_id : 0;
	} else {
		return -EAFNOSUPPORT;
	}
	*ret_endpoint = endpoint;
	return 0;
}
