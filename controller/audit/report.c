/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The figures of a log as one JSON document, and that document as text. The text is made of
 * the document, so both always say the same.
 */
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "audit/review.h"
#include "base/cleanup.h"
#include "base/clock.h"

DEFINE_CLEANUP(object, json_t *, json_decref);

static json_t *whole(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t audit_percentile(uint64_t *values, size_t count, unsigned int percent)
{
	size_t rank = (count * percent + 99) / 100; /* nearest rank, from 1 */

	if (!count)
		return 0;
	qsort(values, count, sizeof(*values), compare);
	return values[rank ? rank - 1 : 0];
}

/* Counts by reason code, those that are not zero. */
static json_t *by_reason(const uint64_t counts[static REPLAY_REASONS_MAX])
{
	_cleanup_(cleanup_object) json_t *object = json_object();

	for (int code = 0; code < REPLAY_REASONS_MAX; code++) {
		const char *name;

		if (!counts[code])
			continue;
		name = audit_reason_name((enum jvpn_reason)code) ?: "none";
		if (json_object_set_new(object, name, whole(counts[code])))
			return NULL;
	}
	return take_ptr(object);
}

static json_t *states_json(const struct audit_replay *replay)
{
	_cleanup_(cleanup_object) json_t *object = json_object();

	for (int state = 0; state < REPLAY_STATES; state++) {
		uint64_t total_ns = 0, now = 0;
		json_t *entry;

		for (size_t i = 0; i < replay->session_count; i++) {
			total_ns += replay->sessions[i].in_state_ns[state];
			now += (int)replay->sessions[i].state == state;
		}
		entry = json_pack("{s:o, s:o, s:o}", "entries", whole(replay->entries[state]), "total_ms",
				  whole(total_ns / CLOCK_NS_PER_MS), "sessions_now", whole(now));
		if (json_object_set_new(object, audit_state_name((enum jvpn_session_state)state), entry))
			return NULL;
	}
	return take_ptr(object);
}

static json_t *times_json(uint64_t *durations_ms, size_t count)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "p50", whole(audit_percentile(durations_ms, count, 50)), "p95",
			 whole(audit_percentile(durations_ms, count, 95)), "p99",
			 whole(audit_percentile(durations_ms, count, 99)), "max",
			 whole(audit_percentile(durations_ms, count, 100)));
}

static json_t *recovery_json(const struct audit_replay *replay)
{
	_cleanup_free_ uint64_t *durations = calloc(replay->recovery_count + 1, sizeof(*durations));
	uint64_t first[REPLAY_STATES] = {0};
	size_t recovered = 0, failed = 0;

	if (!durations)
		return NULL;
	for (size_t i = 0; i < replay->recovery_count; i++) {
		const struct audit_recovery *recovery = &replay->recoveries[i];

		first[recovery->first]++;
		failed += recovery->last == JVPN_STATE_TERMINATED;
		if (recovery->last == JVPN_STATE_ATTACHED)
			durations[recovered++] = recovery->took_ns / CLOCK_NS_PER_MS;
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o}}", "total_windows",
			 whole(recovered + failed), "recovered_windows", whole(recovered), "failed_windows",
			 whole(failed), "open_windows", whole(replay->recovery_count - recovered - failed),
			 "success_rate",
			 recovered + failed ? json_real((double)recovered / (double)(recovered + failed)) : json_null(),
			 "recovery_ms", times_json(durations, recovered), "first_outcome", "ATTACHED",
			 whole(first[JVPN_STATE_ATTACHED]), "DEGRADED", whole(first[JVPN_STATE_DEGRADED]), "TERMINATED",
			 whole(first[JVPN_STATE_TERMINATED]));
}

static json_t *switches_json(const struct audit_replay *replay)
{
	_cleanup_free_ uint64_t *causes = calloc(REPLAY_REASONS_MAX, sizeof(*causes));

	for (size_t i = 0; causes && i < replay->switch_count; i++)
		causes[replay->switches[i].cause]++;
	return causes ? json_pack("{s:o, s:o}", "total", whole(replay->switch_count), "by_cause", by_reason(causes))
		      : NULL;
}

static json_t *chain_json(const struct audit_review *review)
{
	const struct audit_chain *chain = &review->chain;
	char hash[2 * AUDIT_HASH_BYTES + 1], text[160];

	(void)sodium_bin2hex(hash, sizeof(hash), chain->last.hash.bytes, AUDIT_HASH_BYTES);
	audit_chain_explain(&chain->first_break, text, sizeof(text));
	return json_pack("{s:b, s:s, s:o, s:o, s:o, s:o, s:s, s:b, s:b}", "holds",
			 chain->first_break.kind == AUDIT_BREAK_NONE, "verdict", text, "line",
			 whole(chain->first_break.line), "first_seq", whole(chain->first.seq), "last_seq",
			 whole(chain->last.seq), "torn_lines", whole(chain->torn_lines), "last_hash", hash,
			 "continues_earlier_file", review->replay.is_partial, "head_checked", chain->expected_was_met);
}

static json_t *violations_json(const struct audit_replay *replay)
{
	_cleanup_(cleanup_object) json_t *kinds = json_object(), *list = json_array();

	for (int kind = 0; kind < AUDIT_FOUND_COUNT; kind++)
		if (replay->found_count[kind] &&
		    json_object_set_new(kinds, audit_violation_name((enum audit_violation)kind),
					whole(replay->found_count[kind])))
			return NULL;
	for (size_t i = 0; i < replay->found_kept && i < REPORT_VIOLATIONS_MAX; i++) {
		const struct audit_found *found = &replay->found[i];
		char session[24];

		(void)snprintf(session, sizeof(session), "%016" PRIx64, found->session);
		if (json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:o, s:s}", "kind",
							  audit_violation_name(found->kind), "line", whole(found->line),
							  "session_id", session, "state_version", whole(found->version),
							  "sentence", audit_violation_sentence(found->kind))))
			return NULL;
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "total", whole(replay->found_total), "excused", whole(replay->excused),
			 "by_kind", take_ptr(kinds), "list", take_ptr(list));
}

json_t *audit_verify_json(const struct audit_review *review)
{
	return json_pack("{s:b, s:o, s:o, s:o, s:o}", "holds", audit_review_holds(review), "lines",
			 whole(review->chain.lines), "sessions", whole(review->replay.session_count), "chain",
			 chain_json(review), "violations", violations_json(&review->replay));
}

json_t *audit_report_json(const struct audit_review *review)
{
	const struct audit_replay *replay = &review->replay;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "first_ts_ms",
			 whole(replay->first_ms), "last_ts_ms", whole(replay->last_ms), "lines",
			 whole(review->chain.lines), "sessions", whole(replay->session_count), "transitions",
			 whole(replay->transition_count), "states", states_json(replay), "recovery",
			 recovery_json(replay), "switches", switches_json(replay), "denials",
			 by_reason(replay->denials), "terminations", by_reason(replay->terminations),
			 "replays_rejected", whole(replay->types[AUDIT_EVENT_SecurityReplayDetected]), "events_dropped",
			 whole(replay->dropped), "chain", chain_json(review), "violations", violations_json(replay));
}

/* ---- for people -------------------------------------------------------------------------------- */

static void print_value(const char *key, const json_t *value, int indent, FILE *out)
{
	if (json_is_string(value))
		(void)fprintf(out, "%*s%-22s %s\n", indent, "", key, json_string_value(value));
	else if (json_is_real(value))
		(void)fprintf(out, "%*s%-22s %.3f\n", indent, "", key, json_real_value(value));
	else if (json_is_integer(value))
		(void)fprintf(out, "%*s%-22s %" JSON_INTEGER_FORMAT "\n", indent, "", key, json_integer_value(value));
	else
		(void)fprintf(out, "%*s%-22s %s\n", indent, "", key,
			      json_is_true(value)    ? "yes"
			      : json_is_false(value) ? "no"
						     : "-");
}

/* At most three levels: the document's own shape bounds the recursion. */
static void print_object(const json_t *object, int indent, FILE *out)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		if (json_is_object(value) && json_object_size(value)) {
			(void)fprintf(out, "%*s%s\n", indent, "", key);
			print_object(value, indent + 2, out);
		} else if (json_is_array(value)) {
			continue; /* the list of violations is for `audit verify` */
		} else {
			print_value(key, value, indent, out);
		}
	}
}

void audit_report_print(const json_t *report, FILE *out)
{
	print_object(report, 0, out);
}
