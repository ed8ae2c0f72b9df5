/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pinned maps as documents: the one source of what `maps` prints, as JSON
 * and as text. Never holds a key: "(secret)" stands in its place.
 *
 *   list     [{"name", "type", "used", "max", "key_bytes", "value_bytes", "path"}, ...]
 *   one map  the same members, and "entries": [{...}, ...], members as in jvpn/maps.h
 *
 * Names are spelled out (states, kinds, reasons), words are taken apart (version
 * and slot), ids are 16 hex digits, times are left in the map's own nanoseconds.
 * `counters` and `drops` leave out what never counted. `events` has no entries:
 * reading a ring buffer would consume it; its "used" is unread bytes.
 */
#ifndef CTL_MAPS_DOCUMENT_H
#define CTL_MAPS_DOCUMENT_H

#include "ctl/ctl.h"

/* 0 and a new reference, or a negative errno. */
int maps_document_list(const struct inspect *inspect, json_t **ret_document);
int maps_document_one(const struct inspect *inspect, enum inspect_map map, json_t **ret_document);

#endif
