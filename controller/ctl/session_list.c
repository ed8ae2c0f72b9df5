/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joining sessions, counters and key pairs.
 */
#include "ctl/session_list.h"

#include <errno.h>
#include <stdio.h>

#include "ctl/format.h"

#define ID_DIGITS 16

void cleanup_session_list(struct session_list *list)
{
	free(list->sessions);
	free(list->entries);
}

static int compare_to_entry(const void *key, const void *member)
{
	uint64_t id = *(const uint64_t *)key;
	const struct session_entry *entry = member;

	return (id > entry->id) - (id < entry->id);
}

static int join_handshakes(const struct inspect *inspect, struct session_list *list)
{
	_cleanup_free_ struct inspect_keypair *keypairs = NULL;
	size_t count = 0;
	int code = inspect_keypairs(inspect, &keypairs, &count);

	if (code < 0)
		return code;
	for (size_t i = 0; i < count && list->count; i++) {
		struct session_entry *entry = bsearch(&keypairs[i].session, list->entries, list->count,
						      sizeof(*list->entries), compare_to_entry);

		if (entry && keypairs[i].birth_ns > entry->handshake_ns)
			entry->handshake_ns = keypairs[i].birth_ns;
	}
	return 0;
}

static int join_counters(const struct inspect *inspect, struct session_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct session_entry *entry = &list->entries[i];
		int code = inspect_counters_of(inspect, entry->session->slot, &entry->counters);

		if (code < 0 && code != -ERANGE)
			return code;
	}
	return 0;
}

/* Sorted by id, so the longest common prefix lies between neighbours. */
static int unique_digits(const struct session_list *list)
{
	int digits = SESSION_ID_DIGITS_MIN;

	for (size_t i = 1; i < list->count; i++) {
		uint64_t difference = list->entries[i - 1].id ^ list->entries[i].id;
		int common = difference ? __builtin_clzll(difference) / 4 : ID_DIGITS - 1;

		if (common + 1 > digits)
			digits = common + 1;
	}
	return digits;
}

int session_list_read(const struct inspect *inspect, struct session_list *ret_list)
{
	_cleanup_(cleanup_session_list) struct session_list list = {0};
	int code = inspect_sessions(inspect, &list.sessions, &list.count);

	if (code < 0)
		return code;
	list.entries = calloc(list.count ? list.count : 1, sizeof(*list.entries));
	if (!list.entries)
		return -ENOMEM;
	for (size_t i = 0; i < list.count; i++) {
		list.entries[i].id = list.sessions[i].id;
		list.entries[i].session = &list.sessions[i].session;
	}
	code = join_counters(inspect, &list);
	if (code == 0)
		code = join_handshakes(inspect, &list);
	if (code < 0)
		return code;
	list.id_digits = unique_digits(&list);
	*ret_list = list;
	list = (struct session_list){0}; /* the caller's now */
	return 0;
}

const struct jvpn_path *session_active_path(const struct jvpn_session *session)
{
	uint32_t slot = JVPN_WORD_SLOT(session->word);

	return slot < JVPN_PATHS_MAX && session->paths[slot].family ? &session->paths[slot] : NULL;
}

static bool may_receive(const struct jvpn_path *path)
{
	return path->family && (path->state == JVPN_PATH_ACTIVE || path->state == JVPN_PATH_PENDING ||
				path->state == JVPN_PATH_RETIRING);
}

const struct jvpn_path *session_only_receiver(const struct jvpn_session *session)
{
	const struct jvpn_path *only = NULL;

	for (size_t slot = 0; slot < JVPN_PATHS_MAX; slot++) {
		if (!may_receive(&session->paths[slot]))
			continue;
		if (only)
			return NULL;
		only = &session->paths[slot];
	}
	return only;
}

bool session_path_name(const struct jvpn_path *path, char ret_name[static SESSION_PATH_NAME_BYTES])
{
	format_foreign(path->name, sizeof(path->name), ret_name);
	if (*ret_name)
		return true;
	(void)snprintf(ret_name, SESSION_PATH_NAME_BYTES, "#%u", path->id);
	return false;
}
