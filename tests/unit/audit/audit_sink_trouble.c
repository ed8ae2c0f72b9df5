/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of audit/journal with a sink in trouble: T-OBS-03, T-OBS-04, INV-35, INV-37.
 * The sinks are real: a pipe nobody reads, /dev/full. audit_sink_disk.c has the disks.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "journal_room.h"

TestSuite(audit_sink_trouble, .init = room_begin, .fini = room_end, .timeout = 90);

static uint64_t total_dropped(const struct audit_journal_stats *stats)
{
	uint64_t total = 0;

	for (int class = 0; class < AUDIT_CLASS_COUNT; class ++)
		total += stats->dropped[class];
	return total;
}

/* Everything the pipe gives, to a file that can be reviewed, until all is written and all losses are told. */
static void drain(struct audit_journal *journal, int from, const char *path)
{
	int to = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
	static char bytes[65536];
	struct audit_journal_stats stats;
	ssize_t count;

	do {
		audit_journal_stats(journal, &stats); /* before the read: what was written by then is in the pipe */
		count = read(from, bytes, sizeof(bytes));
		if (count > 0)
			cr_assert_eq(write(to, bytes, (size_t)count), count);
		else
			(void)usleep(10000);
	} while (count > 0 || stats.pending || stats.error || room_read(path).dropped != total_dropped(&stats));
	(void)close(to);
}

/*
 * T-OBS-03, T-OBS-04, INV-35, INV-37: the writer hangs in write(2), and a flood comes. No put
 * waits; no transition is lost; what is lost is counted, in the figures and in the log.
 */
Test(audit_sink_trouble, a_pipe_nobody_reads)
{
	enum { FLOOD = 60000, TRANSITIONS = 1000 };
	struct audit_journal *journal;
	struct audit_journal_stats stats;
	struct room_contents contents;
	char out[ROOM_PATH_BYTES + 16];
	uint64_t slowest = 0, number = 0;
	int fd;

	cr_assert_eq(mkfifo(room_path, 0600), 0);
	fd = open(room_path, O_RDONLY | O_NONBLOCK);
	journal = room_open(4096); /* a quarter of it, 1024, is for transitions alone */
	for (int i = 0; i < FLOOD; i++) {
		uint64_t began = clock_mono_ns(), took;

		if (i % (FLOOD / TRANSITIONS) == 0)
			room_put(journal, AUDIT_EVENT_SessionStateChange, ++number);
		else
			room_put(journal, i % 2 ? AUDIT_EVENT_TelemetryTick : AUDIT_EVENT_SecurityReplayDetected, 0);
		took = clock_mono_ns() - began;
		slowest = took > slowest ? took : slowest;
	}
	cr_expect_lt(slowest, CLOCK_NS_PER_S, "a put took %lu ns", (unsigned long)slowest);
	do {
		(void)usleep(10000);
		audit_journal_stats(journal, &stats);
	} while (stats.stalled_ms < JOURNAL_STALL_MS);
	cr_expect(audit_journal_is_degraded(&stats));
	cr_expect_eq(stats.dropped[AUDIT_CLASS_transition], 0);
	cr_expect_gt(stats.dropped[AUDIT_CLASS_telemetry], 0);
	cr_expect_gt(stats.dropped[AUDIT_CLASS_security], 0);
	(void)snprintf(out, sizeof(out), "%s.out", room_path);
	drain(journal, fd, out);
	audit_journal_stats(journal, &stats);
	audit_journal_close(journal, 5000, NULL);
	contents = room_read(out);
	cr_expect_eq(contents.types[AUDIT_EVENT_SessionStateChange], TRANSITIONS);
	cr_expect_eq(contents.out_of_order, 0);
	cr_expect_eq(contents.dropped, total_dropped(&stats), "%lu told, %lu dropped", (unsigned long)contents.dropped,
		     (unsigned long)total_dropped(&stats));
	cr_expect_eq(contents.transitions_lost, 0);
	cr_expect_geq(contents.troubles[AUDIT_TROUBLE_stalled], 1);
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
	(void)close(fd);
}

/* More transitions than there is memory: the loss is told as what it is. */
Test(audit_sink_trouble, lost_transitions_are_told)
{
	struct audit_journal *journal;
	struct audit_journal_stats stats;
	struct room_contents contents;
	char out[ROOM_PATH_BYTES + 16];
	int fd;

	cr_assert_eq(mkfifo(room_path, 0600), 0);
	fd = open(room_path, O_RDONLY | O_NONBLOCK);
	journal = room_open(64);
	for (uint64_t i = 1; i <= 2000; i++)
		room_put(journal, AUDIT_EVENT_SessionStateChange, i);
	audit_journal_stats(journal, &stats);
	cr_expect_gt(stats.dropped[AUDIT_CLASS_transition], 0);
	(void)snprintf(out, sizeof(out), "%s.out", room_path);
	drain(journal, fd, out);
	audit_journal_close(journal, 5000, &stats);
	contents = room_read(out);
	cr_expect_eq(contents.last_version + contents.transitions_lost, 2000);
	cr_expect_geq(contents.types[AUDIT_EVENT_EventsDropped], 1);
	cr_expect_eq(contents.transitions_lost, stats.dropped[AUDIT_CLASS_transition]);
	(void)close(fd);
}

/* Closing does not wait for a writer that hangs. */
Test(audit_sink_trouble, closes_although_the_writer_hangs)
{
	struct audit_journal *journal;
	struct audit_journal_stats stats;
	uint64_t began, took;
	int fd;

	cr_assert_eq(mkfifo(room_path, 0600), 0);
	fd = open(room_path, O_RDONLY | O_NONBLOCK);
	journal = room_open(0);
	for (uint64_t i = 1; i <= 1000; i++)
		room_put(journal, AUDIT_EVENT_SessionStateChange, i);
	do
		audit_journal_stats(journal, &stats);
	while (!stats.stalled_ms);
	began = clock_mono_ns();
	audit_journal_close(journal, 100, &stats);
	took = clock_mono_ns() - began;
	cr_expect_gt(stats.pending, 0);
	cr_expect_lt(took, 5 * CLOCK_NS_PER_S);
	(void)close(fd);
}

Test(audit_sink_trouble, a_device_that_is_always_full)
{
	const struct audit_journal_options options = {.path = "/dev/full"};
	struct audit_journal *journal = NULL;
	struct audit_journal_stats stats;

	cr_assert_eq(audit_journal_open(&options, &journal), 0);
	for (uint64_t i = 1; i <= 100; i++)
		room_put(journal, AUDIT_EVENT_SessionStateChange, i);
	stats = room_wait_error(journal, -ENOSPC);
	cr_expect(audit_journal_is_degraded(&stats));
	cr_expect_eq(stats.lines, 0);
	cr_expect_eq(stats.pending, 100);
	audit_journal_close(journal, 5000, &stats);
	cr_expect_eq(stats.pending, 100);
	cr_expect_gt(stats.write_errors, 0);
}

/* T-OBS-04 with a healthy disk: each class has its rate, transitions have none; the loss is told within a second. */
Test(audit_sink_trouble, a_flood_is_limited_and_transitions_are_not)
{
	struct audit_journal *journal = room_open(0);
	struct audit_journal_stats stats;
	struct room_contents contents;

	for (uint64_t i = 1; i <= 3000; i++) { /* 30 s of the events' clock, 10,000 replays */
		room_put(journal, AUDIT_EVENT_SessionStateChange, i);
		for (int burst = 0; burst < 9; burst++)
			room_put(journal, AUDIT_EVENT_SecurityReplayDetected, 0);
		if (i % 100 == 0)
			(void)room_wait_written(journal);
	}
	audit_journal_close(journal, 5000, &stats);
	contents = room_read(room_path);
	cr_expect_eq(contents.types[AUDIT_EVENT_SessionStateChange], 3000);
	cr_expect_eq(contents.out_of_order, 0);
	cr_expect_geq(contents.types[AUDIT_EVENT_SecurityReplayDetected], 2000 + 500 * 29);
	cr_expect_leq(contents.types[AUDIT_EVENT_SecurityReplayDetected], 2000 + 500 * 31);
	cr_expect_gt(stats.dropped[AUDIT_CLASS_security], 0);
	cr_expect_eq(contents.dropped, total_dropped(&stats));
	cr_expect_eq(contents.first_break.kind, AUDIT_BREAK_NONE);
}
