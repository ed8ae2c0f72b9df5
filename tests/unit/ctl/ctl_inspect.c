/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit tests of dataplane/inspect: maps of another ABI, of other sizes, half there, and names. */
#include "test_plane.h"

#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "dataplane/inspect_read.h"
#include "dataplane/inspect_usage.h"

TestSuite(ctl_inspect, .init = plane_begin, .fini = plane_end, .timeout = 60);

static void assert_refused(int code, const char *says)
{
	struct inspect *inspect = NULL;
	char error[INSPECT_ERROR_BYTES] = "";

	cr_assert_eq(inspect_open(plane_root(), "jt0", &inspect, error), code, "%s", error);
	cr_assert(strstr(error, says), "%s", error);
	cr_assert_null(inspect);
	cr_assert_eq(plane_ctl("-i jt0 status").code, code == -ENOENT ? CTL_NOT_FOUND : CTL_FAILED);
}

Test(ctl_inspect, another_abi_is_refused_by_its_number)
{
	struct dataplane *plane = plane_pin("jt0");
	struct jvpn_meta meta = plane_meta("jt0");

	meta.abi_version = 7;
	plane_set_meta(plane, &meta);
	assert_refused(-EPROTO, "state of ABI 7, this program speaks 1");
	meta.abi_version = 0;
	plane_set_meta(plane, &meta);
	assert_refused(-EPROTO, "not complete");
}

Test(ctl_inspect, other_sizes_are_refused)
{
	struct dataplane *plane = plane_pin("jt0");
	struct jvpn_meta meta = plane_meta("jt0");

	meta.session_bytes++;
	plane_set_meta(plane, &meta);
	assert_refused(-EPROTO, "sessions, key pairs and counters of 633");
	meta = plane_meta("jt0");
	meta.keypair_bytes = 1;
	plane_set_meta(plane, &meta);
	assert_refused(-EPROTO, "of 632, 1 and 128 bytes");
	meta = plane_meta("jt0");
	meta.counters_bytes = 0;
	plane_set_meta(plane, &meta);
	assert_refused(-EPROTO, "of 632, 2160 and 0 bytes");
}

/* Another map in the place of `name`. */
static void replace(const char *name, enum bpf_map_type type, uint32_t key_bytes, uint32_t value_bytes,
		    uint32_t first_word)
{
	char path[256];
	uint8_t value[256] = {0};
	uint32_t key = 0;
	int fd = bpf_map_create(type, NULL, key_bytes, value_bytes, 4, NULL);

	(void)snprintf(path, sizeof(path), "%s/jt0/%s", plane_root(), name);
	cr_assert(fd >= 0);
	memcpy(value, &first_word, sizeof(first_word));
	cr_assert_eq(bpf_map_update_elem(fd, &key, value, BPF_ANY), 0);
	(void)unlink(path);
	cr_assert_eq(bpf_obj_pin(fd, path), 0);
	(void)close(fd);
}

Test(ctl_inspect, the_kernels_word_about_a_map_counts)
{
	(void)plane_pin("jt0");
	replace("uplinks", BPF_MAP_TYPE_HASH, 4, sizeof(struct jvpn_uplink) + 8, 0);
	assert_refused(-EPROTO, "the map uplinks is of type 1 with keys of 4 and values of 24");
	replace("uplinks", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct jvpn_uplink), 0);
	assert_refused(-EPROTO, "the map uplinks is of type 2");
	replace("uplinks", BPF_MAP_TYPE_HASH, 8, sizeof(struct jvpn_uplink), 0);
	assert_refused(-EPROTO, "with keys of 8");
}

/* The version is told even when everything else of `meta` has changed. */
Test(ctl_inspect, a_meta_of_another_size_still_tells_its_abi)
{
	(void)plane_pin("jt0");
	replace("meta", BPF_MAP_TYPE_ARRAY, 4, 200, 2);
	assert_refused(-EPROTO, "state of ABI 2, this program speaks 1");
	replace("meta", BPF_MAP_TYPE_ARRAY, 4, 4, 9);
	assert_refused(-EPROTO, "state of ABI 9, this program speaks 1");
	replace("meta", BPF_MAP_TYPE_ARRAY, 4, 200, 1);
	assert_refused(-EPROTO, "the map meta is of type 2 with keys of 4 and values of 200");
	replace("meta", BPF_MAP_TYPE_HASH, 4, 200, 1);
	assert_refused(-EPROTO, "not one of jvpn's");
}

Test(ctl_inspect, a_missing_map_is_named)
{
	char path[256];

	(void)plane_pin("jt0");
	(void)snprintf(path, sizeof(path), "%s/jt0/keypairs", plane_root());
	cr_assert_eq(unlink(path), 0);
	assert_refused(-EPROTO, "the map keypairs is missing");
	(void)snprintf(path, sizeof(path), "%s/jt0/meta", plane_root());
	cr_assert_eq(unlink(path), 0);
	assert_refused(-EPROTO, "the map meta is missing");
}

Test(ctl_inspect, an_interface_that_is_not_there)
{
	assert_refused(-ENOENT, "nothing is pinned for jt0");
}

Test(ctl_inspect, lists_interfaces_sorted)
{
	static const char *const made[] = {"jt2", "jt0", "no name", "jt3", "jt1"};
	_cleanup_free_ char(*names)[INSPECT_INTERFACE_BYTES] = NULL;
	size_t count = 99;
	char path[256];

	cr_assert_eq(inspect_list_interfaces("/sys/fs/bpf/jvpn-test-none", &names, &count), 0);
	cr_assert(count == 0 && !names);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", plane_root(), made[i]);
		cr_assert_eq(mkdir(path, 0700), 0);
	}
	cr_assert_eq(inspect_list_interfaces(plane_root(), &names, &count), 0);
	cr_assert_eq(count, 4);
	cr_assert_str_eq(names[0], "jt0");
	cr_assert_str_eq(names[1], "jt1");
	cr_assert_str_eq(names[2], "jt2");
	cr_assert_str_eq(names[3], "jt3");
}

/* Reading must not be able to write. */
Test(ctl_inspect, its_descriptors_are_read_only)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	char error[INSPECT_ERROR_BYTES];
	struct jvpn_meta meta = plane_meta("jt0");

	(void)plane_pin("jt0");
	cr_assert_eq(inspect_open(plane_root(), "jt0", &inspect, error), 0);
	cr_assert_eq(bpf_map_update_elem(inspect_fd(inspect, INSPECT_MAP_meta), &(uint32_t){0}, &meta, BPF_ANY),
		     -EPERM);
}

Test(ctl_inspect, counts_what_is_used)
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	char error[INSPECT_ERROR_BYTES];
	struct dataplane *plane = plane_pin("jt0");
	uint64_t used;

	plane_put_session(plane, 1, 1);
	plane_put_session(plane, 2, 2);
	plane_put_drop(plane, 7, 1);
	plane_put_route_v4(plane, "10.0.0.0", 8, 1, 1);
	cr_assert_eq(inspect_open(plane_root(), "jt0", &inspect, error), 0);
#define ASSERT_USED(map, count) \
	cr_assert_eq(inspect_used(inspect, INSPECT_MAP_##map, &used), 0); \
	cr_assert_eq(used, count, #map ": %lu", (unsigned long)used);
	ASSERT_USED(meta, 1)
	ASSERT_USED(sessions, 2)
	ASSERT_USED(keypairs, 4)
	ASSERT_USED(counters, 2)
	ASSERT_USED(routes_v4, 1)
	ASSERT_USED(routes_v6, 0)
	ASSERT_USED(drops, 1)
	ASSERT_USED(events, 0)
	ASSERT_USED(delivery, 0)
#undef ASSERT_USED
}
