/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jvpn-ctl: shows and steers what jvpnd and the data plane do. This file only
 * takes the real world; the table of commands is command.c.
 */
#include <signal.h>

#include "base/clock.h"
#include "control/control.h"
#include "ctl/command.h"

static bool wants_colour(void)
{
	const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(refused && *refused) && terminal && strcmp(terminal, "dumb") != 0;
}

int main(int argc, char **argv)
{
	struct ctl_world world = {
		.out = stdout,
		.err = stderr,
		.pin_root = JVPN_PIN_ROOT,
		.control_root = CONTROL_ROOT,
		.has_colour = wants_colour(),
		.mono_ns = clock_mono_ns(),
		.wall_ms = clock_wall_ms(),
	};

	(void)signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error to report, not a death */
	return ctl_run(&world, argc, argv);
}
