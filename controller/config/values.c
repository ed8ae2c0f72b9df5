/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pieces of text to words, numbers and list items. Pure, and without messages:
 * the key table knows what was expected.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "config/parser.h"

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f';
}

struct config_text config_trim(struct config_text text)
{
	while (text.length > 0 && is_blank(text.start[0])) {
		text.start++;
		text.length--;
	}
	while (text.length > 0 && is_blank(text.start[text.length - 1]))
		text.length--;
	return text;
}

bool config_text_is(struct config_text text, const char *word)
{
	return text.length == strlen(word) && strncasecmp(text.start, word, text.length) == 0;
}

static int digit_value(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return -1;
}

static int number_in_base(struct config_text text, int base, uint32_t most, uint32_t *ret_number)
{
	uint64_t number = 0;

	if (text.length == 0)
		return -EINVAL;
	for (size_t i = 0; i < text.length; i++) {
		int digit = digit_value(text.start[i]);

		if (digit < 0 || digit >= base)
			return -EINVAL;
		number = number * (unsigned int)base + (unsigned int)digit;
		if (number > most)
			return -EINVAL;
	}
	*ret_number = (uint32_t)number;
	return 0;
}

int config_number(struct config_text text, uint32_t most, uint32_t *ret_number)
{
	return number_in_base(text, 10, most, ret_number);
}

int config_number_or_hex(struct config_text text, uint32_t most, uint32_t *ret_number)
{
	if (text.length > 2 && text.start[0] == '0' && (text.start[1] | 0x20) == 'x')
		return number_in_base((struct config_text){text.start + 2, text.length - 2}, 16, most, ret_number);
	return number_in_base(text, 10, most, ret_number);
}

int config_list_next(struct config_text *list, struct config_text *ret_item)
{
	struct config_text rest = config_trim(*list);
	size_t length = 0;

	if (rest.length == 0)
		return 0;
	while (length < rest.length && rest.start[length] != ',' && !is_blank(rest.start[length]))
		length++;
	if (length == 0)
		return -EINVAL;
	*ret_item = (struct config_text){rest.start, length};
	rest = config_trim((struct config_text){rest.start + length, rest.length - length});
	if (rest.length > 0 && rest.start[0] == ',') {
		rest = config_trim((struct config_text){rest.start + 1, rest.length - 1});
		if (rest.length == 0)
			return -EINVAL; /* nothing behind the comma */
	}
	*list = rest;
	return 1;
}
