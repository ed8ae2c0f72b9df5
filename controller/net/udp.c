/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens, reads and writes the two UDP sockets. Never looks into a datagram.
 */
#include "net/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define FREE_PORT_ATTEMPTS 64
#define CONTROL_BYTES 128

struct udp {
	int fd_v4;
	int fd_v6;
	uint16_t port;
};

static int set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int configure(int fd, int domain, uint32_t fwmark)
{
	int error;

	if (domain == AF_INET) {
		error = set_option(fd, IPPROTO_IP, IP_PKTINFO, 1);
	} else {
		error = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		if (error == 0)
			error = set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	}
	if (error == 0 && fwmark != 0)
		error = set_option(fd, SOL_SOCKET, SO_MARK, (int)fwmark);
	if (set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, UDP_RECEIVE_BUFFER_BYTES) < 0)
		(void)set_option(fd, SOL_SOCKET, SO_RCVBUF,
				 UDP_RECEIVE_BUFFER_BYTES); /* what net.core.rmem_max allows */
	return error;
}

/* *ret_port: the port it was bound to. */
static int open_one(int domain, uint16_t port, uint32_t fwmark, int *ret_fd, uint16_t *ret_port)
{
	_cleanup_fd_ int fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
	union endpoint_sockaddr address;
	struct endpoint any = {0}, bound;
	socklen_t length;
	int error;

	if (fd < 0)
		return -errno;
	error = configure(fd, domain, fwmark);
	if (error < 0)
		return error;
	if (domain == AF_INET)
		any.ip = ip_from_v4(0);
	any.port = port;
	length = endpoint_to_sockaddr(&any, &address);
	if (bind(fd, &address.any, length) < 0 || getsockname(fd, &address.any, &length) < 0)
		return -errno;
	error = endpoint_from_sockaddr(&address.any, &bound);
	if (error < 0)
		return error;
	*ret_port = bound.port;
	*ret_fd = take_fd(&fd);
	return 0;
}

static bool is_missing_family(int error)
{
	return error == -EAFNOSUPPORT || error == -EPROTONOSUPPORT || error == -EADDRNOTAVAIL;
}

static int open_pair(uint16_t port, uint32_t fwmark, struct udp *ret_udp)
{
	_cleanup_fd_ int v4 = -1, v6 = -1;
	int error = open_one(AF_INET, port, fwmark, &v4, &port);

	if (error < 0 && !is_missing_family(error))
		return error;
	error = open_one(AF_INET6, port, fwmark, &v6, &port);
	if (error < 0 && (!is_missing_family(error) || v4 < 0))
		return error;
	*ret_udp = (struct udp){.fd_v4 = take_fd(&v4), .fd_v6 = take_fd(&v6), .port = port};
	return 0;
}

int udp_open(uint16_t port, uint32_t fwmark, struct udp **ret_udp)
{
	_cleanup_free_ struct udp *udp = calloc(1, sizeof(*udp));
	int error = -EADDRINUSE;

	if (!udp)
		return -ENOMEM;
	for (int attempt = 0; error == -EADDRINUSE && attempt < FREE_PORT_ATTEMPTS; attempt++) {
		error = open_pair(port, fwmark, udp);
		if (port != 0)
			break;
	}
	if (error == 0)
		*ret_udp = take_ptr(udp);
	return error;
}

void udp_close(struct udp *udp)
{
	if (!udp)
		return;
	cleanup_fd(&udp->fd_v4);
	cleanup_fd(&udp->fd_v6);
	free(udp);
}

uint16_t udp_port(const struct udp *udp)
{
	return udp->port;
}

int udp_fd(const struct udp *udp, uint8_t family)
{
	return family == 4 ? udp->fd_v4 : udp->fd_v6;
}

int udp_set_fwmark(struct udp *udp, uint32_t fwmark)
{
	int error = 0;

	if (udp->fd_v4 >= 0)
		error = set_option(udp->fd_v4, SOL_SOCKET, SO_MARK, (int)fwmark);
	if (error == 0 && udp->fd_v6 >= 0)
		error = set_option(udp->fd_v6, SOL_SOCKET, SO_MARK, (int)fwmark);
	return error;
}

static void read_destination(struct msghdr *header, struct udp_datagram *datagram)
{
	for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item; item = CMSG_NXTHDR(header, item)) {
		struct in_pktinfo v4;
		struct in6_pktinfo v6;

		if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
			memcpy(&v4, CMSG_DATA(item), sizeof(v4));
			datagram->local = ip_from_v4(v4.ipi_addr.s_addr);
			datagram->ifindex = (uint32_t)v4.ipi_ifindex;
		} else if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6, CMSG_DATA(item), sizeof(v6));
			memcpy(datagram->local.bytes, &v6.ipi6_addr, sizeof(datagram->local.bytes));
			datagram->ifindex = v6.ipi6_ifindex;
		}
	}
}

int udp_receive(struct udp *udp, uint8_t family, void *ret_buffer, size_t capacity, struct udp_datagram *ret_datagram)
{
	_Alignas(struct cmsghdr) char control[CONTROL_BYTES];
	union endpoint_sockaddr address;
	struct iovec vector = {ret_buffer, capacity};
	struct udp_datagram datagram = {0};
	struct msghdr header;
	ssize_t received;
	int error;

	if (udp_fd(udp, family) < 0)
		return -EAFNOSUPPORT;
	do {
		header = (struct msghdr){
			.msg_name = &address,
			.msg_namelen = sizeof(address),
			.msg_iov = &vector,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		received = recvmsg(udp_fd(udp, family), &header, 0);
	} while (received < 0 && errno == EINTR);
	if (received < 0) /* an ICMP error that was waiting was taken off by this call: nothing to read yet */
		return errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH ? -EAGAIN : -errno;
	error = endpoint_from_sockaddr(&address.any, &datagram.remote);
	if (error < 0)
		return error;
	read_destination(&header, &datagram);
	datagram.bytes = (size_t)received;
	datagram.truncated = header.msg_flags & MSG_TRUNC;
	*ret_datagram = datagram;
	return 0;
}

static void put_control(struct msghdr *header, int level, int type, const void *data, size_t bytes)
{
	struct cmsghdr *item = (struct cmsghdr *)((char *)header->msg_control + header->msg_controllen);

	item->cmsg_level = level;
	item->cmsg_type = type;
	item->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(item), data, bytes);
	header->msg_controllen += CMSG_SPACE(bytes);
}

static void put_source(struct msghdr *header, const struct jvpn_ip *local, uint32_t ifindex, bool is_v4)
{
	struct in_pktinfo v4 = {.ipi_ifindex = (int)ifindex};
	struct in6_pktinfo v6 = {.ipi6_ifindex = ifindex};
	const int dscp = UDP_DSCP_HANDSHAKE;

	if (is_v4) {
		v4.ipi_spec_dst.s_addr = local ? ip_to_v4(local) : 0;
		put_control(header, IPPROTO_IP, IP_TOS, &dscp, sizeof(dscp));
		put_control(header, IPPROTO_IP, IP_PKTINFO, &v4, sizeof(v4));
	} else {
		if (local)
			memcpy(&v6.ipi6_addr, local->bytes, sizeof(v6.ipi6_addr));
		put_control(header, IPPROTO_IPV6, IPV6_TCLASS, &dscp, sizeof(dscp));
		put_control(header, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof(v6));
	}
}

int udp_send(struct udp *udp, const struct endpoint *remote, const struct jvpn_ip *local, uint32_t ifindex,
	     const void *data, size_t bytes)
{
	_Alignas(struct cmsghdr) char control[CONTROL_BYTES] = {0};
	bool is_v4 = ip_is_v4(&remote->ip);
	int fd = is_v4 ? udp->fd_v4 : udp->fd_v6;
	union endpoint_sockaddr address;
	struct iovec vector = {(void *)data, bytes};
	struct msghdr header = {.msg_name = &address, .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control};
	ssize_t sent;

	if (fd < 0)
		return -EAFNOSUPPORT;
	if (local && ip_is_any(local))
		local = NULL;
	if (local && ip_is_v4(local) != is_v4)
		return -EINVAL;
	header.msg_namelen = endpoint_to_sockaddr(remote, &address);
	put_source(&header, local, ifindex, is_v4);
	do
		sent = sendmsg(fd, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}
