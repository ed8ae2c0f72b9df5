/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths below the BPF file system. Only names this program made are ever unlinked. */
#include "dataplane/pins.h"

#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "jvpn/maps.h"

#define BPFFS "/sys/fs/bpf"
#define LINK_PREFIX "link_"

static void cleanup_directory(DIR **directory)
{
	if (*directory)
		(void)closedir(*directory);
}

static int pins_mount(void)
{
	struct statfs facts;
	if (statfs(BPFFS, &facts))
		return -ENODEV;
	if (facts.f_type == BPF_FS_MAGIC)
		return 0;
	return mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") ? -ENODEV : 0;
}

int pins_prepare(const char *interface)
{
	char path[PINS_PATH_BYTES];
	int error = pins_mount();
	if (error)
		return error;
	if (mkdir(JVPN_PIN_ROOT, 0700) && errno != EEXIST)
		return -errno;
	pins_path(interface, NULL, path);
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	return 0;
}

void pins_path(const char *interface, const char *name, char ret_path[static PINS_PATH_BYTES])
{
	(void)snprintf(ret_path, PINS_PATH_BYTES, "%s/%s%s%s", JVPN_PIN_ROOT, interface, name ? "/" : "",
		       name ? name : "");
}

void pins_link_path(const char *interface, uint32_t ifindex, char ret_path[static PINS_PATH_BYTES])
{
	char name[32];
	(void)snprintf(name, sizeof(name), LINK_PREFIX "%u", ifindex);
	pins_path(interface, name, ret_path);
}

void pins_each_link(const char *interface, void (*found)(uint32_t ifindex, void *userdata), void *userdata)
{
	char path[PINS_PATH_BYTES];
	pins_path(interface, NULL, path);
	_cleanup_(cleanup_directory) DIR *directory = opendir(path);
	if (!directory)
		return;
	for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
		if (!strncmp(entry->d_name, LINK_PREFIX, strlen(LINK_PREFIX)))
			found((uint32_t)strtoul(entry->d_name + strlen(LINK_PREFIX), NULL, 10), userdata);
}

static void pins_unlink_link(uint32_t ifindex, void *userdata)
{
	char path[PINS_PATH_BYTES];
	pins_link_path(userdata, ifindex, path);
	(void)unlink(path);
}

void pins_clear(const char *interface)
{
	static const char *const names[] = {
#define X(name) #name,
		JVPN_MAP_NAMES(X)
#undef X
	};
	char path[PINS_PATH_BYTES];
	char owner[64];
	(void)snprintf(owner, sizeof(owner), "%s", interface);
	pins_each_link(interface, pins_unlink_link, owner);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		pins_path(interface, names[i], path);
		(void)unlink(path);
	}
	pins_path(interface, NULL, path);
	(void)rmdir(path);
	(void)rmdir(JVPN_PIN_ROOT); /* only when this was the last interface */
}
