/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes into the journal's next batch: first what the log has to say about itself, then
 * the events, in the order in which they were put. Never writes.
 */
#include <errno.h>

#include "audit/writer.h"
#include "base/clock.h"

static bool has_room(const struct audit_journal *journal)
{
	return journal->batch_bytes + AUDIT_LINE_MAX_BYTES + 1 <= sizeof(journal->batch);
}

static int append(struct audit_journal *journal, const struct audit_event *event)
{
	const struct audit_place place = {
		.seq = journal->rendered.seq + 1, .previous = journal->rendered.hash, .node = journal->node};
	char *line = journal->batch + journal->batch_bytes;
	size_t bytes;
	int r = audit_event_render(event, &place, line, &bytes);

	if (r)
		return r;
	audit_head_advance(&journal->rendered, line, bytes);
	line[bytes] = '\n';
	journal->batch_bytes += bytes + 1;
	journal->batch_lines++;
	return 0;
}

static struct audit_event own_event(enum audit_event_type type, enum jvpn_reason reason)
{
	return (struct audit_event){
		.type = type, .reason = reason, .ts_ms = clock_wall_ms(), .mono_ns = clock_mono_ns()};
}

static int append_troubles(struct audit_journal *journal)
{
	int r = 0;

	for (int i = 0; !r && i < AUDIT_TROUBLE_COUNT && has_room(journal); i++) {
		struct writer_trouble *trouble = &journal->troubles[i];
		struct audit_event event = own_event(AUDIT_EVENT_TelemetryDegraded, JVPN_REASON_telemetry_degraded);

		if (!trouble->is_due)
			continue;
		event.TelemetryDegraded = (struct audit_TelemetryDegraded){
			.cause = (enum audit_trouble)i,
			.error_number = (uint32_t)-trouble->error,
			.duration_ms = trouble->duration_ms,
			.count = trouble->count,
		};
		r = append(journal, &event);
		if (!r)
			*trouble = (struct writer_trouble){0};
	}
	return r;
}

bool batch_count_dropped(struct audit_journal *journal, uint64_t ret_fresh[AUDIT_CLASS_COUNT])
{
	bool is_any = false;

	for (int class = 0; class < AUDIT_CLASS_COUNT; class ++) {
		ret_fresh[class] = atomic_load(&journal->ring.dropped[class]) - journal->dropped_told[class];
		is_any |= ret_fresh[class] != 0;
	}
	return is_any;
}

static bool is_dropped_due(const struct audit_journal *journal, uint64_t now)
{
	return atomic_load(&journal->must_stop) || !journal->dropped_told_ns ||
	       now - journal->dropped_told_ns >= JOURNAL_DROPPED_MS * CLOCK_NS_PER_MS;
}

static int append_dropped(struct audit_journal *journal)
{
	struct audit_event event = own_event(AUDIT_EVENT_EventsDropped, JVPN_REASON_events_dropped);
	uint64_t fresh[AUDIT_CLASS_COUNT];
	uint64_t count = 0;
	int r;

	if (!batch_count_dropped(journal, fresh) || !is_dropped_due(journal, event.mono_ns) || !has_room(journal))
		return 0;
	for (int class = 0; class < AUDIT_CLASS_COUNT; class ++)
		count += fresh[class];
	event.EventsDropped = (struct audit_EventsDropped){
		.count = count,
		.transitions = fresh[AUDIT_CLASS_transition],
		.lifecycle = fresh[AUDIT_CLASS_lifecycle],
		.attempt = fresh[AUDIT_CLASS_attempt],
		.ownership = fresh[AUDIT_CLASS_ownership],
		.policy = fresh[AUDIT_CLASS_policy],
		.security = fresh[AUDIT_CLASS_security],
		.telemetry = fresh[AUDIT_CLASS_telemetry],
	};
	r = append(journal, &event);
	if (r)
		return r;
	for (int class = 0; class < AUDIT_CLASS_COUNT; class ++)
		journal->dropped_told[class] += fresh[class];
	journal->dropped_told_ns = event.mono_ns;
	return 0;
}

int batch_fill(struct audit_journal *journal)
{
	const struct audit_event *event;
	int r = append_troubles(journal);

	r = r ?: append_dropped(journal);
	while (!r && has_room(journal) && (event = audit_ring_peek(&journal->ring))) {
		r = append(journal, event);
		if (r)
			break;
		audit_ring_take(&journal->ring, 1);
		journal->batch_events++;
	}
	return r;
}
