/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of control/client: daemons that are absent, silent, slow, or not what they should be. */
#include "control/client.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/socket.h"
#include "test_daemon.h"

TestSuite(control_client, .init = test_daemon_begin, .fini = test_daemon_end, .timeout = 60);

#define TIMEOUT_MS 200

/* What the other end does with the one connection it gets. */
struct script {
	struct control_socket claimed;
	const char *says; /* at once; NULL: nothing */
	bool repeats;	  /* without end, until the client is gone */
	bool drips;	  /* a byte each 20 ms */
	bool hangs_up;
	char heard[256];
	pthread_t thread;
};

static void say(const struct script *script, int fd)
{
	size_t length = strlen(script->says), step = script->drips ? 1 : length;

	do
		for (size_t sent = 0; sent < length; sent += step) {
			if (send(fd, script->says + sent, step, MSG_NOSIGNAL) < 0)
				return;
			if (script->drips)
				(void)usleep(20000);
		}
	while (script->repeats);
}

static void *play(void *userdata)
{
	struct script *script = userdata;
	char rest;
	int fd;

	do
		fd = accept(script->claimed.fd, NULL, NULL);
	while (fd < 0 && errno == EAGAIN && usleep(1000) == 0);
	if (fd < 0)
		return NULL;
	(void)!recv(fd, script->heard, sizeof(script->heard) - 1, 0);
	if (script->says)
		say(script, fd);
	if (!script->hangs_up)
		(void)!recv(fd, &rest, 1, 0); /* until the client has gone */
	(void)close(fd);
	return NULL;
}

/* Asks the daemon that plays the script; the code. */
static int ask(struct script *script, json_t **ret_answer)
{
	uint64_t start = clock_mono_ns();
	int code;

	cr_assert_eq(control_socket_claim(test_path, &script->claimed), 0);
	cr_assert_eq(pthread_create(&script->thread, NULL, play, script), 0);
	code = control_ask(test_path, "ping", NULL, TIMEOUT_MS, ret_answer);
	cr_assert_lt(clock_mono_ns() - start, (TIMEOUT_MS + 2000) * CLOCK_NS_PER_MS);
	cr_assert_eq(pthread_join(script->thread, NULL), 0);
	control_socket_release(test_path, &script->claimed);
	return code;
}

static void assert_fails(struct script script, int expected)
{
	json_t *answer = NULL;

	cr_assert_eq(ask(&script, &answer), expected, "%s", script.says ? script.says : "");
	cr_assert_null(answer);
}

Test(control_client, gets_an_answer)
{
	struct script script = {.says = PONG "rest that nobody reads"};
	json_t *answer = NULL;

	cr_assert_eq(ask(&script, &answer), 0);
	cr_assert_eq(json_integer_value(json_object_get(answer, "pid")), 1);
	cr_assert_null(control_refusal(answer));
	cr_assert_str_eq(script.heard, PING);
	json_decref(answer);
}

Test(control_client, gets_a_refusal)
{
	struct script script = {.says = "{\"ok\":false,\"error\":\"no such command\",\"code\":38}\n", .hangs_up = true};
	json_t *answer = NULL;

	cr_assert_eq(ask(&script, &answer), 0);
	cr_assert_str_eq(control_refusal(answer), "no such command");
	json_decref(answer);
}

Test(control_client, tells_when_no_daemon_runs)
{
	struct control_socket claimed;
	json_t *answer = NULL;

	cr_assert_eq(control_ask(test_path, "ping", NULL, TIMEOUT_MS, &answer), -ECONNREFUSED, "no directory");
	cr_assert_eq(control_socket_claim(test_path, &claimed), 0);
	(void)close(claimed.fd);
	cr_assert_eq(control_ask(test_path, "ping", NULL, TIMEOUT_MS, &answer), -ECONNREFUSED, "a stale socket");
	cr_assert_null(answer);
}

Test(control_client, gives_up_on_a_daemon_that_is_silent_or_slow)
{
	assert_fails((struct script){.says = NULL}, -ETIMEDOUT);
	assert_fails((struct script){.says = PONG PONG PONG, .drips = true, .hangs_up = true}, -ETIMEDOUT);
	assert_fails((struct script){.says = "{\"ok\":true"}, -ETIMEDOUT);
}

Test(control_client, refuses_what_is_no_answer)
{
	assert_fails((struct script){.says = "garbage\n"}, -EPROTO);
	assert_fails((struct script){.says = "\n"}, -EPROTO);
	assert_fails((struct script){.says = "[true]\n"}, -EPROTO);
	assert_fails((struct script){.says = "{\"pid\":1}\n"}, -EPROTO);
	assert_fails((struct script){.says = "{\"ok\":1}\n"}, -EPROTO);
	assert_fails((struct script){.says = "{\"ok\":true,\"ok\":true}\n"}, -EPROTO);
	assert_fails((struct script){.says = "{\"ok\":tr", .hangs_up = true}, -EPROTO);
	assert_fails((struct script){.hangs_up = true}, -ECONNRESET);
}

Test(control_client, keeps_no_more_than_an_answer_may_be)
{
	static char blob[1024 * 1024];
	struct script script = {.says = blob, .repeats = true};
	json_t *answer = NULL;
	int code;

	memset(blob, 'x', sizeof(blob) - 1);
	cr_assert_eq(control_socket_claim(test_path, &script.claimed), 0);
	cr_assert_eq(pthread_create(&script.thread, NULL, play, &script), 0);
	code = control_ask(test_path, "ping", NULL, 20000, &answer);
	cr_assert_eq(code, -EPROTO);
	cr_assert_eq(pthread_join(script.thread, NULL), 0);
	control_socket_release(test_path, &script.claimed);
}

Test(control_client, sends_no_overlong_request)
{
	json_t *arguments, *answer = NULL;
	char text[CONTROL_REQUEST_MAX_BYTES];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	arguments = json_pack("{s:s}", "text", text);
	test_daemon_start(0);
	cr_assert_eq(control_ask(test_path, "ping", arguments, TIMEOUT_MS, &answer), -E2BIG);
	json_decref(arguments);
}
