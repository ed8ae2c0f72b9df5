/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the loader tells a program once, before it is verified. A change at run time
 * is a new load and one atomic replacement of the attached program.
 */
#ifndef JVPN_BPF_KNOBS_H
#define JVPN_BPF_KNOBS_H

#include "jvpn/types.h"
#include <bpf/bpf_helpers.h>

const volatile __weak __u16 knob_listen_port;	  /* UDP, host byte order */
const volatile __weak __u8 knob_tunnel_mac[6];	  /* of the tunnel device: an opened packet is addressed to it */
const volatile __weak __u8 knob_dataplane_mac[6]; /* of its data-plane end: and comes from here */

#endif
