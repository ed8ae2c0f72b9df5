/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening pinned maps and checking that they are what this program was built
 * for. Never reads more of them than `meta`.
 */
#include "dataplane/inspect.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/link.h"

DEFINE_CLEANUP(directory, DIR *, closedir);

/* What this program was built with; 0 as type, key or value: the kernel's choice. */
static const struct map_shape {
	const char *name;
	uint32_t type;
	uint32_t key_bytes;
	uint32_t value_bytes;
} shapes[INSPECT_MAPS] = {
	[INSPECT_MAP_meta] = {"meta", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct jvpn_meta)},
	[INSPECT_MAP_sessions] = {"sessions", BPF_MAP_TYPE_HASH, 8, sizeof(struct jvpn_session)},
	[INSPECT_MAP_keypairs] = {"keypairs", BPF_MAP_TYPE_HASH, 4, sizeof(struct jvpn_keypair)},
	[INSPECT_MAP_routes_v4] = {"routes_v4", BPF_MAP_TYPE_LPM_TRIE, sizeof(struct jvpn_prefix_v4),
				   sizeof(struct jvpn_route)},
	[INSPECT_MAP_routes_v6] = {"routes_v6", BPF_MAP_TYPE_LPM_TRIE, sizeof(struct jvpn_prefix_v6),
				   sizeof(struct jvpn_route)},
	[INSPECT_MAP_counters] = {"counters", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct jvpn_counters)},
	[INSPECT_MAP_admission] = {"admission", BPF_MAP_TYPE_LRU_HASH, sizeof(struct jvpn_ip),
				   sizeof(struct jvpn_bucket)},
	[INSPECT_MAP_uplinks] = {"uplinks", BPF_MAP_TYPE_HASH, 4, sizeof(struct jvpn_uplink)},
	[INSPECT_MAP_delivery] = {"delivery", BPF_MAP_TYPE_DEVMAP, 4, 4},
	[INSPECT_MAP_events] = {"events", BPF_MAP_TYPE_RINGBUF, 0, 0},
	[INSPECT_MAP_drops] = {"drops", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8},
};

struct inspect {
	struct jvpn_meta meta;
	char interface[INSPECT_INTERFACE_BYTES];
	int fds[INSPECT_MAPS];
	struct inspect_facts facts[INSPECT_MAPS];
	char pin_root[];
};

__attribute__((format(printf, 3, 4))) static int refuse(char error[static INSPECT_ERROR_BYTES], int code,
							const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(error, INSPECT_ERROR_BYTES, format, arguments);
	va_end(arguments);
	return code;
}

int inspect_pin_path(const struct inspect *inspect, enum inspect_map map, char ret_path[static PATH_MAX])
{
	size_t bytes = strlen(inspect->pin_root) + strlen(inspect->interface) + strlen(shapes[map].name) + 3;

	if (bytes > PATH_MAX)
		return -ENAMETOOLONG;
	(void)snprintf(ret_path, PATH_MAX, "%s/%s/%s", inspect->pin_root, inspect->interface, shapes[map].name);
	return 0;
}

static int open_map(struct inspect *inspect, enum inspect_map map, char error[static INSPECT_ERROR_BYTES])
{
	LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = BPF_F_RDONLY);
	char path[PATH_MAX];
	int fd, code = inspect_pin_path(inspect, map, path);

	if (code < 0)
		return refuse(error, code, "the pin path is too long");
	fd = bpf_obj_get_opts(path, &options);
	if (fd == -ENOENT)
		return refuse(error, -EPROTO, "%s: the map %s is missing", inspect->interface, shapes[map].name);
	if (fd == -EACCES || fd == -EPERM)
		return refuse(error, fd, "cannot open %s: %s (root, or CAP_BPF, is needed)", path, strerror(-fd));
	if (fd < 0)
		return refuse(error, fd, "cannot open %s: %s", path, strerror(-fd));
	inspect->fds[map] = fd;
	return 0;
}

static int check_shape(struct inspect *inspect, enum inspect_map map, char error[static INSPECT_ERROR_BYTES])
{
	const struct map_shape *shape = &shapes[map];
	struct bpf_map_info info = {0};
	__u32 bytes = sizeof(info);
	int code = bpf_obj_get_info_by_fd(inspect->fds[map], &info, &bytes);

	if (code < 0)
		return refuse(error, code, "cannot ask about the map %s: %s", shape->name, strerror(-code));
	if (info.type != shape->type || info.key_size != shape->key_bytes || info.value_size != shape->value_bytes)
		return refuse(error, -EPROTO,
			      "%s: the map %s is of type %u with keys of %u and values of %u bytes, this program "
			      "knows type %u with %u and %u",
			      inspect->interface, shape->name, info.type, info.key_size, info.value_size, shape->type,
			      shape->key_bytes, shape->value_bytes);
	inspect->facts[map] = (struct inspect_facts){shape->name,     info.type,	info.key_size,
						     info.value_size, info.max_entries, info.id};
	return 0;
}

/* The ABI version lies first, and is read even from a `meta` of another size: to say which it is. */
static int check_version(struct inspect *inspect, char error[static INSPECT_ERROR_BYTES])
{
	union {
		struct jvpn_meta meta;
		uint32_t abi_version;
		uint8_t room[4096];
	} value = {0};
	struct bpf_map_info info = {0};
	__u32 key = 0, bytes = sizeof(info);
	int fd = inspect->fds[INSPECT_MAP_meta], code = bpf_obj_get_info_by_fd(fd, &info, &bytes);

	if (code < 0)
		return refuse(error, code, "cannot ask about the map meta: %s", strerror(-code));
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size < sizeof(uint32_t) || info.value_size > sizeof(value))
		return refuse(error, -EPROTO, "%s: the map meta is not one of jvpn's", inspect->interface);
	code = bpf_map_lookup_elem(fd, &key, &value);
	if (code < 0)
		return refuse(error, code, "cannot read the map meta: %s", strerror(-code));
	if (value.abi_version == 0)
		return refuse(error, -EPROTO, "%s: its data plane is not complete", inspect->interface);
	if (value.abi_version != JVPN_ABI_VERSION)
		return refuse(error, -EPROTO, "%s: state of ABI %u, this program speaks %u", inspect->interface,
			      value.abi_version, JVPN_ABI_VERSION);
	inspect->meta = value.meta;
	inspect->meta.interface[sizeof(inspect->meta.interface) - 1] = '\0';
	return 0;
}

static int check_meta(const struct inspect *inspect, char error[static INSPECT_ERROR_BYTES])
{
	const struct jvpn_meta *meta = &inspect->meta;

	if (meta->session_bytes == sizeof(struct jvpn_session) && meta->keypair_bytes == sizeof(struct jvpn_keypair) &&
	    meta->counters_bytes == sizeof(struct jvpn_counters))
		return 0;
	return refuse(error, -EPROTO,
		      "%s: state of ABI %u with sessions, key pairs and counters of %u, %u and %u bytes, this program "
		      "knows %zu, %zu and %zu",
		      inspect->interface, meta->abi_version, meta->session_bytes, meta->keypair_bytes,
		      meta->counters_bytes, sizeof(struct jvpn_session), sizeof(struct jvpn_keypair),
		      sizeof(struct jvpn_counters));
}

static int open_all(struct inspect *inspect, char error[static INSPECT_ERROR_BYTES])
{
	int code = open_map(inspect, INSPECT_MAP_meta, error);

	if (code < 0)
		return code;
	code = check_version(inspect, error);
	for (enum inspect_map map = 0; code == 0 && map < INSPECT_MAPS; map++) {
		if (inspect->fds[map] < 0)
			code = open_map(inspect, map, error);
		if (code == 0)
			code = check_shape(inspect, map, error);
	}
	return code < 0 ? code : check_meta(inspect, error);
}

static int check_directory(const char *pin_root, const char *interface, char error[static INSPECT_ERROR_BYTES])
{
	char path[PATH_MAX];
	struct stat facts;
	int length;

	if (!link_name_is_valid(interface))
		return refuse(error, -EINVAL, "\"%.64s\" cannot be an interface's name", interface);
	length = snprintf(path, sizeof(path), "%s/%s", pin_root, interface);
	if (length < 0 || (size_t)length >= sizeof(path))
		return refuse(error, -ENAMETOOLONG, "the pin path is too long");
	if (stat(path, &facts) == 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		return refuse(error, -ENOENT, "no such interface: nothing is pinned for %s", interface);
	return refuse(error, -errno, "cannot look at %s: %s", path, strerror(errno));
}

int inspect_open(const char *pin_root, const char *interface, struct inspect **ret_inspect,
		 char error[static INSPECT_ERROR_BYTES])
{
	_cleanup_(cleanup_inspect) struct inspect *inspect = NULL;
	int code = check_directory(pin_root, interface, error);

	if (code < 0)
		return code;
	inspect = calloc(1, sizeof(*inspect) + strlen(pin_root) + 1);
	if (!inspect)
		return refuse(error, -ENOMEM, "out of memory");
	for (enum inspect_map map = 0; map < INSPECT_MAPS; map++)
		inspect->fds[map] = -1;
	strcpy(inspect->pin_root, pin_root);
	(void)snprintf(inspect->interface, sizeof(inspect->interface), "%s", interface);
	code = open_all(inspect, error);
	if (code < 0)
		return code;
	*ret_inspect = take_ptr(inspect);
	return 0;
}

void inspect_close(struct inspect *inspect)
{
	if (!inspect)
		return;
	for (enum inspect_map map = 0; map < INSPECT_MAPS; map++)
		cleanup_fd(&inspect->fds[map]);
	free(inspect);
}

const struct jvpn_meta *inspect_meta(const struct inspect *inspect)
{
	return &inspect->meta;
}

const char *inspect_interface(const struct inspect *inspect)
{
	return inspect->interface;
}

int inspect_fd(const struct inspect *inspect, enum inspect_map map)
{
	return inspect->fds[map];
}

const struct inspect_facts *inspect_facts(const struct inspect *inspect, enum inspect_map map)
{
	return &inspect->facts[map];
}

int inspect_map_by_name(const char *name, enum inspect_map *ret_map)
{
	for (enum inspect_map map = 0; map < INSPECT_MAPS; map++)
		if (!strcmp(shapes[map].name, name)) {
			*ret_map = map;
			return 0;
		}
	return -ENOENT;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool is_directory(DIR *parent, const char *name)
{
	struct stat facts;

	return fstatat(dirfd(parent), name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(facts.st_mode);
}

int inspect_list_interfaces(const char *pin_root, char (**ret_names)[INSPECT_INTERFACE_BYTES], size_t *ret_count)
{
	_cleanup_(cleanup_directory) DIR *directory = opendir(pin_root);
	_cleanup_free_ char(*names)[INSPECT_INTERFACE_BYTES] = NULL;
	size_t count = 0;

	if (!directory && errno != ENOENT)
		return -errno;
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		char(*grown)[INSPECT_INTERFACE_BYTES];

		if (!link_name_is_valid(entry->d_name) || !is_directory(directory, entry->d_name))
			continue;
		grown = realloc(names, (count + 1) * sizeof(*names));
		if (!grown)
			return -ENOMEM;
		names = grown;
		strcpy(names[count++], entry->d_name); /* its length is valid */
	}
	if (names)
		qsort(names, count, sizeof(*names), compare_names);
	*ret_names = take_ptr(names);
	*ret_count = count;
	return 0;
}
