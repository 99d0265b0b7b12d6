/*
 * ctl_stage: see the header.
 */

#include "ctl_stage.h"

#include "canvas_id.h"
#include "ctl_pgcopy.h"
#include "ctl_time.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

/* longer than any row: two texts and ten numbers */
#define CTL_STAGE_ROW  320


static ctl_status_t ctl_stage_actor(ctl_pg_t *pg,
    const ctl_summary_t *summary, uint32_t number);
static ctl_status_t ctl_stage_faction(ctl_pg_t *pg,
    const ctl_summary_t *summary, uint32_t number);
static ctl_status_t ctl_stage_row(ctl_pg_t *pg, const char *who,
    const ctl_tally_owner_t *owner);
static json_t *ctl_stage_numbers(const uint64_t *numbers, size_t n);
static json_t *ctl_stage_moments(const ctl_summary_t *summary);
static json_t *ctl_stage_moment(const ctl_summary_t *summary,
    const ctl_moment_t *moment);


ctl_status_t
ctl_stage_copy(ctl_pg_t *pg, const ctl_summary_t *summary)
{
    uint32_t      i;
    ctl_status_t  status;

    status = ctl_pgcopy_begin(pg, "COPY week_counted FROM STDIN");

    for (i = 1; i <= summary->actors.n && status == CTL_OK; i++) {
        status = ctl_stage_actor(pg, summary, i);
    }

    for (i = 1; i < summary->by_faction.n && status == CTL_OK; i++) {
        if (summary->by_faction.owner[i].placed > 0) {
            status = ctl_stage_faction(pg, summary, i);
        }
    }

    return status == CTL_OK ? ctl_pgcopy_end(pg, NULL) : status;
}


char *
ctl_stage_extras(const ctl_summary_t *summary, unsigned colors)
{
    char    *text;
    json_t  *extras;

    extras = json_pack("{s:I, s:o, s:{s:i, s:i, s:i, s:o}, s:o}",
                       "system", (json_int_t) summary->system,
                       "colors", ctl_stage_numbers(summary->colors, colors),
                       "heatmap", "cell", summary->cell,
                       "width", summary->heat_width,
                       "height", summary->heat_height,
                       "counts", ctl_stage_numbers(summary->heat,
                                     (size_t) summary->heat_width
                                     * summary->heat_height),
                       "moments", ctl_stage_moments(summary));

    text = extras != NULL ? json_dumps(extras, JSON_COMPACT) : NULL;
    json_decref(extras);

    return text;
}


static ctl_status_t
ctl_stage_actor(ctl_pg_t *pg, const ctl_summary_t *summary, uint32_t number)
{
    char                who[CANVAS_UUID_LEN + 16];
    const ctl_actor_t  *actor;

    actor = &summary->actors.actor[number - 1];

    canvas_uuid_format(actor->id, who);
    snprintf(who + CANVAS_UUID_LEN, sizeof(who) - CANVAS_UUID_LEN,
             "\t%c\t\\N\t\\N", actor->agent ? 't' : 'f');

    return ctl_stage_row(pg, who, &summary->by_actor.owner[number]);
}


static ctl_status_t
ctl_stage_faction(ctl_pg_t *pg, const ctl_summary_t *summary,
    uint32_t number)
{
    char  who[48];

    snprintf(who, sizeof(who), "\\N\tf\t%" PRIu32 "\t%" PRIu32, number,
             summary->members[number].n);

    return ctl_stage_row(pg, who, &summary->by_faction.owner[number]);
}


static ctl_status_t
ctl_stage_row(ctl_pg_t *pg, const char *who, const ctl_tally_owner_t *owner)
{
    int   len;
    char  time[CTL_TIME_LEN], row[CTL_STAGE_ROW];

    ctl_time_format(owner->last_us, time);

    len = snprintf(row, sizeof(row),
                   "%s\t%" PRIu32 "\t%" PRIu64 "\t%s\t%" PRIu32 "\t%" PRIu32
                   "\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32 "\n",
                   who, owner->placed, owner->last_seq, time,
                   owner->overwritten, owner->largest, owner->final,
                   owner->collaborations, owner->partners.n);

    return ctl_pgcopy_put(pg, row, len);
}


static json_t *
ctl_stage_numbers(const uint64_t *numbers, size_t n)
{
    size_t   i;
    json_t  *array;

    array = json_array();

    for (i = 0; i < n; i++) {
        json_array_append_new(array, json_integer(numbers[i]));
    }

    return array;
}


static json_t *
ctl_stage_moments(const ctl_summary_t *summary)
{
    size_t   i;
    json_t  *array;

    array = json_array();

    for (i = 0; i < summary->moments.n; i++) {
        json_array_append_new(array,
                              ctl_stage_moment(summary,
                                               &summary->moments.moment[i]));
    }

    return array;
}


static json_t *
ctl_stage_moment(const ctl_summary_t *summary, const ctl_moment_t *moment)
{
    char  actor[CANVAS_UUID_LEN];

    if (moment->owner == 0) {
        return json_pack("{s:s, s:I, s:I}", "what", moment->what,
                         "us", (json_int_t) moment->us,
                         "value", (json_int_t) moment->value);
    }

    canvas_uuid_format(summary->actors.actor[moment->owner - 1].id, actor);

    return json_pack("{s:s, s:I, s:I, s:s#}", "what", moment->what,
                     "us", (json_int_t) moment->us,
                     "value", (json_int_t) moment->value,
                     "actor", actor, CANVAS_UUID_LEN);
}
