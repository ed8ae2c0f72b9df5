# SPDX-License-Identifier: BSD-2-Clause
#
# Jumping VPN. `make help` lists the targets; everything is built below build/.
# Each target works on a fresh Debian 12 as root, alone, and again.

BUILD   ?= build
CLANG   ?= clang-19
CC      ?= gcc
BPFTOOL ?= /usr/sbin/bpftool
VERSION := 0.1.0

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

include tests/packages.mk

ifneq ($(V),1)
Q   := @
say  = @printf '  %-8s %s\n' $(1) $(2);
endif

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wno-address-of-packed-member
CPPFLAGS := -D_GNU_SOURCE -DJVPN_VERSION='"$(VERSION)"' -Iinclude -Icontroller -I$(BUILD)/bpf -isystem /usr/include/bpf
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu11 $(WARNINGS) -fstack-protector-strong -D_FORTIFY_SOURCE=2
LIBS     := -lbpf -lsodium -lcrypto -lmnl -ljansson -lcap-ng
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g

# ---- bpf: every door its object, one data plane of the three, one skeleton each -------

BPF_ARCH  := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')
BPF_FLAGS := -O2 -g -mcpu=v3 -target bpf -D__TARGET_ARCH_$(BPF_ARCH) -Wall -Wextra -Werror -Wno-unused-function \
	     -Iinclude -I. -Ibpf -idirafter /usr/include/$(shell uname -m)-linux-gnu
DOORS     := xdp_ingress tc_egress swap
SKELETONS := $(BUILD)/bpf/dataplane.skel.h $(BUILD)/bpf/aead_vector.skel.h

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c | packages-build
	@mkdir -p $(@D)
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_FLAGS) -MMD -MP -c $< -o $@

$(BUILD)/bpf/dataplane.bpf.o: $(DOORS:%=$(BUILD)/bpf/%.bpf.o)
	$(call say,BPFLINK,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(BUILD)/bpf/%.skel.h: $(BUILD)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@

VMLINUX_TYPES := __u8 __u16 __u32 __u64 __s32 __s64 __be16 __be32 __le32 __le64 __sum16 __wsum bool false \
	ethhdr iphdr ipv6hdr udphdr tcphdr xdp_md xdp_action __sk_buff bpf_map_type bpf_fib_lookup bpf_redir_neigh \
	bpf_adj_room_mode BPF_F_ADJ_ROOM_FIXED_GSO BPF_F_NO_PREALLOC BPF_FIB_LKUP_RET_SUCCESS BPF_ANY

vmlinux: ## writes vmlinux.h: the kernel types bpf/ uses, anew from this kernel's BTF
	@mkdir -p $(BUILD)
	$(Q)$(CC) $(WARNINGS) -o $(BUILD)/vmlinux_types bpf/vmlinux_types.c -lbpf
	$(Q)$(BUILD)/vmlinux_types $(VMLINUX_TYPES) > $(BUILD)/vmlinux.h && mv $(BUILD)/vmlinux.h vmlinux.h

# ---- controller: one archive, thin programs on top -------------------------------------

PROGRAM_SOURCES := controller/main.c $(wildcard controller/ctl/*.c)
MODULES := $(filter-out $(PROGRAM_SOURCES),$(wildcard controller/*.c controller/*/*.c))
OBJECTS := $(MODULES:%.c=$(BUILD)/%.o)

$(BUILD)/%.o: %.c | $(SKELETONS)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/libjvpn.a: $(OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/jvpnd: $(BUILD)/controller/main.o $(BUILD)/libjvpn.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/jvpn-ctl: $(patsubst %.c,$(BUILD)/%.o,$(wildcard controller/ctl/*.c)) $(BUILD)/libjvpn.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/jvpn-aead: $(BUILD)/tests/vectors/jvpn_aead.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lbpf

PROGRAMS := $(BUILD)/jvpnd $(BUILD)/jvpn-ctl $(BUILD)/jvpn-aead

all: $(PROGRAMS) ## build everything into build/ (the default)

install: all ## programs below DESTDIR
	install -Dm0755 $(BUILD)/jvpnd $(DESTDIR)/usr/sbin/jvpnd
	install -Dm0755 $(BUILD)/jvpn-ctl $(DESTDIR)/usr/bin/jvpn-ctl

include tests/tests.mk

clean: ## remove build/
	rm -rf $(BUILD)

help: ## this list
	@grep -hE '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16 | sort

.PHONY: all install clean help vmlinux

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
