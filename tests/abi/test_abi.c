/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ABI between C and BPF: every struct of include/jvpn/ has the size and the offsets this
 * compiler gives it in the BTF of the built data plane too; every member is in layout.h; and
 * the maps are what include/jvpn/maps.h says. Loads nothing, needs no root.
 */
#include "dataplane.skel.h"
#include "jvpn/event.h"
#include "jvpn/frame.h"
#include "jvpn/maps.h"
#include "jvpn/swap.h"
#include "jvpn/wire.h"

#include "layout.h"

#include <bpf/btf.h>
#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

enum presence { IN_BTF, STACK_ONLY };

struct member {
	const char *name;
	__u32 offset;
	__u32 bytes;
};

struct layout {
	const char *name;
	__u32 bytes;
	enum presence presence;
	const struct member *members;
	__u32 count;
};

#define MEMBER(s, m) {#m, offsetof(struct s, m), sizeof(((struct s *)0)->m)},
#define MEMBERS(s, presence) static const struct member MEMBERS_##s[] = {LAYOUT_##s(MEMBER, s)};
LAYOUT_STRUCTS(MEMBERS)

#define LAYOUT(s, presence) {#s, sizeof(struct s), presence, MEMBERS_##s, sizeof(MEMBERS_##s) / sizeof(MEMBERS_##s[0])},
static const struct layout LAYOUTS[] = {LAYOUT_STRUCTS(LAYOUT)};
#define LAYOUTS_COUNT (sizeof(LAYOUTS) / sizeof(LAYOUTS[0]))

static struct bpf_object *object;
static const struct btf *btf;

static void setup(void)
{
	size_t bytes;
	const void *elf = dataplane__elf_bytes(&bytes);
	object = bpf_object__open_mem(elf, bytes, NULL);
	cr_assert_not_null(object);
	btf = bpf_object__btf(object);
	cr_assert_not_null(btf);
}

static void teardown(void)
{
	bpf_object__close(object);
}

TestSuite(abi, .init = setup, .fini = teardown);

static const struct member *find_member(const struct layout *layout, const char *name)
{
	for (__u32 i = 0; i < layout->count; i++)
		if (!strcmp(layout->members[i].name, name))
			return &layout->members[i];
	return NULL;
}

static void compare_member(const struct layout *layout, const char *name, __u32 offset, __s64 bytes)
{
	const struct member *member = find_member(layout, name);
	if (!member) {
		cr_expect_fail("%s.%s is in the BTF and not in layout.h", layout->name, name);
		return;
	}
	cr_expect_eq(offset, member->offset, "%s.%s: at %u in BTF, at %u here", layout->name, name, offset,
		     member->offset);
	cr_expect_eq(bytes, member->bytes, "%s.%s: %lld bytes in BTF, %u here", layout->name, name, bytes,
		     member->bytes);
}

/* Members of an unnamed union or struct are the outer one's. Returns how many members there are. */
static __u32 compare_members(const struct layout *layout, const struct btf_type *type, __u32 base)
{
	__u32 count = 0;
	const struct btf_member *members = btf_members(type);
	for (__u32 i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, members[i].name_off);
		__u32 bits = btf_member_bit_offset(type, i);
		cr_expect_eq(btf_member_bitfield_size(type, i), 0, "%s.%s is a bit field", layout->name, name);
		if (!name[0]) {
			int id = btf__resolve_type(btf, members[i].type);
			count += compare_members(layout, btf__type_by_id(btf, (__u32)id), base + bits / 8);
			continue;
		}
		compare_member(layout, name, base + bits / 8, btf__resolve_size(btf, members[i].type));
		count++;
	}
	return count;
}

static void compare_struct(const struct layout *layout)
{
	int id = btf__find_by_name_kind(btf, layout->name, BTF_KIND_STRUCT);
	if (id < 0) {
		cr_expect_eq(layout->presence, STACK_ONLY, "%s is not in the BTF", layout->name);
		return;
	}
	const struct btf_type *type = btf__type_by_id(btf, (__u32)id);
	cr_expect_eq(type->size, layout->bytes, "%s: %u bytes in BTF, %u here", layout->name, type->size,
		     layout->bytes);
	__u32 count = compare_members(layout, type, 0);
	cr_expect_eq(count, layout->count, "%s: %u members in BTF, %u in layout.h", layout->name, count, layout->count);
}

Test(abi, structs_are_the_same_on_both_sides)
{
	for (size_t i = 0; i < LAYOUTS_COUNT; i++)
		compare_struct(&LAYOUTS[i]);
}

/* What the data plane calls jvpn_... is a contract, and belongs into layout.h. */
Test(abi, every_struct_is_listed)
{
	__u32 seen = 0;
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, type->name_off);
		if (!btf_is_struct(type) || strncmp(name, "jvpn_", 5))
			continue;
		bool listed = false;
		for (size_t i = 0; i < LAYOUTS_COUNT; i++)
			listed |= !strcmp(LAYOUTS[i].name, name);
		cr_expect(listed, "%s is not in layout.h", name);
		seen++;
	}
	cr_expect_gt(seen, 0);
}

/* No hole: members follow each other, and what would be padding has a name. Unions overlap by intent. */
Test(abi, no_struct_has_a_hole)
{
	for (size_t i = 0; i < LAYOUTS_COUNT; i++) {
		const struct layout *layout = &LAYOUTS[i];
		__u32 end = 0;
		for (__u32 m = 0; m < layout->count; m++) {
			const struct member *member = &layout->members[m];
			cr_expect_leq(member->offset, end, "%s: a hole before %s", layout->name, member->name);
			if (member->offset + member->bytes > end)
				end = member->offset + member->bytes;
		}
		cr_expect_eq(end, layout->bytes, "%s: a hole at its end", layout->name);
	}
}

struct map {
	const char *name;
	enum bpf_map_type type;
	__u32 key_bytes, value_bytes, entries, flags;
	const char *value; /* its type in the BTF; NULL: no struct */
};

static const struct map MAPS[] = {
	{"meta", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct jvpn_meta), 1, 0, "jvpn_meta"},
	{"sessions", BPF_MAP_TYPE_HASH, 8, sizeof(struct jvpn_session), JVPN_SESSIONS_MAX, BPF_F_NO_PREALLOC,
	 "jvpn_session"},
	{"keypairs", BPF_MAP_TYPE_HASH, 4, sizeof(struct jvpn_keypair), JVPN_KEYPAIRS_MAX, BPF_F_NO_PREALLOC,
	 "jvpn_keypair"},
	{"routes_v4", BPF_MAP_TYPE_LPM_TRIE, sizeof(struct jvpn_prefix_v4), sizeof(struct jvpn_route), JVPN_ROUTES_MAX,
	 BPF_F_NO_PREALLOC, "jvpn_route"},
	{"routes_v6", BPF_MAP_TYPE_LPM_TRIE, sizeof(struct jvpn_prefix_v6), sizeof(struct jvpn_route), JVPN_ROUTES_MAX,
	 BPF_F_NO_PREALLOC, "jvpn_route"},
	{"counters", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct jvpn_counters), JVPN_SESSIONS_MAX, BPF_F_MMAPABLE,
	 "jvpn_counters"},
	{"admission", BPF_MAP_TYPE_LRU_HASH, sizeof(struct jvpn_ip), sizeof(struct jvpn_bucket), JVPN_ADMISSION_MAX, 0,
	 "jvpn_bucket"},
	{"uplinks", BPF_MAP_TYPE_HASH, 4, sizeof(struct jvpn_uplink), JVPN_UPLINKS_MAX, 0, "jvpn_uplink"},
	{"delivery", BPF_MAP_TYPE_DEVMAP, 4, 4, 1, 0, NULL},
	{"events", BPF_MAP_TYPE_RINGBUF, 0, 0, JVPN_EVENTS_BYTES, 0, NULL},
	{"drops", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, JVPN_DROP_SLOTS, 0, NULL},
};
#define MAPS_COUNT (sizeof(MAPS) / sizeof(MAPS[0]))

static void compare_map(const struct map *expected)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(object, expected->name);
	cr_assert_not_null(map, "no map %s", expected->name);
	cr_expect_eq(bpf_map__type(map), expected->type, "%s: type", expected->name);
	cr_expect_eq(bpf_map__key_size(map), expected->key_bytes, "%s: key", expected->name);
	cr_expect_eq(bpf_map__value_size(map), expected->value_bytes, "%s: value", expected->name);
	cr_expect_eq(bpf_map__max_entries(map), expected->entries, "%s: entries", expected->name);
	cr_expect_eq(bpf_map__map_flags(map), expected->flags, "%s: flags", expected->name);
	if (!expected->value)
		return;
	const struct btf_type *type = btf__type_by_id(btf, bpf_map__btf_value_type_id(map));
	cr_expect_str_eq(btf__name_by_offset(btf, type->name_off), expected->value, "%s: value", expected->name);
}

Test(abi, maps_are_what_the_contract_says)
{
	for (size_t i = 0; i < MAPS_COUNT; i++)
		compare_map(&MAPS[i]);
}

static bool map_is_listed(const char *name)
{
	for (size_t i = 0; i < MAPS_COUNT; i++)
		if (!strcmp(MAPS[i].name, name))
			return true;
	return false;
}

Test(abi, every_map_to_adopt_exists)
{
	__u32 count = 0;
#define X(name) \
	cr_expect_not_null(bpf_object__find_map_by_name(object, #name), "no map %s", #name); \
	cr_expect(map_is_listed(#name), "%s is not in this test", #name); \
	count++;
	JVPN_MAP_NAMES(X)
#undef X
	cr_expect_eq(count, MAPS_COUNT);
}
