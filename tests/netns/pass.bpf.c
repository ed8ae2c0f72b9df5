/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* An XDP program of somebody else's: it only occupies the place. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp")
int pass(struct xdp_md *packet)
{
	(void)packet;
	return XDP_PASS;
}
