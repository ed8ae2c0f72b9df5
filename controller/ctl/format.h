/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers as people read them. Pure; English, ASCII.
 */
#ifndef CTL_FORMAT_H
#define CTL_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define FORMAT_TEXT_BYTES 32

/* "0 B", "1023 B", "1.0 KiB", "1.2 MiB" ... "16.0 EiB" */
void format_bytes(uint64_t bytes, char ret_text[static FORMAT_TEXT_BYTES]);

/* The two largest units: "0 s", "12 s", "3 min 4 s", "2 h 5 min", "3 d 4 h" */
void format_duration(uint64_t ms, char ret_text[static FORMAT_TEXT_BYTES]);

/* "12 s ago"; `then` 0: "never"; in the future: "0 s ago". Both in ms, of one clock. */
void format_age(uint64_t now_ms, uint64_t then_ms, char ret_text[static FORMAT_TEXT_BYTES]);

/* 16 hex digits. */
void format_session_id(uint64_t id, char ret_text[static FORMAT_TEXT_BYTES]);

/*
 * A text from elsewhere, made fit for a terminal and for JSON: every byte that
 * is not printable ASCII becomes '?'. Reads up to `bytes` or a NUL; ret_text has
 * room for `bytes` + 1.
 */
void format_foreign(const char *text, size_t bytes, char *ret_text);

#endif
