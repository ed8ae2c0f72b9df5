/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The AEAD of the data plane: ChaCha20-Poly1305 (RFC 8439) without associated
 * data, as WireGuard seals transport data. Nothing else seals or opens.
 *
 * Contract: the caller owns a struct aead_scratch (one per CPU, in a map value),
 * loads the text into scratch->text, seals or opens it in place, and stores it
 * back. Nothing here touches packets or maps. Lengths are those of the text
 * without its tag, 0 to JVPN_TEXT_MAX_BYTES, any of them.
 *   aead_seal   text becomes ciphertext, its 16-byte tag follows.
 *   aead_open   the tag is compared, in constant time, before a byte is
 *               decrypted; a text that is AEAD_FORGED is never decrypted.
 * Both leave in scratch->sum the sum of ciphertext and tag as 32-bit words in
 * memory order (the last one filled with zero bytes): fold it to 16 bits for a
 * UDP checksum. Both wipe what they derived from the key.
 *
 *     scratch:  sum | working state | head, 3 blocks | text ... | tag | slack
 *     ChaCha20 blocks:                0    1    2    |  3 ...        of the first call
 *     text begins at block 1; its first two blocks are generated into head
 *     together with block 0, the Poly1305 key, and applied later.
 *
 * How it is fast, measured with BPF_PROG_TEST_RUN on 1408 bytes, kernel 6.18, clang-19,
 * Xeon at 3.5 GHz: 3.0 us to seal or open; rounds and Poly1305 in C took 4.5.
 *   - BPF has no rotation. x * (2^32 + 1) holds x twice, one shift then gives the
 *     rotated word: 2 instructions of latency 4, against 4 of latency 2.
 *   - What hides that latency is independent work: three blocks at a time, a round of
 *     one after a round of the other. 1 block at a time took 4.5 us with either
 *     rotation, 2 blocks 3.1, 4 as much as 3. Nearly all words live in memory;
 *     keeping some in registers gained nothing once blocks alternate.
 *   - Three columns of the first round do not depend on the block counter: they are
 *     computed once per packet. The last round writes straight into the text.
 *   - Poly1305 takes 16 multiplications a block instead of 20, see there: in C 0.67 us
 *     of the whole, in assembly 0.48. The sum for checksums is free.
 *   - No gain: mixed rotations, unrolled rounds, larger chunks, a split carry chain,
 *     12 multiplications (Toeplitz).
 */
#ifndef JVPN_BPF_AEAD_H
#define JVPN_BPF_AEAD_H

#ifdef __bpf__
#include <bpf/bpf_helpers.h>
#else
#include <linux/types.h> /* tests and tools see the structures only */
#endif
#include <jvpn/limits.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "aead.h reads the words of the text in place: little-endian targets only"
#endif

enum aead_verdict {
	AEAD_OK = 0,
	AEAD_FORGED = 1,
	AEAD_TOO_LONG = 2,
};

#define CHACHA_BLOCK_BYTES 64
#define CHACHA_LANES 3 /* blocks computed at a time */
#define CHACHA_LANES_BYTES (CHACHA_LANES * CHACHA_BLOCK_BYTES)
#define POLY_BLOCK_BYTES 16
#define POLY_CHUNK_BLOCKS 16 /* hashed by one call */
/* Room behind the longest text: its tag, and what lanes and chunks touch beyond it */
#define AEAD_SLACK_BYTES (POLY_CHUNK_BLOCKS * POLY_BLOCK_BYTES)

struct aead_key {
	__u32 word[8];
};

/* What ChaCha20 works on. The assembly knows this layout: see FIRST, INPUT, WORD and COUNTER. */
struct aead_chacha {
	__u32 first[16];	      /* input, columns 1 to 3 of the first round done */
	__u32 input[16];	      /* input of block 0 */
	__u32 word[CHACHA_LANES][16]; /* the state of each lane between its rounds */
	__u32 counter[4];	      /* block counter of each lane */
};

/* 4 limbs of 32 bits, of h the last one of 34: h = h[0] + h[1] 2^32 + h[2] 2^64 + h[3] 2^96 */
struct aead_poly {
	__u64 h[4];
	__u32 r[4];   /* clamped: below 2^28, and r[1] to r[3] are multiples of 4 */
	__u32 r54[4]; /* 5/4 r */
	__u32 pad[4]; /* added to h, makes the tag */
};

struct aead_scratch {
	__u64 sum;
	__u64 reserved;
	struct aead_chacha chacha;
	struct aead_poly poly;
	__u64 head[CHACHA_LANES_BYTES / 8];
	__u8 text[JVPN_TEXT_MAX_BYTES + AEAD_SLACK_BYTES] __attribute__((aligned(16)));
};
_Static_assert(sizeof(struct aead_chacha) == 336, "the assembly of ChaCha20 counts on this layout");
_Static_assert(__builtin_offsetof(struct aead_scratch, text) ==
		       __builtin_offsetof(struct aead_scratch, head) + CHACHA_LANES_BYTES,
	       "text follows head");

#ifdef __bpf__

/* At any address of the text: the targets load and store unaligned words. */
struct aead_tag {
	__u64 half[2];
};

/* What the bpf_loop callbacks are told */
struct aead_walk {
	struct aead_scratch *scratch;
	__u64 first;  /* ChaCha20: where index 0 stands, in lanes of blocks */
	__u64 blocks; /* Poly1305: all there are to hash */
};

/*
 * ---- ChaCha20 ----
 * A quarter round loads its words into w0 to w3, in the RFC's order a b c d, and
 * stores them again. r9 holds 2^32 + 1 for the rotations: they leave garbage in
 * the upper half of a register, which the next 32-bit operation drops.
 */
/* clang-format off */
#define FIRST(i) "(%[chacha] + 4*" #i ")"
#define INPUT(i) "(%[chacha] + 64 + 4*" #i ")"
#define WORD(lane, i) "(%[chacha] + 128 + 64*" #lane " + 4*" #i ")"
#define COUNTER(lane) "(%[chacha] + 320 + 4*" #lane ")"
#define TEXT(lane, i) "(%[text] + 64*" #lane " + 4*" #i ")"

#define LOAD(reg, from) reg " = *(u32 *)" from "\n"
#define STORE(to, reg) "*(u32 *)" to " = " reg "\n"
#define LOAD4(a, b, c, d) LOAD("w0", a) LOAD("w1", b) LOAD("w3", d) LOAD("w2", c)
#define STORE4(a, b, c, d) STORE(a, "w0") STORE(d, "w3") STORE(c, "w2") STORE(b, "w1")

#define QUARTER_ROUND \
	"w0 += w1\n w3 ^= w0\n r3 *= r9\n r3 >>= 32 - 16\n" \
	"w2 += w3\n w1 ^= w2\n r1 *= r9\n r1 >>= 32 - 12\n" \
	"w0 += w1\n w3 ^= w0\n r3 *= r9\n r3 >>= 32 - 8\n" \
	"w2 += w3\n w1 ^= w2\n r1 *= r9\n r1 >>= 32 - 7\n"

#define QUARTER(l, a, b, c, d) \
	LOAD4(WORD(l, a), WORD(l, b), WORD(l, c), WORD(l, d)) \
	QUARTER_ROUND \
	STORE4(WORD(l, a), WORD(l, b), WORD(l, c), WORD(l, d))
#define COLUMNS(l) \
	QUARTER(l, 0, 4, 8, 12) QUARTER(l, 1, 5, 9, 13) QUARTER(l, 2, 6, 10, 14) QUARTER(l, 3, 7, 11, 15)
#define DIAGONALS(l) \
	QUARTER(l, 0, 5, 10, 15) QUARTER(l, 1, 6, 11, 12) QUARTER(l, 2, 7, 8, 13) QUARTER(l, 3, 4, 9, 14)

/* The first round: column 0 here, the others were done once for the packet */
#define FIRST_COLUMN(l) \
	LOAD4(FIRST(0), FIRST(4), FIRST(8), COUNTER(l)) \
	QUARTER_ROUND \
	STORE4(WORD(l, 0), WORD(l, 4), WORD(l, 8), WORD(l, 12))
#define FIRST_DIAGONAL(l, a, b, c, d, from_a, from_b, from_c, from_d) \
	LOAD4(from_a, from_b, from_c, from_d) \
	QUARTER_ROUND \
	STORE4(WORD(l, a), WORD(l, b), WORD(l, c), WORD(l, d))
#define FIRST_DIAGONALS(l) \
	FIRST_DIAGONAL(l, 0, 5, 10, 15, WORD(l, 0), FIRST(5), FIRST(10), FIRST(15)) \
	FIRST_DIAGONAL(l, 1, 6, 11, 12, FIRST(1), FIRST(6), FIRST(11), WORD(l, 12)) \
	FIRST_DIAGONAL(l, 2, 7, 8, 13, FIRST(2), FIRST(7), WORD(l, 8), FIRST(13)) \
	FIRST_DIAGONAL(l, 3, 4, 9, 14, FIRST(3), WORD(l, 4), FIRST(9), FIRST(14))

/* The last round: its words go, with the input added, straight into the text */
#define APPLY(l, reg, i, input) \
	LOAD("w4", input) LOAD("w5", TEXT(l, i)) \
	reg " += w4\n " reg " ^= w5\n" STORE(TEXT(l, i), reg)
#define LAST_DIAGONAL(l, a, b, c, d, input_d) \
	LOAD4(WORD(l, a), WORD(l, b), WORD(l, c), WORD(l, d)) \
	QUARTER_ROUND \
	APPLY(l, "w0", a, INPUT(a)) APPLY(l, "w3", d, input_d) APPLY(l, "w2", c, INPUT(c)) APPLY(l, "w1", b, INPUT(b))
#define LAST_DIAGONALS(l) \
	LAST_DIAGONAL(l, 0, 5, 10, 15, INPUT(15)) \
	LAST_DIAGONAL(l, 1, 6, 11, 12, COUNTER(l)) \
	LAST_DIAGONAL(l, 2, 7, 8, 13, INPUT(13)) \
	LAST_DIAGONAL(l, 3, 4, 9, 14, INPUT(14))

/* Three blocks of key stream, applied to head for the first three, then to the text */
static int chacha_lanes(__u32 index, struct aead_walk *walk)
{
	struct aead_scratch *scratch = walk->scratch;
	struct aead_chacha *chacha = &scratch->chacha;
	__u32 i = index + (__u32)walk->first;

	if (i > (JVPN_TEXT_MAX_BYTES + CHACHA_BLOCK_BYTES - 1) / CHACHA_LANES_BYTES)
		return 1;
	/* text begins one block before the second three of them */
	__u32 offset = i == 0 ? 0 : i * CHACHA_LANES_BYTES + CHACHA_LANES_BYTES - CHACHA_BLOCK_BYTES;
	__u8 *text = (__u8 *)scratch->head + offset;

	for (int lane = 0; lane < CHACHA_LANES; lane++)
		chacha->counter[lane] = i * CHACHA_LANES + lane;
	asm volatile(
		"r9 = 0x100000001 ll\n"
		FIRST_COLUMN(0) FIRST_COLUMN(1) FIRST_COLUMN(2)
		FIRST_DIAGONALS(0) FIRST_DIAGONALS(1) FIRST_DIAGONALS(2)
		"r6 = 8\n"
		"1:\n"
		COLUMNS(0) COLUMNS(1) COLUMNS(2)
		DIAGONALS(0) DIAGONALS(1) DIAGONALS(2)
		"r6 += -1\n"
		"if r6 != 0 goto 1b\n"
		COLUMNS(0) COLUMNS(1) COLUMNS(2)
		LAST_DIAGONALS(0) LAST_DIAGONALS(1) LAST_DIAGONALS(2)
		: : [chacha] "r"(chacha), [text] "r"(text)
		: "memory", "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r9");
	return 0;
}

/* clang-format on */

#undef FIRST
#undef INPUT
#undef WORD
#undef COUNTER
#undef TEXT
#undef LOAD
#undef STORE
#undef LOAD4
#undef STORE4

#define CHACHA_ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))
static __always_inline void chacha_quarter(__u32 *a, __u32 *b, __u32 *c, __u32 *d)
{
	*a += *b, *d = CHACHA_ROTATE(*d ^ *a, 16);
	*c += *d, *b = CHACHA_ROTATE(*b ^ *c, 12);
	*a += *b, *d = CHACHA_ROTATE(*d ^ *a, 8);
	*c += *d, *b = CHACHA_ROTATE(*b ^ *c, 7);
}

/*
 * Sets up the input, and computes blocks 0 to 2 into head. A frame of its own halves the stack
 * that callers lose. It returns a verdict because the verifier wants a number in r0 on return.
 */
static __noinline int chacha_start(struct aead_walk *walk, const struct aead_key *key, __u32 salt, __u64 counter)
{
	struct aead_scratch *scratch = walk->scratch;
	__u32 x[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}; /* "expand 32-byte k" */

	for (int i = 0; i < 8; i++)
		x[4 + i] = key->word[i];
	x[13] = salt;
	x[14] = (__u32)counter;
	x[15] = counter >> 32;
	for (int i = 0; i < 16; i++)
		scratch->chacha.input[i] = x[i];
	for (int i = 1; i < 4; i++)
		chacha_quarter(&x[i], &x[4 + i], &x[8 + i], &x[12 + i]);
	for (int i = 0; i < 16; i++)
		scratch->chacha.first[i] = x[i];
	for (int i = 0; i < CHACHA_LANES_BYTES / 8; i++)
		scratch->head[i] = 0;
	walk->first = 0;
	return bpf_loop(1, chacha_lanes, walk, 0) == 1 ? AEAD_OK : AEAD_TOO_LONG;
}

/* Applies the key stream to the text: blocks 1 and 2 from head, then the others. */
static __always_inline void chacha_text(struct aead_walk *walk, __u32 len)
{
	const __u32 ready = CHACHA_LANES_BYTES - CHACHA_BLOCK_BYTES;
	struct aead_scratch *scratch = walk->scratch;
	__u64 *text = (__u64 *)scratch->text;

	for (__u32 i = 0; i < ready / 8; i++)
		text[i] ^= scratch->head[CHACHA_BLOCK_BYTES / 8 + i];
	if (len <= ready)
		return;
	walk->first = 1;
	bpf_loop((len - ready + CHACHA_LANES_BYTES - 1) / CHACHA_LANES_BYTES, chacha_lanes, walk, 0);
}

/*
 * ---- Poly1305 ----
 * h = (h + block + 2^128) r mod 2^130 - 5, in 16 products of 64 bits:
 *     d0 = h0 r0 + h1 s3 + h2 s2 + h3 s1     s = 5/4 r, exact as r is clamped:
 *     d1 = h0 r1 + h1 r0 + h2 s3 + h3 s2     2^128 r = 2^130 r/4 = 5/4 r
 *     d2 = h0 r2 + h1 r1 + h2 r0 + h3 s3
 *     d3 = h0 r3 + h1 r2 + h2 r1 + h3 r0     then carries: d0 > d1 > d2 > d3 > h0
 * No sum reaches 2^64. In units of 2^32 the limbs, block added, are at most
 *     h0: 1 carried + 1.04 from d3 + 1 block    h1, h2: 1 + 1
 *     h3: 4 (34 bits) + 1 block + 1 (the bit 2^128)
 * and r < 2^28, s < 1.25 2^28, so d0 < (3.04 + 2.5 + 2.5 + 7.5) 2^60 = 15.54 2^60;
 * d1, d2 are less, d3 < 13.04 2^60 gives d3 >> 34 < 13.04 2^26, times 5: 1.02 2^32.
 *
 * Registers: r0 to r3 h, r4 to r7 d (before: the block), r8 a product, %[m] the text.
 */
#define SET(d, h, k) d " = *(u64 *)%[" #k "]\n " d " *= " h "\n"
#define ADD(d, h, k) "r8 = *(u64 *)%[" #k "]\n r8 *= " h "\n " d " += r8\n"

static int poly_chunk(__u32 i, struct aead_walk *walk)
{
	struct aead_scratch *scratch = walk->scratch;
	struct aead_poly *poly = &scratch->poly;
	__u64 n = walk->blocks - (__u64)i * POLY_CHUNK_BLOCKS;

	if (i > JVPN_TEXT_MAX_BYTES / POLY_BLOCK_BYTES / POLY_CHUNK_BLOCKS)
		return 1;
	if (n > POLY_CHUNK_BLOCKS)
		n = POLY_CHUNK_BLOCKS;
	/* 6.1 ties the bound to a copy of n: say it again of the one the loop counts down */
	asm volatile("" : "+r"(n));
	if (n > POLY_CHUNK_BLOCKS)
		return 1;
	const __u8 *m = &scratch->text[i * POLY_CHUNK_BLOCKS * POLY_BLOCK_BYTES];
	__u64 h0 = poly->h[0], h1 = poly->h[1], h2 = poly->h[2], h3 = poly->h[3];
	__u64 r0 = poly->r[0], r1 = poly->r[1], r2 = poly->r[2], r3 = poly->r[3];
	__u64 s1 = poly->r54[1], s2 = poly->r54[2], s3 = poly->r54[3];
	__u64 bit = 1ull << 32, sum = scratch->sum;

	/* clang-format off */
	asm volatile(
		"r0 = *(u64 *)%[h0]\n r1 = *(u64 *)%[h1]\n r2 = *(u64 *)%[h2]\n r3 = *(u64 *)%[h3]\n"
		"1:\n"
		"r8 = *(u64 *)%[sum]\n"
		"w4 = *(u32 *)(%[m] + 0)\n  r0 += r4\n r8 += r4\n"
		"w5 = *(u32 *)(%[m] + 4)\n  r1 += r5\n r8 += r5\n"
		"w6 = *(u32 *)(%[m] + 8)\n  r2 += r6\n r8 += r6\n"
		"w7 = *(u32 *)(%[m] + 12)\n r3 += r7\n r8 += r7\n"
		"*(u64 *)%[sum] = r8\n"
		"r8 = *(u64 *)%[bit]\n r3 += r8\n"
		SET("r4", "r3", s1) ADD("r4", "r2", s2) ADD("r4", "r1", s3) ADD("r4", "r0", r0)
		SET("r5", "r3", s2) ADD("r5", "r2", s3) ADD("r5", "r1", r0) ADD("r5", "r0", r1)
		SET("r6", "r3", s3) ADD("r6", "r2", r0) ADD("r6", "r1", r1) ADD("r6", "r0", r2)
		SET("r7", "r3", r0) ADD("r7", "r2", r1) ADD("r7", "r1", r2) ADD("r7", "r0", r3)
		"w0 = w4\n r4 >>= 32\n r5 += r4\n"
		"w1 = w5\n r5 >>= 32\n r6 += r5\n"
		"w2 = w6\n r6 >>= 32\n r7 += r6\n"
		"r3 = r7\n r3 <<= 30\n r3 >>= 30\n" /* the lower 34 bits; the others times 5 go to h0 */
		"r7 >>= 34\n r7 *= 5\n r0 += r7\n"
		"r4 = *(u64 *)%[n]\n r4 += -1\n *(u64 *)%[n] = r4\n"
		"%[m] += 16\n"
		"if r4 s> 0 goto 1b\n"
		"*(u64 *)%[h0] = r0\n *(u64 *)%[h1] = r1\n *(u64 *)%[h2] = r2\n *(u64 *)%[h3] = r3\n"
		: [m] "+r"(m), [n] "+m"(n), [sum] "+m"(sum),
		  [h0] "+m"(h0), [h1] "+m"(h1), [h2] "+m"(h2), [h3] "+m"(h3)
		: [r0] "m"(r0), [r1] "m"(r1), [r2] "m"(r2), [r3] "m"(r3),
		  [s1] "m"(s1), [s2] "m"(s2), [s3] "m"(s3), [bit] "m"(bit)
		: "memory", "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8");
	/* clang-format on */
	poly->h[0] = h0, poly->h[1] = h1, poly->h[2] = h2, poly->h[3] = h3;
	scratch->sum = sum;
	return 0;
}

#undef SET
#undef ADD

/* Takes the one-time key from block 0 of the key stream, in head. */
static __always_inline void poly_start(struct aead_scratch *scratch)
{
	const __u32 *key = (const __u32 *)scratch->head;
	struct aead_poly *poly = &scratch->poly;

	for (int i = 0; i < 4; i++) {
		poly->r[i] = key[i] & (i == 0 ? 0x0fffffff : 0x0ffffffc);
		poly->r54[i] = poly->r[i] + (poly->r[i] >> 2);
		poly->pad[i] = key[4 + i];
		poly->h[i] = 0;
	}
	scratch->sum = 0;
}

/* Makes whole blocks of the ciphertext: zeros up to a multiple of 16, then the lengths (RFC 8439, 2.8). */
static __always_inline __u32 poly_pad(struct aead_scratch *scratch, __u32 len)
{
	__u32 whole = len / POLY_BLOCK_BYTES;

	/* the bounds are known; 6.1 forgets them across the division */
	if (whole >= JVPN_TEXT_MAX_BYTES / POLY_BLOCK_BYTES)
		whole = JVPN_TEXT_MAX_BYTES / POLY_BLOCK_BYTES;
	__u64 *end = (__u64 *)&scratch->text[whole * POLY_BLOCK_BYTES];

	if (len % POLY_BLOCK_BYTES) {
		__u64 keep = (1ull << len % 8 * 8) - 1;

		end[0] = len & 8 ? end[0] : end[0] & keep;
		end[1] = len & 8 ? end[1] & keep : 0;
		end += 2;
		whole++;
	}
	end[0] = 0; /* length of the associated data */
	end[1] = len;
	return whole + 1;
}

/* Reduces h fully, without a branch on it, and adds the pad: the tag. */
static __always_inline void poly_finish(const struct aead_poly *poly, struct aead_tag *tag)
{
	__u64 h[4], g[4], carry = 5, sum = 0;

	tag->half[0] = tag->half[1] = 0;
	for (int i = 0; i < 4; i++)
		h[i] = poly->h[i];
	for (int pass = 0; pass < 2; pass++) { /* the first may leave h[0] one bit too long */
		for (int i = 0; i < 3; i++) {
			h[i + 1] += h[i] >> 32;
			h[i] = (__u32)h[i];
		}
		h[0] += (h[3] >> 34) * 5;
		h[3] &= (1ull << 34) - 1;
	}
	for (int i = 0; i < 4; i++) { /* g = h + 5: reaches 2^130 where h reaches the modulus */
		g[i] = h[i] + carry;
		carry = g[i] >> 32;
	}
	__u32 take_g = 0 - (__u32)(g[3] >> 34);
	for (int i = 0; i < 4; i++) {
		sum += (__u64)((take_g & (__u32)g[i]) | (~take_g & (__u32)h[i])) + poly->pad[i];
		tag->half[i / 2] |= (sum & 0xffffffff) << i % 2 * 32;
		sum >>= 32;
	}
}

/* The tag of the ciphertext; the sum of both, where the tag may begin inside a word. */
static __always_inline void poly_text(struct aead_walk *walk, __u32 len, struct aead_tag *tag)
{
	struct aead_scratch *scratch = walk->scratch;

	walk->blocks = poly_pad(scratch, len);
	bpf_loop((walk->blocks + POLY_CHUNK_BLOCKS - 1) / POLY_CHUNK_BLOCKS, poly_chunk, walk, 0);
	poly_finish(&scratch->poly, tag);
	scratch->sum -= len; /* hashed, but not sent */
	for (int i = 0; i < 4; i++) {
		__u64 word = (__u32)(tag->half[i / 2] >> i % 2 * 32), shifted = word << len % 4 * 8;

		scratch->sum += (__u32)shifted + (shifted >> 32);
	}
}

/* ---- The AEAD ---- */

static __always_inline void aead_wipe(struct aead_scratch *scratch)
{
	__u64 *secret = (__u64 *)&scratch->chacha;

	for (__u32 i = 0;
	     i < (__builtin_offsetof(struct aead_scratch, text) - __builtin_offsetof(struct aead_scratch, chacha)) / 8;
	     i++)
		secret[i] = 0;
	asm volatile("" : : : "memory");
}

/*
 * Global functions: the verifier checks each once, whoever calls it; weak, as the
 * objects of the data plane are linked into one and each brings its copy. The
 * nonce is salt, then counter, both little-endian; WireGuard's salt is 0.
 */
__weak __noinline int aead_seal_nonce(struct aead_scratch *scratch, const struct aead_key *key, __u32 salt,
				      __u64 counter, __u32 len)
{
	if (!scratch || !key || len > JVPN_TEXT_MAX_BYTES)
		return AEAD_TOO_LONG;
	struct aead_walk walk = {.scratch = scratch};
	struct aead_tag tag, *at = (struct aead_tag *)&scratch->text[len];

	if (chacha_start(&walk, key, salt, counter))
		return AEAD_TOO_LONG;
	poly_start(scratch);
	chacha_text(&walk, len);
	poly_text(&walk, len, &tag);
	*at = tag;
	aead_wipe(scratch);
	return AEAD_OK;
}

__weak __noinline int aead_open_nonce(struct aead_scratch *scratch, const struct aead_key *key, __u32 salt,
				      __u64 counter, __u32 len)
{
	if (!scratch || !key || len > JVPN_TEXT_MAX_BYTES)
		return AEAD_TOO_LONG;
	struct aead_walk walk = {.scratch = scratch};
	const struct aead_tag *at = (const struct aead_tag *)&scratch->text[len];
	struct aead_tag tag, sent = *at; /* poly_pad writes there */

	if (chacha_start(&walk, key, salt, counter))
		return AEAD_TOO_LONG;
	poly_start(scratch);
	poly_text(&walk, len, &tag);
	__u64 differ = (tag.half[0] ^ sent.half[0]) | (tag.half[1] ^ sent.half[1]);
	if (differ == 0)
		chacha_text(&walk, len);
	aead_wipe(scratch);
	return differ == 0 ? AEAD_OK : AEAD_FORGED;
}

static __always_inline int aead_seal(struct aead_scratch *scratch, const __u32 key[8], __u64 counter, __u32 len)
{
	return aead_seal_nonce(scratch, (const struct aead_key *)key, 0, counter, len);
}

static __always_inline int aead_open(struct aead_scratch *scratch, const __u32 key[8], __u64 counter, __u32 len)
{
	return aead_open_nonce(scratch, (const struct aead_key *)key, 0, counter, len);
}

#endif /* __bpf__ */
#endif
