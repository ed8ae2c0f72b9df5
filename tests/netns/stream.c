/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One TCP connection that carries different content in each direction at once, checks
 * every byte where it arrives, and ends in order. Knows nothing of tunnels.
 *
 *   stream serve PORT BYTES              accepts one connection
 *   stream connect ADDRESS PORT BYTES
 *
 * Both ends are told the same BYTES. Ends with 0 if exactly the right bytes arrived.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 65536
#define IDLE_MS 20000 /* nothing moves in either direction for so long: give up */

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

/* One direction: how far it is, and the generator that makes its bytes. */
struct direction {
	uint64_t done, total, state;
};

static uint8_t next_byte(struct direction *d)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return (uint8_t)(d->state >> 56);
}

static bool send_some(int fd, struct direction *d)
{
	static uint8_t chunk[CHUNK];
	static size_t begin, end; /* what of the chunk is still to be sent */
	ssize_t sent;

	if (begin == end) {
		begin = 0;
		for (end = 0; end < CHUNK && d->done + end < d->total; end++)
			chunk[end] = next_byte(d);
	}
	sent = send(fd, chunk + begin, end - begin, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN)
		die("send");
	if (sent <= 0)
		return false;
	begin += (size_t)sent;
	d->done += (uint64_t)sent;
	if (d->done == d->total)
		shutdown(fd, SHUT_WR);
	return true;
}

/* False at the end of the stream. */
static bool receive_some(int fd, struct direction *d)
{
	static uint8_t chunk[CHUNK];
	ssize_t got = recv(fd, chunk, sizeof(chunk), 0), i;

	if (got < 0 && errno == EAGAIN)
		return true;
	if (got < 0)
		die("receive");
	for (i = 0; i < got; i++) {
		if (d->done >= d->total || chunk[i] != next_byte(d)) {
			fprintf(stderr, "byte %llu is not what was sent\n", (unsigned long long)d->done);
			exit(1);
		}
		d->done++;
	}
	return got > 0;
}

static int run(int fd, bool server, uint64_t bytes)
{
	struct direction out = {.total = bytes, .state = server}, in = {.total = bytes, .state = !server};
	struct pollfd waiting = {.fd = fd};
	bool open = true;

	while (open || out.done < out.total) {
		waiting.events = (short)((open ? POLLIN : 0) | (out.done < out.total ? POLLOUT : 0));
		if (poll(&waiting, 1, IDLE_MS) != 1) {
			fprintf(stderr, "stalled: %llu bytes sent, %llu received\n", (unsigned long long)out.done,
				(unsigned long long)in.done);
			return 1;
		}
		if (waiting.revents & POLLOUT)
			send_some(fd, &out);
		if (open && waiting.revents & (POLLIN | POLLHUP | POLLERR))
			open = receive_some(fd, &in);
	}
	if (in.done == in.total)
		return 0;
	fprintf(stderr, "the stream ended after %llu of %llu bytes\n", (unsigned long long)in.done,
		(unsigned long long)in.total);
	return 1;
}

static int serve(const char *port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port))};
	int listener = socket(AF_INET6, SOCK_STREAM, 0), off = 0, on = 1;

	setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 1))
		die("listen");
	return accept4(listener, NULL, NULL, SOCK_NONBLOCK);
}

static int connect_to(const char *address, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct pollfd waiting = {.events = POLLOUT};
	struct addrinfo *to;

	if (getaddrinfo(address, port, &hints, &to)) {
		fprintf(stderr, "no address: %s %s\n", address, port);
		exit(2);
	}
	waiting.fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (connect(waiting.fd, to->ai_addr, to->ai_addrlen) && errno != EINPROGRESS)
		die("connect");
	freeaddrinfo(to);
	if (poll(&waiting, 1, IDLE_MS) != 1) {
		fprintf(stderr, "no connection to %s\n", address);
		exit(1);
	}
	return waiting.fd;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "serve"))
		return run(serve(argv[2]), true, strtoull(argv[3], NULL, 10));
	if (argc == 5 && !strcmp(argv[1], "connect"))
		return run(connect_to(argv[2], argv[3]), false, strtoull(argv[4], NULL, 10));
	fprintf(stderr, "usage: stream serve PORT BYTES | connect ADDRESS PORT BYTES\n");
	return 2;
}
