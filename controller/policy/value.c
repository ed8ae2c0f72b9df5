/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers, decimals, words and lists of a policy. All integer: a decimal is read digit by
 * digit into millionths, so that no rounding ever decides.
 */
#include "policy/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DECIMAL_PLACES 6
#define DECIMAL_PLACES_SHOWN 2
#define VERSION_HALF_MAX 0xffffu

struct word {
	const char *name;
	__u32 value;
};

static const struct word flags[] = {{"false", 0}, {"true", 1}};
static const struct word modes[] = {
#define WORD(number, name) {#name, number},
	POLICY_MODES(WORD)
#undef WORD
};
static const struct word protocols[] = {
#define WORD(bit, name) {#name, 1u << (bit)},
	POLICY_PROTOCOLS(WORD)
#undef WORD
};
#define COUNT_OF(words) (sizeof(words) / sizeof((words)[0]))

/* ---- text to value ---- */

/* The digits at the start of `text`: how many, and their number when it is at most `most`. */
static int read_digits(const char *text, size_t length, __u64 most, size_t *ret_used, __u64 *ret_number)
{
	__u64 number = 0;
	size_t used = 0;

	for (; used < length && text[used] >= '0' && text[used] <= '9'; used++) {
		number = number * 10 + (unsigned int)(text[used] - '0');
		if (number > most)
			return -EINVAL;
	}
	*ret_used = used;
	*ret_number = number;
	return used > 0 ? 0 : -EINVAL;
}

static int parse_number(const char *text, size_t length, __u32 *ret_value)
{
	__u64 number;
	size_t used;

	if (read_digits(text, length, ~0u, &used, &number) < 0 || used != length)
		return -EINVAL;
	*ret_value = (__u32)number;
	return 0;
}

static int parse_decimal(const char *text, size_t length, __u32 *ret_value)
{
	__u64 whole, fraction = 0;
	size_t used, places = 0;

	if (read_digits(text, length, ~0u / POLICY_MILLIONTHS, &used, &whole) < 0)
		return -EINVAL;
	if (used < length) {
		text += used + 1;
		length -= used + 1;
		if (text[-1] != '.' || read_digits(text, length, POLICY_MILLIONTHS, &places, &fraction) < 0 ||
		    places != length || places > DECIMAL_PLACES)
			return -EINVAL;
	}
	for (; places < DECIMAL_PLACES; places++)
		fraction *= 10;
	if (whole * POLICY_MILLIONTHS + fraction > ~0u)
		return -EINVAL;
	*ret_value = (__u32)(whole * POLICY_MILLIONTHS + fraction);
	return 0;
}

static int parse_version(const char *text, size_t length, __u32 *ret_value)
{
	__u64 major, minor;
	size_t used, rest;

	if (read_digits(text, length, VERSION_HALF_MAX, &used, &major) < 0 || used == length || text[used] != '.')
		return -EINVAL;
	used++;
	if (read_digits(text + used, length - used, VERSION_HALF_MAX, &rest, &minor) < 0 || used + rest != length)
		return -EINVAL;
	*ret_value = (__u32)(major << 16 | minor);
	return 0;
}

static int parse_word(const struct word *words, size_t count, const char *text, size_t length, __u32 *ret_value)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(words[i].name) == length && strncasecmp(words[i].name, text, length) == 0) {
			*ret_value = words[i].value;
			return 0;
		}
	}
	return -EINVAL;
}

/* Names between commas, blanks around them; none empty, none twice. */
static int parse_protocols(const char *text, size_t length, __u32 *ret_value)
{
	const char *end = text + length;
	__u32 bits = 0, bit;

	for (;;) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma ? comma : end;

		while (text < stop && *text == ' ')
			text++;
		length = (size_t)(stop - text);
		while (length > 0 && text[length - 1] == ' ')
			length--;
		if (parse_word(protocols, COUNT_OF(protocols), text, length, &bit) < 0 || (bits & bit) != 0)
			return -EINVAL;
		bits |= bit;
		if (!comma)
			break;
		text = comma + 1;
	}
	*ret_value = bits;
	return 0;
}

int policy_value_parse(enum policy_kind kind, const char *text, size_t length, __u32 *ret_value)
{
	switch (kind) {
	case POLICY_KIND_MS:
	case POLICY_KIND_MS_OR_OFF:
	case POLICY_KIND_COUNT:
	case POLICY_KIND_COUNT_OR_OFF:
	case POLICY_KIND_POWER_OF_TWO:
		return parse_number(text, length, ret_value);
	case POLICY_KIND_RATIO:
	case POLICY_KIND_FACTOR:
		return parse_decimal(text, length, ret_value);
	case POLICY_KIND_FLAG:
		return parse_word(flags, COUNT_OF(flags), text, length, ret_value);
	case POLICY_KIND_PROTOCOLS:
		return parse_protocols(text, length, ret_value);
	case POLICY_KIND_MODE:
		return parse_word(modes, COUNT_OF(modes), text, length, ret_value);
	case POLICY_KIND_VERSION:
		return parse_version(text, length, ret_value);
	}
	return -EINVAL;
}

/* ---- value to text ---- */

static void print_decimal(__u32 value, char ret_text[static POLICY_VALUE_BYTES])
{
	int length = snprintf(ret_text, POLICY_VALUE_BYTES, "%u.%0*u", value / POLICY_MILLIONTHS, DECIMAL_PLACES,
			      value % POLICY_MILLIONTHS);

	for (int spare = DECIMAL_PLACES - DECIMAL_PLACES_SHOWN; spare > 0 && ret_text[length - 1] == '0'; spare--)
		ret_text[--length] = '\0';
}

/* The names of the bits that are set, or the name of the value, with `between` between them. */
static void print_words(const struct word *words, size_t count, __u32 bits, const char *between, char *text,
			size_t capacity)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && used < capacity; i++) {
		if ((words[i].value & bits) != 0)
			used += (size_t)snprintf(text + used, capacity - used, "%s%s", used > 0 ? between : "",
						 words[i].name);
	}
}

static const char *word_of(const struct word *words, size_t count, __u32 value)
{
	for (size_t i = 0; i < count; i++) {
		if (words[i].value == value)
			return words[i].name;
	}
	return "?";
}

void policy_value_print(enum policy_kind kind, __u32 value, char ret_text[static POLICY_VALUE_BYTES])
{
	switch (kind) {
	case POLICY_KIND_MS:
	case POLICY_KIND_MS_OR_OFF:
	case POLICY_KIND_COUNT:
	case POLICY_KIND_COUNT_OR_OFF:
	case POLICY_KIND_POWER_OF_TWO:
		(void)snprintf(ret_text, POLICY_VALUE_BYTES, "%u", value);
		break;
	case POLICY_KIND_RATIO:
	case POLICY_KIND_FACTOR:
		print_decimal(value, ret_text);
		break;
	case POLICY_KIND_FLAG:
		(void)snprintf(ret_text, POLICY_VALUE_BYTES, "%s", word_of(flags, COUNT_OF(flags), value));
		break;
	case POLICY_KIND_PROTOCOLS:
		print_words(protocols, COUNT_OF(protocols), value, ", ", ret_text, POLICY_VALUE_BYTES);
		break;
	case POLICY_KIND_MODE:
		(void)snprintf(ret_text, POLICY_VALUE_BYTES, "%s", word_of(modes, COUNT_OF(modes), value));
		break;
	case POLICY_KIND_VERSION:
		(void)snprintf(ret_text, POLICY_VALUE_BYTES, "%u.%u", value >> 16, value & VERSION_HALF_MAX);
		break;
	}
}

/* ---- what is allowed ---- */

bool policy_value_is_allowed(const struct policy_field *field, __u32 value)
{
	if (field->kind == POLICY_KIND_POWER_OF_TWO && (value & (value - 1)) != 0)
		return false;
	return value >= field->least && value <= field->most;
}

static const char *unit_of(enum policy_kind kind)
{
	switch (kind) {
	case POLICY_KIND_MS:
		return " ms";
	case POLICY_KIND_MS_OR_OFF:
		return " ms (0: off)";
	case POLICY_KIND_COUNT_OR_OFF:
		return " (0: off)";
	case POLICY_KIND_POWER_OF_TWO:
		return ", a power of two";
	default:
		return "";
	}
}

void policy_value_allowed(const struct policy_field *field, char ret_text[static POLICY_ALLOWED_BYTES])
{
	char least[POLICY_VALUE_BYTES], most[POLICY_VALUE_BYTES];

	policy_value_print(field->kind, field->least, least);
	policy_value_print(field->kind, field->most, most);
	if (field->kind == POLICY_KIND_VERSION)
		(void)snprintf(ret_text, POLICY_ALLOWED_BYTES, "MAJOR.MINOR, each 0..%u", VERSION_HALF_MAX);
	else if (field->kind == POLICY_KIND_PROTOCOLS)
		print_words(protocols, COUNT_OF(protocols), field->most, ", ", ret_text, POLICY_ALLOWED_BYTES);
	else if (field->least == field->most)
		(void)snprintf(ret_text, POLICY_ALLOWED_BYTES, "%s", least);
	else if (field->kind == POLICY_KIND_FLAG || field->kind == POLICY_KIND_MODE)
		(void)snprintf(ret_text, POLICY_ALLOWED_BYTES, "%s or %s", least, most);
	else
		(void)snprintf(ret_text, POLICY_ALLOWED_BYTES, "%s..%s%s", least, most, unit_of(field->kind));
}

void policy_quote(const char *text, size_t length, char ret_quote[static POLICY_QUOTE_BYTES])
{
	size_t shown = length < POLICY_QUOTE_BYTES - 1 ? length : POLICY_QUOTE_BYTES - 1;

	for (size_t i = 0; i < shown; i++)
		ret_quote[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	ret_quote[shown] = '\0';
	if (shown < length)
		memcpy(ret_quote + shown - 3, "...", 3);
}
