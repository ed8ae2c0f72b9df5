/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datagrams that are counted: an echo, a question of a given size, and a steady
 * flow whose every loss is noticed. Knows nothing of tunnels.
 *
 *   datagram echo PORT                       answers each datagram with itself; writes "ready" when it listens
 *   datagram ask ADDRESS PORT FROM TO        a question of each size FROM to TO bytes, one after the other;
 *                                            1 if an answer is missing or differs
 *   datagram flow ADDRESS PORT RATE SIZE     RATE a second until SIGTERM; every 100 ms a line "SENT RECEIVED",
 *                                            at the end one line of JSON
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define ANSWER_WAIT_MS 2000
#define STRAGGLER_NS (1500 * NS_PER_MS)
#define PROGRESS_NS (100 * NS_PER_MS)
#define BURST_MAX 64 /* datagrams sent at once to catch up after this process was not scheduled */
#define TRACKED_MAX (1u << 24)
#define DATAGRAM_MAX 65536

static volatile sig_atomic_t stopping;

static void stop(int number)
{
	(void)number;
	stopping = 1;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static void enlarge_buffers(int fd)
{
	int bytes = 8 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
}

static int connect_to(const char *address, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *to;
	int fd;

	if (getaddrinfo(address, port, &hints, &to)) {
		fprintf(stderr, "no address: %s %s\n", address, port);
		exit(2);
	}
	fd = socket(to->ai_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen))
		die("connect");
	freeaddrinfo(to);
	enlarge_buffers(fd);
	return fd;
}

/* Sends one datagram back from the address it was sent to. */
static void answer(int fd, struct msghdr *message, size_t bytes)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			((struct in6_pktinfo *)CMSG_DATA(c))->ipi6_ifindex = 0; /* the route decides */
	message->msg_iov->iov_len = bytes;
	sendmsg(fd, message, 0);
}

static int echo(const char *port)
{
	static uint8_t text[DATAGRAM_MAX];
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port))};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), off = 0, on = 1;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)))
		die("bind");
	enlarge_buffers(fd);
	puts("ready");
	fflush(stdout);
	while (!stopping) {
		uint8_t control[256];
		struct sockaddr_in6 from;
		struct iovec part = {text, sizeof(text)};
		struct msghdr message = {&from, sizeof(from), &part, 1, control, sizeof(control), 0};
		ssize_t got = recvmsg(fd, &message, 0);

		if (got >= 0)
			answer(fd, &message, (size_t)got);
	}
	return 0;
}

static void fill(uint8_t *text, size_t size, uint32_t seed)
{
	size_t i;

	for (i = 0; i < size; i++) {
		seed = seed * 1664525u + 1013904223u;
		text[i] = (uint8_t)(seed >> 24);
	}
}

static int ask(int fd, size_t from, size_t to)
{
	static uint8_t question[DATAGRAM_MAX], reply[DATAGRAM_MAX];
	struct pollfd waiting = {.fd = fd, .events = POLLIN};
	ssize_t got;
	size_t size;

	for (size = from; size <= to && size < DATAGRAM_MAX; size++) {
		fill(question, size, (uint32_t)size + 1);
		if (send(fd, question, size, 0) != (ssize_t)size)
			die("send");
		if (poll(&waiting, 1, ANSWER_WAIT_MS) != 1) {
			fprintf(stderr, "no answer to %zu bytes\n", size);
			return 1;
		}
		got = recv(fd, reply, sizeof(reply), 0);
		if (got != (ssize_t)size || memcmp(question, reply, size) != 0) {
			fprintf(stderr, "%zu bytes came back as %zd bytes, changed\n", size, got);
			return 1;
		}
	}
	return 0;
}

struct flow {
	int fd;
	uint64_t rate, size;
	uint64_t sent, send_errors, received, duplicated, reordered;
	uint64_t newest, last_ns, longest_gap_ns;
	uint8_t *seen; /* by sequence number */
};

static void flow_send(struct flow *f)
{
	uint8_t text[DATAGRAM_MAX] = {0};

	if (f->sent >= TRACKED_MAX)
		return;
	memcpy(text, &f->sent, sizeof(f->sent));
	if (send(f->fd, text, f->size, 0) != (ssize_t)f->size)
		f->send_errors++;
	f->sent++;
}

static void flow_receive(struct flow *f, uint64_t now)
{
	uint8_t text[DATAGRAM_MAX];
	uint64_t number;

	while (recv(f->fd, text, sizeof(text), 0) >= (ssize_t)sizeof(number)) {
		memcpy(&number, text, sizeof(number));
		if (number >= f->sent)
			continue;
		if (f->seen[number]) {
			f->duplicated++;
			continue;
		}
		f->seen[number] = 1;
		f->received++;
		if (number < f->newest)
			f->reordered++;
		else
			f->newest = number;
		if (f->last_ns && now - f->last_ns > f->longest_gap_ns)
			f->longest_gap_ns = now - f->last_ns;
		f->last_ns = now;
	}
}

static void flow_report(const struct flow *f)
{
	uint64_t i, first = 0, last = 0;

	for (i = 0; i < f->sent; i++) {
		if (f->seen[i])
			continue;
		last = i;
		if (!first)
			first = i + 1;
	}
	printf("{\"sent\":%" PRIu64 ",\"received\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"duplicated\":%" PRIu64
	       ",\"reordered\":%" PRIu64 ",\"send_errors\":%" PRIu64 ",\"longest_gap_ms\":%" PRIu64
	       ",\"first_lost\":%" PRId64 ",\"last_lost\":%" PRId64 "}\n",
	       f->sent, f->received, f->sent - f->received, f->duplicated, f->reordered, f->send_errors,
	       f->longest_gap_ns / NS_PER_MS, first ? (int64_t)first - 1 : -1, first ? (int64_t)last : -1);
	fflush(stdout);
}

static bool flow_finished(const struct flow *f, uint64_t stopped_ns, uint64_t now)
{
	return stopped_ns && (f->received == f->sent || now - stopped_ns > STRAGGLER_NS);
}

static void flow_run(struct flow *f)
{
	const uint64_t start = now_ns();
	uint64_t now = start, stopped_ns = 0, progress_ns = start;
	struct pollfd waiting = {.fd = f->fd, .events = POLLIN};

	while (!flow_finished(f, stopped_ns, now)) {
		uint64_t due = (now - start) * f->rate / NS_PER_S;
		int burst;

		for (burst = 0; !stopping && f->sent < due && burst < BURST_MAX; burst++)
			flow_send(f);
		flow_receive(f, now);
		if (now >= progress_ns) {
			printf("%" PRIu64 " %" PRIu64 "\n", f->sent, f->received);
			fflush(stdout);
			progress_ns = now + PROGRESS_NS;
		}
		poll(&waiting, 1, 1);
		now = now_ns();
		if (stopping && !stopped_ns)
			stopped_ns = now;
	}
}

static int flow(int fd, uint64_t rate, uint64_t size)
{
	struct flow f = {.fd = fd, .rate = rate, .size = size, .seen = calloc(TRACKED_MAX, 1)};

	if (!f.seen || size < sizeof(uint64_t) || size > DATAGRAM_MAX) {
		fprintf(stderr, "a flow's datagrams hold 8 to %d bytes\n", DATAGRAM_MAX);
		return 2;
	}
	flow_run(&f);
	flow_report(&f);
	free(f.seen);
	return 0;
}

int main(int argc, char **argv)
{
	const struct sigaction on_stop = {.sa_handler = stop};

	sigaction(SIGTERM, &on_stop, NULL);
	sigaction(SIGINT, &on_stop, NULL);
	if (argc == 3 && !strcmp(argv[1], "echo"))
		return echo(argv[2]);
	if (argc == 6 && !strcmp(argv[1], "ask"))
		return ask(connect_to(argv[2], argv[3]), strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10));
	if (argc == 6 && !strcmp(argv[1], "flow"))
		return flow(connect_to(argv[2], argv[3]), strtoul(argv[4], NULL, 10), strtoul(argv[5], NULL, 10));
	fprintf(stderr, "usage: datagram echo PORT | ask ADDRESS PORT FROM TO | flow ADDRESS PORT RATE SIZE\n");
	return 2;
}
