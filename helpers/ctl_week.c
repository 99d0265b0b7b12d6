/*
 * ctl_week: see the header.
 */

#include "ctl_week.h"

#include "canvas_grid.h"
#include "canvas_num.h"
#include "ctl_archive.h"
#include "ctl_canvas.h"
#include "ctl_pgarray.h"
#include "ctl_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* columns of the statements below */
enum {
    CTL_WEEK_WIDTH,
    CTL_WEEK_HEIGHT,
    CTL_WEEK_BACKGROUND,
    CTL_WEEK_PALETTE,
    CTL_WEEK_EPOCH,
    CTL_WEEK_SEQ,
    CTL_WEEK_BEFORE,
    CTL_WEEK_LAST,
    CTL_WEEK_STARTED,
    CTL_WEEK_ENDED,
    CTL_WEEK_CARRIED
};


static ctl_status_t ctl_week_drain(ctl_t *ctl);
static ctl_status_t ctl_week_take(ctl_t *ctl, ctl_week_t *week,
    const PGresult *result);
static ctl_status_t ctl_week_spans(ctl_t *ctl, ctl_week_t *week,
    const PGresult *result);
static void ctl_week_fill(ctl_week_t *week, const PGresult *spans,
    uint64_t last);
static ctl_status_t ctl_week_carried(ctl_t *ctl, ctl_week_t *week,
    const char *archive);
static int64_t ctl_week_number(const PGresult *result, int row, int column);


#define CTL_WEEK_US(time)  "(extract(epoch FROM " time ") * 1000000)::bigint"

/*
 * A week that was closed by hand goes on in the epoch, and with the canvas,
 * of the one before.  before: the first epoch that is not part of the week.
 */
static const char  ctl_week_archive_sql[] =
    "SELECT a.width, a.height, a.background, a.palette, "
    "       coalesce(a.first_epoch, 0), "
    "       coalesce(p.last_seq, e.base_seq, 0), "
    "       coalesce(a.new_epoch, a.closing_epoch + 1, 0), a.last_seq, "
            CTL_WEEK_US("a.started_at") ", " CTL_WEEK_US("a.ended_at") ", "
    "       CASE WHEN p.new_epoch IS NULL THEN p.id END "
    "  FROM canvas_archives a "
    "  LEFT JOIN canvas_epochs e ON e.epoch = a.first_epoch "
    "  LEFT JOIN LATERAL "
    "       (SELECT id, new_epoch, last_seq FROM canvas_archives b "
    "         WHERE b.id <> a.id AND b.last_seq <= a.last_seq "
    "           AND coalesce(b.new_epoch, b.closing_epoch) = a.first_epoch "
    "           AND b.created_at <= a.created_at "
    "         ORDER BY b.last_seq DESC, b.created_at DESC LIMIT 1) p ON true "
    " WHERE a.id = $1";

/* the page may be turned although the week before is not archived yet */
static const char  ctl_week_live_sql[] =
    "SELECT c.width, c.height, c.background, c.palette, "
    "       coalesce(t.epoch, c.start_epoch), "
    "       coalesce(t.base_seq, c.start_seq), d.epoch + 1, d.seq, "
            CTL_WEEK_US("coalesce(t.started_at, c.week_started_at)") ", "
            CTL_WEEK_US("now()") ", "
    "       (SELECT id FROM canvas_archives b "
    "         WHERE t.epoch IS NULL AND b.new_epoch IS NULL "
    "           AND b.closing_epoch = c.start_epoch "
    "           AND b.last_seq = c.start_seq "
    "         ORDER BY b.created_at DESC LIMIT 1) "
    "  FROM current_canvas c CROSS JOIN recorder_progress d "
    "  LEFT JOIN LATERAL "
    "       (SELECT epoch, base_seq, started_at FROM canvas_epochs "
    "         WHERE reason = 'rotate' AND archive_id IS NULL "
    "           AND (epoch, base_seq) > (c.start_epoch, c.start_seq) "
    "         ORDER BY epoch DESC LIMIT 1) t ON true";

/* an imported week is one span, and in no list of lives */
static const char  ctl_week_spans_sql[] =
    "(SELECT e.epoch, "
    "        greatest(e.base_seq, "
    "                 CASE WHEN e.epoch = $1 THEN $2::bigint END), "
    "        coalesce(min(e.base_seq) OVER later, 9007199254740991), "
             CTL_WEEK_US("e.started_at") ", "
    "        e.reason IN ('init', 'rotate', 'reset') "
    "   FROM canvas_epochs e "
    "  WHERE e.epoch >= $1 AND e.epoch < $3 "
    " WINDOW later AS (ORDER BY e.epoch "
    "                  ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)) "
    " UNION ALL "
    "SELECT i.epoch, 0, i.events, " CTL_WEEK_US("a.started_at") ", true "
    "  FROM canvas_imports i JOIN canvas_archives a ON a.id = i.archive_id "
    " WHERE i.epoch = $1 "
    " ORDER BY 1";


ctl_status_t
ctl_week_open(ctl_t *ctl, const char *archive, ctl_week_t *week)
{
    PGresult           *result;
    ctl_status_t        status;
    const char *const   values[] = { archive };

    memset(week, 0, sizeof(*week));

    if (archive == NULL) {
        status = ctl_week_drain(ctl);
        if (status != CTL_OK) {
            return status;
        }

        snprintf(week->name, sizeof(week->name), "the running week");
        result = ctl_pg_query(&ctl->pg, ctl_week_live_sql, 0, NULL);

    } else {
        snprintf(week->name, sizeof(week->name), "archive %s", archive);
        result = ctl_pg_query(&ctl->pg, ctl_week_archive_sql, 1, values);
    }

    if (result == NULL) {
        return ctl->error.status;
    }

    status = PQntuples(result) == 1 ? ctl_week_take(ctl, week, result)
             : ctl_error_set(&ctl->error, CTL_FAILED, "no %s", week->name);
    PQclear(result);

    if (status != CTL_OK) {
        ctl_week_close(week);
    }

    return status;
}


void
ctl_week_close(ctl_week_t *week)
{
    free(week->spans);
    free(week->first);
    week->spans = NULL;
    week->first = NULL;
}


ctl_status_t
ctl_week_find(ctl_t *ctl, int64_t us, char *archive)
{
    char               time[CTL_TIME_LEN];
    PGresult          *result;
    const char *const  values[] = { time };

    ctl_time_format(us, time);

    /* the instant of a turn is the first of the new week */
    result = ctl_pg_query(&ctl->pg,
                          "SELECT id FROM canvas_archives "
                          "WHERE started_at <= $1 AND ended_at > $1 "
                          "ORDER BY new_epoch NULLS LAST LIMIT 1", 1, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    snprintf(archive, 37, "%s",
             PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);

    return CTL_OK;
}


bool
ctl_week_clip(const ctl_week_t *week, size_t i, ctl_position_t from,
    ctl_position_t to, ctl_span_t *span)
{
    *span = week->spans[i];

    if (span->epoch < from.epoch || span->epoch > to.epoch) {
        return false;
    }

    if (span->epoch == from.epoch) {
        span->fresh = false;
        span->from = span->from > from.seq ? span->from : from.seq;
    }

    if (span->epoch == to.epoch && span->to > to.seq) {
        span->to = to.seq;
    }

    if (span->to < span->from) {
        span->to = span->from;
    }

    return span->fresh || span->to > span->from;
}


uint64_t
ctl_week_count(const ctl_week_t *week, ctl_position_t from,
    ctl_position_t to)
{
    size_t      i;
    uint64_t    n;
    ctl_span_t  span;

    n = 0;

    for (i = 0; i < week->n; i++) {
        if (ctl_week_clip(week, i, from, to, &span)) {
            n += span.to - span.from;
        }
    }

    return n;
}


/* so that the running week is all that was acknowledged before the call */
static ctl_status_t
ctl_week_drain(ctl_t *ctl)
{
    ctl_status_t         status;
    ctl_position_t       at;
    ctl_canvas_hello_t   hello;

    status = ctl_canvas_hello(&ctl->redis, &hello);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "Redis holds no canvas: run canvas-helper "
                             "migrate, or restore");
    }

    if (status != CTL_OK) {
        return status;
    }

    at.epoch = hello.epoch;
    at.seq = hello.seq;

    return ctl_recorder_drain(&ctl->redis, &ctl->pg, at);
}


static ctl_status_t
ctl_week_take(ctl_t *ctl, ctl_week_t *week, const PGresult *result)
{
    ctl_status_t  status;

    week->width = ctl_week_number(result, 0, CTL_WEEK_WIDTH);
    week->height = ctl_week_number(result, 0, CTL_WEEK_HEIGHT);
    week->background = ctl_week_number(result, 0, CTL_WEEK_BACKGROUND);
    week->start.epoch = ctl_week_number(result, 0, CTL_WEEK_EPOCH);
    week->start.seq = ctl_week_number(result, 0, CTL_WEEK_SEQ);
    week->started = ctl_week_number(result, 0, CTL_WEEK_STARTED);
    week->ended = ctl_week_number(result, 0, CTL_WEEK_ENDED);

    if (ctl_pgarray_parse(PQgetvalue(result, 0, CTL_WEEK_PALETTE),
                          &week->palette) != CANVAS_OK)
    {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "%s has a damaged palette", week->name);
    }

    status = ctl_week_spans(ctl, week, result);

    if (status == CTL_OK && !PQgetisnull(result, 0, CTL_WEEK_CARRIED)) {
        status = ctl_week_carried(ctl, week,
                                  PQgetvalue(result, 0, CTL_WEEK_CARRIED));
    }

    return status;
}


static ctl_status_t
ctl_week_spans(ctl_t *ctl, ctl_week_t *week, const PGresult *result)
{
    uint64_t            last;
    PGresult           *spans;
    const char *const   values[] = {
        PQgetvalue(result, 0, CTL_WEEK_EPOCH),
        PQgetvalue(result, 0, CTL_WEEK_SEQ),
        PQgetvalue(result, 0, CTL_WEEK_BEFORE)
    };

    spans = ctl_pg_query(&ctl->pg, ctl_week_spans_sql, 3, values);
    if (spans == NULL) {
        return ctl->error.status;
    }

    week->n = PQntuples(spans);
    week->spans = calloc(week->n + 1, sizeof(ctl_span_t));

    if (week->spans == NULL) {
        PQclear(spans);
        return ctl_error_memory(&ctl->error);
    }

    last = ctl_week_number(result, 0, CTL_WEEK_LAST);
    ctl_week_fill(week, spans, last);
    PQclear(spans);

    week->end = week->start;

    if (week->n > 0) {
        week->spans[week->n - 1].to = last;
        week->end.epoch = week->spans[week->n - 1].epoch;
        week->end.seq = last;
    }

    return CTL_OK;
}


static void
ctl_week_fill(ctl_week_t *week, const PGresult *spans, uint64_t last)
{
    size_t       i;
    uint64_t     to;
    ctl_span_t  *span;

    for (i = 0; i < week->n; i++) {
        span = &week->spans[i];
        to = ctl_week_number(spans, i, 2);

        span->epoch = ctl_week_number(spans, i, 0);
        span->from = ctl_week_number(spans, i, 1);
        span->to = to < last ? to : last;
        span->us = ctl_week_number(spans, i, 3);
        span->fresh = PQgetvalue(spans, i, 4)[0] == 't';
    }
}


/* the canvas that a week closed by hand left behind */
static ctl_status_t
ctl_week_carried(ctl_t *ctl, ctl_week_t *week, const char *archive)
{
    ctl_image_t   image;
    ctl_status_t  status;

    status = ctl_archive_read(ctl, archive, &image);
    week->first = image.pixels;

    if (status == CTL_OK
        && (image.width != week->width || image.height != week->height))
    {
        status = ctl_error_set(&ctl->error, CTL_FAILED,
                               "%s begins with archive %s, which is of "
                               "another size", week->name, archive);
    }

    return status;
}


static int64_t
ctl_week_number(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}
