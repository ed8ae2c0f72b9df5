/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints vmlinux.h: the kernel types the data plane uses, and those they need,
 * from the BTF of the running kernel. `make vmlinux` calls it with their names.
 */
#include <bpf/btf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void print(void *context, const char *format, va_list arguments)
{
	(void)context;
	vprintf(format, arguments);
}

/* The kernel's flags live in enums without a name: found by the name of a member. */
static int find_enumerator(const struct btf *kernel, const char *name)
{
	for (__u32 id = 1; id < btf__type_cnt(kernel); id++) {
		const struct btf_type *type = btf__type_by_id(kernel, id);
		for (int i = 0; i < btf_vlen(type); i++) {
			__u32 offset = btf_is_enum(type)     ? btf_enum(type)[i].name_off
				       : btf_is_enum64(type) ? btf_enum64(type)[i].name_off
							     : 0;
			if (offset && !strcmp(btf__name_by_offset(kernel, offset), name))
				return (int)id;
		}
	}
	return -1;
}

static int find(const struct btf *kernel, const char *name)
{
	static const int kinds[] = {BTF_KIND_STRUCT, BTF_KIND_ENUM, BTF_KIND_TYPEDEF, BTF_KIND_UNION};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int id = btf__find_by_name_kind(kernel, name, (__u32)kinds[i]);
		if (id > 0)
			return id;
	}
	return find_enumerator(kernel, name);
}

int main(int argc, char **argv)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	struct btf_dump *dump = kernel ? btf_dump__new(kernel, print, NULL, NULL) : NULL;
	if (!dump) {
		fprintf(stderr, "vmlinux_types: this kernel offers no BTF at /sys/kernel/btf/vmlinux\n");
		return 1;
	}
	printf("/* Generated from kernel BTF by `make vmlinux`: only the types bpf/ uses. */\n"
	       "#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n\n");
	for (int i = 1; i < argc; i++) {
		int id = find(kernel, argv[i]);
		if (id < 0 || btf_dump__dump_type(dump, (__u32)id)) {
			fprintf(stderr, "vmlinux_types: no type %s\n", argv[i]);
			return 1;
		}
	}
	printf("#endif\n");
	return 0;
}
