/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line an event on stderr, for the daemon alone: library modules return
 * errors and never log. Never allocates, never writes more than one line of
 * LOG_LINE_MAX_BYTES a call, never changes errno.
 *
 *   jvpnd[jvpn0]: warning: text
 *
 * When stderr is the journal (JOURNAL_STREAM names its device and inode) the
 * line begins with systemd's priority, "<4>". Control characters in the text
 * become '?', so that no foreign text can forge a second line; what does not
 * fit is cut and ends in "...". One write(2) a line.
 *
 * Not for signal handlers. One thread.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#define LOG_LINE_MAX_BYTES 2048

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/*
 * Names the program and, when `interface` is not NULL, the tunnel; lines above
 * `level` are dropped from here on. Before the first call: "jvpnd", INFO. Both
 * names are copied and cut to 31 bytes. May be called again.
 */
void log_open(const char *program, const char *interface, enum log_level level);

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* "error", "warning", "info" or "debug", exactly. -EINVAL otherwise. */
int log_level_parse(const char *text, enum log_level *ret_level);

/* The word of a level, the inverse of log_level_parse(). Static storage. */
const char *log_level_name(enum log_level level);

/* Writes one line. `format` without a newline; %m is the errno at the call. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, with ": reason" appended; `error` is a negative or positive errno. */
void log_line_errno(enum log_level level, int error, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
