/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jvpn-aead: outside vectors through the AEAD of the data plane (bpf/aead.h), run
 * in the kernel with BPF_PROG_TEST_RUN. Lines "KEY NONCE TEXT" in hex come in on
 * stdin, one line of hex or "reject" goes out for each; "-" stands for an empty text.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../../bpf/aead.h"
#include "aead_vector.skel.h"

#define NONCE_BYTES 12
#define SEALED_MAX_BYTES (JVPN_TEXT_MAX_BYTES + JVPN_TAG_BYTES)

struct request {
	__u8 key[JVPN_KEY_BYTES];
	__u8 nonce[NONCE_BYTES];
	__u8 text[SEALED_MAX_BYTES];
	size_t text_bytes;
};

static const char usage[] = "usage: jvpn-aead seal|open\n"
			    "  Reads lines KEY NONCE TEXT from stdin, in hex: 32 bytes, 12 bytes, any length up\n"
			    "  to what a packet carries ('-' if empty); for open, TEXT ends with the 16-byte tag.\n"
			    "  Prints a line for each: the result in hex ('-' if empty), or reject.\n"
			    "  Loads a BPF program: needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON.\n";

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decodes at most `room` bytes; the number of bytes, -EINVAL if not hex, -E2BIG if too long. */
static ssize_t hex_decode(const char *hex, __u8 *bytes, size_t room)
{
	size_t digits = strlen(hex);

	for (size_t i = 0; i < digits; i++)
		if (hex_digit(hex[i]) < 0)
			return -EINVAL;
	if (digits % 2)
		return -EINVAL;
	if (digits / 2 > room)
		return -E2BIG;
	for (size_t i = 0; i < digits / 2; i++)
		bytes[i] = (__u8)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
	return (ssize_t)(digits / 2);
}

static void hex_print(const __u8 *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%02x", bytes[i]);
	puts(count ? "" : "-");
}

/* NULL and a filled request, or what is wrong with the line. */
static const char *request_parse(char *line, size_t text_room, struct request *ret)
{
	const char *const blanks = " \t\r\n";
	char *rest = NULL;
	const char *key = strtok_r(line, blanks, &rest);
	const char *nonce = strtok_r(NULL, blanks, &rest);
	const char *text = strtok_r(NULL, blanks, &rest);

	if (!text || strtok_r(NULL, blanks, &rest))
		return "expected three fields: KEY NONCE TEXT";
	if (hex_decode(key, ret->key, sizeof(ret->key)) != sizeof(ret->key))
		return "KEY is not 32 bytes of hex";
	if (hex_decode(nonce, ret->nonce, sizeof(ret->nonce)) != sizeof(ret->nonce))
		return "NONCE is not 12 bytes of hex";
	ssize_t bytes = strcmp(text, "-") ? hex_decode(text, ret->text, text_room) : 0;
	if (bytes == -E2BIG)
		return "TEXT is longer than a packet carries (9216 bytes, and 16 of tag)";
	if (bytes < 0)
		return "TEXT is not hex ('-' stands for empty)";
	ret->text_bytes = (size_t)bytes;
	return NULL;
}

/* Runs the program over the text in the skeleton; its verdict, or a negative errno. */
static int run(struct bpf_program *program)
{
	__u8 packet[64] = {0}; /* test_run wants one; the text is not in it */
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet), .repeat = 1);
	int error = bpf_prog_test_run_opts(bpf_program__fd(program), &options);

	return error ? -errno : (int)options.retval;
}

/* Seals or opens one request and prints its line; 0 or a negative errno. */
static int answer(struct aead_vector *skeleton, bool open, const struct request *request)
{
	struct aead_vector__bss *bss = skeleton->bss;

	if (open && request->text_bytes < JVPN_TAG_BYTES) {
		puts("reject");
		return 0;
	}
	memcpy(&bss->key, request->key, sizeof(request->key));
	memcpy(&bss->salt, request->nonce, sizeof(bss->salt));
	memcpy(&bss->counter, request->nonce + sizeof(bss->salt), sizeof(bss->counter));
	memcpy(bss->scratch.text, request->text, request->text_bytes);
	bss->len = (__u32)(open ? request->text_bytes - JVPN_TAG_BYTES : request->text_bytes);

	int verdict = run(open ? skeleton->progs.vector_open : skeleton->progs.vector_seal);
	if (verdict < 0)
		return verdict;
	if (verdict == AEAD_FORGED)
		puts("reject");
	else if (verdict == AEAD_OK)
		hex_print(bss->scratch.text, open ? bss->len : bss->len + JVPN_TAG_BYTES);
	else
		return -EPROTO;
	return 0;
}

static int answer_lines(struct aead_vector *skeleton, bool open)
{
	struct request request;
	char *line = NULL;
	size_t room = 0;
	int status = EXIT_SUCCESS;

	for (unsigned long number = 1; getline(&line, &room, stdin) >= 0; number++) {
		const char *wrong = request_parse(line, open ? SEALED_MAX_BYTES : JVPN_TEXT_MAX_BYTES, &request);
		int error = wrong ? 0 : answer(skeleton, open, &request);

		if (error < 0)
			wrong = strerror(-error);
		if (wrong) {
			fprintf(stderr, "jvpn-aead: line %lu: %s\n", number, wrong);
			status = EXIT_FAILURE;
			break;
		}
	}
	if (ferror(stdin) || fflush(stdout)) {
		perror("jvpn-aead");
		status = EXIT_FAILURE;
	}
	free(line);
	return status;
}

static int print_warning(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(usage, stdout);
		return EXIT_SUCCESS;
	}
	if (argc != 2 || (strcmp(argv[1], "seal") && strcmp(argv[1], "open"))) {
		fputs(usage, stderr);
		return 2;
	}
	libbpf_set_print(print_warning);
	struct aead_vector *skeleton = aead_vector__open_and_load();
	if (!skeleton) {
		fprintf(stderr, "jvpn-aead: cannot load the BPF program: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	int status = answer_lines(skeleton, !strcmp(argv[1], "open"));
	aead_vector__destroy(skeleton);
	return status;
}
