/*
 * ctl_events: see the header.  One cursor a span, whose order is that of the
 * primary key; rows come in binary, so that nothing has to be parsed.
 */

#include "ctl_events.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CTL_EVENTS_FETCH  "FETCH 20000 FROM changes"

/* 2000-01-01, where PostgreSQL counts its microseconds from */
#define CTL_EVENTS_Y2000  INT64_C(946684800000000)

typedef struct {
    ctl_t              *ctl;
    const ctl_week_t   *week;
    ctl_events_pt       handler;
    void               *data;
    uint64_t            seq;            /* of the change before */
    int64_t             us;
    uint64_t            missing;
} ctl_events_t;


static ctl_status_t ctl_events_span(ctl_events_t *events,
    const ctl_span_t *span);
static ctl_status_t ctl_events_clear(ctl_events_t *events,
    const ctl_span_t *span);
static ctl_status_t ctl_events_fetch(ctl_events_t *events, bool *more);
static ctl_status_t ctl_events_row(ctl_events_t *events,
    const PGresult *result, int row);
static int64_t ctl_events_int8(const PGresult *result, int row, int column);
static uint32_t ctl_events_int4(const PGresult *result, int row, int column);


ctl_status_t
ctl_events_run(ctl_t *ctl, const ctl_week_t *week, ctl_position_t from,
    ctl_position_t to, ctl_events_pt handler, void *data, uint64_t *missing)
{
    size_t        i;
    ctl_span_t    span;
    ctl_status_t  status;
    ctl_events_t  events;

    memset(&events, 0, sizeof(events));
    events.ctl = ctl;
    events.week = week;
    events.handler = handler;
    events.data = data;
    events.us = INT64_MIN;

    status = ctl_pg_begin(&ctl->pg);

    for (i = 0; i < week->n && status == CTL_OK; i++) {
        if (ctl_week_clip(week, i, from, to, &span)) {
            status = ctl_events_span(&events, &span);
        }
    }

    ctl_pg_rollback(&ctl->pg);
    *missing = events.missing;

    return status;
}


static ctl_status_t
ctl_events_span(ctl_events_t *events, const ctl_span_t *span)
{
    bool                more;
    char                epoch[24], from[24], to[24];
    ctl_pg_t           *pg;
    ctl_status_t        status;
    const char *const   values[] = { epoch, from, to };

    pg = &events->ctl->pg;
    more = span->to > span->from;
    events->seq = span->from;

    snprintf(epoch, sizeof(epoch), "%" PRIu64, span->epoch);
    snprintf(from, sizeof(from), "%" PRIu64, span->from);
    snprintf(to, sizeof(to), "%" PRIu64, span->to);

    status = span->fresh ? ctl_events_clear(events, span) : CTL_OK;

    if (status != CTL_OK || !more) {
        return status;
    }

    status = ctl_pg_run(pg,
                        "DECLARE changes NO SCROLL CURSOR FOR "
                        "SELECT seq, created_at, x, y, color::integer "
                        "FROM pixel_events "
                        "WHERE epoch = $1 AND seq > $2 AND seq <= $3 "
                        "ORDER BY seq", 3, values);

    while (status == CTL_OK && more) {
        status = ctl_events_fetch(events, &more);
    }

    if (status == CTL_OK) {
        events->missing += span->to - events->seq;
        status = ctl_pg_run(pg, "CLOSE changes", 0, NULL);
    }

    return status;
}


static ctl_status_t
ctl_events_clear(ctl_events_t *events, const ctl_span_t *span)
{
    ctl_change_t  change;

    memset(&change, 0, sizeof(change));

    events->us = span->us > events->us ? span->us : events->us;
    change.clear = true;
    change.color = events->week->background;
    change.us = events->us;

    return events->handler(events->data, &change);
}


static ctl_status_t
ctl_events_fetch(ctl_events_t *events, bool *more)
{
    int            row, n;
    PGresult      *result;
    ctl_status_t   status;

    result = ctl_pg_query_binary(&events->ctl->pg, CTL_EVENTS_FETCH, 0,
                                 NULL);
    if (result == NULL) {
        return events->ctl->error.status;
    }

    n = PQntuples(result);
    *more = n > 0;
    status = CTL_OK;

    for (row = 0; row < n && status == CTL_OK; row++) {
        status = ctl_events_row(events, result, row);
    }

    PQclear(result);

    return status;
}


static ctl_status_t
ctl_events_row(ctl_events_t *events, const PGresult *result, int row)
{
    int64_t            us;
    uint64_t           seq;
    uint32_t           color;
    ctl_change_t       change;
    const ctl_week_t  *week;

    week = events->week;

    seq = ctl_events_int8(result, row, 0);
    us = ctl_events_int8(result, row, 1) + CTL_EVENTS_Y2000;
    change.x = ctl_events_int4(result, row, 2);
    change.y = ctl_events_int4(result, row, 3);
    color = ctl_events_int4(result, row, 4);

    if (change.x >= week->width || change.y >= week->height
        || color >= week->palette.n)
    {
        return ctl_error_set(&events->ctl->error, CTL_FAILED,
                             "the log has pixel %u,%u of colour %u, outside "
                             "the canvas of %ux%u with %u colours", change.x,
                             change.y, color, week->width, week->height,
                             week->palette.n);
    }

    /* a clock that was set back does not turn the film back */
    events->us = us > events->us ? us : events->us;
    events->missing += seq - events->seq - 1;
    events->seq = seq;

    change.clear = false;
    change.color = color;
    change.us = events->us;

    return events->handler(events->data, &change);
}


static int64_t
ctl_events_int8(const PGresult *result, int row, int column)
{
    uint64_t  value;

    memcpy(&value, PQgetvalue(result, row, column), sizeof(value));

    return (int64_t) be64toh(value);
}


static uint32_t
ctl_events_int4(const PGresult *result, int row, int column)
{
    uint32_t  value;

    memcpy(&value, PQgetvalue(result, row, column), sizeof(value));

    return be32toh(value);
}
