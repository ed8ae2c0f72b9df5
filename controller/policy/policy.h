/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy as a value: its struct, its presets, its canonical text and hash. The list of
 * fields is fields.h. Never reads a file, never logs, never says who it applies to.
 *
 *   text of the configuration, JSON -> draft.h, json.h -> struct policy -> check.h -> snapshot.h
 *
 * A struct policy is a plain value: copy it, compare it with policy_equal(). It has no
 * unset state; what nobody gave holds its preset's value.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "jvpn/types.h"
#include "policy/fields.h"

/* One member a group, one __u32 a field: policy->switching.drain_ms. The largest bound, a week in ms, fits. */
struct policy {
#define POLICY_MEMBER(group, name, ...) __u32 name;
	struct {
		POLICY_DOCUMENT_FIELDS(POLICY_MEMBER)
	} document;
#define POLICY_GROUP(group, LIST) \
	struct { \
		LIST(POLICY_MEMBER) \
	} group;
	POLICY_GROUPS(POLICY_GROUP)
#undef POLICY_GROUP
#undef POLICY_MEMBER
};

/* Numbers of the fields: POLICY_DrainMs and so on, in canonical order. */
enum policy_key {
#define POLICY_KEY(group, name, Key, ...) POLICY_##Key,
	POLICY_FIELDS(POLICY_KEY, POLICY_KEY)
#undef POLICY_KEY
};
#define POLICY_FIELD_COUNT ((unsigned int)(sizeof(struct policy) / sizeof(__u32)))
JVPN_ASSERT(POLICY_FIELD_COUNT <= 64, "one bit a field fits a __u64");

enum policy_kind {
	POLICY_KIND_MS,		  /* milliseconds */
	POLICY_KIND_MS_OR_OFF,	  /* 0: off */
	POLICY_KIND_COUNT,	  /* a number without a unit */
	POLICY_KIND_COUNT_OR_OFF, /* 0: off */
	POLICY_KIND_POWER_OF_TWO,
	POLICY_KIND_RATIO,     /* a decimal of up to 6 places; stored in millionths */
	POLICY_KIND_FACTOR,    /* the same, 1.00 and up */
	POLICY_KIND_FLAG,      /* true, false */
	POLICY_KIND_PROTOCOLS, /* a list of names; stored as bits */
	POLICY_KIND_MODE,      /* enum policy_mode */
	POLICY_KIND_VERSION,   /* MAJOR.MINOR; stored as two halves */
};

enum policy_preset {
#define POLICY_PRESET(number, name, sentence) POLICY_PRESET_##name = (number),
	POLICY_PRESETS(POLICY_PRESET)
#undef POLICY_PRESET
};

enum policy_mode {
#define POLICY_MODE(number, name) POLICY_MODE_##name = (number),
	POLICY_MODES(POLICY_MODE)
#undef POLICY_MODE
};

enum policy_protocol {
#define POLICY_PROTOCOL(bit, name) POLICY_PROTOCOL_##name = (bit),
	POLICY_PROTOCOLS(POLICY_PROTOCOL)
#undef POLICY_PROTOCOL
};

/* What fields.h says of one field. */
struct policy_field {
	const char *name;     /* "switching.drain_ms" */
	const char *key;      /* "DrainMs" */
	const char *sentence; /* no capital, no full stop */
	const char *rule;     /* "PV-2": the rule a value out of bounds breaks */
	enum policy_kind kind;
	bool is_required;
	__u32 initial, least, most;
	__u32 from, to; /* 0, 0: no recommended range */
};

const struct policy_field *policy_field(enum policy_key key);
/* By name or by key, the latter in any case. POLICY_FIELD_COUNT: there is none. */
enum policy_key policy_find(const char *name, size_t length);

__u32 policy_get(const struct policy *policy, enum policy_key key);
void policy_set(struct policy *policy, enum policy_key key, __u32 value);
bool policy_equal(const struct policy *a, const struct policy *b);

struct policy policy_of_preset(enum policy_preset preset);
const char *policy_preset_name(enum policy_preset preset);
/* -ENOENT: no preset has this name. */
int policy_preset_find(const char *name, size_t length, enum policy_preset *ret_preset);

#define POLICY_TEXT_BYTES 4096
#define POLICY_HASH_BYTES 65 /* hex, and NUL */

/* Canonical text (PV-14): "NAME = VALUE" a line, every field, in the order of the list. Returns its length. */
size_t policy_print(const struct policy *policy, char ret_text[static POLICY_TEXT_BYTES]);

/* BLAKE2b-256 of the canonical text, in hex. */
void policy_hash(const struct policy *policy, char ret_hash[static POLICY_HASH_BYTES]);

#endif
