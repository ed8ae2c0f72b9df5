/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The replay's growing arrays, and sessions by id. The id's hash is keyed by nothing: who
 * writes a log to slow the reader down only slows his own reading.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/replay_state.h"

#define TABLE_MIN 64
#define ARRAY_MIN 16

/* The array with room for one more element, which is zeroed; NULL: no memory, and the array is as it was. */
static void *with_room(void *array, size_t count, size_t *room, size_t size)
{
	if (count == *room) {
		size_t wanted = *room ? 2 * *room : ARRAY_MIN;
		void *larger = reallocarray(array, wanted, size);

		if (!larger)
			return NULL;
		array = larger;
		*room = wanted;
	}
	memset((char *)array + count * size, 0, size);
	return array;
}

size_t replay_add_transition(struct audit_replay *replay)
{
	struct audit_transition *array =
		with_room(replay->transitions, replay->transition_count, &replay->transition_room, sizeof(*array));

	if (!array)
		return REPLAY_NONE;
	replay->transitions = array;
	return replay->transition_count++;
}

size_t replay_add_switch(struct audit_replay *replay)
{
	struct audit_switch *array =
		with_room(replay->switches, replay->switch_count, &replay->switch_room, sizeof(*array));

	if (!array)
		return REPLAY_NONE;
	replay->switches = array;
	return replay->switch_count++;
}

size_t replay_add_recovery(struct audit_replay *replay)
{
	struct audit_recovery *array =
		with_room(replay->recoveries, replay->recovery_count, &replay->recovery_room, sizeof(*array));

	if (!array)
		return REPLAY_NONE;
	replay->recoveries = array;
	return replay->recovery_count++;
}

int replay_found(struct audit_replay *replay, enum audit_violation kind, const struct audit_session *session,
		 uint64_t line)
{
	struct audit_found *array;

	replay->found_total++;
	replay->found_count[kind]++;
	if (replay->found_kept >= REPLAY_VIOLATIONS_KEPT)
		return 0;
	array = with_room(replay->found, replay->found_kept, &replay->found_room, sizeof(*array));
	if (!array)
		return -ENOMEM;
	replay->found = array;
	array[replay->found_kept++] = (struct audit_found){.kind = kind,
							   .line = line,
							   .session = session ? session->id : 0,
							   .version = session ? session->version : 0};
	return 0;
}

/* Where the id is in the table, or where it would go. */
static size_t slot_of(const struct audit_replay *replay, uint64_t id)
{
	size_t slot = (size_t)((id * 0x9e3779b97f4a7c15ull) >> 32) & (replay->table_size - 1);

	while (replay->table[slot] && replay->sessions[replay->table[slot] - 1].id != id)
		slot = (slot + 1) & (replay->table_size - 1);
	return slot;
}

struct audit_session *replay_lookup(const struct audit_replay *replay, uint64_t id)
{
	size_t index = replay->table_size ? replay->table[slot_of(replay, id)] : 0;

	return index ? &replay->sessions[index - 1] : NULL;
}

const struct audit_session *audit_replay_find(const struct audit_replay *replay, uint64_t id)
{
	return replay_lookup(replay, id);
}

/* At most half full. */
static int grow_table(struct audit_replay *replay)
{
	size_t size = replay->table_size ? 2 * replay->table_size : TABLE_MIN;
	size_t *table;

	if (2 * (replay->session_count + 1) <= replay->table_size)
		return 0;
	table = calloc(size, sizeof(*table));
	if (!table)
		return -ENOMEM;
	free(replay->table);
	replay->table = table;
	replay->table_size = size;
	for (size_t i = 0; i < replay->session_count; i++)
		table[slot_of(replay, replay->sessions[i].id)] = i + 1;
	return 0;
}

int replay_add_session(struct audit_replay *replay, uint64_t id, struct audit_session **ret_session)
{
	struct audit_session *array, *session;

	if (grow_table(replay))
		return -ENOMEM;
	array = with_room(replay->sessions, replay->session_count, &replay->session_room, sizeof(*array));
	if (!array)
		return -ENOMEM;
	replay->sessions = array;
	session = &array[replay->session_count];
	session->id = id;
	session->last_transition = REPLAY_NONE;
	session->open_recovery = REPLAY_NONE;
	replay->table[slot_of(replay, id)] = ++replay->session_count;
	*ret_session = session;
	return 0;
}

void audit_replay_free(struct audit_replay *replay)
{
	free(replay->sessions);
	free(replay->table);
	free(replay->transitions);
	free(replay->switches);
	free(replay->recoveries);
	free(replay->found);
	*replay = (struct audit_replay){0};
}
