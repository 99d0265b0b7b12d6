/*
 * ctl_counts: see the header.
 */

#include "ctl_counts.h"

#include <stdlib.h>
#include <string.h>

#define CTL_COUNTS_FIRST  1024


static bool ctl_counts_grow(ctl_counts_t *counts);
static ctl_count_t *ctl_counts_find(const ctl_counts_t *counts,
    const uint8_t actor[16], char kind);


bool
ctl_counts_add(ctl_counts_t *counts, const uint8_t actor[16], char kind,
    uint8_t faction)
{
    ctl_count_t  *slot;

    if (counts->used >= counts->size / 2 && !ctl_counts_grow(counts)) {
        return false;
    }

    slot = ctl_counts_find(counts, actor, kind);

    if (slot->pixels == 0) {
        memcpy(slot->actor, actor, sizeof(slot->actor));
        slot->kind = kind;
        counts->used++;
    }

    slot->pixels++;
    counts->factions[faction]++;

    return true;
}


void
ctl_counts_clear(ctl_counts_t *counts)
{
    if (counts->used > 0) {
        memset(counts->slots, 0, counts->size * sizeof(ctl_count_t));
        memset(counts->factions, 0, sizeof(counts->factions));
        counts->used = 0;
    }
}


void
ctl_counts_free(ctl_counts_t *counts)
{
    free(counts->slots);
    memset(counts, 0, sizeof(*counts));
}


static bool
ctl_counts_grow(ctl_counts_t *counts)
{
    size_t        i;
    ctl_counts_t  grown;

    grown = *counts;
    grown.size = counts->size > 0 ? 2 * counts->size : CTL_COUNTS_FIRST;
    grown.slots = calloc(grown.size, sizeof(ctl_count_t));

    if (grown.slots == NULL) {
        return false;
    }

    for (i = 0; i < counts->size; i++) {
        if (counts->slots[i].pixels > 0) {
            *ctl_counts_find(&grown, counts->slots[i].actor,
                             counts->slots[i].kind) = counts->slots[i];
        }
    }

    free(counts->slots);
    *counts = grown;

    return true;
}


/* the slot of this actor, or the free one where it belongs */
static ctl_count_t *
ctl_counts_find(const ctl_counts_t *counts, const uint8_t actor[16],
    char kind)
{
    size_t        i;
    uint64_t      hash, half[2];
    ctl_count_t  *slot;

    memcpy(half, actor, sizeof(half));

    hash = (half[0] ^ half[1] * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;

    for (i = hash; /* void */ ; i++) {
        slot = &counts->slots[i & (counts->size - 1)];

        if (slot->pixels == 0
            || (slot->kind == kind
                && memcmp(slot->actor, actor, sizeof(slot->actor)) == 0))
        {
            return slot;
        }
    }
}
