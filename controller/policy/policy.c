/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of fields and what is generated from it. Never judges a value: check.c does.
 */
#include "policy/policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "policy/value.h"

#define POLICY_NEED_REQUIRED true
#define POLICY_NEED_OPTIONAL false

#define ROW(path, Key, KIND, NEED, initial, least, most, from, to, rule, sentence) \
	[POLICY_##Key] = {path,	   #Key,   sentence, rule, POLICY_KIND_##KIND, POLICY_NEED_##NEED, initial, \
			  (least), (most), from,     to},
#define TOP_ROW(group, name, ...) ROW(#name, __VA_ARGS__)
#define GROUP_ROW(group, name, ...) ROW(#group "." #name, __VA_ARGS__)

static const struct policy_field fields[POLICY_FIELD_COUNT] = {POLICY_FIELDS(TOP_ROW, GROUP_ROW)};

/* policy_get() counts in words: a field lies where its number says. */
#define IN_PLACE(group, name, Key, ...) JVPN_ASSERT_OFFSET(struct policy, group.name, POLICY_##Key * sizeof(__u32));
POLICY_FIELDS(IN_PLACE, IN_PLACE)

const struct policy_field *policy_field(enum policy_key key)
{
	return &fields[key];
}

enum policy_key policy_find(const char *name, size_t length)
{
	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++) {
		if (strlen(fields[key].name) == length && memcmp(fields[key].name, name, length) == 0)
			return key;
		if (strlen(fields[key].key) == length && strncasecmp(fields[key].key, name, length) == 0)
			return key;
	}
	return POLICY_FIELD_COUNT;
}

__u32 policy_get(const struct policy *policy, enum policy_key key)
{
	__u32 value;

	memcpy(&value, (const char *)policy + key * sizeof(value), sizeof(value));
	return value;
}

void policy_set(struct policy *policy, enum policy_key key, __u32 value)
{
	memcpy((char *)policy + key * sizeof(value), &value, sizeof(value));
}

bool policy_equal(const struct policy *a, const struct policy *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* ---- presets ---- */

static const char *const preset_names[] = {
#define NAME(number, name, sentence) [number] = #name,
	POLICY_PRESETS(NAME)
#undef NAME
};

struct policy policy_of_preset(enum policy_preset preset)
{
	static const struct {
		enum policy_preset preset;
		enum policy_key key;
		__u32 value;
	} changes[] = {
#define CHANGE(name, Key, number) {POLICY_PRESET_##name, POLICY_##Key, number},
		POLICY_PRESET_VALUES(CHANGE)
#undef CHANGE
	};
	struct policy policy;

	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++)
		policy_set(&policy, key, fields[key].initial);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (changes[i].preset == preset)
			policy_set(&policy, changes[i].key, changes[i].value);
	}
	return policy;
}

const char *policy_preset_name(enum policy_preset preset)
{
	return preset_names[preset];
}

int policy_preset_find(const char *name, size_t length, enum policy_preset *ret_preset)
{
	for (unsigned int i = 0; i < sizeof(preset_names) / sizeof(preset_names[0]); i++) {
		if (strlen(preset_names[i]) == length && strncasecmp(preset_names[i], name, length) == 0) {
			*ret_preset = i;
			return 0;
		}
	}
	return -ENOENT;
}

/* ---- canonical form ---- */

JVPN_ASSERT(POLICY_FIELD_COUNT *(48 + POLICY_VALUE_BYTES) < POLICY_TEXT_BYTES, "the canonical text fits");

size_t policy_print(const struct policy *policy, char ret_text[static POLICY_TEXT_BYTES])
{
	char value[POLICY_VALUE_BYTES];
	size_t used = 0;

	for (unsigned int key = 0; key < POLICY_FIELD_COUNT; key++) {
		policy_value_print(fields[key].kind, policy_get(policy, key), value);
		used += (size_t)snprintf(ret_text + used, POLICY_TEXT_BYTES - used, "%s = %s\n", fields[key].name,
					 value);
	}
	return used;
}

void policy_hash(const struct policy *policy, char ret_hash[static POLICY_HASH_BYTES])
{
	unsigned char hash[(POLICY_HASH_BYTES - 1) / 2];
	char text[POLICY_TEXT_BYTES];
	size_t length = policy_print(policy, text);

	(void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)text, length, NULL, 0);
	(void)sodium_bin2hex(ret_hash, POLICY_HASH_BYTES, hash, sizeof(hash));
}
