/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target of audit_review: any bytes are a log, good or bad. Nothing crashes, the
 * counts agree, the documents can be made, and a log with a bad chain or a violation does
 * not hold. The first byte chooses where the bytes are split.
 *
 * A chain is out of a mutator's reach, so the input is read a second time with each line's
 * seq and prev_hash put right: then the oracle behind it is what is fuzzed.
 *
 *   fuzz_audit tests/fuzz/corpus/audit
 */
#include <errno.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/review.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

static void on_line(uint64_t line, const struct audit_record *record, const char *why, void *userdata)
{
	char text[AUDIT_TIMELINE_BYTES];

	require(record || why);
	audit_timeline_format(line, record, why, text);
	require(strnlen(text, sizeof(text)) < sizeof(text));
	for (const char *c = text; *c; c++)
		require(*c >= ' ' && *c <= '~');
	require(line == *(uint64_t *)userdata + 1);
	*(uint64_t *)userdata = line;
}

static void check(const struct audit_review *review)
{
	const struct audit_replay *replay = &review->replay;
	uint64_t found = 0;
	json_t *report = audit_report_json(review), *verdict = audit_verify_json(review);

	require(report && verdict);
	for (int kind = 0; kind < AUDIT_FOUND_COUNT; kind++)
		found += replay->found_count[kind];
	require(found == replay->found_total && replay->found_kept <= found);
	require(replay->records <= review->chain.lines);
	require(replay->session_count <= replay->records && replay->transition_count <= replay->records);
	require(audit_review_holds(review) == (!found && review->chain.first_break.kind == AUDIT_BREAK_NONE));
	require((review->chain.breaks == 0) == (review->chain.first_break.kind == AUDIT_BREAK_NONE));
	for (size_t i = 0; i < replay->session_count; i++)
		require(audit_replay_find(replay, replay->sessions[i].id) == &replay->sessions[i]);
	json_decref(report);
	json_decref(verdict);
}

static void review_bytes(const char *bytes, size_t size, size_t split)
{
	static struct audit_review review;
	const struct audit_limits limits = {1000, 15000, 8, 1500, 50};
	uint64_t last_line = 0;

	audit_review_begin(&review, NULL, &limits, on_line, &last_line);
	require(audit_review_feed(&review, bytes, split) == 0);
	require(audit_review_feed(&review, bytes + split, size - split) == 0);
	require(audit_review_end(&review) == 0);
	check(&review);
	audit_review_free(&review);
}

/* The lines that are JSON objects, chained anew. NULL: too many. */
static char *rechain(const char *bytes, size_t size, size_t *ret_size)
{
	struct audit_head head = {0};
	char *text = malloc(size * 2 + 65536);
	size_t used = 0;

	require(text != NULL);
	while (size && used + AUDIT_LINE_MAX_BYTES + 1 < 65536) {
		const char *newline = memchr(bytes, '\n', size);
		size_t length = newline ? (size_t)(newline - bytes) : size, line = 0;
		json_t *object = json_loadb(bytes, length, 0, NULL);
		char hex[2 * AUDIT_HASH_BYTES + 1];

		(void)sodium_bin2hex(hex, sizeof(hex), head.hash.bytes, AUDIT_HASH_BYTES);
		if (json_is_object(object)) {
			(void)json_object_set_new(object, "seq", json_integer((json_int_t)head.seq + 1));
			(void)json_object_set_new(object, "prev_hash", json_string(hex));
			line = json_dumpb(object, text + used, AUDIT_LINE_MAX_BYTES, JSON_COMPACT);
		}
		json_decref(object);
		if (line && line <= AUDIT_LINE_MAX_BYTES) {
			audit_head_advance(&head, text + used, line);
			used += line;
			text[used++] = '\n';
		}
		bytes += newline ? length + 1 : length;
		size -= newline ? length + 1 : length;
	}
	*ret_size = used;
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;
	struct audit_tail tail;
	size_t chained_size;
	char *chained;

	if (!size)
		return 0;
	size--;
	review_bytes(bytes, size, size ? data[0] % size : 0);
	audit_chain_tail(bytes, size, &tail);
	require(tail.torn_bytes <= size && tail.is_empty == !size);
	chained = rechain(bytes, size, &chained_size);
	review_bytes(chained, chained_size, 0);
	free(chained);
	return 0;
}
