/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pinned maps of one interface, opened to be read: what jvpn-ctl knows with
 * no daemon. Never writes a map, never logs, never keeps or yields a key.
 *
 * inspect_open() opens every map of JVPN_MAP_NAMES with BPF_F_RDONLY, reads
 * `meta` first and believes nothing else before its ABI version and sizes, and
 * the kernel's own word about each map's type and sizes, are what this program
 * was built with. Reading what is inside: dataplane/inspect_read.h.
 *
 *   PIN_ROOT/INTERFACE/{meta,sessions,...}      PIN_ROOT is JVPN_PIN_ROOT but in tests
 */
#ifndef DATAPLANE_INSPECT_H
#define DATAPLANE_INSPECT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "jvpn/maps.h"

#define INSPECT_ERROR_BYTES 256
#define INSPECT_INTERFACE_BYTES 16 /* IFNAMSIZ */

enum inspect_map {
#define INSPECT_MAP_ENUM(name) INSPECT_MAP_##name,
	JVPN_MAP_NAMES(INSPECT_MAP_ENUM)
#undef INSPECT_MAP_ENUM
		INSPECT_MAPS,
};

/* What the kernel says about a map. */
struct inspect_facts {
	const char *name; /* "sessions"; static */
	uint32_t type;	  /* enum bpf_map_type */
	uint32_t key_bytes;
	uint32_t value_bytes;
	uint32_t max_entries; /* of `events`: bytes */
	uint32_t id;
};

struct inspect;

/*
 * Opens the maps of `interface` below `pin_root`. On failure `error` holds one
 * sentence for a person, without a newline; it is untouched on success.
 *
 *   -EINVAL   `interface` cannot be an interface's name (net/link.h)
 *   -ENOENT   nothing is pinned for it
 *   -EPROTO   maps of another ABI ("state of ABI 7, this program speaks 1"), of
 *             other sizes, or not all of them
 *   -EACCES, -EPERM   not privileged (CAP_BPF and read access to bpffs)
 *   others    as bpf(2)
 */
int inspect_open(const char *pin_root, const char *interface, struct inspect **ret_inspect,
		 char error[static INSPECT_ERROR_BYTES]);
void inspect_close(struct inspect *inspect); /* NULL is fine */
DEFINE_CLEANUP(inspect, struct inspect *, inspect_close);

/* As read by inspect_open(); `interface` in it is NUL terminated. */
const struct jvpn_meta *inspect_meta(const struct inspect *inspect);
const char *inspect_interface(const struct inspect *inspect);

/* The fd stays the inspect's own. */
int inspect_fd(const struct inspect *inspect, enum inspect_map map);
const struct inspect_facts *inspect_facts(const struct inspect *inspect, enum inspect_map map);

/* Where the map is pinned. -ENAMETOOLONG. */
int inspect_pin_path(const struct inspect *inspect, enum inspect_map map, char ret_path[static PATH_MAX]);

/* The name's map, or -ENOENT. */
int inspect_map_by_name(const char *name, enum inspect_map *ret_map);

/*
 * The interfaces with a directory below `pin_root`, sorted; none when `pin_root`
 * does not exist. *ret_names is an array the caller frees.
 */
int inspect_list_interfaces(const char *pin_root, char (**ret_names)[INSPECT_INTERFACE_BYTES], size_t *ret_count);

#endif
