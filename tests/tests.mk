# SPDX-License-Identifier: BSD-2-Clause
#
# demo, test, bench, check, fuzz: how we know. What each needs is installed first.

# ---- unit: pure modules and what a process alone can show; sanitizers on ---------------

UNIT_SOURCES := $(wildcard tests/unit/*/*.c)
SAN_OBJECTS  := $(MODULES:%.c=$(BUILD)/san/%.o) \
		$(patsubst %.c,$(BUILD)/san/%.o,$(filter-out controller/ctl/main.c,$(wildcard controller/ctl/*.c)))

$(BUILD)/san/%.o: %.c | $(SKELETONS)
	@mkdir -p $(@D)
	$(call say,CC-SAN,$@)
	$(Q)$(CC) $(CPPFLAGS) -Ibpf -Itests $(filter-out -O2 -D_FORTIFY_SOURCE=2,$(CFLAGS)) $(SANITIZE) -MMD -MP -c $< -o $@

$(BUILD)/tests/unit: $(UNIT_SOURCES:%.c=$(BUILD)/san/%.o) $(SAN_OBJECTS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(LIBS) -lcriterion

# The replay window under threads: alone, because Criterion does not start under this sanitizer.
$(BUILD)/tests/replay-threads: tests/unit/bpf/test_replay_threads.c bpf/replay.h
	@mkdir -p $(@D)
	$(call say,CC-TSAN,$@)
	$(Q)$(CC) $(CPPFLAGS) -Ibpf $(CFLAGS) -fsanitize=thread --param tsan-distinguish-volatile=1 -o $@ $< -lpthread

# ---- model: every life a session can have, in a small world ------------------------------

$(BUILD)/tests/explore: $(BUILD)/tests/model/explore.o $(BUILD)/libjvpn.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $^ $(LIBS)

# ---- bpf: programs run by the kernel on made packets; the ABI; the verifier's budget ----

BPF_TEST_SOURCES := $(wildcard tests/bpf/*.c tests/abi/*.c tests/verifier/*.c)

$(BUILD)/tests/bpf-all: $(BPF_TEST_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/libjvpn.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $^ $(LIBS) -lcriterion

$(BPF_TEST_SOURCES:%.c=$(BUILD)/%.o): CPPFLAGS += -Ibpf -Itests
$(BUILD)/tests/model/explore.o: CPPFLAGS += -Itests/model

# ---- what the namespaces' scripts need beside jvpn ---------------------------------------

NETNS_TOOLS := $(patsubst tests/netns/%.c,$(BUILD)/tests/netns/%,$(filter-out %.bpf.c,$(wildcard tests/netns/*.c)))
NETNS_BPF   := $(patsubst tests/netns/%.bpf.c,$(BUILD)/tests/netns/%.bpf.o,$(wildcard tests/netns/*.bpf.c))

$(BUILD)/tests/netns/%: tests/netns/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(filter-out -D_GNU_SOURCE,$(CPPFLAGS)) $(CFLAGS) -o $@ $< # each names what it uses itself

$(BUILD)/tests/netns/%.bpf.o: tests/netns/%.bpf.c
	@mkdir -p $(@D)
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_FLAGS) -c $< -o $@

lab: all $(NETNS_TOOLS) $(NETNS_BPF)

# ---- fuzz: the real parsers, a short run in `make test` ----------------------------------

FUZZERS      := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 15

$(BUILD)/fuzz/obj/%.o: %.c | $(SKELETONS)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) -std=gnu11 -O1 -g -fsanitize=fuzzer-no-link,address,undefined -c $< -o $@

$(BUILD)/fuzz/libjvpn.a: $(patsubst %.c,$(BUILD)/fuzz/obj/%.o,$(filter controller/handshake/% controller/config/% \
		controller/base/% controller/net/% controller/audit/% controller/session/fsm.c controller/session/state%,$(MODULES)))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(BUILD)/fuzz/libjvpn.a
	$(call say,FUZZ,$@)
	$(Q)$(CLANG) $(CPPFLAGS) -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined -o $@ $< $(BUILD)/fuzz/libjvpn.a $(LIBS)

# ---- the targets --------------------------------------------------------------------------

NETNS_TESTS   := $(wildcard tests/netns/test_*.sh)
INTEROP_TESTS := $(filter-out %_long.sh,$(wildcard tests/interop/test_*.sh))
LONG_TESTS    := $(wildcard tests/interop/test_*_long.sh)
VM_SUITES     := tests/vm/test_kernels.sh
UNIT_SUITE    := "unit=LSAN_OPTIONS=suppressions=tests/unit/lsan.supp $(BUILD)/tests/unit -j2"

test: packages-test ## install what is missing, build, run every test
	$(Q)$(MAKE) --no-print-directory -j2 test-build
	$(Q)tests/run $(LONG_TESTS:%=--beside %) $(UNIT_SUITE) $(BUILD)/tests/replay-threads $(BUILD)/tests/explore $(BUILD)/tests/bpf-all tests/fuzz/run.sh \
		$(NETNS_TESTS) $(INTEROP_TESTS) $(VM_SUITES) tests/demo/test_demo.sh

test-build: lab $(BUILD)/tests/unit $(BUILD)/tests/replay-threads $(BUILD)/tests/explore $(BUILD)/tests/bpf-all $(FUZZERS)

test-unit: packages-test ## only the unit tests
	$(Q)$(MAKE) --no-print-directory -j2 $(BUILD)/tests/unit
	$(Q)tests/run $(UNIT_SUITE)

test-bpf: packages-test ## only the BPF tests
	$(Q)$(MAKE) --no-print-directory -j2 $(BUILD)/tests/bpf-all
	$(Q)tests/run $(BUILD)/tests/bpf-all

test-netns: packages-test ## only the tests in network namespaces
	$(Q)$(MAKE) --no-print-directory -j2 lab
	$(Q)tests/run $(NETNS_TESTS) $(INTEROP_TESTS)

test-long: packages-test ## a full rekey under traffic, both roles
	$(Q)$(MAKE) --no-print-directory -j2 lab
	$(Q)tests/run $(LONG_TESTS)

test-vm: packages-test ## load and ping under Debian's 6.1 and 6.12 kernels
	$(Q)$(MAKE) --no-print-directory -j2 lab
	$(Q)tests/run $(VM_SUITES)

demo: packages-test ## the demonstration; DEMO_JSON=FILE writes its figures
	$(Q)$(MAKE) --no-print-directory -j2 lab
	$(Q)tests/demo/demo.sh

bench: packages-test ## side by side with wireguard-go: a table and build/bench/report.json
	$(Q)$(MAKE) --no-print-directory -j2 lab
	$(Q)tests/bench/bench.sh

fuzz: packages-test ## each fuzzer for FUZZ_SECONDS (15)
	$(Q)$(MAKE) --no-print-directory -j2 $(FUZZERS)
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run tests/fuzz/run.sh

check: packages-build packages-check $(SKELETONS) ## format, lint, static analysis, the rules of the house
	$(Q)tests/check.sh

.PHONY: lab test test-build test-unit test-bpf test-netns test-long test-vm demo bench fuzz check
