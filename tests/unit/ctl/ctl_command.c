/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of ctl/command: the table, its usage text, bad usage, output that fails, the choice of an interface. */
#include "test_plane.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(ctl_command, .init = plane_begin, .fini = plane_end, .timeout = 60);

static void assert_fails(const char *line, enum ctl_exit code, const char *says)
{
	struct outcome outcome = plane_ctl(line);

	cr_assert_eq(outcome.code, code, "%s: %d", line, outcome.code);
	cr_assert(strstr(outcome.err, says), "%s: %s", line, outcome.err);
	cr_assert_str_eq(outcome.out, "", "a failure prints nothing to stdout");
	cr_assert_eq(strchr(outcome.err, '\n'), outcome.err + strlen(outcome.err) - 1, "one line: %s", outcome.err);
}

Test(ctl_command, the_table_is_whole_and_has_no_twins)
{
	for (const struct ctl_command *command = ctl_commands; command->name; command++) {
		cr_assert(command->run && command->arguments && command->description && command->help);
		cr_assert_eq(command->help[strlen(command->help) - 1], '\n');
		cr_assert_null(strchr(command->description, '\n'));
		for (const struct ctl_command *other = command + 1; other->name; other++)
			cr_assert_str_neq(command->name, other->name);
	}
	cr_assert_str_eq(ctl_commands[0].name, "status");
}

Test(ctl_command, usage_tells_every_command)
{
	struct outcome outcome = plane_ctl("--help");

	cr_assert_eq(outcome.code, CTL_OK);
	cr_assert_str_eq(outcome.err, "");
	for (const struct ctl_command *command = ctl_commands; command->name; command++) {
		cr_assert(strstr(outcome.out, command->name) && strstr(outcome.out, command->description));
		cr_assert(strstr(outcome.out, command->arguments));
	}
	cr_assert_str_eq(plane_ctl("-h").out, outcome.out);
}

Test(ctl_command, each_command_has_its_own_help)
{
	for (const struct ctl_command *command = ctl_commands; command->name; command++) {
		char line[64];
		struct outcome outcome;

		(void)snprintf(line, sizeof(line), "%s --help", command->name);
		outcome = plane_ctl(line);
		cr_assert_eq(outcome.code, CTL_OK);
		cr_assert(strstr(outcome.out, command->help) && strstr(outcome.out, command->name));
	}
}

Test(ctl_command, tells_its_version)
{
	cr_assert_str_eq(plane_ctl("--version").out, "jvpn-ctl " JVPN_VERSION "\n");
}

Test(ctl_command, bad_usage_is_two)
{
	(void)plane_pin("jt0");
	assert_fails("frobnicate", CTL_USAGE, "no such command: frobnicate");
	assert_fails("session", CTL_USAGE, "no such command");
	assert_fails("--frobnicate", CTL_USAGE, "--frobnicate");
	assert_fails("-x", CTL_USAGE, "-x");
	assert_fails("-xh", CTL_USAGE, "-x");
	assert_fails("--json=1", CTL_USAGE, "--json=1");
	assert_fails("-i", CTL_USAGE, "missing");
	assert_fails("--interface", CTL_USAGE, "missing");
	assert_fails("status more", CTL_USAGE, "too many arguments");
	assert_fails("maps meta more", CTL_USAGE, "too many arguments");
	assert_fails("status --all", CTL_USAGE, "--all is nothing for status");
	assert_fails("maps nothing", CTL_USAGE, "no map is called \"nothing\"; there are: meta sessions");
	assert_fails("-i ../etc status", CTL_USAGE, "cannot be an interface's name");
	assert_fails("-i an-interface-too-long", CTL_USAGE, "cannot be an interface's name");
}

Test(ctl_command, options_may_stand_anywhere)
{
	(void)plane_pin("jt0");
	cr_assert_eq(plane_ctl("-i jt0 --json sessions").code, CTL_OK);
	cr_assert_eq(plane_ctl("sessions --json -i jt0").code, CTL_OK);
	cr_assert_eq(plane_ctl("sessions --interface=jt0").code, CTL_OK);
	cr_assert_eq(plane_ctl("--all drops").code, CTL_OK);
}

Test(ctl_command, the_only_interface_needs_no_name)
{
	(void)plane_pin("jt0");
	cr_assert_eq(plane_ctl("sessions").code, CTL_OK);
	cr_assert_eq(plane_ctl("").code, CTL_OK);
	cr_assert(strstr(plane_ctl("").out, "jt0"));
}

Test(ctl_command, several_interfaces_are_named)
{
	(void)plane_pin("jt1");
	(void)plane_pin("jt0");
	assert_fails("status", CTL_USAGE, "jt0, jt1");
	cr_assert_eq(plane_ctl("-i jt1 status").code, CTL_OK);
	cr_assert(strstr(plane_ctl("-i jt1 status").out, "jt1"));
}

Test(ctl_command, no_interface_is_three)
{
	static const char *const lines[] = {"", "status", "sessions", "drops", "maps", "maps meta"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_fails(lines[i], CTL_NOT_FOUND, "there is no interface");
	(void)plane_pin("jt0");
	assert_fails("-i jt7 sessions", CTL_NOT_FOUND, "no such interface: nothing is pinned for jt7");
}

/* Runs `line` with stdout at `path`. */
static struct outcome run_to(FILE *out, char *command)
{
	struct outcome outcome = {0};
	size_t bytes;
	struct ctl_world world = {.out = out,
				  .err = open_memstream(&outcome.err, &bytes),
				  .pin_root = plane_root(),
				  .control_root = plane_control_root()};
	char name[] = "jvpn-ctl", *argv[] = {name, command, NULL};

	outcome.code = ctl_run(&world, 2, argv);
	(void)fclose(world.err);
	return outcome;
}

Test(ctl_command, a_full_disk_is_a_failure)
{
	static const char *const commands[] = {"status", "sessions", "drops", "maps", "--help", "--version"};

	(void)plane_pin("jt0");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		FILE *full = fopen("/dev/full", "w");
		char command[16];
		struct outcome outcome;

		(void)snprintf(command, sizeof(command), "%s", commands[i]);
		outcome = run_to(full, command);
		cr_assert_eq(outcome.code, CTL_FAILED, "%s", command);
		cr_assert(strstr(outcome.err, "No space left"), "%s", outcome.err);
		free(outcome.err);
		(void)fclose(full);
	}
}

Test(ctl_command, a_reader_that_went_away_is_a_failure)
{
	char command[] = "maps";
	struct outcome outcome;
	int ends[2];
	FILE *out;

	(void)plane_pin("jt0");
	(void)signal(SIGPIPE, SIG_IGN); /* as main() does */
	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	(void)close(ends[0]);
	out = fdopen(ends[1], "w");
	outcome = run_to(out, command);
	cr_assert_eq(outcome.code, CTL_FAILED);
	cr_assert(strstr(outcome.err, "Broken pipe"), "%s", outcome.err);
	free(outcome.err);
	(void)fclose(out);
}
