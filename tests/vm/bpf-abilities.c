/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Says which BPF abilities the running kernel has, by using each one: a line "NAME<tab>yes" or
 * "NAME<tab>no" for each. Wants a network namespace of its own (it makes devices va and vb there)
 * and root. Exit status 1 only if it cannot ask.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <net/if.h>
#include <unistd.h>

#define INSN(op, dst, src, offset, value) \
	((struct bpf_insn){.code = (op), .dst_reg = (dst), .src_reg = (src), .off = (offset), .imm = (value)})
#define SET(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define CALL(helper) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define RETURN INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	/* Newer than the headers of Debian 12. */
	ATTACH_TCX_INGRESS = 46,
	BSWAP64 = BPF_ALU64 | BPF_END,
	FRAME = 60,
};

static unsigned int va, vb; /* the two ends of a veth pair */

static const struct bpf_insn pass[] = {SET(0, XDP_PASS), RETURN};

static int load(enum bpf_prog_type type, const struct bpf_insn *insns, size_t count, unsigned int flags)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = flags);

	return bpf_prog_load(type, "ability", "GPL", insns, count, &opts);
}

static bool loads(enum bpf_prog_type type, const struct bpf_insn *insns, size_t count, unsigned int flags)
{
	int prog = load(type, insns, count, flags);

	if (prog < 0)
		return false;
	close(prog);
	return true;
}

/* Runs a two-instruction program once over an empty frame (or over no packet) and wants its answer. */
static bool runs(enum bpf_prog_type type)
{
	char frame[FRAME] = "";
	bool packet = type != BPF_PROG_TYPE_SYSCALL;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet ? frame : NULL, .data_size_in = packet ? FRAME : 0);
	int prog = load(type, pass, COUNT(pass), packet ? 0 : BPF_F_SLEEPABLE);
	bool good = prog >= 0 && bpf_prog_test_run_opts(prog, &run) == 0 && run.retval == XDP_PASS;

	if (prog >= 0)
		close(prog);
	return good;
}

static bool links(enum bpf_prog_type type, unsigned int device, int attach, unsigned int flags)
{
	int prog = load(type, pass, COUNT(pass), flags);
	int link = prog < 0 ? -1 : bpf_link_create(prog, (int)device, (enum bpf_attach_type)attach, NULL);

	if (prog >= 0)
		close(prog);
	if (link < 0)
		return false;
	close(link);
	return true;
}

static bool has_helper(enum bpf_prog_type type, enum bpf_func_id helper)
{
	return libbpf_probe_bpf_helper(type, helper, NULL) == 1;
}

static bool can_loop(void)
{
	return has_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_loop);
}
static bool can_xdp_load_bytes(void)
{
	return has_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_load_bytes);
}
static bool can_redirect_neigh(void)
{
	return has_helper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_redirect_neigh);
}
static bool can_check_mtu(void)
{
	return has_helper(BPF_PROG_TYPE_XDP, BPF_FUNC_check_mtu);
}
static bool can_run_xdp(void)
{
	return runs(BPF_PROG_TYPE_XDP);
}
static bool can_run_tc(void)
{
	return runs(BPF_PROG_TYPE_SCHED_CLS);
}
static bool can_run_syscall(void)
{
	return runs(BPF_PROG_TYPE_SYSCALL);
}
static bool can_link_xdp(void)
{
	return links(BPF_PROG_TYPE_XDP, va, BPF_XDP, 0);
}
static bool can_link_tcx(void)
{
	return links(BPF_PROG_TYPE_SCHED_CLS, va, ATTACH_TCX_INGRESS, 0);
}

/* A frame of this size fits no page: the device takes the program only if both sides know fragments. */
static bool can_xdp_frags(void)
{
	bool plain, frags;

	if (system("ip link set va mtu 9000 && ip link set vb mtu 9000"))
		return false;
	plain = links(BPF_PROG_TYPE_XDP, va, BPF_XDP, 0);
	frags = links(BPF_PROG_TYPE_XDP, va, BPF_XDP, BPF_F_XDP_HAS_FRAGS);
	return !system("ip link set va mtu 1500 && ip link set vb mtu 1500") && frags && !plain;
}

static bool can_map_memory(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ability", 4, 8, 1, &opts);
	__u64 *seen, value = 0;
	__u32 key = 0;

	if (map < 0)
		return false;
	seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (seen == MAP_FAILED) {
		close(map);
		return false;
	}
	*seen = 42;
	bpf_map_lookup_elem(map, &key, &value);
	munmap(seen, sizeof(*seen));
	close(map);
	return value == 42;
}

static bool can_ring_buffer(void)
{
	int map = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ability", 0, 0, (__u32)getpagesize(), NULL);

	if (map >= 0)
		close(map);
	return map >= 0;
}

/* *(u64 *)(fp - 8) compared and swapped. */
static bool can_compare_and_swap(void)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -8, 1),
		SET(0, 1),
		SET(1, 2),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, 10, 1, -8, BPF_CMPXCHG),
		RETURN,
	};

	return loads(BPF_PROG_TYPE_XDP, insns, COUNT(insns), 0);
}

static bool can_cpu_v4(void)
{
	const struct bpf_insn insns[] = {SET(0, 1), INSN(BSWAP64, 0, 0, 0, 64), RETURN};

	return loads(BPF_PROG_TYPE_SOCKET_FILTER, insns, COUNT(insns), 0);
}

static unsigned long received_by_vb(void)
{
	unsigned long packets = 0;
	char line[512];
	FILE *devices = fopen("/proc/net/dev", "re");

	if (!devices)
		return 0;
	while (fgets(line, sizeof(line), devices))
		if (sscanf(line, " vb: %*u %lu", &packets) == 1)
			break;
	fclose(devices);
	return packets;
}

/* Sends one live frame through a devmap into va; it arrives if vb counts it within two seconds. */
static bool delivers(int devmap)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0, devmap),
		INSN(0, 0, 0, 0, 0),
		SET(2, 0),
		SET(3, 0),
		CALL(BPF_FUNC_redirect_map),
		RETURN,
	};
	unsigned char frame[FRAME] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = FRAME,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .repeat = 1);
	unsigned long before = received_by_vb();
	int prog = load(BPF_PROG_TYPE_XDP, insns, COUNT(insns), 0);
	bool sent = prog >= 0 && bpf_prog_test_run_opts(prog, &run) == 0;

	if (prog >= 0)
		close(prog);
	for (int tenths = 0; sent && tenths < 20 && received_by_vb() == before; tenths++)
		usleep(100000);
	return sent && received_by_vb() != before;
}

static bool redirects_into_veth(void)
{
	__u32 key = 0;
	int devmap = bpf_map_create(BPF_MAP_TYPE_DEVMAP, "ability", 4, 4, 1, NULL);
	bool good = devmap >= 0 && bpf_map_update_elem(devmap, &key, &va, 0) == 0 && delivers(devmap);

	if (devmap >= 0)
		close(devmap);
	return good;
}

static bool can_redirect_to_bare_peer(void)
{
	return redirects_into_veth();
}

static bool can_redirect_to_gro_peer(void)
{
	bool good = !system("ethtool -K vb gro on") && redirects_into_veth();

	return !system("ethtool -K vb gro off") && good;
}

static bool can_redirect_to_xdp_peer(void)
{
	int prog = load(BPF_PROG_TYPE_XDP, pass, COUNT(pass), 0);
	int link = prog < 0 ? -1 : bpf_link_create(prog, (int)vb, BPF_XDP, NULL);
	bool good = link >= 0 && redirects_into_veth();

	if (link >= 0)
		close(link);
	if (prog >= 0)
		close(prog);
	return good;
}

static const struct {
	const char *name;
	bool (*probe)(void);
} abilities[] = {
	{"bpf_loop", can_loop},
	{"bpf_xdp_load_bytes", can_xdp_load_bytes},
	{"bpf_redirect_neigh", can_redirect_neigh},
	{"bpf_check_mtu in XDP", can_check_mtu},
	{"XDP fragments on veth", can_xdp_frags},
	{"devmap into veth, peer has XDP", can_redirect_to_xdp_peer},
	{"devmap into veth, peer has GRO", can_redirect_to_gro_peer},
	{"devmap into veth, peer has neither", can_redirect_to_bare_peer},
	{"memory-mapped array", can_map_memory},
	{"ring buffer", can_ring_buffer},
	{"compare-and-swap", can_compare_and_swap},
	{"bpf_link for XDP", can_link_xdp},
	{"bpf_link for TC (tcx)", can_link_tcx},
	{"syscall program, run", can_run_syscall},
	{"PROG_TEST_RUN of XDP", can_run_xdp},
	{"PROG_TEST_RUN of TC", can_run_tc},
	{"instruction set v4", can_cpu_v4},
};

int main(void)
{
	libbpf_set_print(NULL);
	/* Without link-local addresses nothing but our own frames is on the cable, so counting them is proof. */
	if (system("ip link add va type veth peer name vb &&"
		   "ip link set va up addrgenmode none && ip link set vb up addrgenmode none"))
		return 1;
	va = if_nametoindex("va");
	vb = if_nametoindex("vb");
	for (size_t i = 0; i < COUNT(abilities); i++) {
		printf("%s\t%s\n", abilities[i].name, abilities[i].probe() ? "yes" : "no");
		fflush(stdout);
	}
	return 0;
}
