/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats one line into a buffer on the stack and writes it at once. Never
 * allocates, never fails aloud: a log that cannot be written is nobody's news.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_NAME_BYTES 32

static struct {
	char program[LOG_NAME_BYTES];
	char interface[LOG_NAME_BYTES];
	enum log_level level;
	bool to_journal;
} log_state = {.program = "jvpnd", .level = LOG_LEVEL_INFO};

/* Words and syslog(3) priorities of the levels. */
static const struct {
	const char *name;
	int priority;
} log_levels[] = {
	[LOG_LEVEL_ERROR] = {"error", 3},
	[LOG_LEVEL_WARNING] = {"warning", 4},
	[LOG_LEVEL_INFO] = {"info", 6},
	[LOG_LEVEL_DEBUG] = {"debug", 7},
};
#define LOG_LEVEL_COUNT (sizeof(log_levels) / sizeof(log_levels[0]))

/* systemd's rule: the variable counts only while stderr still is the stream it names (sd-daemon(3), systemd.exec(5)).
 */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2)
		return false;
	if (fstat(STDERR_FILENO, &status) < 0)
		return false;
	return status.st_dev == (dev_t)device && status.st_ino == (ino_t)inode;
}

void log_open(const char *program, const char *interface, enum log_level level)
{
	int saved = errno;

	snprintf(log_state.program, sizeof(log_state.program), "%s", program);
	snprintf(log_state.interface, sizeof(log_state.interface), "%s", interface ? interface : "");
	log_state.level = level;
	log_state.to_journal = stderr_is_journal();
	errno = saved;
}

void log_set_level(enum log_level level)
{
	log_state.level = level;
}

enum log_level log_get_level(void)
{
	return log_state.level;
}

int log_level_parse(const char *text, enum log_level *ret_level)
{
	for (size_t i = 0; i < LOG_LEVEL_COUNT; i++) {
		if (strcmp(text, log_levels[i].name) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *log_level_name(enum log_level level)
{
	return (size_t)level < LOG_LEVEL_COUNT ? log_levels[level].name : "unknown";
}

/* A line under construction; `used` counts what was wanted, also past the end. */
struct line {
	char text[LOG_LINE_MAX_BYTES];
	size_t used;
};

__attribute__((format(printf, 2, 0))) static void line_append_list(struct line *line, const char *format,
								   va_list arguments)
{
	size_t room = line->used < sizeof(line->text) ? sizeof(line->text) - line->used : 0;
	int wanted = vsnprintf(room ? line->text + line->used : NULL, room, format, arguments);

	if (wanted > 0)
		line->used += (size_t)wanted;
}

__attribute__((format(printf, 2, 3))) static void line_append(struct line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	line_append_list(line, format, arguments);
	va_end(arguments);
}

static void line_begin(struct line *line, enum log_level level)
{
	line->used = 0;
	if (log_state.to_journal)
		line_append(line, "<%d>", log_levels[level].priority);
	line_append(line, "%s", log_state.program);
	if (log_state.interface[0] != '\0')
		line_append(line, "[%s]", log_state.interface);
	line_append(line, ": %s: ", log_levels[level].name);
}

static void line_write(struct line *line)
{
	ssize_t written;

	if (line->used > sizeof(line->text) - 1) { /* the last byte is the newline's */
		line->used = sizeof(line->text) - 1;
		memcpy(line->text + line->used - 3, "...", 3);
	}
	for (size_t i = 0; i < line->used; i++) {
		unsigned char byte = (unsigned char)line->text[i];

		if (byte < 0x20 || byte == 0x7f)
			line->text[i] = '?';
	}
	line->text[line->used++] = '\n';
	do
		written = write(STDERR_FILENO, line->text, line->used);
	while (written < 0 && errno == EINTR);
}

static bool is_wanted(enum log_level level)
{
	return (size_t)level < LOG_LEVEL_COUNT && level <= log_state.level;
}

void log_line(enum log_level level, const char *format, ...)
{
	int saved = errno;
	struct line line;
	va_list arguments;

	if (!is_wanted(level))
		return;
	line_begin(&line, level);
	errno = saved; /* for %m */
	va_start(arguments, format);
	line_append_list(&line, format, arguments);
	va_end(arguments);
	line_write(&line);
	errno = saved;
}

void log_line_errno(enum log_level level, int error, const char *format, ...)
{
	int saved = errno;
	struct line line;
	va_list arguments;

	if (!is_wanted(level))
		return;
	line_begin(&line, level);
	errno = saved;
	va_start(arguments, format);
	line_append_list(&line, format, arguments);
	va_end(arguments);
	errno = error < 0 ? -error : error;
	line_append(&line, ": %m");
	line_write(&line);
	errno = saved;
}
