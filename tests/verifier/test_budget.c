/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the verifier spends on each program of the data plane, against tests/verifier/budgets.tsv:
 * the program's lines are read, the longest release prefix of this kernel counts. A kernel
 * without a line is a visible skip with the number to write; a program without any line fails.
 */
#include "dataplane.skel.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define BUDGETS "tests/verifier/budgets.tsv"
#define LOG_BYTES (1u << 16)
#define LOG_STATS 4 /* BPF_LOG_STATS of the kernel: the summary, nothing else */
#define PROGRAMS_MAX 16

struct spent {
	const char *program;
	unsigned int insns; /* 0: the log did not tell */
	char log[LOG_BYTES];
};

static struct spent spent[PROGRAMS_MAX];
static size_t programs;

static void watch(struct dataplane *dataplane)
{
	struct bpf_program *program;
	bpf_object__for_each_program(program, dataplane->obj)
	{
		cr_assert_lt(programs, PROGRAMS_MAX);
		struct spent *one = &spent[programs++];
		one->program = bpf_program__name(program);
		bpf_program__set_log_level(program, LOG_STATS);
		bpf_program__set_log_buf(program, one->log, sizeof(one->log));
	}
}

static void read_log(struct spent *one)
{
	const char *at = strstr(one->log, "processed ");
	if (!at || sscanf(at, "processed %u insns", &one->insns) != 1)
		one->insns = 0;
}

/* The budget of a program: of the line whose prefix of the release is the longest. 0: none for this kernel. */
static unsigned int find_budget(const char *program, const char *release, bool *ret_known)
{
	char line[256], name[64], prefix[64];
	unsigned int budget = 0, insns;
	size_t longest = 0;
	FILE *file = fopen(BUDGETS, "r");
	cr_assert_not_null(file, "%s: run from the top of the repository", BUDGETS);
	*ret_known = false;
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || sscanf(line, "%63[^\t]\t%63[^\t]\t%u", name, prefix, &insns) != 3)
			continue;
		if (strcmp(name, program))
			continue;
		*ret_known = true;
		if (strlen(prefix) > longest && !strncmp(release, prefix, strlen(prefix))) {
			longest = strlen(prefix);
			budget = insns;
		}
	}
	fclose(file);
	return budget;
}

/* True if this kernel has a line for it. */
static bool compare(const struct spent *one, const char *release)
{
	bool known;
	unsigned int budget = find_budget(one->program, release, &known);
	fprintf(stderr, "verifier: %-12s %s: %u insns, budget %u\n", one->program, release, one->insns, budget);
	cr_expect(known, "%s has no line in " BUDGETS, one->program);
	cr_expect_gt(one->insns, 0, "%s: the verifier did not tell", one->program);
	cr_expect(!budget || one->insns <= budget, "%s: %u insns, %u over its budget of %u", one->program, one->insns,
		  one->insns - budget, budget);
	return budget > 0;
}

Test(verifier, programs_keep_their_budget)
{
	struct utsname kernel;
	cr_assert_eq(uname(&kernel), 0);
	struct dataplane *dataplane = dataplane__open();
	cr_assert_not_null(dataplane);
	watch(dataplane);
	int error = dataplane__load(dataplane);
	bool budgeted = true;
	cr_expect_eq(error, 0, "the data plane does not load: %s", strerror(-error));
	for (size_t i = 0; i < programs; i++) {
		read_log(&spent[i]);
		budgeted &= compare(&spent[i], kernel.release);
	}
	dataplane__destroy(dataplane);
	cr_expect_gt(programs, 0);
	if (!budgeted)
		cr_skip_test("no budget for kernel %s in " BUDGETS, kernel.release);
}
