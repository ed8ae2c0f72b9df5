/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Run by the controller (BPF_PROG_TEST_RUN), never by a packet: the only writer of a live
 * session or key pair. It changes them in place, so nothing the data path counted
 * meanwhile is lost, and moves a session with one compare-and-swap. include/jvpn/swap.h.
 */
#include "jvpn/swap.h"

#include "maps.h"

#define ENOENT 2
#define EBUSY 16
#define EINVAL 22
#define ESTALE 116

static __always_inline int swap_path(struct jvpn_session *session, const struct jvpn_swap *swap)
{
	__u32 slot = swap->slot;
	__u8 family = swap->path.family;
	if (slot >= JVPN_PATHS_MAX || (family && family != 4 && family != 6) || swap->path.state > JVPN_PATH_DEAD)
		return -EINVAL;
	if (JVPN_WORD_SLOT(session->word) == slot)
		return -EBUSY;
	session->paths[slot] = swap->path;
	return 0;
}

/* For people and for the next decision; a packet looks at the word alone. */
static __always_inline void swap_path_states(struct jvpn_session *session, __u32 from, __u32 to)
{
	session->switches++;
	/* Kept in one register each: the verifier must see the bound on the very value that indexes. */
	asm volatile("" : "+r"(from), "+r"(to));
	if (from < JVPN_PATHS_MAX)
		session->paths[from].state = JVPN_PATH_RETIRING;
	if (to < JVPN_PATHS_MAX)
		session->paths[to].state = JVPN_PATH_ACTIVE;
}

/* State, reason and counts follow the word: whoever lost the race has not touched them. */
static __always_inline int swap_send(struct jvpn_session *session, struct jvpn_swap *swap)
{
	__u64 word = session->word;
	if (swap->present != swap->version)
		return -ESTALE;
	if (swap->version >= JVPN_VERSION_MAX || swap->state > JVPN_STATE_TERMINATED ||
	    (swap->slot >= JVPN_PATHS_MAX && swap->slot != JVPN_WORD_NO_SLOT))
		return -EINVAL;
	__u64 moved = JVPN_WORD(swap->version + 1, swap->slot);
	__u64 before = __sync_val_compare_and_swap(&session->word, word, moved);
	if (before != word) {
		swap->present = JVPN_WORD_VERSION(before);
		return -ESTALE;
	}
	if (JVPN_WORD_SLOT(word) != swap->slot)
		swap_path_states(session, JVPN_WORD_SLOT(word), swap->slot);
	session->state = swap->state;
	session->reason = swap->reason;
	swap->present = swap->version + 1;
	return 0;
}

static __always_inline int swap_keys(struct jvpn_session *session, const struct jvpn_swap *swap)
{
	bool only_next = swap->op == JVPN_SWAP_NEXT;
	for (int attempt = 0; attempt < 8; attempt++) {
		__u64 keys = *(volatile __u64 *)&session->keys;
		__u32 current = only_next ? JVPN_KEYS_CURRENT(keys) : swap->index;
		__u32 next = only_next ? swap->index : swap->index2;
		if (__sync_val_compare_and_swap(&session->keys, keys, JVPN_KEYS(current, next)) == keys) {
			session->key_epoch++;
			return 0;
		}
	}
	return -EBUSY;
}

static __always_inline int forget_key(struct jvpn_session *session, __u32 index)
{
	for (int attempt = 0; attempt < 8; attempt++) {
		__u64 keys = *(volatile __u64 *)&session->keys;
		__u32 current = JVPN_KEYS_CURRENT(keys) == index ? 0 : JVPN_KEYS_CURRENT(keys);
		__u32 next = JVPN_KEYS_NEXT(keys) == index ? 0 : JVPN_KEYS_NEXT(keys);
		if (__sync_val_compare_and_swap(&session->keys, keys, JVPN_KEYS(current, next)) == keys)
			return 0;
	}
	return -EBUSY; /* it is dead all the same: nothing seals or opens under it */
}

static __always_inline int swap_kill_key(__u32 index)
{
	struct jvpn_keypair *keypair = bpf_map_lookup_elem(&keypairs, &index);
	if (!keypair)
		return -ENOENT;
	keypair->dead = 1;
	__u64 id = keypair->session;
	struct jvpn_session *session = bpf_map_lookup_elem(&sessions, &id);
	return session ? forget_key(session, index) : 0;
}

static __always_inline int swap_wipe_key(__u32 index)
{
	struct jvpn_keypair *keypair = bpf_map_lookup_elem(&keypairs, &index);
	if (!keypair)
		return -ENOENT;
	if (!keypair->dead)
		return -EBUSY;
	__builtin_memset(keypair->send_key, 0, sizeof(keypair->send_key));
	__builtin_memset(keypair->receive_key, 0, sizeof(keypair->receive_key));
	keypair->replay.greatest = 0;
	for (int i = 0; i < JVPN_REPLAY_WORDS; i++)
		*(volatile __u64 *)&keypair->replay.words[i] = 0; /* a loop, not a call of memset */
	return 0;
}

/*
 * Word by word and volatile: the verifier allows the context to be read at constant
 * offsets only, and the compiler likes to form a pointer into it.
 */
static __always_inline struct jvpn_swap swap_command(const struct jvpn_swap *context)
{
	struct jvpn_swap command;
	const volatile __u64 *from = (const void *)context;
	__u64 *to = (void *)&command;
#pragma unroll
	for (int i = 0; i < (int)(sizeof(command) / sizeof(*to)); i++)
		to[i] = from[i];
	return command;
}

static __always_inline int swap_session(struct jvpn_session *session, struct jvpn_swap *command)
{
	command->present = JVPN_WORD_VERSION(session->word);
	switch (command->op) {
	case JVPN_SWAP_PATH:
		return swap_path(session, command);
	case JVPN_SWAP_SEND:
		return swap_send(session, command);
	case JVPN_SWAP_KEYS:
	case JVPN_SWAP_NEXT:
		return swap_keys(session, command);
	case JVPN_SWAP_TAI64N:
		__builtin_memcpy(session->tai64n, command->tai64n, sizeof(session->tai64n));
		return 0;
	default:
		return -EINVAL;
	}
}

SEC("syscall")
int swap(struct jvpn_swap *context)
{
	struct jvpn_swap command = swap_command(context);
	__u64 id = command.session;
	if (command.op == JVPN_SWAP_KILL_KEY)
		return context->result = swap_kill_key(command.index);
	if (command.op == JVPN_SWAP_WIPE_KEY)
		return context->result = swap_wipe_key(command.index);
	if (command.op < JVPN_SWAP_PATH || command.op > JVPN_SWAP_TAI64N)
		return context->result = -EINVAL;
	struct jvpn_session *session = bpf_map_lookup_elem(&sessions, &id);
	if (!session)
		return context->result = -ENOENT;
	int result = swap_session(session, &command);
	context->present = command.present;
	return context->result = result;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
