/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hashes, heads, and how to go on from the end of a file. verify.c follows a whole chain.
 */
#include "audit/chain.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(object, json_t *, json_decref);

struct audit_hash audit_hash_line(const char *line, size_t length)
{
	struct audit_hash hash;

	/* cannot fail: the sizes are BLAKE2b's own */
	(void)crypto_generichash(hash.bytes, sizeof(hash.bytes), (const unsigned char *)line, length, NULL, 0);
	return hash;
}

bool audit_hash_equal(const struct audit_hash *a, const struct audit_hash *b)
{
	return !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

void audit_head_advance(struct audit_head *head, const char *line, size_t length)
{
	head->seq++;
	head->hash = audit_hash_line(line, length);
}

void audit_head_format(const struct audit_head *head, char ret_text[static AUDIT_HEAD_BYTES])
{
	char hex[2 * AUDIT_HASH_BYTES + 1], text[AUDIT_HEAD_BYTES];
	int bytes;

	(void)sodium_bin2hex(hex, sizeof(hex), head->hash.bytes, sizeof(head->hash.bytes));
	bytes = snprintf(text, sizeof(text), "{\"seq\":%" PRIu64 ",\"hash\":\"%s\"}", head->seq, hex);
	memset(ret_text, ' ', AUDIT_HEAD_BYTES);
	memcpy(ret_text, text, (size_t)bytes);
	ret_text[AUDIT_HEAD_BYTES - 1] = '\n';
}
JVPN_ASSERT(sizeof("{\"seq\":18446744073709551615,\"hash\":\"\"}\n") + 2 * AUDIT_HASH_BYTES <= AUDIT_HEAD_BYTES,
	    "a head fits");

int audit_head_parse(const char *text, size_t length, struct audit_head *ret_head)
{
	_cleanup_(cleanup_object) json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	const json_t *seq = json_object_get(object, "seq");
	const char *hex = json_string_value(json_object_get(object, "hash"));
	struct audit_head head = {0};
	size_t bytes = 0;

	if (!json_is_integer(seq) || json_integer_value(seq) < 0 || !hex || strlen(hex) != 2 * AUDIT_HASH_BYTES)
		return -EBADMSG;
	if (sodium_hex2bin(head.hash.bytes, sizeof(head.hash.bytes), hex, strlen(hex), NULL, &bytes, NULL) ||
	    bytes != AUDIT_HASH_BYTES)
		return -EBADMSG;
	head.seq = (uint64_t)json_integer_value(seq);
	*ret_head = head;
	return 0;
}

/* The start of the line that ends at `end` (its newline, or the end of the bytes). */
static const char *line_start(const char *bytes, const char *end)
{
	const char *newline = end > bytes ? memrchr(bytes, '\n', (size_t)(end - bytes)) : NULL;

	return newline ? newline + 1 : bytes;
}

void audit_chain_tail(const char *bytes, size_t length, struct audit_tail *ret_tail)
{
	const char *end = bytes + length, *start = line_start(bytes, end);
	struct audit_tail tail = {.is_empty = length == 0};
	struct audit_record record;
	const char *why;

	tail.torn_bytes = (size_t)(end - start);
	if (tail.torn_bytes)
		tail.head.hash = audit_hash_line(start, tail.torn_bytes);
	for (bool is_last = true; start > bytes; is_last = false) {
		end = start - 1;
		start = line_start(bytes, end);
		if (is_last && !tail.torn_bytes)
			tail.head.hash = audit_hash_line(start, (size_t)(end - start));
		if (!audit_record_parse(start, (size_t)(end - start), &record, &why)) {
			tail.head.seq = record.seq;
			break;
		}
		tail.is_foreign |= is_last;
	}
	*ret_tail = tail;
}
