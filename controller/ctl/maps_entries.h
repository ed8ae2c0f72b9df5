/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decoded entries of one map, as maps_document.h describes them.
 */
#ifndef CTL_MAPS_ENTRIES_H
#define CTL_MAPS_ENTRIES_H

#include "ctl/ctl.h"

/* Appends an object for each entry to the array `entries`. 0 or a negative errno. */
int maps_entries(const struct inspect *inspect, enum inspect_map map, json_t *entries);

#endif
