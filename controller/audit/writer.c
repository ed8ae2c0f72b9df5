/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal's own thread: numbers, chains and writes lines. Its loop:
 *
 *   sleep > reopen? > fill the batch > rotate? > write > tell the head > sync? > again
 *
 * A batch is kept until all of it is written.
 */
#include "audit/writer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* ---- the file ------------------------------------------------------------------------------- */

static void publish(struct audit_journal *journal)
{
	(void)pthread_mutex_lock(&journal->lock);
	journal->published = journal->stats;
	(void)pthread_mutex_unlock(&journal->lock);
}

static void begin_trouble(struct audit_journal *journal, enum audit_trouble which, int error)
{
	struct writer_trouble *trouble = &journal->troubles[which];

	trouble->error = error;
	trouble->count++;
	if (!trouble->since_ns)
		trouble->since_ns = clock_mono_ns();
}

/* It is over: the next batch tells. */
static void end_trouble(struct audit_journal *journal, enum audit_trouble which)
{
	struct writer_trouble *trouble = &journal->troubles[which];

	if (!trouble->since_ns)
		return;
	trouble->duration_ms = (clock_mono_ns() - trouble->since_ns) / CLOCK_NS_PER_MS;
	trouble->since_ns = 0;
	trouble->is_due = true;
}

/* Write, head and sync: all that may hang. */
static int perform(struct audit_journal *journal, uint64_t now)
{
	bool is_sync_due =
		journal->sync == JOURNAL_SYNC_BATCH ||
		(journal->sync == JOURNAL_SYNC_SECOND &&
		 (atomic_load(&journal->must_stop) || now - journal->synced_ns >= JOURNAL_SYNC_MS * CLOCK_NS_PER_MS));
	int r;

	atomic_store(&journal->busy_since_ns, now);
	r = audit_sink_write(&journal->sink, journal->batch, journal->batch_bytes, &journal->batch_written);
	if (!r && journal->batch_lines)
		(void)audit_sink_write_head(&journal->sink, &journal->rendered); /* an old head only proves less */
	journal->is_unsynced |= journal->batch_bytes > 0;
	if (!r && journal->is_unsynced && is_sync_due) {
		r = audit_sink_sync(&journal->sink);
		journal->is_unsynced = r != 0;
		journal->synced_ns = now;
	}
	atomic_store(&journal->busy_since_ns, 0);
	return r;
}

static void note_stall(struct audit_journal *journal, uint64_t since)
{
	uint64_t took_ms = (clock_mono_ns() - since) / CLOCK_NS_PER_MS;
	struct writer_trouble *trouble = &journal->troubles[AUDIT_TROUBLE_stalled];

	if (took_ms < JOURNAL_STALL_MS)
		return;
	trouble->is_due = true;
	trouble->duration_ms += took_ms;
	trouble->count++;
}

/* All of the batch is in the file. */
static void finish_batch(struct audit_journal *journal)
{
	if (journal->batch_bytes)
		journal->stats.batches++;
	journal->stats.lines += journal->batch_lines;
	journal->stats.bytes += journal->batch_bytes;
	journal->stats.head = journal->rendered;
	atomic_fetch_add(&journal->written, journal->batch_events);
	journal->batch_bytes = journal->batch_written = journal->batch_lines = journal->batch_events = 0;
}

/* Another file: a line that was begun in the old one is written whole, and the newline for a torn one not at all. */
static void restart_line(struct audit_journal *journal)
{
	const char *newline = memrchr(journal->batch, '\n', journal->batch_written);

	journal->batch_written = newline ? (size_t)(newline - journal->batch) + 1 : 0;
	if (!journal->batch_written && journal->batch_bytes && journal->batch[0] == '\n')
		journal->batch_written = 1;
}

static void reopen(struct audit_journal *journal, uint64_t now)
{
	bool is_new;
	int r = audit_sink_reopen(&journal->sink, &is_new);

	journal->reopen_due_ns = r ? now + JOURNAL_RETRY_MS * CLOCK_NS_PER_MS : 0;
	if (r) {
		begin_trouble(journal, AUDIT_TROUBLE_reopen_failed, r);
		return;
	}
	end_trouble(journal, AUDIT_TROUBLE_reopen_failed);
	if (is_new)
		restart_line(journal);
}

static void rotate_if_full(struct audit_journal *journal)
{
	int r;

	/* never between the halves of a line, and never a batch that has begun */
	if (journal->batch_written || !audit_sink_is_full(&journal->sink, journal->batch_bytes))
		return;
	r = audit_sink_rotate(&journal->sink);
	if (r) {
		begin_trouble(journal, AUDIT_TROUBLE_rotate_failed, r);
		return;
	}
	end_trouble(journal, AUDIT_TROUBLE_rotate_failed);
	restart_line(journal);
	journal->stats.rotations++;
}

/* One batch. 0: it is written, or there was none. */
static int turn(struct audit_journal *journal)
{
	uint64_t now = clock_mono_ns();
	int r = 0;

	if (atomic_exchange(&journal->must_reopen, false) || (journal->reopen_due_ns && now >= journal->reopen_due_ns))
		reopen(journal, now);
	if (!journal->batch_lines)
		r = batch_fill(journal);
	if (!journal->batch_lines && r)
		goto failed;
	rotate_if_full(journal);
	r = perform(journal, now);
	note_stall(journal, now);
	if (r)
		goto failed;
	finish_batch(journal);
	end_trouble(journal, AUDIT_TROUBLE_write_error);
	journal->stats.error = 0;
	publish(journal);
	return 0;
failed:
	journal->stats.error = r;
	journal->stats.write_errors++;
	begin_trouble(journal, AUDIT_TROUBLE_write_error, r);
	publish(journal);
	if (r != -ENOSPC && r != -EDQUOT)
		reopen(journal, now); /* the disk may be back under the same name, as another one */
	return r;
}

/* ---- the thread ----------------------------------------------------------------------------- */

static bool has_news(struct audit_journal *journal)
{
	uint64_t fresh[AUDIT_CLASS_COUNT];

	for (int i = 0; i < AUDIT_TROUBLE_COUNT; i++)
		if (journal->troubles[i].is_due)
			return true;
	if (atomic_load(&journal->must_stop) && batch_count_dropped(journal, fresh))
		return true;
	return journal->batch_bytes || audit_ring_used(&journal->ring) || atomic_load(&journal->must_reopen);
}

static int until(uint64_t due_ns, uint64_t now)
{
	return due_ns <= now ? 0 : (int)((due_ns - now) / CLOCK_NS_PER_MS) + 1;
}

static int least(int a, int b)
{
	return a < 0 || b < a ? b : a;
}

/* How long to sleep: until told, or until a sync, a reopening or a count is due. In ms; -1: forever. */
static int sleep_ms(struct audit_journal *journal)
{
	uint64_t now = clock_mono_ns(), fresh[AUDIT_CLASS_COUNT];
	int wait = -1;

	if (journal->is_unsynced && journal->sync == JOURNAL_SYNC_SECOND)
		wait = least(wait, until(journal->synced_ns + JOURNAL_SYNC_MS * CLOCK_NS_PER_MS, now));
	if (journal->reopen_due_ns)
		wait = least(wait, until(journal->reopen_due_ns, now));
	if (batch_count_dropped(journal, fresh))
		wait = least(wait, until(journal->dropped_told_ns + JOURNAL_DROPPED_MS * CLOCK_NS_PER_MS, now));
	return wait;
}

static void wait_for_wake(struct audit_journal *journal, int timeout_ms)
{
	struct pollfd fd = {.fd = journal->wake_fd, .events = POLLIN};
	uint64_t ignored;

	if (timeout_ms && poll(&fd, 1, timeout_ms) > 0 && read(journal->wake_fd, &ignored, sizeof(ignored)) < 0)
		return; /* somebody else's wake-up: the loop looks again */
}

/* Whoever puts after `is_asleep` is set wakes us; whoever put before is seen here. */
static void sleep_until_news(struct audit_journal *journal)
{
	atomic_store(&journal->is_asleep, true);
	if (!has_news(journal) && !atomic_load(&journal->must_stop))
		wait_for_wake(journal, sleep_ms(journal));
	atomic_store(&journal->is_asleep, false);
}

void *writer_run(void *argument)
{
	struct audit_journal *journal = argument;
	bool is_stopping = false;
	int r = 0;

	while (!is_stopping || (!r && has_news(journal))) {
		if (r)
			wait_for_wake(journal, JOURNAL_RETRY_MS); /* awake, but not to be woken by every event */
		else
			sleep_until_news(journal);
		is_stopping = atomic_load(&journal->must_stop); /* before the turn: what was put before it is written */
		r = turn(journal);
	}
	return NULL;
}
