/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of maps_document.h: the list of maps, and one map around its entries.
 */
#include "ctl/maps_document.h"

#include <bpf/libbpf.h>
#include <errno.h>

#include "ctl/maps_entries.h"
#include "dataplane/inspect_usage.h"

static int describe(const struct inspect *inspect, enum inspect_map map, json_t **ret_document)
{
	const struct inspect_facts *facts = inspect_facts(inspect, map);
	const char *type = libbpf_bpf_map_type_str((enum bpf_map_type)facts->type);
	char path[PATH_MAX];
	json_t *document;
	uint64_t used;
	int code = inspect_pin_path(inspect, map, path);

	if (code == 0)
		code = inspect_used(inspect, map, &used);
	if (code < 0)
		return code;
	document =
		json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:s}", "name", facts->name, "type", type ? type : "unknown",
			  "used", ctl_json_u64(used), "max", (json_int_t)facts->max_entries, "key_bytes",
			  (json_int_t)facts->key_bytes, "value_bytes", (json_int_t)facts->value_bytes, "path", path);
	if (!document)
		return -ENOMEM;
	*ret_document = document;
	return 0;
}

int maps_document_list(const struct inspect *inspect, json_t **ret_document)
{
	_cleanup_(cleanup_json) json_t *list = json_array();

	for (enum inspect_map map = 0; map < INSPECT_MAPS; map++) {
		json_t *document;
		int code = describe(inspect, map, &document);

		if (code < 0)
			return code;
		if (json_array_append_new(list, document) < 0)
			return -ENOMEM;
	}
	*ret_document = take_ptr(list);
	return 0;
}

int maps_document_one(const struct inspect *inspect, enum inspect_map map, json_t **ret_document)
{
	_cleanup_(cleanup_json) json_t *document = NULL, *entries = json_array();
	int code = entries ? describe(inspect, map, &document) : -ENOMEM;

	if (code == 0)
		code = maps_entries(inspect, map, entries);
	if (code == 0 && json_object_set(document, "entries", entries) < 0)
		code = -ENOMEM;
	if (code < 0)
		return code;
	*ret_document = take_ptr(document);
	return 0;
}
