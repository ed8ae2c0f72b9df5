/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of conversation.h.
 */
#include "control/conversation.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "control/request.h"

void conversation_begin(struct conversation *conversation, int fd)
{
	*conversation = (struct conversation){.fd = fd};
}

void conversation_end(struct conversation *conversation)
{
	cleanup_fd(&conversation->fd);
	conversation->fd = -1;
	free(take_ptr(conversation->output));
}

bool conversation_progressed(struct conversation *conversation)
{
	bool has_progressed = conversation->has_progressed;

	conversation->has_progressed = false;
	return has_progressed;
}

/* 0: all is sent; -EAGAIN: not yet; others: it never will be. */
static int send_output(struct conversation *conversation)
{
	while (conversation->sent_bytes < conversation->output_bytes) {
		ssize_t bytes = send(conversation->fd, conversation->output + conversation->sent_bytes,
				     conversation->output_bytes - conversation->sent_bytes, MSG_NOSIGNAL);

		if (bytes < 0 && errno == EINTR)
			continue;
		if (bytes < 0)
			return -errno;
		conversation->sent_bytes += (size_t)bytes;
		conversation->has_progressed = true;
	}
	free(take_ptr(conversation->output));
	conversation->output_bytes = conversation->sent_bytes = 0;
	return 0;
}

/* Fills the input. 0: something came; -EAGAIN: nothing yet; others: nothing will, and every line was answered. */
static int receive_input(struct conversation *conversation)
{
	ssize_t bytes;

	do
		bytes = recv(conversation->fd, conversation->input + conversation->input_bytes,
			     sizeof(conversation->input) - conversation->input_bytes, 0);
	while (bytes < 0 && errno == EINTR);
	if (bytes <= 0)
		return bytes < 0 ? -errno : -ENOTCONN;
	conversation->input_bytes += (size_t)bytes;
	return 0;
}

static int answer_line(struct conversation *conversation, size_t length, control_answer_fn answer, void *userdata)
{
	int code = control_request_answer(conversation->input, length, answer, userdata, &conversation->output,
					  &conversation->output_bytes);

	conversation->input_bytes -= length + 1;
	memmove(conversation->input, conversation->input + length + 1, conversation->input_bytes);
	conversation->has_progressed = true;
	return code;
}

static int refuse_overlong(struct conversation *conversation)
{
	conversation->is_last = true;
	conversation->input_bytes = 0;
	return control_request_refuse(E2BIG, "the request is too long", &conversation->output,
				      &conversation->output_bytes);
}

/* 1: an answer lies ready; 0: there is none to come; -EAGAIN: wait for more; others: give up. */
static int next_answer(struct conversation *conversation, control_answer_fn answer, void *userdata)
{
	for (;;) {
		const char *end = memchr(conversation->input, '\n', conversation->input_bytes);
		int code;

		if (end)
			code = answer_line(conversation, (size_t)(end - conversation->input), answer, userdata);
		else if (conversation->input_bytes == sizeof(conversation->input))
			code = refuse_overlong(conversation);
		else if (conversation->is_last)
			return 0;
		else
			code = receive_input(conversation);
		if (code < 0 || conversation->output)
			return code < 0 ? code : 1;
	}
}

enum conversation_wants conversation_go_on(struct conversation *conversation, control_answer_fn answer, void *userdata)
{
	int code = conversation->output ? 1 : next_answer(conversation, answer, userdata);

	if (code == -EAGAIN)
		return CONVERSATION_READ;
	if (code <= 0)
		return CONVERSATION_OVER;
	code = send_output(conversation);
	if (code < 0)
		return code == -EAGAIN ? CONVERSATION_WRITE : CONVERSATION_OVER;
	/* what is left in the input must not wait for more to come: a writable socket brings us back */
	return conversation->input_bytes || conversation->is_last ? CONVERSATION_WRITE : CONVERSATION_READ;
}
