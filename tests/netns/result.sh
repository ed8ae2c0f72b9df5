# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Results: one line each, `ok NAME`, `not ok NAME: why` or `skip NAME: why`, and
# an exit code that is 0 only if something ran and nothing failed.

RESULT_OK=0
RESULT_FAILED=0
RESULT_SKIPPED=0

ok() {
	RESULT_OK=$((RESULT_OK + 1))
	printf 'ok %s\n' "$1"
}

not_ok() {
	RESULT_FAILED=$((RESULT_FAILED + 1))
	printf 'not ok %s: %s\n' "$1" "${2:-failed}"
}

skip() {
	RESULT_SKIPPED=$((RESULT_SKIPPED + 1))
	printf 'skip %s: %s\n' "$1" "$2"
}

# check NAME COMMAND...: ok if the command succeeds; else the last line it wrote says why.
check() {
	local name=$1 why
	shift
	if "$@" >"$LAB_DIR/check" 2>&1; then # not in a subshell: the command may start what is to last
		ok "$name"
	else
		why=$(grep -v '^[[:space:]]*$' "$LAB_DIR/check" | tail -n 1)
		not_ok "$name" "${why:-$* failed}"
	fi
}

# check_fails NAME COMMAND...: ok if the command fails.
check_fails() {
	local name=$1
	shift
	if "$@" >/dev/null 2>&1; then
		not_ok "$name" "$* succeeded"
	else
		ok "$name"
	fi
}

# check_equal NAME ACTUAL EXPECTED
check_equal() {
	if [[ $2 == "$3" ]]; then
		ok "$1"
	else
		not_ok "$1" "got '$2', expected '$3'"
	fi
}

# check_number NAME ACTUAL OPERATOR BOUND: integers, as in [[ 3 -le 5 ]].
check_number() {
	if [[ $2 =~ ^-?[0-9]+$ ]] && test "$2" "$3" "$4"; then
		ok "$1"
	else
		not_ok "$1" "got '$2', expected $3 $4"
	fi
}

# result_code CODE: succeeds if the script that ends with CODE did, and if anything ran at all.
result_code() {
	if [[ $((RESULT_OK + RESULT_FAILED + RESULT_SKIPPED)) -eq 0 ]]; then
		not_ok "$LAB_NAME" "nothing ran"
	elif [[ $1 -ne 0 && $RESULT_FAILED -eq 0 ]]; then
		not_ok "$LAB_NAME" "the script gave up with code $1"
	fi
	[[ $RESULT_FAILED -eq 0 ]]
}
