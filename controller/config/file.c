/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration and key files. Every check is made on the opened descriptor, so
 * that what was checked is what is read. Never leaves a copy of a key behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "base/secret.h"
#include "config/parser.h"

#define KEY_FILE_MAX_BYTES 4096

/* An opened file's contents: locked memory, wiped by secret_free(). */
struct content {
	char *text;
	size_t length;
	mode_t mode;
};

static void content_release(struct content *content)
{
	secret_free(content->text);
}

/* Fills the error at the present line and returns `error`, whatever it is. */
__attribute__((format(printf, 3, 4))) static int fail(struct config_parser *parser, int error, const char *format, ...)
{
	va_list arguments;

	parser->error->line = parser->line;
	va_start(arguments, format);
	vsnprintf(parser->error->text, sizeof(parser->error->text), format, arguments);
	va_end(arguments);
	return error;
}

/* Reads to the end; a file that has grown beyond `capacity` since fstat() is refused like a large one. */
static int read_whole(int fd, char *buffer, size_t capacity, size_t *ret_length)
{
	size_t length = 0;

	while (length < capacity) {
		ssize_t got = read(fd, buffer + length, capacity - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0) {
			*ret_length = length;
			return 0;
		}
		length += (size_t)got;
	}
	return -EFBIG;
}

/* `name` is how errors call the file: "" for the configuration itself, which the caller names. */
static int read_file(struct config_parser *parser, const char *name, const char *path, size_t most,
		     struct content *ret_content)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO must not hold us */
	_cleanup_(content_release) struct content content = {.text = NULL};
	struct stat status;
	int error;

	if (fd < 0 || fstat(fd, &status) < 0) {
		error = -errno;
		return fail(parser, error, "%scannot be opened: %s", name, strerror(-error));
	}
	if (!S_ISREG(status.st_mode))
		return fail(parser, S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL, "%sis not a regular file%s", name,
			    S_ISDIR(status.st_mode) ? " but a directory" : "");
	if (status.st_size < 0 || (size_t)status.st_size > most)
		return fail(parser, -EFBIG, "%sis longer than %zu bytes", name, most);
	content.text = secret_alloc((size_t)status.st_size + 1);
	if (!content.text)
		return fail(parser, -ENOMEM, "%sout of memory", name);
	error = read_whole(fd, content.text, (size_t)status.st_size + 1, &content.length);
	if (error < 0)
		return fail(parser, error, "%scannot be read: %s", name, strerror(-error));
	content.mode = status.st_mode & 07777;
	*ret_content = content;
	content.text = NULL; /* the caller's now */
	return 0;
}

static int check_mode(struct config_parser *parser, const char *name, mode_t mode)
{
	if ((mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	return fail(parser, -EACCES, "%s%s by others (mode %04o): chmod 600", name,
		    mode & (S_IRGRP | S_IROTH) ? "readable" : "accessible", mode);
}

static bool holds_keys(const struct config *config)
{
	if (config->private_key)
		return true;
	for (size_t i = 0; i < config->peer_count; i++) {
		if (config->peers[i].preshared_key)
			return true;
	}
	return false;
}

/* A relative path is taken from the directory of the configuration. */
static int key_file_path(struct config_parser *parser, const char *config_path, char **ret_path)
{
	const char *file = parser->config->private_key_file;
	const char *slash = strrchr(config_path, '/');
	int directory = file[0] != '/' && slash ? (int)(slash + 1 - config_path) : 0;

	if (asprintf(ret_path, "%.*s%s", directory, config_path, file) < 0)
		return fail(parser, -ENOMEM, "out of memory");
	return 0;
}

static int load_private_key(struct config_parser *parser, const char *config_path)
{
	_cleanup_(content_release) struct content content = {.text = NULL};
	_cleanup_free_ char *path = NULL;
	char name[CONFIG_QUOTE_BYTES + 32], quote[CONFIG_QUOTE_BYTES];
	uint8_t *slot = config_key_slot(parser->config, 0);
	struct config_text text;
	int error = key_file_path(parser, config_path, &path);

	if (error < 0)
		return error;
	config_quote((struct config_text){path, strlen(path)}, quote);
	snprintf(name, sizeof(name), "PrivateKeyFile: '%s' ", quote);
	error = read_file(parser, name, path, KEY_FILE_MAX_BYTES, &content);
	if (error == 0)
		error = check_mode(parser, name, content.mode);
	if (error < 0)
		return error;
	text = (struct config_text){content.text, content.length};
	while (text.length > 0 && strchr(" \t\r\n", text.start[text.length - 1]))
		text.length--;
	if (secret_from_base64(text.start, text.length, slot) < 0 || secret_is_zero(slot))
		return fail(parser, -EINVAL, "%sdoes not hold one key of 44 base64 characters, not all zero", name);
	parser->config->private_key = slot;
	return 0;
}

int config_load(const char *path, struct config **ret_config, struct config_error *ret_error)
{
	_cleanup_(content_release) struct content content = {.text = NULL};
	_cleanup_(cleanup_config) struct config *config = NULL;
	struct config_parser parser = {.error = ret_error};
	int error = read_file(&parser, "", path, CONFIG_FILE_MAX_BYTES, &content);

	if (error == 0)
		error = config_parse(content.text, content.length, &config, ret_error);
	if (error == 0 && holds_keys(config))
		error = check_mode(&parser, "", content.mode);
	if (error == 0 && config->private_key_file) {
		parser.config = config;
		parser.line = config->private_key_file_line;
		error = load_private_key(&parser, path);
	}
	if (error == 0)
		*ret_config = take_ptr(config);
	return error;
}
