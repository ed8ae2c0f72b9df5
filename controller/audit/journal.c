/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's side of the journal: nothing in this file waits but open and close.
 */
#include "audit/journal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "audit/writer.h"
#include "base/cleanup.h"
#include "base/clock.h"

static void wake(struct audit_journal *journal)
{
	const uint64_t one = 1;
	ssize_t ignored = write(journal->wake_fd, &one, sizeof(one)); /* full: it is awake anyway */

	(void)ignored;
}

static void note_trouble(struct audit_journal *journal, enum audit_trouble trouble, uint64_t count)
{
	journal->troubles[trouble] = (struct writer_trouble){.is_due = true, .count = count};
}

/* The first thing the new lines say is what was found at the end of the old ones. */
static void go_on_from(struct audit_journal *journal, const struct audit_tail *tail, int64_t missing)
{
	journal->rendered = tail->head;
	journal->stats.head = tail->head;
	if (tail->torn_bytes) {
		journal->batch[journal->batch_bytes++] = '\n';
		note_trouble(journal, AUDIT_TROUBLE_torn_line, tail->torn_bytes);
	}
	if (tail->is_foreign)
		note_trouble(journal, AUDIT_TROUBLE_foreign_tail, 1);
	if (missing > 0)
		note_trouble(journal, AUDIT_TROUBLE_truncated_tail, (uint64_t)missing);
	if (missing < 0)
		note_trouble(journal, AUDIT_TROUBLE_beyond_head, (uint64_t)-missing);
}

/* Signals are the daemon's: the writer starts with all of them blocked. */
static int start(struct audit_journal *journal)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&journal->thread, NULL, writer_run, journal);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

static void release(struct audit_journal *journal)
{
	audit_sink_close(&journal->sink);
	audit_ring_free(&journal->ring);
	cleanup_fd(&journal->wake_fd);
	(void)pthread_mutex_destroy(&journal->lock);
	free(journal);
}

int audit_journal_open(const struct audit_journal_options *options, struct audit_journal **ret_journal)
{
	struct audit_journal *journal = calloc(1, sizeof(*journal));
	struct audit_tail tail;
	int64_t missing;
	int r;

	if (!journal)
		return -ENOMEM;
	(void)pthread_mutex_init(&journal->lock, NULL);
	journal->sink = (struct audit_sink){.fd = -1, .head_fd = -1};
	journal->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	r = journal->wake_fd < 0 ? -errno : 0;
	r = r ?: audit_ring_init(&journal->ring, options->events ?: JOURNAL_EVENTS_DEFAULT);
	r = r ?: audit_sink_open(options->path, &journal->sink, &tail, &missing);
	if (!r) {
		journal->sink.max_bytes = options->max_bytes;
		journal->sink.keep = options->keep;
		journal->sync = options->sync;
		journal->node = audit_name(options->node_id ?: "-");
		go_on_from(journal, &tail, missing);
		journal->published = journal->last_seen = journal->stats;
		r = start(journal);
	}
	if (r)
		release(journal);
	else
		*ret_journal = journal;
	return r;
}

void audit_journal_put(struct audit_journal *journal, const struct audit_event *event)
{
	(void)audit_ring_put(&journal->ring, event);
	if (atomic_exchange(&journal->is_asleep, false))
		wake(journal);
}

void audit_journal_reopen(struct audit_journal *journal)
{
	atomic_store(&journal->must_reopen, true);
	wake(journal);
}

void audit_journal_stats(struct audit_journal *journal, struct audit_journal_stats *ret_stats)
{
	uint64_t busy_since = atomic_load(&journal->busy_since_ns);
	uint64_t written = atomic_load(&journal->written), now = clock_mono_ns();

	if (!pthread_mutex_trylock(&journal->lock)) {
		journal->last_seen = journal->published;
		(void)pthread_mutex_unlock(&journal->lock);
	}
	*ret_stats = journal->last_seen;
	ret_stats->pending = atomic_load(&journal->ring.put) - written;
	ret_stats->stalled_ms = busy_since && now > busy_since ? (now - busy_since) / CLOCK_NS_PER_MS : 0;
	for (int class = 0; class < AUDIT_CLASS_COUNT; class ++)
		ret_stats->dropped[class] = atomic_load(&journal->ring.dropped[class]);
}

bool audit_journal_is_degraded(const struct audit_journal_stats *stats)
{
	return stats->error || stats->stalled_ms >= JOURNAL_STALL_MS;
}

static int join(struct audit_journal *journal, unsigned int timeout_ms)
{
	uint64_t until_ns = clock_mono_ns() + timeout_ms * CLOCK_NS_PER_MS;
	struct timespec until = {.tv_sec = (time_t)(until_ns / CLOCK_NS_PER_S),
				 .tv_nsec = (long)(until_ns % CLOCK_NS_PER_S)};

	return -pthread_clockjoin_np(journal->thread, NULL, CLOCK_MONOTONIC, &until);
}

void audit_journal_close(struct audit_journal *journal, unsigned int timeout_ms, struct audit_journal_stats *ret_stats)
{
	struct audit_journal_stats stats;
	int r;

	if (!journal)
		return;
	atomic_store(&journal->must_stop, true);
	wake(journal);
	r = join(journal, timeout_ms);
	audit_journal_stats(journal, &stats);
	if (ret_stats)
		*ret_stats = stats;
	if (!r)
		release(journal);
	else
		(void)pthread_detach(journal->thread); /* it hangs in the kernel and may still touch the memory */
}
