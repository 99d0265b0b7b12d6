/*
 * ctl_summary: see the header.
 */

#include "ctl_summary.h"

#include <stdlib.h>
#include <string.h>


#define ctl_summary_factions(summary)                                        \
    ((summary)->by_faction.territory.cells != 0)


static void ctl_summary_placed(ctl_summary_t *summary,
    const ctl_summary_change_t *change, uint32_t number);
static ctl_status_t ctl_summary_faction(ctl_summary_t *summary,
    const ctl_summary_change_t *change, uint32_t number, ctl_error_t *error);


ctl_status_t
ctl_summary_open(ctl_summary_t *summary, unsigned width, unsigned height,
    ctl_error_t *error)
{
    unsigned  side;

    memset(summary, 0, sizeof(*summary));

    side = width > height ? width : height;
    summary->cell = (side + CTL_SUMMARY_HEAT - 1) / CTL_SUMMARY_HEAT;
    summary->heat_width = (width + summary->cell - 1) / summary->cell;
    summary->heat_height = (height + summary->cell - 1) / summary->cell;

    summary->heat = calloc((size_t) summary->heat_width
                           * summary->heat_height, sizeof(uint64_t));
    if (summary->heat == NULL) {
        return ctl_error_memory(error);
    }

    return ctl_tally_open(&summary->by_actor, width, height, error);
}


void
ctl_summary_close(ctl_summary_t *summary)
{
    size_t  i;

    for (i = 0; i <= CTL_SUMMARY_FACTIONS; i++) {
        ctl_partners_free(&summary->members[i]);
    }

    ctl_actors_free(&summary->actors);
    ctl_tally_close(&summary->by_actor);
    ctl_tally_close(&summary->by_faction);
    free(summary->heat);
    memset(summary, 0, sizeof(*summary));
}


ctl_status_t
ctl_summary_change(ctl_summary_t *summary,
    const ctl_summary_change_t *change, ctl_error_t *error)
{
    uint32_t  number, best;

    number = 0;

    if (change->actor != NULL) {
        number = ctl_actors_number(&summary->actors, change->actor,
                                   change->agent);
        if (number == 0) {
            return ctl_error_memory(error);
        }

        ctl_summary_placed(summary, change, number);

    } else {
        summary->system++;
    }

    best = summary->by_actor.best;

    if (!ctl_tally_place(&summary->by_actor, change->x, change->y, number,
                         change->seq, change->us))
    {
        return ctl_error_memory(error);
    }

    if (summary->by_actor.best > best) {
        summary->best_us = summary->moments.now;
    }

    return ctl_summary_faction(summary, change, number, error);
}


void
ctl_summary_reset(ctl_summary_t *summary, int64_t us)
{
    ctl_tally_clear(&summary->by_actor);

    if (ctl_summary_factions(summary)) {
        ctl_tally_clear(&summary->by_faction);
    }

    ctl_moments_reset(&summary->moments, us);
}


void
ctl_summary_end(ctl_summary_t *summary)
{
    ctl_tally_t  *tally;

    tally = &summary->by_actor;

    if (tally->best > 0) {
        ctl_moments_add(&summary->moments, "territory", summary->best_us,
                        tally->best, tally->best_owner);
    }

    ctl_moments_end(&summary->moments);
    ctl_tally_end(tally);

    if (ctl_summary_factions(summary)) {
        ctl_tally_end(&summary->by_faction);
    }
}


static void
ctl_summary_placed(ctl_summary_t *summary,
    const ctl_summary_change_t *change, uint32_t number)
{
    size_t  cell;

    cell = change->x / summary->cell
           + (size_t) (change->y / summary->cell) * summary->heat_width;

    summary->placed++;
    summary->colors[change->color]++;
    summary->heat[cell]++;

    ctl_moments_pixel(&summary->moments, number, change->seq, change->us);
}


/* before a faction places nothing is any faction's */
static ctl_status_t
ctl_summary_faction(ctl_summary_t *summary,
    const ctl_summary_change_t *change, uint32_t number, ctl_error_t *error)
{
    uint8_t       faction;
    ctl_status_t  status;

    faction = number != 0 ? change->faction : 0;

    if (!ctl_summary_factions(summary)) {

        if (faction == 0) {
            return CTL_OK;
        }

        status = ctl_tally_open(&summary->by_faction,
                                summary->by_actor.territory.width,
                                summary->by_actor.territory.height, error);
        if (status != CTL_OK) {
            return status;
        }
    }

    if (!ctl_tally_place(&summary->by_faction, change->x, change->y, faction,
                         change->seq, change->us)
        || (faction != 0
            && !ctl_partners_add(&summary->members[faction], number)))
    {
        return ctl_error_memory(error);
    }

    return CTL_OK;
}
