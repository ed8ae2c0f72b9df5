/* SPDX-License-Identifier: BSD-2-Clause */
/* jvpnd: the command line, and whether it runs in the foreground. Everything else is daemon.c. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon.h"

#define EXIT_USAGE 2

static const char usage[] = "usage: jvpnd [-f|--foreground] [--config FILE] [--log-level LEVEL] INTERFACE\n"
			    "       jvpnd --version | --help\n"
			    "\n"
			    "  -f, --foreground   stay in the foreground and log to stderr\n"
			    "      --config FILE  default /etc/jvpn/INTERFACE.conf\n"
			    "      --log-level    error, warning, info (default) or debug\n"
			    "\n"
			    "Without -f, returns when the interface is ready, or with one line that says why not.\n"
			    "SIGTERM ends the sessions and removes everything; SIGHUP reads the configuration anew;\n"
			    "SIGKILL leaves the data plane running, and the next start adopts it.\n"
			    "Exit status: 0, 1 failed, 2 usage.\n";

struct options {
	bool foreground;
	enum log_level level;
	const char *config;
	const char *interface;
};

static int usage_error(const char *text, const char *detail)
{
	fprintf(stderr, "jvpnd: %s%s\n%s", text, detail, usage);
	return EXIT_USAGE;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, struct options *ret_options)
{
	enum { OPTION_CONFIG = 256, OPTION_LEVEL, OPTION_VERSION };
	static const struct option options[] = {
		{"foreground", no_argument, NULL, 'f'},
		{"config", required_argument, NULL, OPTION_CONFIG},
		{"log-level", required_argument, NULL, OPTION_LEVEL},
		{"version", no_argument, NULL, OPTION_VERSION},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	ret_options->level = LOG_LEVEL_INFO;
	for (int option; (option = getopt_long(argc, argv, "fh", options, NULL)) != -1;) {
		switch (option) {
		case 'f':
			ret_options->foreground = true;
			break;
		case OPTION_CONFIG:
			ret_options->config = optarg;
			break;
		case OPTION_LEVEL:
			if (log_level_parse(optarg, &ret_options->level))
				return usage_error("unknown log level: ", optarg);
			break;
		case OPTION_VERSION:
			return printf("jvpnd %s\n", JVPN_VERSION) < 0;
		case 'h':
			return fputs(usage, stdout) < 0;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind + 1 != argc)
		return usage_error("name one interface", "");
	ret_options->interface = argv[optind];
	if (!link_name_is_valid(ret_options->interface))
		return usage_error("not an interface name: ", ret_options->interface);
	return -1;
}

static int serve(const struct options *options, const char *config, int ready)
{
	struct daemon_setup setup = {.interface = options->interface, .config_path = config};
	struct gateway *gateway;
	struct plane_error error;
	if (daemon_start(&setup, &gateway, &error)) {
		log_error("%s", error.text);
		return 1;
	}
	log_info("ready on UDP port %u, %zu peers", udp_port(gateway->udp), gateway->config->peer_count);
	if (ready >= 0) {
		_cleanup_fd_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		for (int fd = 0; fd <= 2 && null >= 0; fd++)
			(void)dup2(null, fd);
		(void)!write(ready, "", 1);
		(void)close(ready);
	}
	return daemon_run(gateway);
}

/* The parent waits for one byte: the child is ready. Its end without one: it failed, and has said why. */
static int serve_in_background(const struct options *options, const char *config)
{
	int pipes[2];
	char byte;
	char absolute[PATH_MAX];
	if (realpath(config, absolute))
		config = absolute; /* SIGHUP reads it again, from a process that stands in "/" */
	if (pipe2(pipes, O_CLOEXEC))
		return 1;
	pid_t child = fork();
	if (child < 0) {
		log_line_errno(LOG_LEVEL_ERROR, errno, "fork");
		return 1;
	}
	if (!child) {
		(void)close(pipes[0]);
		(void)setsid();
		(void)!chdir("/");
		return serve(options, config, pipes[1]);
	}
	(void)close(pipes[1]);
	return read(pipes[0], &byte, 1) == 1 ? 0 : 1;
}

/* A signal during the start waits until there is a loop to take it: no half-made interface is left. */
static void hold_signals(void)
{
	sigset_t held;
	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGTERM);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &held, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
	struct options options = {0};
	char config[256];
	int status = parse(argc, argv, &options);
	if (status >= 0)
		return status;
	log_open("jvpnd", options.interface, options.level);
	hold_signals();
	if (!options.config)
		(void)snprintf(config, sizeof(config), "/etc/jvpn/%s.conf", options.interface);
	const char *path = options.config ? options.config : config;
	return options.foreground ? serve(&options, path, -1) : serve_in_background(&options, path);
}
