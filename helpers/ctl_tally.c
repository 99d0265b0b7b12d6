/*
 * ctl_tally: see the header.
 */

#include "ctl_tally.h"

#include "ctl_contour.h"

#include <stdlib.h>
#include <string.h>

#define CTL_TALLY_FIRST  256


static bool ctl_tally_know(ctl_tally_t *tally, uint32_t owner);
static bool ctl_tally_meet(ctl_tally_t *tally, size_t cell, uint32_t owner);


ctl_status_t
ctl_tally_open(ctl_tally_t *tally, unsigned width, unsigned height,
    ctl_error_t *error)
{
    memset(tally, 0, sizeof(*tally));

    return ctl_territory_open(&tally->territory, width, height, error);
}


void
ctl_tally_close(ctl_tally_t *tally)
{
    uint32_t  i;

    for (i = 0; i < tally->n; i++) {
        ctl_partners_free(&tally->owner[i].partners);
    }

    free(tally->owner);
    ctl_territory_close(&tally->territory);
    memset(tally, 0, sizeof(*tally));
}


bool
ctl_tally_place(ctl_tally_t *tally, unsigned x, unsigned y, uint32_t owner,
    uint64_t seq, int64_t us)
{
    size_t              cell;
    uint32_t            area;
    ctl_territory_t    *territory;
    ctl_tally_owner_t  *who;

    if (!ctl_tally_know(tally, owner)) {
        return false;
    }

    territory = &tally->territory;
    cell = ctl_territory_cell(territory, x, y);
    tally->owner[territory->owner[cell]].overwritten++;

    if (owner == 0) {
        ctl_territory_set(territory, cell, 0);
        return true;
    }

    who = &tally->owner[owner];
    who->placed++;
    who->last_seq = seq;
    who->last_us = us > who->last_us ? us : who->last_us;

    if (!ctl_tally_meet(tally, cell, owner)) {
        return false;
    }

    area = ctl_territory_set(territory, cell, owner);
    who->largest = area > who->largest ? area : who->largest;

    if (area > tally->best) {
        tally->best = area;
        tally->best_owner = owner;
    }

    return true;
}


void
ctl_tally_clear(ctl_tally_t *tally)
{
    size_t  i;

    for (i = 0; i < tally->territory.cells && tally->n > 0; i++) {
        tally->owner[tally->territory.owner[i]].overwritten++;
    }

    ctl_territory_clear(&tally->territory);
}


void
ctl_tally_end(ctl_tally_t *tally)
{
    size_t              i;
    uint32_t            area;
    ctl_tally_owner_t  *who;

    for (i = 0; i < tally->territory.cells && tally->n > 0; i++) {
        who = &tally->owner[tally->territory.owner[i]];
        area = ctl_territory_size(&tally->territory, i);
        who->final = area > who->final ? area : who->final;
    }
}


/* nobody has a place in the array too, for what does not matter */
static bool
ctl_tally_know(ctl_tally_t *tally, uint32_t owner)
{
    uint32_t            size;
    ctl_tally_owner_t  *grown;

    if (owner < tally->n) {
        return true;
    }

    if (owner >= tally->size) {
        size = tally->size == 0 ? CTL_TALLY_FIRST : tally->size;

        while (size <= owner) {
            size *= 2;
        }

        grown = realloc(tally->owner, (size_t) size * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }

        tally->owner = grown;
        tally->size = size;
    }

    memset(&tally->owner[tally->n], 0,
           (size_t) (owner + 1 - tally->n) * sizeof(ctl_tally_owner_t));
    tally->n = owner + 1;

    return true;
}


static bool
ctl_tally_meet(ctl_tally_t *tally, size_t cell, uint32_t owner)
{
    bool                beside;
    unsigned            d;
    uint32_t            other;
    ctl_tally_owner_t  *who;
    const ptrdiff_t     offset[4] =
        ctl_contour_offsets(tally->territory.stride);

    who = &tally->owner[owner];
    beside = false;

    for (d = 0; d < 4; d++) {
        other = tally->territory.owner[cell + offset[d]];

        if (other == 0 || other == owner) {
            continue;
        }

        beside = true;

        if (!ctl_partners_add(&who->partners, other)) {
            return false;
        }
    }

    who->collaborations += beside;

    return true;
}
