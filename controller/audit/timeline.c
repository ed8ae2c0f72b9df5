/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records as lines for people, and the verdict of a verification. Names come from records
 * that were checked against the narrow alphabet; nothing else of a foreign line is printed.
 */
#include <inttypes.h>
#include <sodium.h>
#include <time.h>

#include "audit/review.h"

#define MS_PER_S 1000
#define TIME_BYTES 48
#define LISTED_MAX 20

static void format_time(uint64_t ts_ms, char ret_text[static TIME_BYTES])
{
	time_t seconds = (time_t)(ts_ms / MS_PER_S);
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(ret_text, TIME_BYTES - 8, "%Y-%m-%d %H:%M:%S", &tm)) {
		(void)snprintf(ret_text, TIME_BYTES, "%" PRIu64 " ms", ts_ms);
		return;
	}
	(void)snprintf(ret_text + 19, TIME_BYTES - 19, ".%03u UTC", (unsigned int)(ts_ms % MS_PER_S));
}

/* What the event is about, beside its session and its reason. */
static void format_subject(const struct audit_record *record, char *ret_text, size_t bytes)
{
	switch (record->type) {
	case AUDIT_EVENT_SessionStateChange:
		(void)snprintf(ret_text, bytes, "%s > %s", audit_state_name(record->previous_state),
			       audit_state_name(record->new_state));
		return;
	case AUDIT_EVENT_TransportSwitch:
		(void)snprintf(ret_text, bytes, "TransportSwitch %s > %s", record->previous_transport.text,
			       record->new_transport.text);
		return;
	case AUDIT_EVENT_ReattachResult:
		(void)snprintf(ret_text, bytes, "ReattachResult %s", record->is_success ? "SUCCESS" : "DENIED");
		return;
	case AUDIT_EVENT_AuditEvent:
		(void)snprintf(ret_text, bytes, "AuditEvent %s", record->is_success ? "PASS" : "FAIL");
		return;
	case AUDIT_EVENT_TelemetryDegraded:
		(void)snprintf(ret_text, bytes, "TelemetryDegraded %s for %" PRIu64 " ms",
			       audit_trouble_name(record->trouble), record->duration_ms);
		return;
	case AUDIT_EVENT_EventsDropped:
		(void)snprintf(ret_text, bytes, "EventsDropped %" PRIu64, record->count);
		return;
	default:
		(void)snprintf(ret_text, bytes, "%s", audit_event_name(record->type));
		return;
	}
}

void audit_timeline_format(uint64_t line, const struct audit_record *record, const char *why,
			   char ret_text[static AUDIT_TIMELINE_BYTES])
{
	char when[TIME_BYTES], subject[160], session[24] = "-";

	if (!record) {
		(void)snprintf(ret_text, AUDIT_TIMELINE_BYTES, "line %" PRIu64 " is no record: %s", line, why);
		return;
	}
	format_time(record->ts_ms, when);
	format_subject(record, subject, sizeof(subject));
	if (record->session)
		(void)snprintf(session, sizeof(session), "%016" PRIx64, record->session);
	(void)snprintf(ret_text, AUDIT_TIMELINE_BYTES, "%s  %-16s  v%-4" PRIu64 "  %s%s%s%s%s", when, session,
		       record->version, subject, record->reason ? "  " : "",
		       record->reason ? audit_reason_name(record->reason) : "", record->transport.text[0] ? "  " : "",
		       record->transport.text);
}

void audit_verify_print(const struct audit_review *review, FILE *out)
{
	const struct audit_chain *chain = &review->chain;
	const struct audit_replay *replay = &review->replay;
	char hash[2 * AUDIT_HASH_BYTES + 1], text[160];

	(void)sodium_bin2hex(hash, sizeof(hash), chain->last.hash.bytes, AUDIT_HASH_BYTES);
	audit_chain_explain(&chain->first_break, text, sizeof(text));
	(void)fprintf(out, "lines       %" PRIu64 ", seq %" PRIu64 " to %" PRIu64 "%s\n", chain->lines,
		      chain->first.seq, chain->last.seq, replay->is_partial ? " (goes on from an earlier file)" : "");
	(void)fprintf(out, "sessions    %zu\n", replay->session_count);
	(void)fprintf(out, "chain       %s\n", text);
	(void)fprintf(out, "head        %s\n", hash);
	if (chain->torn_lines)
		(void)fprintf(out, "torn        %" PRIu64 " line(s), accounted for\n", chain->torn_lines);
	if (replay->dropped)
		(void)fprintf(out, "dropped     %" PRIu64 " event(s), %" PRIu64 " finding(s) excused by it\n",
			      replay->dropped, replay->excused);
	(void)fprintf(out, "violations  %" PRIu64 "\n", replay->found_total);
	for (size_t i = 0; i < replay->found_kept && i < LISTED_MAX; i++) {
		const struct audit_found *found = &replay->found[i];

		(void)fprintf(out, "  line %" PRIu64 ", session %016" PRIx64 ", v%" PRIu64 ": %s\n", found->line,
			      found->session, found->version, audit_violation_sentence(found->kind));
	}
	if (replay->found_kept > LISTED_MAX)
		(void)fprintf(out, "  and more\n");
}
