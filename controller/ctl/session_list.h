/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sessions of an interface with what belongs to each: its counters and its
 * newest handshake, joined from three maps. Shown by session_json.c and
 * session_rows.c.
 */
#ifndef CTL_SESSION_LIST_H
#define CTL_SESSION_LIST_H

#include <stdbool.h>

#include "dataplane/inspect_read.h"

#define SESSION_ID_DIGITS_MIN 6

struct session_entry {
	uint64_t id;
	const struct jvpn_session *session;
	struct jvpn_counters counters; /* all zero when its slot is out of bounds */
	uint64_t handshake_ns;	       /* birth of its newest key pair; 0: it has none */
};

struct session_list {
	struct inspect_session *sessions;
	struct session_entry *entries; /* sorted by id */
	size_t count;
	int id_digits; /* so many leading digits tell every session from every other */
};

/* 0 or as dataplane/inspect_read.h. */
int session_list_read(const struct inspect *inspect, struct session_list *ret_list);
void cleanup_session_list(struct session_list *list);

/* The path that sends, or NULL. */
const struct jvpn_path *session_active_path(const struct jvpn_session *session);

/* The only path that may receive, or NULL when there are several or none. */
const struct jvpn_path *session_only_receiver(const struct jvpn_session *session);

/* The name of a path, printable; "#ID" and false when it has none. */
#define SESSION_PATH_NAME_BYTES 20
bool session_path_name(const struct jvpn_path *path, char ret_name[static SESSION_PATH_NAME_BYTES]);

#endif
