/* SPDX-License-Identifier: BSD-2-Clause */
/* One row an ability, one probe a kind: the kernel is asked, never its version. */
#include "dataplane/features.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stddef.h>

enum feature_kind { FEATURE_PROGRAM, FEATURE_MAP, FEATURE_HELPER };

struct feature {
	enum feature_kind kind;
	int program; /* type of the program, also of the one that calls the helper */
	int id;	     /* map type or helper */
	const char *words;
};

static const struct feature features[] = {
	{FEATURE_PROGRAM, BPF_PROG_TYPE_XDP, 0, "XDP programs (CONFIG_BPF_SYSCALL, CAP_BPF, CAP_NET_ADMIN)"},
	{FEATURE_PROGRAM, BPF_PROG_TYPE_SCHED_CLS, 0, "TC programs (CONFIG_NET_CLS_BPF)"},
	{FEATURE_PROGRAM, BPF_PROG_TYPE_SYSCALL, 0, "BPF syscall programs (kernel 5.14)"},
	{FEATURE_MAP, 0, BPF_MAP_TYPE_RINGBUF, "BPF ring buffers (kernel 5.8)"},
	{FEATURE_MAP, 0, BPF_MAP_TYPE_LPM_TRIE, "BPF longest-prefix tries"},
	{FEATURE_MAP, 0, BPF_MAP_TYPE_DEVMAP, "BPF device maps"},
	{FEATURE_MAP, 0, BPF_MAP_TYPE_LRU_HASH, "BPF LRU hashes"},
	{FEATURE_HELPER, BPF_PROG_TYPE_XDP, BPF_FUNC_loop, "BPF helper bpf_loop (kernel 5.17)"},
	{FEATURE_HELPER, BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_load_bytes, "BPF helper bpf_xdp_load_bytes (kernel 5.18)"},
	{FEATURE_HELPER, BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_redirect_neigh,
	 "BPF helper bpf_redirect_neigh (kernel 5.10)"},
};

static int feature_probe(const struct feature *feature)
{
	switch (feature->kind) {
	case FEATURE_PROGRAM:
		return libbpf_probe_bpf_prog_type(feature->program, NULL);
	case FEATURE_MAP:
		return libbpf_probe_bpf_map_type(feature->id, NULL);
	default:
		return libbpf_probe_bpf_helper(feature->program, feature->id, NULL);
	}
}

const char *features_missing(void)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (feature_probe(&features[i]) <= 0)
			return features[i].words;
	return NULL;
}
