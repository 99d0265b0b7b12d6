/*
 * ctl_restore: see the header.
 */

#include "ctl_restore.h"

#include "ctl_boards.h"
#include "ctl_bytea.h"
#include "ctl_canvas.h"
#include "ctl_group.h"
#include "ctl_library.h"
#include "ctl_log.h"
#include "ctl_replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* who rotates holds it */
#define CTL_RESTORE_ROTATE      "canvas:rotate"

/* the token of a rotation that lost that lock without noticing ends, ms */
#define CTL_RESTORE_FENCE       "restore"
#define CTL_RESTORE_FENCE_MS    1

/* restore_point() and restore_events() read the whole log of a week */
#define CTL_RESTORE_TIMEOUT_MS  3600000

/* columns of ctl_restore_point_sql */
enum {
    CTL_RESTORE_EPOCH,
    CTL_RESTORE_SEQ,
    CTL_RESTORE_DATA,
    CTL_RESTORE_WIDTH,
    CTL_RESTORE_HEIGHT,
    CTL_RESTORE_BACKGROUND,
    CTL_RESTORE_COLORS,
    CTL_RESTORE_MODE,
    CTL_RESTORE_RULES,
    CTL_RESTORE_COOLDOWN,
    CTL_RESTORE_WEEK,
    CTL_RESTORE_YEAR,
    CTL_RESTORE_NEXT,
    CTL_RESTORE_STARTED
};


static ctl_status_t ctl_restore_all(ctl_t *ctl, const PGresult *point,
    bool again, ctl_restore_t *restored);
static ctl_status_t ctl_restore_image(ctl_t *ctl, const PGresult *point,
    ctl_replay_t *replay);
static ctl_status_t ctl_restore_load(ctl_t *ctl, const PGresult *point,
    const ctl_replay_t *replay, bool again, ctl_position_t *at);


static const char  ctl_restore_point_sql[] =
    "SELECT epoch, seq, canvas_data, width, height, background, "
    "       cardinality(palette), game_mode, rules::text, "
    "       coalesce(rules->>'cooldown_ms', ''), week_number, year, "
    "       next_epoch, "
    "       (extract(epoch FROM started_at) * 1000)::bigint "
    "  FROM restore_point()";


ctl_status_t
ctl_restore(ctl_t *ctl, bool again, ctl_restore_t *restored)
{
    int            timeout_ms;
    PGresult      *point;
    ctl_status_t   status;

    timeout_ms = ctl->pg.timeout_ms;
    ctl->pg.timeout_ms = CTL_RESTORE_TIMEOUT_MS;

    point = ctl_pg_query(&ctl->pg, ctl_restore_point_sql, 0, NULL);

    if (point == NULL) {
        status = ctl->error.status;

    } else if (PQntuples(point) == 0) {
        status = ctl_error_set(&ctl->error, CTL_FAILED,
                               "PostgreSQL has no log to restore from: run "
                               "canvas-helper migrate");

    } else {
        status = ctl_restore_all(ctl, point, again, restored);
    }

    PQclear(point);
    ctl->pg.timeout_ms = timeout_ms;

    return status;
}


ctl_status_t
ctl_restore_turned(ctl_t *ctl, bool *turned)
{
    char               epoch[24];
    uint64_t           first;
    PGresult          *result;
    ctl_status_t       status;
    const char *const  values[] = { epoch };

    *turned = false;

    status = ctl_canvas_first_epoch(&ctl->redis, &first);

    if (status != CTL_OK || first == 0) {
        return status;
    }

    snprintf(epoch, sizeof(epoch), "%" PRIu64, first);

    result = ctl_pg_query(&ctl->pg, "SELECT page_turned($1)", 1, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    *turned = PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);

    return CTL_OK;
}


ctl_status_t
ctl_restore_turn(ctl_t *ctl)
{
    bool           loaded;
    ctl_status_t   status;
    ctl_restore_t  restored;

    status = ctl_pg_lock(&ctl->pg, CTL_RESTORE_ROTATE, false);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_TEMPORARY,
                             "Redis shows a page that was turned since, and "
                             "a rotation is running");
    }

    if (status != CTL_OK) {
        return status;
    }

    ctl_log(CTL_LOG_ERROR, "canvas restore: Redis came back with a page that "
            "was turned since; bringing the running week back");

    status = ctl_canvas_lock(&ctl->redis, CTL_RESTORE_FENCE,
                             CTL_RESTORE_FENCE_MS);

    if (status == CTL_OK) {
        /* it may be of the same past */
        status = ctl_library_load(&ctl->redis, &loaded);
    }

    if (status == CTL_OK) {
        status = ctl_restore(ctl, true, &restored);
    }

    if (status == CTL_OK) {
        ctl_log(CTL_LOG_ERROR, "canvas restore: the running week is back at "
                "%" PRIu64 "-%" PRIu64 ": %" PRIu64 " events replayed, %"
                PRIu64 " of the old page placed again", restored.at.epoch,
                restored.at.seq, restored.replayed, restored.again);

        return ctl_pg_unlock(&ctl->pg, CTL_RESTORE_ROTATE);
    }

    if (ctl->pg.conn != NULL) {
        (void) ctl_pg_unlock(&ctl->pg, CTL_RESTORE_ROTATE);
    }

    return status;
}


static ctl_status_t
ctl_restore_all(ctl_t *ctl, const PGresult *point, bool again,
    ctl_restore_t *restored)
{
    ctl_replay_t    replay;
    ctl_status_t    status;
    ctl_position_t  folded;

    memset(&replay, 0, sizeof(replay));

    status = ctl_restore_image(ctl, point, &replay);

    if (status == CTL_OK) {
        status = ctl_replay_run(&replay, &ctl->pg, 0);
    }

    if (status == CTL_OK) {
        status = ctl_boards_ban(&ctl->redis, &ctl->pg);
    }

    if (status == CTL_OK) {
        status = ctl_boards_restore(&ctl->redis, &ctl->pg, true, &folded);
    }

    if (status == CTL_OK) {
        status = ctl_restore_load(ctl, point, &replay, again, &restored->at);
    }

    if (status == CTL_OK) {
        status = ctl_group_create(&ctl->redis);
    }

    if (status == CTL_OK) {
        restored->replayed = replay.events;
        restored->again = restored->at.seq - replay.at.seq;
    }

    free(replay.state);

    return status;
}


static ctl_status_t
ctl_restore_image(ctl_t *ctl, const PGresult *point, ctl_replay_t *replay)
{
    ctl_status_t  status;

    replay->width = atoi(PQgetvalue(point, 0, CTL_RESTORE_WIDTH));
    replay->height = atoi(PQgetvalue(point, 0, CTL_RESTORE_HEIGHT));
    replay->bits = atoi(PQgetvalue(point, 0, CTL_RESTORE_COLORS)) <= 16
                   ? 4 : 8;
    replay->at.epoch = strtoull(PQgetvalue(point, 0, CTL_RESTORE_EPOCH),
                                NULL, 10);
    replay->at.seq = strtoull(PQgetvalue(point, 0, CTL_RESTORE_SEQ), NULL,
                              10);

    status = ctl_replay_fill(replay, atoi(PQgetvalue(point, 0,
                                          CTL_RESTORE_BACKGROUND)),
                             &ctl->error);

    if (status == CTL_OK && !PQgetisnull(point, 0, CTL_RESTORE_DATA)) {
        status = ctl_bytea_unpack(PQgetvalue(point, 0, CTL_RESTORE_DATA),
                                  replay->state, replay->len, &ctl->error);
    }

    return status;
}


static ctl_status_t
ctl_restore_load(ctl_t *ctl, const PGresult *point,
    const ctl_replay_t *replay, bool again, ctl_position_t *at)
{
    ctl_status_t         status;
    ctl_canvas_page_t    page;
    ctl_canvas_image_t   image;

    page.width = replay->width;
    page.height = replay->height;
    page.colors = atoi(PQgetvalue(point, 0, CTL_RESTORE_COLORS));
    page.background = atoi(PQgetvalue(point, 0, CTL_RESTORE_BACKGROUND));
    page.game_mode = PQgetvalue(point, 0, CTL_RESTORE_MODE);
    page.rules = PQgetvalue(point, 0, CTL_RESTORE_RULES);
    page.cooldown_ms = PQgetvalue(point, 0, CTL_RESTORE_COOLDOWN);
    page.week_number = PQgetvalue(point, 0, CTL_RESTORE_WEEK);
    page.year = PQgetvalue(point, 0, CTL_RESTORE_YEAR);
    page.started_ms = strtoull(PQgetvalue(point, 0, CTL_RESTORE_STARTED),
                               NULL, 10);

    image.epoch = replay->at.epoch;
    image.seq = replay->at.seq;
    image.state = replay->state;
    image.len = replay->len;

    at->epoch = strtoull(PQgetvalue(point, 0, CTL_RESTORE_NEXT), NULL, 10);

    status = ctl_canvas_load(&ctl->redis, &page, &image, again, at);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_TEMPORARY,
                             "Redis began another epoch meanwhile; run this "
                             "again");
    }

    return status;
}
