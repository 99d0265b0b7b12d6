/*
 * ctl_statistics: see the header.  The log is read through a cursor, a span
 * of the week at a time, in binary: nothing has to be parsed.  What is handed
 * over is made in ctl_stage.
 */

#include "ctl_statistics.h"

#include "ctl_progress.h"
#include "ctl_stage.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CTL_STATISTICS_FETCH  "FETCH 20000 FROM counted"

/* 2000-01-01, where PostgreSQL counts its microseconds from */
#define CTL_STATISTICS_Y2000  INT64_C(946684800000000)

/* columns of week_plan */
enum {
    CTL_STATISTICS_WIDTH,
    CTL_STATISTICS_HEIGHT,
    CTL_STATISTICS_COLORS,
    CTL_STATISTICS_DIGEST,
    CTL_STATISTICS_EPOCH,
    CTL_STATISTICS_FROM,
    CTL_STATISTICS_TO,
    CTL_STATISTICS_FRESH,
    CTL_STATISTICS_STARTED
};


static ctl_status_t ctl_statistics_read(ctl_t *ctl,
    ctl_statistics_t *statistics, const PGresult *plan);
static ctl_status_t ctl_statistics_span(ctl_t *ctl,
    ctl_statistics_t *statistics, const PGresult *plan, int span);
static ctl_status_t ctl_statistics_fetch(ctl_t *ctl,
    ctl_statistics_t *statistics, bool *more);
static ctl_status_t ctl_statistics_row(ctl_t *ctl,
    ctl_statistics_t *statistics, const PGresult *result, int row);
static uint64_t ctl_statistics_int8(const PGresult *result, int row,
    int column);
static uint32_t ctl_statistics_int4(const PGresult *result, int row,
    int column);
static uint16_t ctl_statistics_int2(const PGresult *result, int row,
    int column);
static int64_t ctl_statistics_number(const PGresult *result, int row,
    int column);


ctl_status_t
ctl_statistics_count(ctl_t *ctl, const char *rotation,
    ctl_statistics_t *statistics)
{
    PGresult           *plan;
    ctl_status_t        status;
    const char *const   values[] = { rotation };

    memset(statistics, 0, sizeof(*statistics));

    plan = ctl_pg_query(&ctl->pg, "SELECT * FROM week_plan($1)", 1, values);
    if (plan == NULL) {
        return ctl->error.status;
    }

    if (PQntuples(plan) == 0) {
        PQclear(plan);
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "there is no rotation %s", rotation);
    }

    snprintf(statistics->digest, sizeof(statistics->digest), "%s",
             PQgetvalue(plan, 0, CTL_STATISTICS_DIGEST));
    statistics->colors = ctl_statistics_number(plan, 0,
                                               CTL_STATISTICS_COLORS);

    status = ctl_summary_open(&statistics->summary,
                              ctl_statistics_number(plan, 0,
                                                    CTL_STATISTICS_WIDTH),
                              ctl_statistics_number(plan, 0,
                                                    CTL_STATISTICS_HEIGHT),
                              &ctl->error);
    if (status == CTL_OK) {
        status = ctl_statistics_read(ctl, statistics, plan);
    }

    PQclear(plan);

    if (status != CTL_OK) {
        ctl_statistics_close(statistics);
    }

    return status;
}


ctl_status_t
ctl_statistics_stage(ctl_t *ctl, const char *rotation,
    const ctl_statistics_t *statistics)
{
    char          *extras;
    ctl_status_t   status;
    const char    *values[3];

    status = ctl_pg_run(&ctl->pg, "SELECT week_tables()", 0, NULL);

    if (status == CTL_OK) {
        status = ctl_stage_copy(&ctl->pg, &statistics->summary);
    }

    if (status != CTL_OK) {
        return status;
    }

    extras = ctl_stage_extras(&statistics->summary, statistics->colors);
    if (extras == NULL) {
        return ctl_error_memory(&ctl->error);
    }

    values[0] = rotation;
    values[1] = statistics->digest;
    values[2] = extras;

    status = ctl_pg_run(&ctl->pg, "SELECT week_stage($1, $2, $3)", 3, values);
    free(extras);

    return status;
}


void
ctl_statistics_close(ctl_statistics_t *statistics)
{
    ctl_summary_close(&statistics->summary);
    statistics->digest[0] = '\0';
}


static ctl_status_t
ctl_statistics_read(ctl_t *ctl, ctl_statistics_t *statistics,
    const PGresult *plan)
{
    int           i;
    ctl_status_t  status;

    status = ctl_pg_begin(&ctl->pg);

    for (i = 0; i < PQntuples(plan) && status == CTL_OK; i++) {
        if (!PQgetisnull(plan, i, CTL_STATISTICS_EPOCH)) {
            status = ctl_statistics_span(ctl, statistics, plan, i);
        }
    }

    ctl_pg_rollback(&ctl->pg);
    ctl_progress_end();

    if (status == CTL_OK) {
        ctl_summary_end(&statistics->summary);
    }

    return status;
}


static ctl_status_t
ctl_statistics_span(ctl_t *ctl, ctl_statistics_t *statistics,
    const PGresult *plan, int span)
{
    bool                more;
    ctl_status_t        status;
    const char *const   values[] = {
        PQgetvalue(plan, span, CTL_STATISTICS_EPOCH),
        PQgetvalue(plan, span, CTL_STATISTICS_FROM),
        PQgetvalue(plan, span, CTL_STATISTICS_TO)
    };

    if (PQgetvalue(plan, span, CTL_STATISTICS_FRESH)[0] == 't') {
        ctl_summary_reset(&statistics->summary,
                          ctl_statistics_number(plan, span,
                                                CTL_STATISTICS_STARTED));
    }

    status = ctl_pg_run(&ctl->pg,
                        "DECLARE counted NO SCROLL CURSOR FOR "
                        "SELECT seq, created_at, x, y, color, user_id, "
                        "agent_id, faction FROM pixel_events "
                        "WHERE epoch = $1 AND seq > $2 AND seq <= $3 "
                        "ORDER BY seq", 3, values);

    for (more = true; status == CTL_OK && more; /* void */) {
        status = ctl_statistics_fetch(ctl, statistics, &more);
        ctl_progress("%" PRIu64 " pixels counted",
                     statistics->summary.placed);
    }

    if (status == CTL_OK) {
        status = ctl_pg_run(&ctl->pg, "CLOSE counted", 0, NULL);
    }

    return status;
}


static ctl_status_t
ctl_statistics_fetch(ctl_t *ctl, ctl_statistics_t *statistics, bool *more)
{
    int            row, n;
    PGresult      *result;
    ctl_status_t   status;

    result = ctl_pg_query_binary(&ctl->pg, CTL_STATISTICS_FETCH, 0, NULL);
    if (result == NULL) {
        return ctl->error.status;
    }

    n = PQntuples(result);
    *more = n > 0;
    status = CTL_OK;

    for (row = 0; row < n && status == CTL_OK; row++) {
        status = ctl_statistics_row(ctl, statistics, result, row);
    }

    PQclear(result);

    return status;
}


static ctl_status_t
ctl_statistics_row(ctl_t *ctl, ctl_statistics_t *statistics,
    const PGresult *result, int row)
{
    ctl_summary_t         *summary;
    ctl_summary_change_t   change;

    summary = &statistics->summary;

    change.seq = ctl_statistics_int8(result, row, 0);
    change.us = (int64_t) ctl_statistics_int8(result, row, 1)
                + CTL_STATISTICS_Y2000;
    change.x = ctl_statistics_int4(result, row, 2);
    change.y = ctl_statistics_int4(result, row, 3);
    change.color = ctl_statistics_int2(result, row, 4);
    change.agent = !PQgetisnull(result, row, 6);
    change.actor = NULL;
    change.faction = 0;

    if (change.agent || !PQgetisnull(result, row, 5)) {
        change.actor = (uint8_t *) PQgetvalue(result, row,
                                              change.agent ? 6 : 5);
    }

    if (!PQgetisnull(result, row, 7)) {
        change.faction = ctl_statistics_int2(result, row, 7);
    }

    if (change.x >= summary->by_actor.territory.width
        || change.y >= summary->by_actor.territory.height)
    {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "the log has pixel %u,%u outside the canvas of "
                             "%ux%u", change.x, change.y,
                             summary->by_actor.territory.width,
                             summary->by_actor.territory.height);
    }

    return ctl_summary_change(summary, &change, &ctl->error);
}


static uint64_t
ctl_statistics_int8(const PGresult *result, int row, int column)
{
    uint64_t  value;

    memcpy(&value, PQgetvalue(result, row, column), sizeof(value));

    return be64toh(value);
}


static uint32_t
ctl_statistics_int4(const PGresult *result, int row, int column)
{
    uint32_t  value;

    memcpy(&value, PQgetvalue(result, row, column), sizeof(value));

    return be32toh(value);
}


static uint16_t
ctl_statistics_int2(const PGresult *result, int row, int column)
{
    uint16_t  value;

    memcpy(&value, PQgetvalue(result, row, column), sizeof(value));

    return be16toh(value);
}


static int64_t
ctl_statistics_number(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}
