/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Lengths as the verifier wants them: both bounds tested, as ordered comparisons, on the
 * very register that goes on to the helper. The compiler likes to fold two comparisons
 * into one on a copy and turns `>= 1` into `!= 0`; the verifiers of 6.1 and 6.12 learn
 * nothing from either, and forget the lower bound of what was spilled as 32 bits. So the
 * test is written in assembly, and stands right before the use.
 */
#ifndef JVPN_BPF_BOUNDS_H
#define JVPN_BPF_BOUNDS_H

/* `value`: a __u64 variable; `low` and `high`: constants below 2^31. */
#define is_within(value, low, high) \
	({ \
		__u64 within_; \
		asm volatile("%[ok] = 0\n" \
			     "if %[length] < %[least] goto +2\n" \
			     "if %[length] > %[most] goto +1\n" \
			     "%[ok] = 1\n" \
			     : [ok] "=&r"(within_), [length] "+r"(value) \
			     : [least] "i"(low), [most] "i"(high)); \
		within_ != 0; \
	})

#endif
