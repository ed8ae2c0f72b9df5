/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of control/request: one line in, one line out, whatever the line. */
#include "control/request.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

DEFINE_CLEANUP(json, json_t *, json_decref);

static char seen_command[64];
static size_t seen_arguments;
static size_t calls;

static int answer(const char *command, json_t *arguments, json_t **ret_document, void *userdata)
{
	calls++;
	(void)snprintf(seen_command, sizeof(seen_command), "%s", command);
	seen_arguments = json_object_size(arguments);
	if (!strcmp(command, "lie"))
		*ret_document = json_pack("{s:b, s:i}", "ok", false, "value", 7);
	else if (!strcmp(command, "list"))
		*ret_document = json_array();
	else if (!strcmp(command, "long"))
		*ret_document = json_pack("{s:s}", "text", (const char *)userdata);
	else if (!strcmp(command, "value"))
		*ret_document = json_pack("{s:i}", "value", 7);
	else if (!strcmp(command, "busy"))
		return -EBUSY;
	else if (strcmp(command, "nothing") != 0)
		return -ENOSYS;
	return 0;
}

/* The answer to a line, checked to be one line of JSON with "ok". */
static json_t *ask_bytes(const char *line, size_t length, void *userdata)
{
	_cleanup_free_ char *text = NULL;
	size_t bytes = 0;
	json_t *document;

	cr_assert_eq(control_request_answer(line, length, answer, userdata, &text, &bytes), 0);
	cr_assert(bytes > 2 && bytes <= CONTROL_ANSWER_MAX_BYTES);
	cr_assert_eq(memchr(text, '\n', bytes), text + bytes - 1, "exactly one line");
	document = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, NULL);
	cr_assert(json_is_boolean(json_object_get(document, "ok")));
	return document;
}

static json_t *ask(const char *line)
{
	return ask_bytes(line, strlen(line), NULL);
}

static void assert_refused(const char *line, size_t length, int code)
{
	_cleanup_(cleanup_json) json_t *document = ask_bytes(line, length, NULL);

	cr_assert(json_is_false(json_object_get(document, "ok")), "%s", line);
	cr_assert_eq(json_integer_value(json_object_get(document, "code")), code, "%s", line);
	cr_assert_gt(strlen(json_string_value(json_object_get(document, "error"))), 3);
	cr_assert_eq(json_object_size(document), 3);
}

Test(control_request, members_of_the_document_become_the_answers)
{
	_cleanup_(cleanup_json) json_t *document = ask("{\"command\": \"value\"}");

	cr_assert(json_is_true(json_object_get(document, "ok")));
	cr_assert_eq(json_integer_value(json_object_get(document, "value")), 7);
	cr_assert_eq(json_object_size(document), 2);
	cr_assert_str_eq(seen_command, "value");
	cr_assert_eq(seen_arguments, 0);
}

Test(control_request, arguments_are_handed_on)
{
	_cleanup_(cleanup_json) json_t *document =
		ask("{\"arguments\":{\"a\":1,\"b\":2},\"command\":\"value\",\"x\":0}\r");

	cr_assert(json_is_true(json_object_get(document, "ok")));
	cr_assert_eq(seen_arguments, 2);
}

Test(control_request, a_document_cannot_say_it_is_not_ok)
{
	_cleanup_(cleanup_json) json_t *document = ask("{\"command\": \"lie\"}");

	cr_assert(json_is_true(json_object_get(document, "ok")));
	cr_assert_eq(json_integer_value(json_object_get(document, "value")), 7);
}

Test(control_request, refuses_what_is_no_request_and_does_not_call)
{
	static const char *const garbage[] = {"",
					      " ",
					      "ping",
					      "\"ping\"",
					      "[]",
					      "[\"command\"]",
					      "{}",
					      "null",
					      "1",
					      "{\"command\"}",
					      "{\"command\":1}",
					      "{\"command\":null}",
					      "{\"command\":\"value\"",
					      "{\"command\":\"value\"}{}",
					      "{\"command\":\"value\",\"command\":\"value\"}",
					      "{\"command\":\"\\u0000value\"}",
					      "{\"command\":\"\xff\xfe\"}",
					      "\xef\xbb\xbf{}"};

	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		assert_refused(garbage[i], strlen(garbage[i]), EBADMSG);
	assert_refused("{\"command\":\"val\0ue\"}", 20, EBADMSG);
	assert_refused("\0\0\0\0", 4, EBADMSG);
	cr_assert_eq(calls, 0);
}

Test(control_request, refuses_nesting_as_deep_as_a_request_can_be)
{
	char line[CONTROL_REQUEST_MAX_BYTES];

	memset(line, '[', sizeof(line));
	assert_refused(line, sizeof(line), EBADMSG);
}

Test(control_request, refuses_arguments_that_are_no_object)
{
	const char *line = "{\"command\":\"value\",\"arguments\":[1]}";

	assert_refused(line, strlen(line), EINVAL);
	cr_assert_eq(calls, 0);
}

Test(control_request, passes_on_the_commands_errno)
{
	assert_refused("{\"command\":\"busy\"}", 18, EBUSY);
	assert_refused("{\"command\":\"what\"}", 18, ENOSYS);
}

Test(control_request, refuses_an_answer_that_is_no_object)
{
	assert_refused("{\"command\":\"list\"}", 18, EIO);
	assert_refused("{\"command\":\"nothing\"}", 21, EIO);
}

/* {"ok":true,"text":"..."} and the newline: 22 bytes around the text. */
Test(control_request, bounds_the_answer)
{
	_cleanup_free_ char *text = malloc(CONTROL_ANSWER_MAX_BYTES);
	_cleanup_(cleanup_json) json_t *fits = NULL, *too_long = NULL;

	memset(text, 'x', CONTROL_ANSWER_MAX_BYTES);
	text[CONTROL_ANSWER_MAX_BYTES - 22] = '\0';
	fits = ask_bytes("{\"command\":\"long\"}", 18, text);
	cr_assert(json_is_true(json_object_get(fits, "ok")));
	text[CONTROL_ANSWER_MAX_BYTES - 22] = 'x';
	text[CONTROL_ANSWER_MAX_BYTES - 21] = '\0';
	too_long = ask_bytes("{\"command\":\"long\"}", 18, text);
	cr_assert_eq(json_integer_value(json_object_get(too_long, "code")), EMSGSIZE);
}
