/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * aead.h behind BPF_PROG_TEST_RUN: for the vector tool, the tests and the
 * benchmark. It adds nothing to what the data plane runs, and is never attached.
 *
 * The job and the text stand in global variables, not in a packet: test_run
 * limits the packet to a page on older kernels, and a repeated run then
 * measures the AEAD alone.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "aead.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct aead_key key;
__u64 counter; /* nonce bytes 4 to 11, little-endian */
__u32 salt;    /* nonce bytes 0 to 3, little-endian */
__u32 len;     /* of the text, without the tag */
struct aead_scratch scratch;

SEC("tc")
int vector_seal(struct __sk_buff *skb)
{
	(void)skb;
	return aead_seal_nonce(&scratch, &key, salt, counter, len);
}

SEC("tc")
int vector_open(struct __sk_buff *skb)
{
	(void)skb;
	return aead_open_nonce(&scratch, &key, salt, counter, len);
}

/* For the benchmark: opening destroys what it reads, so it is timed together with sealing. */
SEC("tc")
int vector_round(struct __sk_buff *skb)
{
	(void)skb;
	aead_seal_nonce(&scratch, &key, salt, counter, len);
	return aead_open_nonce(&scratch, &key, salt, counter, len);
}
