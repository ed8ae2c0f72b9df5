/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a request and wrapping its answer. Pure but for the answer function.
 */
#include "control/request.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

DEFINE_CLEANUP(json, json_t *, json_decref);

static int print_line(const json_t *answer, char **ret_text, size_t *ret_length)
{
	_cleanup_free_ char *text = NULL;
	size_t length = json_dumpb(answer, NULL, 0, JSON_COMPACT);

	if (length == 0)
		return -ENOMEM;
	if (length + 1 > CONTROL_ANSWER_MAX_BYTES)
		return -EMSGSIZE;
	text = malloc(length + 1);
	if (!text)
		return -ENOMEM;
	if (json_dumpb(answer, text, length, JSON_COMPACT) != length)
		return -ENOMEM;
	text[length] = '\n';
	*ret_text = take_ptr(text);
	*ret_length = length + 1;
	return 0;
}

int control_request_refuse(int code, const char *sentence, char **ret_text, size_t *ret_length)
{
	_cleanup_(cleanup_json) json_t *answer = NULL;

	if (!sentence)
		sentence = code == ENOSYS ? "no such command" : strerror(code);
	answer = json_pack("{s:b, s:s, s:i}", "ok", false, "error", sentence, "code", code);
	return answer ? print_line(answer, ret_text, ret_length) : -ENOMEM;
}

static int wrap(json_t *document, char **ret_text, size_t *ret_length)
{
	_cleanup_(cleanup_json) json_t *answer = json_pack("{s:b}", "ok", true);
	int code;

	if (!json_is_object(document))
		return control_request_refuse(EIO, "the daemon made no answer", ret_text, ret_length);
	if (!answer || json_object_update_missing(answer, document) < 0)
		return -ENOMEM;
	code = print_line(answer, ret_text, ret_length);
	return code == -EMSGSIZE ? control_request_refuse(EMSGSIZE, "the answer is too long", ret_text, ret_length)
				 : code;
}

int control_request_answer(const char *line, size_t length, control_answer_fn answer, void *userdata, char **ret_text,
			   size_t *ret_length)
{
	_cleanup_(cleanup_json) json_t *request = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	_cleanup_(cleanup_json) json_t *nothing = json_object();
	_cleanup_(cleanup_json) json_t *document = NULL;
	const char *command = json_string_value(json_object_get(request, "command"));
	json_t *arguments = json_object_get(request, "arguments");
	int code;

	if (!nothing)
		return -ENOMEM;
	if (!command)
		return control_request_refuse(EBADMSG, "not a JSON object with a \"command\"", ret_text, ret_length);
	if (arguments && !json_is_object(arguments))
		return control_request_refuse(EINVAL, "\"arguments\" is not an object", ret_text, ret_length);
	code = answer(command, arguments ? arguments : nothing, &document, userdata);
	if (code < 0)
		return control_request_refuse(-code, NULL, ret_text, ret_length);
	return wrap(document, ret_text, ret_length);
}
