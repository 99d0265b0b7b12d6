/*
 * ctl_replay: see the header.  Reads through a cursor: a week may be tens of
 * millions of events.
 */

#include "ctl_replay.h"

#include "canvas_grid.h"
#include "ctl_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CTL_REPLAY_FETCH  "FETCH 50000 FROM replay"


static ctl_status_t ctl_replay_fetch(ctl_replay_t *replay, ctl_pg_t *pg,
    uint64_t end, bool *more);
static ctl_status_t ctl_replay_apply(ctl_replay_t *replay,
    const PGresult *result, int row, ctl_error_t *error);
static uint64_t ctl_replay_number(const PGresult *result, int row,
    int column);


ctl_status_t
ctl_replay_fill(ctl_replay_t *replay, unsigned background,
    ctl_error_t *error)
{
    size_t  i, n;

    n = (size_t) replay->width * replay->height;
    replay->len = canvas_grid_packed_size(n, replay->bits);
    replay->state = calloc(1, replay->len);

    if (replay->state == NULL) {
        return ctl_error_memory(error);
    }

    for (i = 0; i < n; i++) {
        canvas_grid_set(replay->state, i, replay->bits, background);
    }

    return CTL_OK;
}


ctl_status_t
ctl_replay_run(ctl_replay_t *replay, ctl_pg_t *pg, uint64_t end)
{
    bool               more;
    char               epoch[24], seq[24];
    ctl_status_t       status;
    const char *const  values[] = { epoch, seq };

    snprintf(epoch, sizeof(epoch), "%" PRIu64, replay->at.epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, replay->at.seq);

    status = ctl_pg_begin(pg);

    if (status == CTL_OK) {
        status = ctl_pg_run(pg,
                            "DECLARE replay NO SCROLL CURSOR FOR "
                            "SELECT epoch, seq, x, y, color "
                            "FROM restore_events($1, $2)", 2, values);
    }

    more = true;

    while (status == CTL_OK && more) {
        status = ctl_replay_fetch(replay, pg, end, &more);
        ctl_progress("%" PRIu64 " events replayed", replay->events);
    }

    ctl_progress_end();
    ctl_pg_rollback(pg);

    return status;
}


static ctl_status_t
ctl_replay_fetch(ctl_replay_t *replay, ctl_pg_t *pg, uint64_t end, bool *more)
{
    int            row, n;
    PGresult      *result;
    ctl_status_t   status;

    result = ctl_pg_query(pg, CTL_REPLAY_FETCH, 0, NULL);
    if (result == NULL) {
        return pg->error->status;
    }

    n = PQntuples(result);
    *more = n > 0;
    status = CTL_OK;

    for (row = 0; row < n && status == CTL_OK; row++) {
        if (end != 0 && ctl_replay_number(result, row, 0) >= end) {
            *more = false;
            break;
        }

        status = ctl_replay_apply(replay, result, row, pg->error);
    }

    PQclear(result);

    return status;
}


static ctl_status_t
ctl_replay_apply(ctl_replay_t *replay, const PGresult *result, int row,
    ctl_error_t *error)
{
    uint64_t  x, y, color;

    x = ctl_replay_number(result, row, 2);
    y = ctl_replay_number(result, row, 3);
    color = ctl_replay_number(result, row, 4);

    if (x >= replay->width || y >= replay->height
        || color >= 1u << replay->bits)
    {
        return ctl_error_set(error, CTL_FAILED,
                             "the log has pixel %" PRIu64 ",%" PRIu64
                             " of colour %" PRIu64 ", outside the canvas of "
                             "%ux%u", x, y, color, replay->width,
                             replay->height);
    }

    canvas_grid_set(replay->state, x + y * replay->width, replay->bits,
                    color);

    replay->at.epoch = ctl_replay_number(result, row, 0);
    replay->at.seq = ctl_replay_number(result, row, 1);
    replay->events++;

    return CTL_OK;
}


static uint64_t
ctl_replay_number(const PGresult *result, int row, int column)
{
    return strtoull(PQgetvalue(result, row, column), NULL, 10);
}
