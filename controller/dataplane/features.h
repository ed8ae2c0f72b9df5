/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel must be able to do, asked of the kernel and never of its version.
 * Consulted when loading failed, to name the reason.
 */
#ifndef DATAPLANE_FEATURES_H
#define DATAPLANE_FEATURES_H

/* The first missing ability in words ("BPF helper bpf_loop (kernel 5.17)"), or NULL. Static storage. */
const char *features_missing(void);

#endif
