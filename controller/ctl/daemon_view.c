/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking the daemon, and doubting its answers.
 */
#include "ctl/daemon_view.h"

#include <errno.h>
#include <string.h>

#include "control/client.h"
#include "ctl/format.h"

static const char *sentence_of(int error)
{
	switch (error) {
	case -ETIMEDOUT:
		return "it does not answer";
	case -EPROTO:
		return "it does not speak this program's language";
	case -ECONNRESET:
		return "it hung up";
	default:
		return strerror(-error);
	}
}

static int ask(const struct ctl *ctl, const char *interface, const char *command, json_t **ret_answer)
{
	char path[CONTROL_PATH_BYTES];
	int error = control_path(ctl->world.control_root, interface, path);

	return error < 0 ? error : control_ask(path, command, NULL, CONTROL_TIMEOUT_MS, ret_answer);
}

/* The member `key` of the answer to `command`, of `type`; a new reference or NULL. */
static json_t *ask_member(const struct ctl *ctl, const char *interface, const char *command, json_type type)
{
	_cleanup_(cleanup_json) json_t *answer = NULL;
	json_t *member;

	if (ask(ctl, interface, command, &answer) < 0 || control_refusal(answer))
		return NULL;
	member = json_object_get(answer, command);
	return member && json_typeof(member) == type ? json_incref(member) : NULL;
}

json_t *daemon_view_refusals(const struct ctl *ctl, const char *interface)
{
	return ask_member(ctl, interface, "refusals", JSON_OBJECT);
}

static uint64_t sum_refusals(json_t *refusals)
{
	uint64_t sum = 0;
	const char *name;
	json_t *refusal;

	json_object_foreach(refusals, name, refusal)
	{
		json_int_t count = json_integer_value(json_object_get(refusal, "count"));

		sum += count > 0 ? (uint64_t)count : 0;
	}
	return sum;
}

static void read_ping(const json_t *answer, struct daemon_view *view)
{
	const char *refusal = control_refusal(answer), *version;
	json_int_t pid, uptime_ms;

	view->state = DAEMON_SILENT;
	if (refusal) {
		format_foreign(refusal, strnlen(refusal, sizeof(view->error) - 1), view->error);
		return;
	}
	if (json_unpack((json_t *)answer, "{s:I, s:s, s:I}", "pid", &pid, "version", &version, "uptime_ms",
			&uptime_ms) < 0 ||
	    uptime_ms < 0) {
		(void)snprintf(view->error, sizeof(view->error), "%s", sentence_of(-EPROTO));
		return;
	}
	view->state = DAEMON_ANSWERS;
	view->pid = pid;
	view->uptime_ms = uptime_ms;
	format_foreign(version, strnlen(version, sizeof(view->version) - 1), view->version);
}

void daemon_view_ask(const struct ctl *ctl, const char *interface, struct daemon_view *ret_view)
{
	_cleanup_(cleanup_json) json_t *answer = NULL, *refusals = NULL;
	struct daemon_view view = {0};
	int error = ask(ctl, interface, "ping", &answer);

	if (error == 0) {
		read_ping(answer, &view);
	} else if (error != -ECONNREFUSED) {
		view.state = DAEMON_SILENT;
		(void)snprintf(view.error, sizeof(view.error), "%s", sentence_of(error));
	}
	if (view.state == DAEMON_ANSWERS) {
		view.peers = ask_member(ctl, interface, "peers", JSON_ARRAY);
		refusals = daemon_view_refusals(ctl, interface);
		view.refused = sum_refusals(refusals);
	}
	*ret_view = view;
}

void cleanup_daemon_view(struct daemon_view *view)
{
	if (view->peers)
		json_decref(view->peers);
	view->peers = NULL;
}
