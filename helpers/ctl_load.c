/*
 * ctl_load: see the header.
 */

#include "ctl_load.h"

#include "ctl_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CTL_LOAD_WEEK_MS   (7 * INT64_C(86400000))

/* the first Monday of Unix time was its day 4, from 0 */
#define CTL_LOAD_MONDAY    (4 * INT64_C(86400000))

#define CTL_LOAD_TICK      262144

/* parts of an import that has none of another size */
#define CTL_LOAD_PARTS     8


static ctl_status_t ctl_load_open(ctl_load_t *load);
static ctl_status_t ctl_load_begin(ctl_load_t *load);
static void ctl_load_divide(ctl_load_t *load);
static ctl_status_t ctl_load_event(ctl_load_t *load,
    const ctl_event_t *event);
static ctl_status_t ctl_load_part(ctl_load_t *load, int64_t ms);
static ctl_status_t ctl_load_note(ctl_load_t *load, int64_t from);
static ctl_status_t ctl_load_end(ctl_load_t *load, int64_t to);
static ctl_status_t ctl_load_wait(ctl_load_t *load);


ctl_status_t
ctl_load_run(ctl_load_t *load)
{
    ctl_status_t        status;
    const ctl_event_t  *event;

    status = ctl_load_open(load);

    while (status == CTL_OK) {
        status = ctl_sort_get(load->sort, &event, load->pg->error);

        if (status != CTL_OK || event == NULL) {
            break;
        }

        status = ctl_load_event(load, event);
    }

    if (status == CTL_OK) {
        status = ctl_load_end(load, load->week_end);
    }

    if (status == CTL_OK) {
        status = ctl_users_flush(&load->users);
    }

    if (status == CTL_OK) {
        status = ctl_load_wait(load);
    }

    ctl_progress_end();

    return status;
}


void
ctl_load_free(ctl_load_t *load)
{
    unsigned  i;

    for (i = 0; i < load->jobs; i++) {
        ctl_part_close(&load->job[i]);
    }

    ctl_users_close(&load->users);
    free(load->pixels);
    free(load->parts);
    load->pixels = NULL;
    load->parts = NULL;
}


static ctl_status_t
ctl_load_open(ctl_load_t *load)
{
    unsigned      i;
    ctl_status_t  status;

    load->pixels = malloc((size_t) load->width * load->height);
    if (load->pixels == NULL) {
        return ctl_error_memory(load->pg->error);
    }

    memset(load->pixels, load->background,
           (size_t) load->width * load->height);
    load->week_end = INT64_MIN;
    ctl_load_divide(load);

    status = ctl_users_open(&load->users, load->pg, CTL_USERS_SIZE);

    for (i = 0; i < load->jobs && status == CTL_OK; i++) {
        status = ctl_part_open(&load->job[i], load->pg);
    }

    return status == CTL_OK ? ctl_load_begin(load) : status;
}


/* what the server has to have before there are parts */
static ctl_status_t
ctl_load_begin(ctl_load_t *load)
{
    char               events[24];
    PGresult          *result;
    const char *const  values[] = { events };

    snprintf(events, sizeof(events), "%" PRIu64, ctl_sort_count(load->sort));

    result = ctl_pg_query(load->pg, "SELECT import_ids($1), import_tables()",
                          1, values);
    if (result == NULL) {
        return load->pg->error->status;
    }

    load->first_id = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);

    return CTL_OK;
}


/*
 * How large parts are.  Those of the caller are of one size.  Of others the
 * first one is half of that, because it is copied while nothing is indexed,
 * and three quarters are left for the last, whose indexes are waited for.
 */
static void
ctl_load_divide(ctl_load_t *load)
{
    bool      given;
    uint64_t  count, size, parts;

    count = ctl_sort_count(load->sort);
    size = load->part_events;
    given = size > 0;

    if (!given) {
        size = count / CTL_LOAD_PARTS;
        size = size > CTL_LOAD_PART_MIN ? size : CTL_LOAD_PART_MIN;
        size = size < CTL_LOAD_PART_MAX ? size : CTL_LOAD_PART_MAX;
    }

    parts = (count + size - 1) / size;

    if (given || parts == 1) {
        load->part_events = (count + parts - 1) / parts;
        load->first_events = load->part_events;

    } else {
        load->part_events = 4 * count / (4 * parts - 3) + 1;
        load->first_events = load->part_events / 2;
    }
}


static ctl_status_t
ctl_load_event(ctl_load_t *load, const ctl_event_t *event)
{
    uint8_t         *pixel;
    ctl_status_t     status;
    ctl_part_row_t   row;

    /* a part begins with a time of its own */
    if (event->ms >= load->week_end
        || (load->left_events == 0 && event->ms != load->last_ms))
    {
        status = ctl_load_part(load, event->ms);
        if (status != CTL_OK) {
            return status;
        }
    }

    pixel = &load->pixels[event->x + (size_t) event->y * load->width];

    row.epoch = load->epoch;
    row.seq = load->events + 1;
    row.id = load->first_id + load->events;
    row.ms = event->ms;
    row.user = event->user;
    row.x = event->x;
    row.y = event->y;
    row.color = load->map[event->color];
    row.old_color = *pixel;

    *pixel = row.color;
    load->events++;
    load->left_events -= load->left_events > 0;
    load->last_ms = event->ms;

    if (load->events % CTL_LOAD_TICK == 0) {
        ctl_progress("%" PRIu64 " of %" PRIu64 " events", load->events,
                     ctl_sort_count(load->sort));
    }

    status = ctl_users_add(&load->users, event->user, row.seq, event->ms);

    return status == CTL_OK ? ctl_part_put(load->open, &row) : status;
}


/* ends the part that is open and begins another one at ms */
static ctl_status_t
ctl_load_part(ctl_load_t *load, int64_t ms)
{
    int64_t       from, since;
    ctl_status_t  status;

    from = ms;

    if (ms < load->week_end) {
        status = ctl_load_end(load, ms);

    } else {
        status = ctl_load_end(load, load->week_end);

        /* ms is not negative, but may be before the first Monday */
        since = ms + CTL_LOAD_WEEK_MS - CTL_LOAD_MONDAY;
        from = ms - since % CTL_LOAD_WEEK_MS;
        load->week_end = from + CTL_LOAD_WEEK_MS;
    }

    if (load->events == 0) {
        load->first_ms = ms;
    }

    if (status == CTL_OK) {
        status = ctl_load_note(load, from);
    }

    if (status == CTL_OK) {
        load->open = &load->job[load->nparts % load->jobs];
        load->left_events = load->nparts > 1 ? load->part_events
                                             : load->first_events;
        status = ctl_part_begin(load->open, load->nparts);
    }

    return status;
}


static ctl_status_t
ctl_load_note(ctl_load_t *load, int64_t from)
{
    int64_t  *parts;

    parts = realloc(load->parts, (load->nparts + 1) * sizeof(*parts));
    if (parts == NULL) {
        return ctl_error_memory(load->pg->error);
    }

    load->parts = parts;
    load->parts[load->nparts++] = from;

    return CTL_OK;
}


static ctl_status_t
ctl_load_end(ctl_load_t *load, int64_t to)
{
    if (load->open == NULL) {
        return CTL_OK;
    }

    return ctl_part_end(load->open, load->parts[load->nparts - 1], to);
}


static ctl_status_t
ctl_load_wait(ctl_load_t *load)
{
    unsigned      i;
    ctl_status_t  status;

    status = CTL_OK;
    ctl_progress("indexes");

    for (i = 0; i < load->jobs && status == CTL_OK; i++) {
        status = ctl_part_wait(&load->job[i]);
    }

    return status;
}
