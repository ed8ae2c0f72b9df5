/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The one exit of each door: a step's answer becomes XDP_* or TC_ACT_*, and a drop
 * is counted by its reason. No step counts a drop or names a kernel action itself.
 */
#ifndef JVPN_BPF_VERDICT_H
#define JVPN_BPF_VERDICT_H

#include "jvpn/drop.h"
#include "maps.h"

/* What a step answers: GO_ON, a reason to drop (enum jvpn_drop, 1 to 63), or one of these. */
enum verdict {
	GO_ON = JVPN_DROP_NONE,
	VERDICT_PASS = JVPN_DROP_SLOTS, /* not ours: the network stack decides */
	VERDICT_CONSUMED,		/* ours, and nothing is left to hand on */
	VERDICT_REDIRECT,		/* ours: to the device named to the kernel */
};

#define DROP(name) ((enum verdict)JVPN_DROP_##name)

#define TC_ACT_OK 0
#define TC_ACT_SHOT 2
#define TC_ACT_REDIRECT 7

static __always_inline bool verdict_is_drop(enum verdict verdict)
{
	return verdict != GO_ON && verdict < VERDICT_PASS;
}

static __always_inline void drop_count(__u32 reason)
{
	__u64 *count = bpf_map_lookup_elem(&drops, &reason);
	if (count)
		*count += 1;
}

static __always_inline int verdict_xdp(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return XDP_PASS;
	case VERDICT_REDIRECT:
		return XDP_REDIRECT;
	case VERDICT_CONSUMED:
		return XDP_DROP;
	default:
		drop_count(verdict);
		return XDP_DROP;
	}
}

static __always_inline int verdict_tc(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return TC_ACT_OK;
	case VERDICT_REDIRECT:
		return TC_ACT_REDIRECT;
	case VERDICT_CONSUMED:
		return TC_ACT_SHOT;
	default:
		drop_count(verdict);
		return TC_ACT_SHOT;
	}
}

#endif
