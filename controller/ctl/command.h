/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jvpn-ctl's table of commands, and the run of one of them.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/ctl.h"

struct ctl_command {
	const char *name;
	enum ctl_exit (*run)(const struct ctl *ctl);
	const char *arguments;	 /* as in the usage text */
	const char *description; /* one line */
	const char *help;	 /* a few sentences more; lines end in '\n' */
	bool takes_argument;	 /* one, optional */
	bool takes_all;		 /* --all */
};

/* Ends with a nameless entry; the first one is the default. */
extern const struct ctl_command ctl_commands[];

enum ctl_exit ctl_status(const struct ctl *ctl);
enum ctl_exit ctl_sessions(const struct ctl *ctl);
enum ctl_exit ctl_drops(const struct ctl *ctl);
enum ctl_exit ctl_maps(const struct ctl *ctl);

/*
 * Everything jvpn-ctl does: reads the options, runs the command, and looks at
 * `world->out` at the end; text that did not get through is CTL_FAILED. Sorts argv.
 */
enum ctl_exit ctl_run(const struct ctl_world *world, int argc, char **argv);

#endif
