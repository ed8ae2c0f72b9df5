/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Listening, admitting and forgetting clients. What a client says and hears is
 * control/conversation.c's.
 */
#include "control/server.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "control/conversation.h"
#include "control/request.h"
#include "control/socket.h"

#define PAUSE_NS CLOCK_NS_PER_S /* without a free fd, before accepting is tried again */

struct client {
	struct control_server *server;
	struct client *previous, *next;
	struct conversation conversation;
	struct loop_fd *source;
	struct loop_timer idle;
};

struct control_server {
	struct loop *loop;
	struct control_setup setup;
	uint64_t idle_ns;
	struct control_socket socket;
	struct loop_fd *source;
	struct loop_timer pause;
	struct client *clients;
	size_t client_count;
	char path[CONTROL_PATH_BYTES];
};

static void client_drop(struct client *client)
{
	struct control_server *server = client->server;

	loop_remove_timer(&client->idle);
	loop_remove_fd(client->source);
	conversation_end(&client->conversation);
	if (client->previous)
		client->previous->next = client->next;
	else
		server->clients = client->next;
	if (client->next)
		client->next->previous = client->previous;
	server->client_count--;
	free(client);
}

static void client_idle(uint64_t now_ns, void *userdata)
{
	(void)now_ns;
	client_drop(userdata);
}

static void client_ready(uint32_t events, unsigned int budget, void *userdata)
{
	struct client *client = userdata;
	struct control_server *server = client->server;
	enum conversation_wants wants;

	(void)events;
	(void)budget; /* one request at most, whatever its cost */
	wants = conversation_go_on(&client->conversation, server->setup.answer, server->setup.userdata);
	if (wants == CONVERSATION_OVER ||
	    loop_set_events(client->source, wants == CONVERSATION_WRITE ? EPOLLOUT : EPOLLIN) < 0) {
		client_drop(client);
		return;
	}
	if (conversation_progressed(&client->conversation))
		loop_arm(&client->idle, clock_mono_ns() + server->idle_ns);
}

static bool is_allowed(int fd)
{
	struct ucred who = {.uid = (uid_t)-1};
	socklen_t bytes = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &bytes) == 0 && (who.uid == 0 || who.uid == geteuid());
}

static int client_add(struct control_server *server, int *fd)
{
	_cleanup_free_ struct client *client = calloc(1, sizeof(*client));
	int code;

	if (!client)
		return -ENOMEM;
	client->server = server;
	code = loop_add_timer(server->loop, &client->idle, client_idle, client);
	if (code < 0)
		return code;
	code = loop_add_fd(server->loop, *fd, EPOLLIN, client_ready, client, &client->source);
	if (code < 0) {
		loop_remove_timer(&client->idle);
		return code;
	}
	conversation_begin(&client->conversation, take_fd(fd));
	loop_arm(&client->idle, clock_mono_ns() + server->idle_ns);
	client->next = server->clients;
	if (client->next)
		client->next->previous = client;
	server->clients = take_ptr(client);
	server->client_count++;
	return 0;
}

static void refuse_crowd(int fd)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	if (control_request_refuse(EUSERS, "too many clients", &text, &length) == 0)
		(void)send(fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* 0, or why nobody can be accepted now. */
static int accept_one(struct control_server *server)
{
	_cleanup_fd_ int fd = accept4(server->socket.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return errno == ECONNABORTED || errno == EINTR ? 0 : -errno;
	if (!is_allowed(fd))
		return 0;
	if (server->client_count >= CONTROL_CLIENTS_MAX)
		refuse_crowd(fd);
	else
		(void)client_add(server, &fd); /* without memory, the client sees its connection closed */
	return 0;
}

static void server_ready(uint32_t events, unsigned int budget, void *userdata)
{
	struct control_server *server = userdata;
	int code = 0;

	(void)events;
	while (budget-- > 0 && code == 0)
		code = accept_one(server);
	if (code == 0 || code == -EAGAIN)
		return;
	/* no fd or no memory: the connection stays in the backlog, and would wake us at once */
	if (loop_set_events(server->source, 0) == 0)
		loop_arm(&server->pause, clock_mono_ns() + PAUSE_NS);
}

static void server_resume(uint64_t now_ns, void *userdata)
{
	struct control_server *server = userdata;

	(void)now_ns;
	if (loop_set_events(server->source, EPOLLIN) < 0)
		loop_arm(&server->pause, clock_mono_ns() + PAUSE_NS);
}

int control_server_new(struct loop *loop, const struct control_setup *setup, struct control_server **ret_server)
{
	_cleanup_(cleanup_control_server) struct control_server *server = NULL;
	int code;

	if (strlen(setup->path) >= CONTROL_PATH_BYTES)
		return -ENAMETOOLONG;
	server = calloc(1, sizeof(*server));
	if (!server)
		return -ENOMEM;
	server->socket.fd = -1;
	server->loop = loop;
	server->setup = *setup;
	server->setup.path = strcpy(server->path, setup->path);
	server->idle_ns = (setup->idle_ms ? setup->idle_ms : CONTROL_IDLE_MS) * CLOCK_NS_PER_MS;
	code = control_socket_claim(server->path, &server->socket);
	if (code < 0)
		return code;
	code = loop_add_timer(loop, &server->pause, server_resume, server);
	if (code < 0)
		return code;
	code = loop_add_fd(loop, server->socket.fd, EPOLLIN, server_ready, server, &server->source);
	if (code < 0)
		return code;
	*ret_server = take_ptr(server);
	return 0;
}

void control_server_free(struct control_server *server)
{
	if (!server)
		return;
	while (server->clients)
		client_drop(server->clients);
	loop_remove_timer(&server->pause);
	loop_remove_fd(server->source);
	if (server->socket.fd >= 0)
		control_socket_release(server->path, &server->socket);
	free(server);
}

size_t control_server_clients(const struct control_server *server)
{
	return server->client_count;
}
