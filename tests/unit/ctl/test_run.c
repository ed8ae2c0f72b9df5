/* SPDX-License-Identifier: BSD-2-Clause */
/* jvpn-ctl and a daemon to ask, for test_plane.h. */
#include "test_plane.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "control/server.h"

#define OUTCOMES_MAX 64

static pid_t daemon_pid;
static struct outcome outcomes[OUTCOMES_MAX];
static size_t outcome_count;

void plane_forget_outcomes(void)
{
	for (; outcome_count; outcome_count--) {
		free(outcomes[outcome_count - 1].out);
		free(outcomes[outcome_count - 1].err);
	}
}

void plane_stop_daemon(void)
{
	if (daemon_pid <= 0)
		return;
	(void)kill(daemon_pid, SIGKILL);
	(void)waitpid(daemon_pid, NULL, 0);
	daemon_pid = 0;
}

struct outcome plane_ctl(const char *line)
{
	static char *argv[16];
	struct outcome outcome = {0};
	size_t out_bytes, err_bytes;
	struct ctl_world world = {
		.out = open_memstream(&outcome.out, &out_bytes),
		.err = open_memstream(&outcome.err, &err_bytes),
		.pin_root = plane_root(),
		.control_root = plane_control_root(),
		.mono_ns = PLANE_MONO_NS,
		.wall_ms = PLANE_WALL_MS,
	};
	char *copy = strdup(line), *rest = copy;
	int argc = 0;

	argv[argc++] = (char *)"jvpn-ctl";
	for (char *word; (word = strsep(&rest, " ")) && argc < 15;)
		if (*word)
			argv[argc++] = word;
	argv[argc] = NULL;
	outcome.code = ctl_run(&world, argc, argv);
	(void)fclose(world.out);
	(void)fclose(world.err);
	free(copy);
	cr_assert(outcome_count < OUTCOMES_MAX);
	outcomes[outcome_count++] = outcome;
	return outcome;
}

json_t *plane_ctl_json(const char *line)
{
	char with_json[256];
	struct outcome outcome;
	json_t *document;

	(void)snprintf(with_json, sizeof(with_json), "--json %s", line);
	outcome = plane_ctl(with_json);
	cr_assert_eq(outcome.code, CTL_OK, "%s", outcome.err);
	document = json_loads(outcome.out, JSON_REJECT_DUPLICATES, NULL);
	cr_assert_not_null(document, "%s", outcome.out);
	return document;
}

static int daemon_answer(const char *command, json_t *arguments, json_t **ret_document, void *userdata)
{
	(void)arguments;
	if (!strcmp(command, "ping"))
		*ret_document = json_pack("{s:i, s:s, s:i, s:s}", "pid", 4711, "version", "9.8.7", "uptime_ms", 3723000,
					  "interface", (const char *)userdata);
	else if (!strcmp(command, "peers"))
		*ret_document = json_pack("{s:[{s:s, s:s, s:[s], s:n, s:b, s:n, s:i, s:b}]}", "peers", "public_key",
					  "WAITING000000000000000000000000000000000000=", "endpoint",
					  "203.0.113.9:51820", "allowed_ips", "10.9.0.0/16", "session_id", "in_flight",
					  true, "latest_handshake_ms", "keepalive_s", 25, "has_psk", false);
	else if (!strcmp(command, "refusals"))
		*ret_document = json_pack("{s:{s:{s:i, s:s}, s:{s:i, s:s}}}", "refusals", "mac1", "count", 3,
					  "sentence", "mac1 is wrong", "flood", "count", 0, "sentence", "too soon");
	else
		return -ENOSYS;
	return 0;
}

static int hang(const char *command, json_t *arguments, json_t **ret_document, void *userdata)
{
	(void)command;
	(void)arguments;
	(void)ret_document;
	(void)userdata;
	(void)pause();
	return -EIO;
}

void plane_start_daemon(const char *interface, bool hangs)
{
	char path[CONTROL_PATH_BYTES];
	struct control_setup setup = {path, hangs ? hang : daemon_answer, (void *)(uintptr_t)interface, 0};
	struct control_server *server;
	struct loop *loop;
	int ready[2];
	char byte = 0;

	cr_assert_eq(control_path(plane_control_root(), interface, path), 0);
	cr_assert_eq(pipe2(ready, O_CLOEXEC), 0);
	daemon_pid = fork();
	cr_assert(daemon_pid >= 0);
	if (daemon_pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (loop_new(&loop) == 0 && control_server_new(loop, &setup, &server) == 0 &&
		    write(ready[1], &byte, 1) == 1)
			(void)loop_run(loop);
		_exit(1);
	}
	(void)close(ready[1]);
	cr_assert_eq(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
}
