/* SPDX-License-Identifier: BSD-2-Clause */
/* What the journal's tests share, for journal_room.h. */
#include "journal_room.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "unit/base/leaks.h"

#define WAIT_S 30

char room_path[ROOM_PATH_BYTES];
char room_directory[ROOM_DIRECTORY_BYTES];

void room_begin(void)
{
	(void)snprintf(room_directory, sizeof(room_directory), "/tmp/jvpn-audit-XXXXXX");
	cr_assert(mkdtemp(room_directory));
	(void)snprintf(room_path, sizeof(room_path), "%s/log.jsonl", room_directory);
}

void room_end(void)
{
	DIR *directory = opendir(room_directory);

	for (struct dirent *entry; directory && (entry = readdir(directory));)
		(void)unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory)
		(void)closedir(directory);
	(void)rmdir(room_directory);
	assert_no_leaks();
}

struct audit_journal *room_open(size_t events)
{
	const struct audit_journal_options options = {.path = room_path, .node_id = "gw-1", .events = events};
	struct audit_journal *journal = NULL;

	cr_assert_eq(audit_journal_open(&options, &journal), 0);
	return journal;
}

void room_put(struct audit_journal *journal, enum audit_event_type type, uint64_t number)
{
	static uint64_t now_ms = 1000;
	struct audit_event event = {.type = type,
				    .session = 0x1234,
				    .version = number,
				    .ts_ms = 1700000000000 + now_ms,
				    .mono_ns = now_ms * CLOCK_NS_PER_MS,
				    .reason = JVPN_REASON_transport_dead};

	if (type == AUDIT_EVENT_SessionStateChange)
		event.SessionStateChange =
			(struct audit_SessionStateChange){JVPN_STATE_VOLATILE, JVPN_STATE_VOLATILE, {""}, 0};
	now_ms++;
	audit_journal_put(journal, &event);
}

static void pause_briefly(void)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

struct audit_journal_stats room_wait_written(struct audit_journal *journal)
{
	uint64_t until = clock_mono_ns() + WAIT_S * CLOCK_NS_PER_S;
	struct audit_journal_stats stats;

	do {
		pause_briefly();
		audit_journal_stats(journal, &stats);
	} while ((stats.pending || stats.error) && clock_mono_ns() < until);
	cr_assert_eq(stats.pending, 0);
	return stats;
}

struct audit_journal_stats room_wait_error(struct audit_journal *journal, int error)
{
	uint64_t until = clock_mono_ns() + WAIT_S * CLOCK_NS_PER_S;
	struct audit_journal_stats stats;

	do {
		pause_briefly();
		audit_journal_stats(journal, &stats);
	} while (stats.error != error && clock_mono_ns() < until);
	cr_assert_eq(stats.error, error);
	return stats;
}

static void on_line(uint64_t line, const struct audit_record *record, const char *why, void *userdata)
{
	struct room_contents *contents = userdata;

	(void)why;
	contents->lines = line;
	if (!record)
		return;
	contents->types[record->type]++;
	if (record->type == AUDIT_EVENT_TelemetryDegraded) {
		contents->troubles[record->trouble]++;
		contents->trouble_count[record->trouble] += record->count;
	}
	if (record->type == AUDIT_EVENT_EventsDropped) {
		contents->dropped += record->count;
		contents->transitions_lost += record->transitions_dropped;
	}
	if (record->type == AUDIT_EVENT_SessionStateChange) {
		contents->out_of_order += record->version != contents->last_version + 1;
		contents->last_version = record->version;
	}
}

struct room_contents room_read(const char *path)
{
	static struct audit_review review;
	struct room_contents contents = {0};

	cr_assert_eq(audit_review_file(path, NULL, on_line, &contents, &review), 0, "%s", path);
	contents.first_break = review.chain.first_break;
	contents.chain = review.chain;
	audit_review_free(&review);
	return contents;
}
