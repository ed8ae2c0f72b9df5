/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of audit/journal: what is put is in the file, across restarts, rotations and crashes. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal_room.h"

TestSuite(audit_journal, .init = room_begin, .fini = room_end, .timeout = 60);

static void put_transitions(struct audit_journal *journal, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i <= to; i++)
		room_put(journal, AUDIT_EVENT_SessionStateChange, i);
}

static void append_bytes(const char *path, const char *bytes, size_t length)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	cr_assert_eq(write(fd, bytes, length), (ssize_t)length);
	(void)close(fd);
}

static void cut(const char *path, size_t bytes)
{
	struct stat status;

	cr_assert_eq(stat(path, &status), 0);
	cr_assert_eq(truncate(path, status.st_size - (off_t)bytes), 0);
}

Test(audit_journal, writes_what_is_put_in_order)
{
	struct audit_journal *journal = room_open(0);
	struct audit_journal_stats stats;
	struct room_contents contents;
	struct stat status;

	put_transitions(journal, 1, 500);
	audit_journal_close(journal, 5000, &stats);
	cr_expect_eq(stats.lines, 500);
	cr_expect_eq(stats.pending, 0);
	cr_expect_eq(stats.head.seq, 500);
	contents = room_read(room_path);
	cr_expect_eq(contents.lines, 500);
	cr_expect_eq(contents.out_of_order, 0);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
	cr_expect(contents.chain.expected_was_met, "the head file names the last line");
	cr_expect(audit_hash_equal(&contents.chain.last.hash, &stats.head.hash));
	cr_assert_eq(stat(room_path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, 0640);
}

/* Numbers and hashes continue where the last run stopped. */
Test(audit_journal, the_chain_goes_on_across_restarts)
{
	struct room_contents contents;

	for (uint64_t run = 0; run < 5; run++) {
		struct audit_journal *journal = room_open(0);

		put_transitions(journal, run * 10 + 1, run * 10 + 10);
		audit_journal_close(journal, 5000, NULL);
	}
	contents = room_read(room_path);
	cr_expect_eq(contents.lines, 50);
	cr_expect_eq(contents.out_of_order, 0);
	cr_expect_eq(contents.chain.last.seq, 50);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
}

/* A crash in the middle of a line: kept, told, and the chain goes on over it. */
Test(audit_journal, a_torn_line_is_kept_and_told)
{
	struct audit_journal *journal = room_open(0);
	struct room_contents contents;

	put_transitions(journal, 1, 10);
	audit_journal_close(journal, 5000, NULL);
	append_bytes(room_path, "{\"ts_ms\":1700000", 16);
	journal = room_open(0);
	put_transitions(journal, 11, 20);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.lines, 22);
	cr_expect_eq(contents.troubles[AUDIT_TROUBLE_torn_line], 1);
	cr_expect_eq(contents.trouble_count[AUDIT_TROUBLE_torn_line], 16);
	cr_expect_eq(contents.chain.torn_lines, 1);
	cr_expect_eq(contents.out_of_order, 0);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
}

Test(audit_journal, a_file_of_one_torn_line_only)
{
	struct audit_journal *journal;
	struct room_contents contents;
	int fd = open(room_path, O_CREAT | O_WRONLY, 0600);

	(void)close(fd);
	append_bytes(room_path, "{\"ts", 4);
	journal = room_open(0);
	put_transitions(journal, 1, 1);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.lines, 3);
	cr_expect_eq(contents.chain.torn_lines, 1);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
}

/* Lines cut off while nobody watched: told at the start, visible for good. T-OBS-05. */
Test(audit_journal, a_truncated_log_is_told)
{
	struct audit_journal *journal = room_open(0);
	struct room_contents contents;

	put_transitions(journal, 1, 10);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cut(room_path, 200); /* into the last line */
	cr_expect_eq(room_read(room_path).first_break.kind, AUDIT_BREAK_TORN_END);
	journal = room_open(0);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.troubles[AUDIT_TROUBLE_torn_line], 1);
	cr_expect_eq(contents.troubles[AUDIT_TROUBLE_truncated_tail], 1);
	cr_expect_eq(contents.trouble_count[AUDIT_TROUBLE_truncated_tail], 1);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_REMOVED);
	cr_expect_eq(contents.first_break.missing, 1);
}

/* Whole lines nobody has written, behind the head: told at the start. T-OBS-05. */
Test(audit_journal, lines_behind_the_head_are_told)
{
	struct audit_journal *journal = room_open(0);
	struct room_contents contents;
	char copy[ROOM_PATH_BYTES + 16], head[AUDIT_HEAD_BYTES];
	int fd;

	put_transitions(journal, 1, 3);
	(void)room_wait_written(journal);
	(void)snprintf(copy, sizeof(copy), "%s.head", room_path);
	fd = open(copy, O_RDWR);
	cr_assert_eq(read(fd, head, sizeof(head)), (ssize_t)sizeof(head));
	put_transitions(journal, 4, 5);
	audit_journal_close(journal, 5000, NULL);
	cr_assert_eq(pwrite(fd, head, sizeof(head), 0), (ssize_t)sizeof(head)); /* as before the two lines */
	(void)close(fd);
	journal = room_open(0);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.trouble_count[AUDIT_TROUBLE_beyond_head], 2);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
}

/* T-OBS-05: a line put in by somebody else while the daemon runs. */
Test(audit_journal, a_foreign_line_is_found)
{
	struct audit_journal *journal = room_open(0);
	struct room_contents contents;

	put_transitions(journal, 1, 3);
	(void)room_wait_written(journal);
	append_bytes(room_path, "{\"event_type\":\"SessionTerminated\"}\n", 35);
	put_transitions(journal, 4, 6);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NO_RECORD);
	cr_expect_eq(contents.first_break.line, 4);
	cr_expect_eq(contents.out_of_order, 0);
}

Test(audit_journal, a_foreign_tail_is_told)
{
	struct audit_journal *journal = room_open(0);
	struct room_contents contents;

	put_transitions(journal, 1, 3);
	audit_journal_close(journal, 5000, NULL);
	append_bytes(room_path, "garbage\n", 8);
	journal = room_open(0);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.troubles[AUDIT_TROUBLE_foreign_tail], 1);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NO_RECORD);
	cr_expect_eq(contents.chain.last.seq, 4);
}

Test(audit_journal, refuses_a_second_writer_a_link_and_no_directory)
{
	struct audit_journal *journal = room_open(0), *second = NULL;
	char link_path[ROOM_PATH_BYTES + 16];
	struct audit_journal_options options = {.path = room_path};

	cr_expect_eq(audit_journal_open(&options, &second), -EBUSY);
	(void)snprintf(link_path, sizeof(link_path), "%s.link", room_path);
	cr_assert_eq(symlink(room_path, link_path), 0);
	options.path = link_path;
	cr_expect_eq(audit_journal_open(&options, &second), -ELOOP);
	options.path = "/nonexistent/log";
	cr_expect_eq(audit_journal_open(&options, &second), -ENOENT);
	cr_expect_null(second);
	audit_journal_close(journal, 5000, NULL);
	audit_journal_close(NULL, 0, NULL);
}

/* SIGHUP after logrotate's rename: both files whole, the second goes on from the first. */
Test(audit_journal, reopens_after_a_rename)
{
	struct audit_journal *journal = room_open(0);
	char old[ROOM_PATH_BYTES + 16];
	struct room_contents before, after;

	put_transitions(journal, 1, 100);
	(void)room_wait_written(journal);
	(void)snprintf(old, sizeof(old), "%s.1", room_path);
	cr_assert_eq(rename(room_path, old), 0);
	put_transitions(journal, 101, 110);
	(void)room_wait_written(journal);
	audit_journal_reopen(journal);
	while (access(room_path, F_OK))
		(void)usleep(1000);
	put_transitions(journal, 111, 200);
	audit_journal_close(journal, 5000, NULL);
	before = room_read(old);
	after = room_read(room_path);
	cr_expect_eq(before.lines, 110);
	cr_expect_eq(after.lines, 90);
	cr_expect_eq(before.first_break.kind, AUDIT_BREAK_NONE);
	cr_expect_eq(after.first_break.kind, AUDIT_BREAK_NONE);
	cr_expect_eq(after.chain.first.seq, 111);
	cr_expect(audit_hash_equal(&after.chain.first.previous, &before.chain.last.hash), "one chain through both");
}

Test(audit_journal, rotates_at_its_size_limit)
{
	const struct audit_journal_options options = {.path = room_path, .max_bytes = 20000, .keep = 3};
	struct audit_journal *journal = NULL;
	struct audit_journal_stats stats;
	struct room_contents newer;
	uint64_t lines;

	cr_assert_eq(audit_journal_open(&options, &journal), 0);
	for (uint64_t i = 1; i <= 400; i++) {
		put_transitions(journal, i, i);
		if (i % 10 == 0)
			(void)room_wait_written(journal);
	}
	audit_journal_close(journal, 5000, &stats);
	cr_expect_gt(stats.rotations, 5);
	newer = room_read(room_path);
	lines = newer.lines;
	for (int i = 1; i <= 3; i++) {
		char path[ROOM_PATH_BYTES + 16];
		struct stat status;
		struct room_contents older;

		(void)snprintf(path, sizeof(path), "%s.%d", room_path, i);
		older = room_read(path);
		cr_expect_eq(older.first_break.kind, AUDIT_BREAK_NONE);
		cr_expect(audit_hash_equal(&newer.chain.first.previous, &older.chain.last.hash));
		cr_expect_eq(newer.chain.first.seq, older.chain.last.seq + 1);
		cr_assert_eq(stat(path, &status), 0);
		cr_expect_leq(status.st_size, 20000);
		cr_expect_eq(status.st_mode & 07777, 0640);
		lines += older.lines;
		newer = older;
	}
	cr_expect_lt(lines, 400, "the oldest are gone");
	cr_expect_eq(access(strcat(strcpy((char[ROOM_PATH_BYTES + 16]){0}, room_path), ".4"), F_OK), -1);
}

/* logrotate moved the file while no daemon ran: the head file knows where the chain stands. */
Test(audit_journal, goes_on_from_the_head_when_the_file_is_gone)
{
	struct audit_journal *journal = room_open(0);
	struct room_contents contents;
	struct audit_journal_stats stats;

	put_transitions(journal, 1, 5);
	audit_journal_close(journal, 5000, &stats);
	cr_assert_eq(unlink(room_path), 0);
	journal = room_open(0);
	put_transitions(journal, 6, 6);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(room_path);
	cr_expect_eq(contents.chain.first.seq, 6);
	cr_expect(audit_hash_equal(&contents.chain.first.previous, &stats.head.hash));
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
}
