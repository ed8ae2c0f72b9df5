/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names under /sys/fs/bpf/jvpn/INTERFACE: making the directory, the paths in it,
 * emptying it. Never looks into a map.
 */
#ifndef DATAPLANE_PINS_H
#define DATAPLANE_PINS_H

#include <limits.h>
#include <stdint.h>

#define PINS_PATH_BYTES 256

/* Mounts bpffs on /sys/fs/bpf when nothing is there yet; -ENODEV: it is not there and could not be mounted. */
int pins_prepare(const char *interface);

/* "ROOT/INTERFACE/NAME"; `name` NULL: the directory itself. */
void pins_path(const char *interface, const char *name, char ret_path[static PINS_PATH_BYTES]);
void pins_link_path(const char *interface, uint32_t ifindex, char ret_path[static PINS_PATH_BYTES]);

/* Calls for each pinned uplink attachment. */
void pins_each_link(const char *interface, void (*found)(uint32_t ifindex, void *userdata), void *userdata);

/* Unpins everything of the interface and removes its directory. */
void pins_clear(const char *interface);

#endif
