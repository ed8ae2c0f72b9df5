/* SPDX-License-Identifier: BSD-2-Clause */
/* The pinned maps of test_plane.h. */
#include "test_plane.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#define PLANES_MAX 4
#define BPFFS_MAGIC 0xcafe4a11

static char root[64], control_root[64];
static struct dataplane *planes[PLANES_MAX];
static size_t plane_count;
static int cleaner_pipe = -1;
static pid_t cleaner;

static void remove_tree(const char *path)
{
	DIR *directory = opendir(path);

	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		char child[512];

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		(void)snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		if (unlink(child) < 0)
			remove_tree(child);
	}
	if (directory)
		(void)closedir(directory);
	(void)rmdir(path);
}

/* Waits for the end of the test's process, by the pipe that breaks then. */
static void start_cleaner(void)
{
	int ends[2];
	char byte;

	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	cleaner = fork();
	cr_assert(cleaner >= 0);
	if (cleaner > 0) {
		(void)close(ends[0]);
		cleaner_pipe = ends[1];
		return;
	}
	(void)close(ends[1]);
	(void)setsid();
	while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
		;
	remove_tree(root);
	remove_tree(control_root);
	_exit(0);
}

void plane_begin(void)
{
	struct statfs facts;

	if (geteuid() != 0)
		cr_skip_test("needs root, to make and pin maps");
	if (statfs("/sys/fs/bpf", &facts) < 0 || facts.f_type != BPFFS_MAGIC)
		cr_skip_test("no BPF file system on /sys/fs/bpf");
	(void)snprintf(root, sizeof(root), "/sys/fs/bpf/jvpn-test-%d", (int)getpid());
	(void)snprintf(control_root, sizeof(control_root), "/tmp/jvpn-test-%d", (int)getpid());
	start_cleaner();
	cr_assert_eq(mkdir(root, 0700), 0);
	cr_assert_eq(mkdir(control_root, 0700), 0);
}

void plane_end(void)
{
	plane_stop_daemon();
	plane_forget_outcomes();
	while (plane_count)
		dataplane__destroy(planes[--plane_count]);
	if (cleaner_pipe >= 0) {
		(void)close(cleaner_pipe);
		(void)waitpid(cleaner, NULL, 0);
	}
}

const char *plane_root(void)
{
	return root;
}

const char *plane_control_root(void)
{
	return control_root;
}

struct jvpn_meta plane_meta(const char *interface)
{
	struct jvpn_meta meta = {
		.abi_version = JVPN_ABI_VERSION,
		.session_bytes = sizeof(struct jvpn_session),
		.keypair_bytes = sizeof(struct jvpn_keypair),
		.counters_bytes = sizeof(struct jvpn_counters),
		.tunnel_ifindex = 7,
		.delivery_ifindex = 8,
		.listen_port = 51820,
		.created_ms = PLANE_WALL_MS - 3600000,
	};

	memset(meta.public_key, 0x11, sizeof(meta.public_key));
	(void)snprintf(meta.interface, sizeof(meta.interface), "%s", interface);
	return meta;
}

void plane_put(struct bpf_map *map, const void *key, const void *value)
{
	cr_assert_eq(bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY), 0, "%s", bpf_map__name(map));
}

void plane_set_meta(struct dataplane *plane, const struct jvpn_meta *meta)
{
	plane_put(plane->maps.meta, &(uint32_t){0}, meta);
}

static void pin(struct bpf_map *map, const char *interface, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s/%s", root, interface, name);
	cr_assert_eq(bpf_obj_pin(bpf_map__fd(map), path), 0, "%s: %s", path, strerror(errno));
}

struct dataplane *plane_pin(const char *interface)
{
	struct jvpn_meta meta = plane_meta(interface);
	struct dataplane *plane = dataplane__open();
	struct bpf_program *program;
	char directory[128];

	cr_assert(plane && plane_count < PLANES_MAX);
	planes[plane_count++] = plane;
	bpf_object__for_each_program(program, plane->obj)
		cr_assert_eq(bpf_program__set_autoload(program, program == plane->progs.swap), 0);
	cr_assert_eq(dataplane__load(plane), 0);
	(void)snprintf(directory, sizeof(directory), "%s/%s", root, interface);
	cr_assert_eq(mkdir(directory, 0700), 0);
#define PIN(name) pin(plane->maps.name, interface, #name);
	JVPN_MAP_NAMES(PIN)
#undef PIN
	plane_set_meta(plane, &meta);
	return plane;
}

static struct jvpn_path a_path(const char *name, uint32_t id, uint8_t state, uint8_t last)
{
	struct jvpn_path path = {
		.local = {.bytes = {[10] = 0xff, 0xff, 192, 0, 2, last}},
		.remote = {.bytes = {[10] = 0xff, 0xff, 198, 51, 100, last}},
		.remote_port = htons(51820),
		.state = state,
		.family = 4,
		.ifindex = 1,
		.mtu = 1500,
		.id = id,
	};

	memcpy(path.name, name, strnlen(name, sizeof(path.name)));
	return path;
}

static void put_keypair(struct dataplane *plane, uint32_t index, uint64_t session, uint64_t birth_ns)
{
	struct jvpn_keypair keypair = {
		.session = session,
		.birth_ns = birth_ns,
		.send_counter = 77,
		.peer_index = index + 1000,
		.initiator = 1,
		.received = 55,
		.replay.greatest = 44,
	};

	memset(keypair.send_key, PLANE_SECRET_BYTE, sizeof(keypair.send_key));
	memset(keypair.receive_key, PLANE_SECRET_BYTE, sizeof(keypair.receive_key));
	plane_put(plane->maps.keypairs, &index, &keypair);
}

void plane_put_session(struct dataplane *plane, uint64_t id, uint32_t number)
{
	struct jvpn_session session = {
		.word = JVPN_WORD(5, 0),
		.keys = JVPN_KEYS(number * 16 + 1, 0),
		.id = id,
		.created_ns = PLANE_MONO_NS - 60000000000ull,
		.created_ms = PLANE_WALL_MS - 60000,
		.slot = number,
		.peer = number,
		.key_epoch = 2,
		.switches = 3,
		.policy_version = 4,
		.reason = 118,
		.state = JVPN_STATE_ATTACHED,
		.kind = JVPN_PEER_native,
		.paths = {[0] = a_path("isp-a", 1, JVPN_PATH_ACTIVE, 1), [3] = a_path("", 2, JVPN_PATH_STANDBY, 2)},
	};
	struct jvpn_counters counters = {
		.tx_packets = 20,
		.tx_bytes = 2048,
		.rx_packets = 10,
		.rx_bytes = 1258291,
		.last_rx_ns = PLANE_MONO_NS - 5000000000ull,
	};

	memset(session.peer_key, (int)number, sizeof(session.peer_key));
	plane_put(plane->maps.sessions, &id, &session);
	plane_put(plane->maps.counters, &number, &counters);
	put_keypair(plane, number * 16, id, PLANE_MONO_NS - 90000000000ull);
	put_keypair(plane, number * 16 + 1, id, PLANE_MONO_NS - 12000000000ull);
}

void plane_put_route_v4(struct dataplane *plane, const char *address, uint32_t length, uint32_t peer, uint64_t session)
{
	struct jvpn_prefix_v4 prefix = {.length = length};
	struct jvpn_route route = {.session = session, .peer = peer};

	cr_assert_eq(inet_pton(AF_INET, address, prefix.address), 1);
	plane_put(plane->maps.routes_v4, &prefix, &route);
}

void plane_put_drop(struct dataplane *plane, uint32_t number, uint64_t count_each_cpu)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t counts[cpus > 0 ? cpus : 1];

	for (int cpu = 0; cpu < cpus; cpu++)
		counts[cpu] = count_each_cpu;
	plane_put(plane->maps.drops, &number, counts);
}
