/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a subcommand of jvpn-ctl gets, and how it ends. One file per subcommand;
 * the table of them is command.c.
 *
 * A subcommand prints its result to `out` and nothing else there; a failure is
 * one line on `err`, by ctl_fail(). With `json`, `out` gets exactly one document,
 * and only when the subcommand succeeds. Writing to `out` is not checked by the
 * subcommand: ctl_run() does it once, at the end.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "dataplane/inspect.h"

/* Exit codes: API, contract.md. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1, /* refused or failed */
	CTL_USAGE = 2,
	CTL_NOT_FOUND = 3, /* no such interface or session */
	CTL_NO_DAEMON = 4, /* it does not run, and the command needs it */
};

/* The world around the program: main() takes the real one, a test its own. */
struct ctl_world {
	FILE *out;
	FILE *err;
	const char *pin_root;	  /* JVPN_PIN_ROOT */
	const char *control_root; /* CONTROL_ROOT */
	bool has_colour;
	uint64_t mono_ns; /* now, on both clocks */
	uint64_t wall_ms;
};

struct ctl {
	struct ctl_world world;
	const char *interface; /* -i, or NULL */
	const char *argument;  /* behind the command, or NULL */
	bool json;
	bool all;
};

DEFINE_CLEANUP(json, json_t *, json_decref);

/* Prints "jvpn-ctl: text" to `err`; returns `code`. */
enum ctl_exit ctl_fail(const struct ctl *ctl, enum ctl_exit code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for a map or the memory that could not be read: `error` is a negative errno. CTL_FAILED. */
enum ctl_exit ctl_fail_reading(const struct ctl *ctl, const char *what, int error);

/* Opens the interface that -i names, or the only one there is. Has said why when it is not CTL_OK. */
enum ctl_exit ctl_open(const struct ctl *ctl, struct inspect **ret_inspect);

/* Prints one document and a newline; takes the reference. NULL: CTL_FAILED, and has said why. */
enum ctl_exit ctl_print_json(const struct ctl *ctl, json_t *document);

/* A time of the data plane (monotonic ns) as wall clock ms; 0 stays 0, the future is now. */
uint64_t ctl_wall_ms(const struct ctl *ctl, uint64_t mono_ns);

/* A JSON integer that never turns negative. */
json_t *ctl_json_u64(uint64_t value);

#endif
