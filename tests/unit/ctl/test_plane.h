/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pinned maps to look at, without a data plane: the maps of the real objects,
 * no program loaded but the one that swaps, pinned below /sys/fs/bpf/jvpn-test-PID and filled by hand.
 * A child process removes that directory when the test's process ends, however
 * it ends. And jvpn-ctl run inside the test, its clocks standing still.
 */
#ifndef TESTS_CTL_TEST_PLANE_H
#define TESTS_CTL_TEST_PLANE_H

#include <jansson.h>
#include <stdint.h>

#include "base/loop.h"
#include "ctl/command.h"
#include "dataplane.skel.h"

#define PLANE_MONO_NS (1000 * 1000000000ull)
#define PLANE_WALL_MS 1700000000000ull
#define PLANE_SECRET_BYTE 0x5a /* every byte of every key in the maps */

/* Skips the test when pinning is not possible. */
void plane_begin(void);
void plane_end(void);

const char *plane_root(void);	      /* for pins */
const char *plane_control_root(void); /* for sockets */

/* Makes and pins the maps, and writes `meta`. Lives until plane_end(). */
struct dataplane *plane_pin(const char *interface);
void plane_set_meta(struct dataplane *plane, const struct jvpn_meta *meta);
struct jvpn_meta plane_meta(const char *interface);

void plane_put(struct bpf_map *map, const void *key, const void *value);

/*
 * A session with two paths ("isp-a", id 1, slot 0, ACTIVE; one without a name,
 * id 2, slot 3, STANDBY), counters in slot `number`, and two key pairs, born 90 s
 * and 12 s ago. Its peer's key is 32 bytes of `number`.
 */
void plane_put_session(struct dataplane *plane, uint64_t id, uint32_t number);
void plane_put_route_v4(struct dataplane *plane, const char *address, uint32_t length, uint32_t peer, uint64_t session);
void plane_put_drop(struct dataplane *plane, uint32_t number, uint64_t count_each_cpu);

struct outcome {
	enum ctl_exit code;
	char *out;
	char *err;
};

/* Runs "jvpn-ctl `line`", split at spaces. The texts live until plane_end(). */
struct outcome plane_ctl(const char *line);
void plane_forget_outcomes(void);

/* The same with --json; the document of a run that must succeed. */
json_t *plane_ctl_json(const char *line);

/* A daemon in a child process until plane_end(): answers as control.h says, or hangs. */
void plane_start_daemon(const char *interface, bool hangs);
void plane_stop_daemon(void);

#endif
