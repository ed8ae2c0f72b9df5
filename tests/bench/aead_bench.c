/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the AEAD of the data plane costs: nanoseconds per packet, beside libsodium on the same
 * machine. Runs of both alternate, so that a noisy machine disturbs both; medians are printed.
 * Opening destroys what it reads: it is timed as sealing and opening, less sealing.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../../bpf/aead.h"
#include "aead_vector.skel.h"

#define ROUNDS 41
#define ROUND_NS 3000000u /* about: what one run of a round takes */

enum column { BPF_SEAL, BPF_OPEN, SODIUM_SEAL, SODIUM_OPEN, COLUMNS };

static const char *const names[COLUMNS] = {"bpf seal", "bpf open", "sodium seal", "sodium open"};

static __u8 key[JVPN_KEY_BYTES], nonce[12], plain[JVPN_TEXT_MAX_BYTES], sealed[JVPN_TEXT_MAX_BYTES + JVPN_TAG_BYTES];

/* The kernel's own figure for one run of the program, an average over `repeat`. */
static double time_bpf(struct bpf_program *program, __u32 repeat)
{
	__u8 packet[64] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = (int)repeat);

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &options) || options.retval != AEAD_OK) {
		fprintf(stderr, "aead_bench: test_run: %s, verdict %u\n", strerror(errno), options.retval);
		exit(EXIT_FAILURE);
	}
	return options.duration;
}

static double now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double time_sodium(int open, __u32 len, __u32 repeat)
{
	unsigned long long bytes;
	double began = now_ns();

	for (__u32 i = 0; i < repeat; i++) {
		if (!open)
			crypto_aead_chacha20poly1305_ietf_encrypt(sealed, &bytes, plain, len, NULL, 0, NULL, nonce,
								  key);
		else if (crypto_aead_chacha20poly1305_ietf_decrypt(plain, &bytes, NULL, sealed, len + JVPN_TAG_BYTES,
								   NULL, 0, nonce, key))
			abort();
	}
	return (now_ns() - began) / repeat;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static void measure(struct aead_vector *skeleton, __u32 len, double median[COLUMNS])
{
	static double samples[COLUMNS][ROUNDS];
	__u32 repeat = ROUND_NS / (500 + 3 * len);

	skeleton->bss->len = len;
	for (int round = 0; round < ROUNDS; round++) {
		samples[BPF_SEAL][round] = time_bpf(skeleton->progs.vector_seal, repeat);
		samples[SODIUM_SEAL][round] = time_sodium(0, len, repeat);
		samples[BPF_OPEN][round] = time_bpf(skeleton->progs.vector_round, repeat) - samples[BPF_SEAL][round];
		samples[SODIUM_OPEN][round] = time_sodium(1, len, repeat);
	}
	for (int column = 0; column < COLUMNS; column++) {
		qsort(samples[column], ROUNDS, sizeof(double), by_value);
		median[column] = samples[column][ROUNDS / 2];
	}
}

static int print_warning(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

int main(void)
{
	static const __u32 lengths[] = {0, 64, 1408, 1420};

	libbpf_set_print(print_warning);
	struct aead_vector *skeleton = sodium_init() < 0 ? NULL : aead_vector__open_and_load();
	if (!skeleton) {
		fprintf(stderr, "aead_bench: cannot load the BPF program: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	printf("%-8s", "bytes");
	for (int column = 0; column < COLUMNS; column++)
		printf("%13s", names[column]);
	printf("%10s\n", "ratio");
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		double median[COLUMNS];

		measure(skeleton, lengths[i], median);
		printf("%-8u", lengths[i]);
		for (int column = 0; column < COLUMNS; column++)
			printf("%10.0f ns", median[column]);
		printf("%10.2f\n", median[BPF_SEAL] / median[SODIUM_SEAL]);
	}
	aead_vector__destroy(skeleton);
	return EXIT_SUCCESS;
}
