# SPDX-License-Identifier: BSD-2-Clause
#
# What a Debian 12 needs to build and to prove jvpn, and the step that installs what
# is missing. Nothing is installed when nothing is missing, so it works offline then.

BUILD_PACKAGES := gcc make pkg-config clang-19 llvm-19 bpftool libbpf-dev libsodium-dev libssl-dev libmnl-dev \
	libjansson-dev libcap-ng-dev libelf-dev zlib1g-dev linux-libc-dev libc6-dev
TEST_PACKAGES := libcriterion-dev iproute2 ethtool iputils-ping iperf3 tcpdump netcat-openbsd jq procps util-linux \
	wireguard-go wireguard-tools libclang-rt-19-dev
VM_PACKAGES := qemu-system-x86 busybox-static cpio xz-utils
CHECK_PACKAGES := clang-format cppcheck shellcheck

# $(1): packages. dpkg-query names what is not installed.
install_missing = @missing=$$(for p in $(1); do \
		dpkg-query -W -f='$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing:" $$missing; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $$missing >/dev/null || \
		{ echo "jvpn: these packages could not be installed:" $$missing >&2; exit 1; }; fi

packages-build:
	$(call install_missing,$(BUILD_PACKAGES))

packages-test: packages-build
	$(call install_missing,$(TEST_PACKAGES) $(VM_PACKAGES))

packages-check:
	$(call install_missing,$(CHECK_PACKAGES))

.PHONY: packages-build packages-test packages-check
