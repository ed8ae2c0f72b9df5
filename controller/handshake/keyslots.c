/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three places of a peer's key pairs. Never loses one silently: what leaves a
 * place either takes another one or is listed.
 */
#include "handshake/keyslots.h"

#include <errno.h>

static const struct keyslot empty;

static void retire(struct keyslots_retired *retired, const struct keyslot *slot)
{
	if (slot->local_index)
		retired->indices[retired->count++] = slot->local_index;
}

void keyslots_add(struct keyslots *slots, const struct keyslot *fresh, struct keyslots_retired *ret_retired)
{
	*ret_retired = (struct keyslots_retired){0};
	retire(ret_retired, &slots->previous);
	if (!fresh->initiator) {
		retire(ret_retired, &slots->next);
		slots->previous = empty;
		slots->next = *fresh;
		return;
	}
	if (slots->next.local_index) {
		retire(ret_retired, &slots->current);
		slots->previous = slots->next;
		slots->next = empty;
	} else {
		slots->previous = slots->current;
	}
	slots->current = *fresh;
}

int keyslots_confirm(struct keyslots *slots, __u32 local_index, struct keyslots_retired *ret_retired)
{
	if (!local_index || slots->next.local_index != local_index)
		return -ENOENT;
	*ret_retired = (struct keyslots_retired){0};
	retire(ret_retired, &slots->previous);
	slots->previous = slots->current;
	slots->current = slots->next;
	slots->next = empty;
	return 0;
}

void keyslots_clear(struct keyslots *slots, struct keyslots_retired *ret_retired)
{
	*ret_retired = (struct keyslots_retired){0};
	retire(ret_retired, &slots->next);
	retire(ret_retired, &slots->previous);
	retire(ret_retired, &slots->current);
	*slots = (struct keyslots){0};
}

const struct keyslot *keyslots_find(const struct keyslots *slots, __u32 local_index)
{
	const struct keyslot *all[] = {&slots->current, &slots->next, &slots->previous};

	for (size_t i = 0; local_index && i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->local_index == local_index)
			return all[i];
	return NULL;
}
