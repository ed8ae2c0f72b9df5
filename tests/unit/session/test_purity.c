/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine's own text: no clock, no chance, no allocation, no input or output, and one
 * place only where tokens are made. INV-09, INV-13, INV-35, INV-44.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const engine[] = {"attempts", "checks",	  "fsm",	"gate",
				     "state",	 "state_notices", "state_step", "token"};

static char *text_of(const char *path)
{
	static char text[1 << 16];
	FILE *file = fopen(path, "re");

	cr_assert_not_null(file, "run from the repository's root: no %s", path);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

Test(purity, the_engine_has_no_clock_chance_memory_or_voice)
{
	static const char *const banned[] = {"clock_", "time(",	  "gettime", "rand",  "malloc", "calloc",
					     "log_",   "printf(", "errno",   "float", "double"};

	for (size_t i = 0; i < sizeof(engine) / sizeof(engine[0]); i++) {
		char path[128];
		char *text;

		snprintf(path, sizeof(path), "controller/session/%s.c", engine[i]);
		text = text_of(path);
		for (size_t j = 0; j < sizeof(banned) / sizeof(banned[0]); j++) {
			const char *found = strstr(text, banned[j]);
			bool allowed = !found || (!strcmp(engine[i], "fsm") && !strcmp(banned[j], "printf("));

			cr_assert(allowed, "%s: %.40s", path, found);
		}
	}
}

/* A token is made by token.c, for checks.c, for nobody else. */
Test(purity, tokens_are_asked_for_by_the_checks_only)
{
	static const char *const makers[] = {"token_permit(", "token_validated(", ".issued = "};
	glob_t found;

	cr_assert_eq(glob("controller/*/*.c", 0, NULL, &found), 0);
	cr_assert_gt(found.gl_pathc, 20);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		const char *text = text_of(path);

		if (strstr(path, "session/token.c") || strstr(path, "session/checks.c"))
			continue;
		for (size_t j = 0; j < 3; j++)
			cr_assert_null(strstr(text, makers[j]), "%s makes a token", path);
	}
	globfree(&found);
}
