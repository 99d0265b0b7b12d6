/*
 * ctl_partners: see the header.
 */

#include "ctl_partners.h"

#include <stdlib.h>
#include <string.h>

#define CTL_PARTNERS_FIRST  4


static bool ctl_partners_grow(ctl_partners_t *partners);
static uint32_t *ctl_partners_slot(const ctl_partners_t *partners,
    uint32_t number);


bool
ctl_partners_add(ctl_partners_t *partners, uint32_t number)
{
    uint32_t  *slot;

    /* one slot is always free, so that a search ends */
    if (partners->n + 1 > partners->slots / 4 * 3
        && !ctl_partners_grow(partners))
    {
        return false;
    }

    slot = ctl_partners_slot(partners, number);

    if (*slot == 0) {
        *slot = number;
        partners->n++;
    }

    return true;
}


void
ctl_partners_free(ctl_partners_t *partners)
{
    free(partners->slot);
    memset(partners, 0, sizeof(*partners));
}


static bool
ctl_partners_grow(ctl_partners_t *partners)
{
    uint32_t        i;
    ctl_partners_t  grown;

    grown.n = partners->n;
    grown.slots = partners->slots == 0 ? CTL_PARTNERS_FIRST
                                       : partners->slots * 2;
    grown.slot = calloc(grown.slots, sizeof(uint32_t));

    if (grown.slot == NULL) {
        return false;
    }

    for (i = 0; i < partners->slots; i++) {
        if (partners->slot[i] != 0) {
            *ctl_partners_slot(&grown, partners->slot[i]) = partners->slot[i];
        }
    }

    free(partners->slot);
    *partners = grown;

    return true;
}


/* where the number is, or would be */
static uint32_t *
ctl_partners_slot(const ctl_partners_t *partners, uint32_t number)
{
    uint32_t  i;

    /* the high bits of the product are the mixed ones */
    i = (uint64_t) (number * 2654435769u) * partners->slots >> 32;

    while (partners->slot[i] != 0 && partners->slot[i] != number) {
        i = (i + 1) & (partners->slots - 1);
    }

    return &partners->slot[i];
}
