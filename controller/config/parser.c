/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text to lines, lines to sections and keys. Knows no key; keys.c does.
 */
#include "config/parser.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

__attribute__((format(printf, 3, 0))) static void set_error(struct config_error *error, unsigned int line,
							    const char *format, va_list arguments)
{
	error->line = line;
	vsnprintf(error->text, sizeof(error->text), format, arguments);
}

int config_fail(struct config_parser *parser, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(parser->error, parser->line, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

int config_fail_at(struct config_parser *parser, unsigned int line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(parser->error, line, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

int config_out_of_memory(struct config_parser *parser)
{
	(void)config_fail_at(parser, 0, "out of memory");
	return -ENOMEM;
}

void config_quote(struct config_text text, char ret_quote[static CONFIG_QUOTE_BYTES])
{
	size_t shown = text.length < CONFIG_QUOTE_BYTES ? text.length : CONFIG_QUOTE_BYTES - 4;

	for (size_t i = 0; i < shown; i++)
		ret_quote[i] = text.start[i] >= ' ' && text.start[i] <= '~' ? text.start[i] : '?';
	snprintf(ret_quote + shown, CONFIG_QUOTE_BYTES - shown, "%s", shown < text.length ? "..." : "");
}

int config_refuse(struct config_parser *parser, const struct config_key *key, struct config_text value)
{
	char quote[CONFIG_QUOTE_BYTES];

	if (key->flags & CONFIG_KEY_SECRET)
		return config_fail(parser, "%s: the value is not %s", key->name, key->form);
	config_quote(value, quote);
	return config_fail(parser, "%s: '%s' is not %s", key->name, quote, key->form);
}

/* What a section must have had when it ends. */
static int section_end(struct config_parser *parser)
{
	struct config *config = parser->config;

	if (parser->section == CONFIG_INTERFACE && !config->private_key && !config->private_key_file)
		return config_fail_at(parser, parser->section_line,
				      "[Interface] has no PrivateKey (base64) and no PrivateKeyFile (a path)");
	if (parser->section == CONFIG_PEER && parser->public_key_lines[config->peer_count - 1] == 0)
		return config_fail_at(parser, parser->section_line, "[Peer] has no PublicKey (base64)");
	return 0;
}

static int begin_interface(struct config_parser *parser)
{
	if (parser->interface_line != 0)
		return config_fail(parser, "[Interface] is given twice, first in line %u", parser->interface_line);
	parser->interface_line = parser->line;
	parser->section = CONFIG_INTERFACE;
	return 0;
}

static int begin_peer(struct config_parser *parser)
{
	struct config *config = parser->config;

	if (config->peer_count == parser->peers_capacity)
		return config_fail(parser, "[Peer]: more than %d peers", CONFIG_PEERS_MAX);
	config->peers[config->peer_count++].line = parser->line;
	parser->section = CONFIG_PEER;
	return 0;
}

static int parse_section(struct config_parser *parser, struct config_text line)
{
	char quote[CONFIG_QUOTE_BYTES];
	int error = section_end(parser);

	if (error < 0)
		return error;
	memset(parser->seen, 0, sizeof(parser->seen));
	parser->section_line = parser->line;
	if (config_text_is(line, "[Interface]"))
		return begin_interface(parser);
	if (config_text_is(line, "[Peer]"))
		return begin_peer(parser);
	config_quote(line, quote);
	return config_fail(parser, "section '%s' is not [Interface] or [Peer]", quote);
}

static int parse_line(struct config_parser *parser, struct config_text line)
{
	const char *comment, *equals;

	if (line.length > CONFIG_LINE_MAX_BYTES)
		return config_fail(parser, "the line is longer than %u bytes", CONFIG_LINE_MAX_BYTES);
	if (memchr(line.start, '\0', line.length))
		return config_fail(parser, "a NUL byte: this is not a text file");
	comment = memchr(line.start, '#', line.length);
	if (comment)
		line.length = (size_t)(comment - line.start);
	line = config_trim(line);
	if (line.length == 0)
		return 0;
	if (line.start[0] == '[')
		return parse_section(parser, line);
	equals = memchr(line.start, '=', line.length);
	if (!equals) /* not shown: it may be a key */
		return config_fail(parser, "the line is neither '[Section]' nor 'Key = value'");
	return config_key_apply(
		parser, config_trim((struct config_text){line.start, (size_t)(equals - line.start)}),
		config_trim((struct config_text){equals + 1, (size_t)(line.start + line.length - equals) - 1}));
}

static struct config_text skip_mark(struct config_text text)
{
	if (text.length >= 3 && memcmp(text.start, "\xef\xbb\xbf", 3) == 0)
		return (struct config_text){text.start + 3, text.length - 3};
	return text;
}

static int parse_lines(struct config_parser *parser, struct config_text text)
{
	int error = 0;

	text = skip_mark(text);
	while (error == 0 && text.length > 0) {
		const char *newline = memchr(text.start, '\n', text.length);
		size_t length = newline ? (size_t)(newline - text.start) : text.length;

		parser->line++;
		error = parse_line(parser, (struct config_text){text.start, length});
		length += newline ? 1 : 0;
		text.start += length;
		text.length -= length;
	}
	return error == 0 ? section_end(parser) : error;
}

static int check_whole(struct config_parser *parser)
{
	const struct config *config = parser->config;

	if (parser->interface_line == 0)
		return config_fail_at(parser, 0, "there is no [Interface] section");
	for (size_t i = 0; config->mtu != 0 && i < config->address_count; i++) {
		if (config->addresses[i].family == 6 && config->mtu < CONFIG_MTU_MIN_V6)
			return config_fail_at(parser, parser->mtu_line,
					      "MTU: %u is below %d, which an IPv6 Address needs", config->mtu,
					      CONFIG_MTU_MIN_V6);
	}
	return config_claims_settle(parser);
}

/* How many [Peer] sections there can be at most: room for them is made once. */
static size_t count_sections(const char *text, size_t length)
{
	size_t count = 0;

	for (const char *at = text; (at = memchr(at, '[', length - (size_t)(at - text))); at++)
		count++;
	return count < CONFIG_PEERS_MAX ? count : CONFIG_PEERS_MAX;
}

static int make_room(struct config_parser *parser, size_t peers)
{
	struct config *config = parser->config;

	config->peers = calloc(peers + 1, sizeof(*config->peers));
	config->addresses = calloc(CONFIG_ADDRESSES_MAX, sizeof(*config->addresses));
	config->uplinks = calloc(JVPN_UPLINKS_MAX, sizeof(*config->uplinks));
	config->locked_keys = secret_alloc((peers + 1) * JVPN_KEY_BYTES);
	parser->public_key_lines = calloc(peers + 1, sizeof(*parser->public_key_lines));
	parser->peers_capacity = peers;
	if (!config->peers || !config->addresses || !config->uplinks || !config->locked_keys ||
	    !parser->public_key_lines)
		return config_out_of_memory(parser);
	return 0;
}

int config_parse(const char *text, size_t length, struct config **ret_config, struct config_error *ret_error)
{
	_cleanup_(cleanup_config) struct config *config = calloc(1, sizeof(*config));
	struct config_parser parser = {.config = config, .error = ret_error};
	int error;

	if (!config)
		return config_out_of_memory(&parser);
	if (length > CONFIG_FILE_MAX_BYTES)
		return config_fail(&parser, "longer than %u bytes", CONFIG_FILE_MAX_BYTES);
	error = make_room(&parser, count_sections(text, length));
	if (error == 0)
		error = parse_lines(&parser, (struct config_text){text, length});
	if (error == 0)
		error = check_whole(&parser);
	free(parser.public_key_lines);
	free(parser.claims);
	if (error == 0)
		*ret_config = take_ptr(config);
	return error;
}
