/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datagrams no tunnel should answer, sent in classes that a drop counter can be
 * held against. Repeatable: the same seed gives the same bytes.
 *
 *   garbage ADDRESS PORT CLASS SEED     prints "SENT REPLIES"
 *
 *   short      0 to 3 bytes: too short to have a type
 *   type       every length 4 to 1452, a first word that is none of 1, 2, 3, 4
 *   reserved   every length 4 to 1452, a right type but one of its three zero bytes set
 *   length     types 1 to 3 in every length but their own, type 4 below 32 bytes
 *   index      type 4 in every length 32 to 1452 by 16, random receiver index and content
 *   ragged     the same in the lengths that padding never gives
 *   fragmented the same in 1473 to 1500 bytes, more than one Ethernet frame carries
 *   handshake  types 1 to 3 in their own length, random content: nothing in them is true
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LENGTH_MAX 1500	      /* of the UDP payload */
#define UNFRAGMENTED_MAX 1452 /* what one frame carries over IPv6 */
#define FRAGMENTED_MIN 1473   /* what no frame carries over IPv4 either */
#define TYPE_DATA 4
#define DATA_LENGTH_MIN 32
#define PADDING 16
#define HANDSHAKES_EACH 20

static const size_t handshake_length[] = {0, 148, 92, 64};

static int fd;
static uint64_t random_state;
static unsigned long sent, replies;

static uint32_t random_u32(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(random_state >> 32);
}

static void count_replies(int wait_ms)
{
	struct pollfd waiting = {.fd = fd, .events = POLLIN};
	uint8_t text[2048];

	while (poll(&waiting, 1, wait_ms) == 1 && recv(fd, text, sizeof(text), 0) >= 0)
		replies++;
}

/* Random content below the first word. */
static void emit(uint32_t first_word, size_t length)
{
	uint8_t text[LENGTH_MAX];
	size_t i;

	for (i = 0; i < length; i++)
		text[i] = (uint8_t)random_u32();
	for (i = 0; i < 4 && i < length; i++)
		text[i] = (uint8_t)(first_word >> (8 * i));
	if (send(fd, text, length, 0) != (ssize_t)length) {
		fprintf(stderr, "send of %zu bytes: %s\n", length, strerror(errno));
		exit(1);
	}
	sent++;
	count_replies(sent % 32 == 0 ? 1 : 0);
}

static void send_short(void)
{
	size_t length;
	uint32_t type;

	for (length = 0; length < 4; length++)
		for (type = 0; type <= TYPE_DATA + 1; type++)
			emit(type, length);
}

static void send_type(void)
{
	size_t length;

	for (length = 4; length <= UNFRAGMENTED_MAX; length++) {
		uint32_t word = random_u32();

		emit(word >= 1 && word <= TYPE_DATA ? 0 : word, length);
		emit(length % 2 ? 0 : TYPE_DATA + 1, length);
	}
}

static void send_reserved(void)
{
	size_t length;

	for (length = 4; length <= UNFRAGMENTED_MAX; length++)
		emit((1 + length % TYPE_DATA) | 1u << (8 + random_u32() % 24), length);
}

static void send_length(void)
{
	size_t length;
	uint32_t type;

	for (length = 4; length <= UNFRAGMENTED_MAX; length++)
		for (type = 1; type < TYPE_DATA; type++)
			if (length != handshake_length[type])
				emit(type, length);
	for (length = 4; length < DATA_LENGTH_MIN; length++)
		emit(TYPE_DATA, length);
}

static void send_data(bool ragged)
{
	size_t length;

	for (length = DATA_LENGTH_MIN; length <= UNFRAGMENTED_MAX; length++)
		if ((length % PADDING != 0) == ragged)
			emit(TYPE_DATA, length);
}

static void send_fragmented(void)
{
	size_t length;

	for (length = FRAGMENTED_MIN; length <= LENGTH_MAX; length++)
		emit(TYPE_DATA, length);
}

static void send_handshake(void)
{
	uint32_t type;
	int i;

	for (i = 0; i < HANDSHAKES_EACH; i++)
		for (type = 1; type < TYPE_DATA; type++)
			emit(type, handshake_length[type]);
}

static bool send_class(const char *name)
{
	if (!strcmp(name, "short"))
		send_short();
	else if (!strcmp(name, "type"))
		send_type();
	else if (!strcmp(name, "reserved"))
		send_reserved();
	else if (!strcmp(name, "length"))
		send_length();
	else if (!strcmp(name, "index") || !strcmp(name, "ragged"))
		send_data(name[0] == 'r');
	else if (!strcmp(name, "fragmented"))
		send_fragmented();
	else if (!strcmp(name, "handshake"))
		send_handshake();
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *to;

	if (argc != 5 || getaddrinfo(argv[1], argv[2], &hints, &to)) {
		fprintf(stderr, "usage: garbage ADDRESS PORT CLASS SEED\n");
		return 2;
	}
	random_state = strtoull(argv[4], NULL, 10);
	fd = socket(to->ai_family, SOCK_DGRAM, 0);
	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen)) {
		fprintf(stderr, "connect: %s\n", strerror(errno));
		return 1;
	}
	if (!send_class(argv[3])) {
		fprintf(stderr, "no class is called '%s'\n", argv[3]);
		return 2;
	}
	count_replies(300);
	printf("%lu %lu\n", sent, replies);
	return 0;
}
