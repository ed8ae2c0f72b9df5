/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading: programs around pinned maps, old or new. Where they are attached is uplinks.c. */
#include "dataplane/plane.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "dataplane/attachment.h"
#include "dataplane/features.h"
#include "dataplane/pins.h"

static int no_libbpf_output(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0; /* library code does not log: errors come back as struct plane_error */
}

int plane_say(struct plane_error *ret_error, int error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(ret_error->text, sizeof(ret_error->text), format, arguments);
	va_end(arguments);
	return error;
}

/* 1: adopt it. 0: a start that was killed before it carried anything. */
static int plane_check_meta(const char *interface, const struct jvpn_meta *meta, struct plane_error *ret_error)
{
	if (!meta->abi_version)
		return 0;
	if (meta->abi_version != JVPN_ABI_VERSION)
		return plane_say(ret_error, -EPROTO,
				 "the state pinned in " JVPN_PIN_ROOT
				 "/%s is of ABI %u, this jvpnd speaks %u: stop it with "
				 "the jvpnd that made it, or remove that directory and the device %s",
				 interface, meta->abi_version, JVPN_ABI_VERSION, interface);
	if (meta->session_bytes != sizeof(struct jvpn_session) || meta->keypair_bytes != sizeof(struct jvpn_keypair) ||
	    meta->counters_bytes != sizeof(struct jvpn_counters) ||
	    strncmp(meta->interface, interface, sizeof(meta->interface)))
		return plane_say(ret_error, -EPROTO,
				 "the state pinned in " JVPN_PIN_ROOT
				 "/%s is damaged: remove that directory and the device %s",
				 interface, interface);
	return 1;
}

int plane_find(const char *interface, struct jvpn_meta *ret_meta, struct plane_error *ret_error)
{
	char path[PINS_PATH_BYTES];
	struct jvpn_meta meta = {0};
	struct bpf_map_info info = {0};
	__u32 info_bytes = sizeof(info), zero = 0;
	pins_path(interface, "meta", path);
	_cleanup_fd_ int fd = bpf_obj_get(path);
	if (fd < 0)
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &info_bytes) || info.value_size != sizeof(meta) ||
	    bpf_map_lookup_elem(fd, &zero, &meta))
		return plane_say(ret_error, -EPROTO,
				 "the state pinned in " JVPN_PIN_ROOT "/%s is not jvpn's or of another version",
				 interface);
	int answer = plane_check_meta(interface, &meta, ret_error);
	if (answer > 0)
		*ret_meta = meta;
	if (!answer)
		pins_clear(interface);
	return answer;
}

/*
 * The kernel adds a flag of its own to a device map, which libbpf then takes for another
 * map's: this one is handed over by hand.
 */
static int plane_reuse_delivery(struct plane *plane, const char *path)
{
	_cleanup_fd_ int fd = bpf_obj_get(path);
	return fd < 0 ? -errno : bpf_map__reuse_fd(plane->skeleton->maps.delivery, fd);
}

static int plane_set_pins(struct plane *plane)
{
	static const char *const names[] = {
#define X(name) #name,
		JVPN_MAP_NAMES(X)
#undef X
	};
	char path[PINS_PATH_BYTES];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(plane->skeleton->obj, names[i]);
		pins_path(plane->setup.interface, names[i], path);
		if (plane->adopted && map == plane->skeleton->maps.delivery && !plane_reuse_delivery(plane, path))
			continue;
		if (!map || bpf_map__set_pin_path(map, path))
			return -EINVAL;
	}
	return 0;
}

static int plane_load(struct plane *plane, struct plane_error *ret_error)
{
	libbpf_set_print(no_libbpf_output);
	plane->skeleton = dataplane__open();
	if (!plane->skeleton)
		return plane_say(ret_error, -errno, "the BPF object cannot be opened: %s", strerror(errno));
	plane->skeleton->rodata->knob_listen_port = plane->setup.listen_port;
	memcpy((void *)plane->skeleton->rodata->knob_tunnel_mac, plane->setup.tunnel_mac, 6);
	memcpy((void *)plane->skeleton->rodata->knob_dataplane_mac, plane->setup.delivery_mac, 6);
	if (plane_set_pins(plane))
		return plane_say(ret_error, -EINVAL, "the BPF object lacks a map");
	int error = dataplane__load(plane->skeleton);
	if (!error)
		return 0;
	const char *missing = features_missing();
	if (missing)
		return plane_say(ret_error, error, "this kernel cannot carry jvpn: it lacks %s", missing);
	return plane_say(ret_error, error, "the kernel refuses the data plane: %s", strerror(-error));
}

static int plane_write_meta(struct plane *plane)
{
	__u32 zero = 0;
	struct jvpn_meta meta = {0};
	int fd = bpf_map__fd(plane->skeleton->maps.meta);
	if (plane->adopted && bpf_map_lookup_elem(fd, &zero, &meta))
		return -errno;
	meta.abi_version = JVPN_ABI_VERSION;
	meta.session_bytes = sizeof(struct jvpn_session);
	meta.keypair_bytes = sizeof(struct jvpn_keypair);
	meta.counters_bytes = sizeof(struct jvpn_counters);
	meta.tunnel_ifindex = plane->setup.tunnel_ifindex;
	meta.delivery_ifindex = plane->setup.delivery_ifindex;
	meta.listen_port = plane->setup.listen_port;
	meta.fwmark = plane->setup.fwmark;
	if (!plane->adopted)
		meta.created_ms = clock_wall_ms();
	memcpy(meta.public_key, plane->setup.public_key, sizeof(meta.public_key));
	memcpy(meta.interface, plane->setup.interface, sizeof(meta.interface));
	return bpf_map_update_elem(fd, &zero, &meta, BPF_ANY) ? -errno : 0;
}

static int plane_map_counters(struct plane *plane)
{
	void *area = mmap(NULL, sizeof(struct jvpn_counters) * JVPN_SESSIONS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED,
			  bpf_map__fd(plane->skeleton->maps.counters), 0);
	if (area == MAP_FAILED)
		return -errno;
	plane->counters = area;
	return 0;
}

static int plane_build(struct plane *plane, struct plane_error *ret_error)
{
	__u32 zero = 0;
	int error = plane_load(plane, ret_error);
	if (error)
		return error;
	error = plane_map_counters(plane);
	if (error)
		return plane_say(ret_error, error, "the counters cannot be mapped: %s", strerror(-error));
	error = plane_write_meta(plane);
	if (!error && bpf_map_update_elem(bpf_map__fd(plane->skeleton->maps.delivery), &zero,
					  &plane->setup.delivery_ifindex, BPF_ANY))
		error = -errno;
	if (error)
		return plane_say(ret_error, error, "the maps cannot be written: %s", strerror(-error));
	return attachment_open(plane, ret_error);
}

int plane_open(const struct plane_setup *setup, struct plane **ret_plane, struct plane_error *ret_error)
{
	struct jvpn_meta meta;
	int found = plane_find(setup->interface, &meta, ret_error);
	if (found < 0)
		return found;
	int error = pins_prepare(setup->interface);
	if (error)
		return plane_say(ret_error, error, "no BPF file system at /sys/fs/bpf: mount -t bpf bpf /sys/fs/bpf");
	_cleanup_free_ struct plane *plane = calloc(1, sizeof(*plane));
	if (!plane)
		return plane_say(ret_error, -ENOMEM, "out of memory");
	plane->setup = *setup;
	plane->adopted = found > 0;
	error = plane_build(plane, ret_error);
	if (error) {
		if (!plane->adopted)
			pins_clear(setup->interface);
		plane_close(take_ptr(plane));
		return error;
	}
	*ret_plane = take_ptr(plane);
	return 0;
}

void plane_close(struct plane *plane)
{
	if (!plane)
		return;
	if (plane->counters)
		(void)munmap(plane->counters, sizeof(struct jvpn_counters) * JVPN_SESSIONS_MAX);
	dataplane__destroy(plane->skeleton);
	free(plane);
}

/* The mirror of opening: first no packet comes or goes, then the maps. */
void plane_remove(struct plane *plane)
{
	if (!plane)
		return;
	attachment_close(plane);
	pins_clear(plane->setup.interface);
	plane_close(plane);
}

void plane_discard(const char *interface)
{
	pins_clear(interface);
}

bool plane_is_adopted(const struct plane *plane)
{
	return plane->adopted;
}

int plane_map(const struct plane *plane, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(plane->skeleton->obj, name);
	return fd < 0 ? -1 : fd;
}

int plane_swap_program(const struct plane *plane)
{
	return bpf_program__fd(plane->skeleton->progs.swap);
}

const struct jvpn_counters *plane_counters(const struct plane *plane)
{
	return plane->counters;
}

void plane_counters_clear(struct plane *plane, uint32_t slot)
{
	memset(&plane->counters[slot], 0, sizeof(plane->counters[slot]));
}
