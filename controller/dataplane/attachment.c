/* SPDX-License-Identifier: BSD-2-Clause */
/* TC at the data-plane end (clsact: every kernel since 4.5), XDP on the uplinks (pinned BPF links). */
#include "dataplane/attachment.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/pins.h"

#define TC_HANDLE 1
#define TC_PRIORITY 1

static int attach_egress(struct plane *plane, struct plane_error *ret_error)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)plane->setup.delivery_ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = TC_HANDLE, .priority = TC_PRIORITY, .flags = BPF_TC_F_REPLACE,
		    .prog_fd = bpf_program__fd(plane->skeleton->progs.tc_egress));
	int error = bpf_tc_hook_create(&hook);
	if (error && error != -EEXIST)
		return plane_say(ret_error, error, "%s%s: no clsact: %s", plane->setup.interface, JVPN_DP_SUFFIX,
				 strerror(-error));
	error = bpf_tc_attach(&hook, &opts);
	if (error)
		return plane_say(ret_error, error, "%s%s: the TC program cannot be attached: %s",
				 plane->setup.interface, JVPN_DP_SUFFIX, strerror(-error));
	return 0;
}

static int ingress_program(const struct plane *plane, bool native)
{
	return bpf_program__fd(native ? plane->skeleton->progs.xdp_ingress
				      : plane->skeleton->progs.xdp_ingress_generic);
}

/* How an uplink of ours was attached; one that is not known is taken for generic, which is right everywhere. */
static bool uplink_is_native(const struct plane *plane, uint32_t ifindex)
{
	struct jvpn_uplink known;
	return !bpf_map_lookup_elem(bpf_map__fd(plane->skeleton->maps.uplinks), &ifindex, &known) && known.native;
}

/* A pinned link whose device is gone, or that cannot take the new program, is let go. */
static void adopt_uplink(uint32_t ifindex, void *userdata)
{
	struct plane *plane = userdata;
	char path[PINS_PATH_BYTES];
	pins_link_path(plane->setup.interface, ifindex, path);
	_cleanup_fd_ int fd = bpf_obj_get(path);
	if (fd < 0 || bpf_link_update(fd, ingress_program(plane, uplink_is_native(plane, ifindex)), NULL))
		plane_detach_uplink(plane, ifindex);
}

int attachment_open(struct plane *plane, struct plane_error *ret_error)
{
	int error = attach_egress(plane, ret_error);
	if (!error && plane->adopted)
		pins_each_link(plane->setup.interface, adopt_uplink, plane);
	return error;
}

static void close_uplink(uint32_t ifindex, void *userdata)
{
	plane_detach_uplink(userdata, ifindex);
}

void attachment_close(struct plane *plane)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)plane->setup.delivery_ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = TC_HANDLE, .priority = TC_PRIORITY);
	pins_each_link(plane->setup.interface, close_uplink, plane);
	(void)bpf_tc_detach(&hook, &opts); /* the device itself may be gone already */
}

static void say_occupant(uint32_t ifindex, const char *name, struct plane_error *ret_error)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	struct bpf_prog_info info = {0};
	__u32 info_bytes = sizeof(info), id = 0;
	if (!bpf_xdp_query((int)ifindex, 0, &query))
		id = query.prog_id ? query.prog_id : query.drv_prog_id ? query.drv_prog_id : query.skb_prog_id;
	_cleanup_fd_ int fd = id ? bpf_prog_get_fd_by_id(id) : -1;
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &info_bytes))
		(void)snprintf(info.name, sizeof(info.name), "?");
	(void)plane_say(ret_error, 0,
			"%s: another XDP program is attached there: %s (id %u); remove it with "
			"`ip link set dev %s xdp off`",
			name, info.name, id, name);
}

static int attach_link(struct plane *plane, uint32_t ifindex, __u32 mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = mode);
	int fd = bpf_link_create(ingress_program(plane, mode == XDP_FLAGS_DRV_MODE), (int)ifindex, BPF_XDP, &opts);
	return fd < 0 ? -errno : fd;
}

static int attach_new(struct plane *plane, uint32_t ifindex, const char *name, bool *ret_native,
		      struct plane_error *ret_error)
{
	char path[PINS_PATH_BYTES];
	bool native = true;
	_cleanup_fd_ int fd = attach_link(plane, ifindex, XDP_FLAGS_DRV_MODE);
	if (fd < 0 && fd != -EBUSY && fd != -EEXIST) {
		native = false;
		fd = attach_link(plane, ifindex, XDP_FLAGS_SKB_MODE);
	}
	if (fd == -EBUSY || fd == -EEXIST) {
		say_occupant(ifindex, name, ret_error);
		return -EBUSY;
	}
	if (fd < 0)
		return plane_say(ret_error, fd, "%s: XDP cannot be attached: %s", name, strerror(-fd));
	pins_link_path(plane->setup.interface, ifindex, path);
	if (bpf_obj_pin(fd, path))
		return plane_say(ret_error, -errno, "%s: %s", path, strerror(errno));
	*ret_native = native;
	return 0;
}

static int publish_uplink(struct plane *plane, const struct link_facts *link, bool native)
{
	uint32_t ifindex = link->ifindex;
	struct jvpn_uplink facts = {.ifindex = ifindex, .mtu = link->mtu, .native = native};
	return bpf_map_update_elem(bpf_map__fd(plane->skeleton->maps.uplinks), &ifindex, &facts, BPF_ANY) ? -errno : 0;
}

int plane_attach_uplink(struct plane *plane, const struct link_facts *link, bool *ret_native,
			struct plane_error *ret_error)
{
	uint32_t ifindex = link->ifindex;
	bool native = false;
	if (plane_has_uplink(plane, ifindex)) {
		native = uplink_is_native(plane, ifindex);
	} else {
		int error = attach_new(plane, ifindex, link->name, &native, ret_error);
		if (error)
			return error;
	}
	int error = publish_uplink(plane, link, native);
	if (error)
		return plane_say(ret_error, error, "%s: too many uplinks", link->name);
	*ret_native = native;
	return 0;
}

void plane_detach_uplink(struct plane *plane, uint32_t ifindex)
{
	char path[PINS_PATH_BYTES];
	pins_link_path(plane->setup.interface, ifindex, path);
	_cleanup_fd_ int fd = bpf_obj_get(path);
	if (fd >= 0)
		(void)bpf_link_detach(fd); /* at once, whoever else holds the link */
	(void)unlink(path);
	(void)bpf_map_delete_elem(bpf_map__fd(plane->skeleton->maps.uplinks), &ifindex);
}

bool plane_has_uplink(const struct plane *plane, uint32_t ifindex)
{
	char path[PINS_PATH_BYTES];
	pins_link_path(plane->setup.interface, ifindex, path);
	return access(path, F_OK) == 0;
}
