#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `make check`: format, lint, static analysis and the rules of the house. Each prints one
# line; a rule that is broken prints where.
#
# check.sh

set -u
cd "$(dirname "$0")/.." || exit 1
status=0
mapfile -t C_FILES < <(git ls-files '*.c' '*.h' | grep -v '^vmlinux.h$')
mapfile -t SHELL_FILES < <(git ls-files | xargs -r grep -lIE '^#!/bin/(ba)?sh|shellcheck shell=' --)

report() { # NAME OUTPUT: empty output is success
	if [[ -z $2 ]]; then
		echo "ok $1"
	else
		echo "not ok $1"
		sed 's/^/    /' <<<"$2" | head -n 40
		status=1
	fi
}

report "format (clang-format)" "$(clang-format --dry-run "${C_FILES[@]}" 2>&1 | grep -E 'warning|error' | cut -d: -f1 | sort -u)"
report "shell (shellcheck)" "$(shellcheck -x -S warning "${SHELL_FILES[@]}" 2>&1)"
# memleak and legacyUninitvar do not know the cleanup attribute; the sanitizers of the unit tests do
report "static analysis (cppcheck)" "$(cppcheck --quiet --enable=warning,portability --inline-suppr --std=c11 \
	-D__x86_64__ -D_GNU_SOURCE '-DJVPN_VERSION="0"' -Iinclude -Icontroller --suppress=missingInclude --suppress=unknownMacro \
	--suppress=preprocessorErrorDirective --suppress=memleak --suppress=legacyUninitvar --suppress=uninitvar:controller/handshake/cookie.c --error-exitcode=0 -j2 controller 2>&1)"

# ---- rules of the house ------------------------------------------------------------------

rule_spdx() {
	git ls-files '*.[ch]' '*.sh' '*.mk' Makefile tests/run .ci/run | grep -v '^vmlinux.h$' |
		while read -r f; do head -n 3 "$f" | grep -q 'SPDX-License-Identifier' || echo "$f: no SPDX line"; done
}

rule_names() {
	git ls-files | grep -E '(^|/)(util|utils|helper|helpers|common|misc|core)(\.|/|$)' | sed 's/$/: a name that names nothing/'
}

rule_length() {
	wc -l "${C_FILES[@]}" | awk '$2 != "total" && $1 > 500 {print $2 ": " $1 " lines, 500 is the limit"}'
}

# A function is what opens with `{` in column one and closes with `}` there.
rule_functions() {
	awk 'FNR == 1 {start = 0} /^{/ {start = FNR} /^}/ && start {
		if (FNR - start > 61) print FILENAME ":" start ": " FNR - start - 1 " lines, 60 is the limit"; start = 0}' "${C_FILES[@]}"
}

rule_sleep() {
	git ls-files 'tests/*.sh' 'tests/vm/*' | xargs -r grep -nE '^[^#]*\bsleep [0-9.]' /dev/null -- |
		grep -v '# poll' | sed 's/$/   (wait for the event)/'
}

rule_machine() {
	git ls-files | grep -v '^tests/check.sh$' | xargs -r grep -nIE '/home/[a-z]|/work/(main|scratch)|/root/\.' -- | head
}

rule_secrets() {
	grep -nE 'log_(error|warning|info|debug|line)[a-z_]*\(.*(private|preshared|psk|send_key|receive_key)' "${C_FILES[@]}"
}

for rule in spdx names length functions sleep machine secrets; do
	report "rule $rule" "$("rule_$rule" 2>&1)"
done
exit $status
