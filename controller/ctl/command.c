/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of commands, the table of options, and the usage text made of both.
 */
#include "ctl/command.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

const struct ctl_command ctl_commands[] = {
	{"status", ctl_status, "", "one screen: interface, daemon, peers, sessions, paths (the default command)",
	 "Reads the pinned maps, and asks the daemon for what only it knows; shows the rest when it does not run.\n",
	 .takes_argument = false},
	{"sessions", ctl_sessions, "", "every session with its paths",
	 "Session ids are cut to a prefix that tells them apart; '*' marks the path that sends.\n"
	 "Works with no daemon.\n",
	 .takes_argument = false},
	{"drops", ctl_drops, "[--all]", "why packets were dropped, a sentence each",
	 "Reasons that were never counted are left out of the text unless --all is given; --json has every one.\n"
	 "Works with no daemon; with one, the handshakes it refused are told too.\n",
	 .takes_all = true},
	{"maps", ctl_maps, "[NAME]", "the pinned maps, or what is in one of them",
	 "Shows the data plane's state as it is, but no key: those are \"(secret)\". Works with no daemon.\n",
	 .takes_argument = true},
	{NULL, NULL, NULL, NULL, NULL, false, false},
};

enum option_value { OPTION_INTERFACE = 'i', OPTION_HELP = 'h', OPTION_JSON = 256, OPTION_ALL, OPTION_VERSION };

static const struct {
	const char *name;
	enum option_value value;
	int has_argument;
	const char *usage; /* NULL: told by the commands that take it */
	const char *description;
} option_list[] = {
	{"interface", OPTION_INTERFACE, required_argument, "-i, --interface NAME", "which one; default: the only one"},
	{"json", OPTION_JSON, no_argument, "    --json", "one JSON document instead of text"},
	{"help", OPTION_HELP, no_argument, "-h, --help", "this text; behind a command: more about it"},
	{"version", OPTION_VERSION, no_argument, "    --version", "the version of this program"},
	{"all", OPTION_ALL, no_argument, NULL, NULL},
};
#define OPTIONS (sizeof(option_list) / sizeof(option_list[0]))

static void print_usage(FILE *out)
{
	(void)fputs("usage: jvpn-ctl [-i INTERFACE] [--json] [COMMAND]\n\ncommands:\n", out);
	for (const struct ctl_command *command = ctl_commands; command->name; command++) {
		int width = fprintf(out, "  %s %s", command->name, command->arguments);

		(void)fprintf(out, "%*s%s\n", width < 26 ? 26 - width : 1, "", command->description);
	}
	(void)fputs("\noptions:\n", out);
	for (size_t i = 0; i < OPTIONS; i++)
		if (option_list[i].usage)
			(void)fprintf(out, "  %-24s%s\n", option_list[i].usage, option_list[i].description);
}

static void print_command_usage(const struct ctl_command *command, FILE *out)
{
	(void)fprintf(out, "usage: jvpn-ctl [-i INTERFACE] [--json] %s%s%s\n\n%s\n%s", command->name,
		      *command->arguments ? " " : "", command->arguments, command->description, command->help);
}

static const struct ctl_command *find_command(const char *name)
{
	for (const struct ctl_command *command = ctl_commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

struct request {
	struct ctl ctl;
	const struct ctl_command *command;
	bool wants_help;
	bool wants_version;
};

static enum ctl_exit fail_usage(const struct ctl *ctl, const char *problem, const char *word)
{
	return ctl_fail(ctl, CTL_USAGE, "%s%s%s (see jvpn-ctl --help)", problem, *word ? " " : "", word);
}

static enum ctl_exit fail_option(const struct ctl *ctl, int sign, char **argv)
{
	char option[] = {'-', (char)optopt, '\0'};
	const char *last = argv[optind - 1];
	bool is_short = optopt > 0 && optopt < OPTION_JSON && strncmp(last, "--", 2) != 0;

	if (sign == ':')
		return fail_usage(ctl, "an argument is missing behind", last);
	return fail_usage(ctl, "no such option, or not used so:", is_short ? option : last);
}

static enum ctl_exit read_options(struct request *request, int argc, char **argv)
{
	struct option options[OPTIONS + 1] = {{0}};
	int value;

	for (size_t i = 0; i < OPTIONS; i++)
		options[i] = (struct option){option_list[i].name, option_list[i].has_argument, NULL,
					     (int)option_list[i].value};
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	while ((value = getopt_long(argc, argv, ":i:h", options, NULL)) != -1) {
		if (value == OPTION_INTERFACE)
			request->ctl.interface = optarg;
		else if (value == OPTION_JSON)
			request->ctl.json = true;
		else if (value == OPTION_ALL)
			request->ctl.all = true;
		else if (value == OPTION_HELP)
			request->wants_help = true;
		else if (value == OPTION_VERSION)
			request->wants_version = true;
		else
			return fail_option(&request->ctl, value, argv);
	}
	return CTL_OK;
}

/* What is left when the options are read: the command, and at most one argument. */
static enum ctl_exit read_command(struct request *request, int argc, char **argv)
{
	const char *name = optind < argc ? argv[optind] : NULL;
	const char *argument = optind + 1 < argc ? argv[optind + 1] : NULL;
	int words = argc - optind;

	request->command = name ? find_command(name) : ctl_commands;
	if (!request->command)
		return fail_usage(&request->ctl, "no such command:", name);
	if (words > (request->command->takes_argument ? 2 : 1))
		return fail_usage(&request->ctl, "too many arguments for", request->command->name);
	if (request->ctl.all && !request->command->takes_all)
		return fail_usage(&request->ctl, "--all is nothing for", request->command->name);
	request->ctl.argument = argument;
	return CTL_OK;
}

static enum ctl_exit run(struct request *request, int argc, char **argv)
{
	FILE *out = request->ctl.world.out;
	enum ctl_exit code = read_options(request, argc, argv);

	if (code != CTL_OK)
		return code;
	if (request->wants_version) {
		(void)fprintf(out, "jvpn-ctl %s\n", JVPN_VERSION);
		return CTL_OK;
	}
	if (request->wants_help && optind >= argc) {
		print_usage(out);
		return CTL_OK;
	}
	code = read_command(request, argc, argv);
	if (code != CTL_OK)
		return code;
	if (request->wants_help) {
		print_command_usage(request->command, out);
		return CTL_OK;
	}
	return request->command->run(&request->ctl);
}

enum ctl_exit ctl_run(const struct ctl_world *world, int argc, char **argv)
{
	struct request request = {.ctl = {.world = *world}};
	enum ctl_exit code = run(&request, argc, argv);

	errno = 0;
	if (fflush(world->out) == 0 && !ferror(world->out))
		return code;
	return ctl_fail(&request.ctl, CTL_FAILED, "cannot write the result: %s", strerror(errno ? errno : EIO));
}
