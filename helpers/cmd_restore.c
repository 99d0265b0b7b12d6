/*
 * restore: rebuilds the canvas in Redis from PostgreSQL, under an epoch above
 * all that was: the image, the boards of the week, the bans.  For a Redis
 * that came back empty, or older than what is recorded.
 */

#include "ctl.h"

#include "ctl_boards.h"
#include "ctl_bytea.h"
#include "ctl_canvas.h"
#include "ctl_group.h"
#include "ctl_library.h"
#include "ctl_recorder.h"
#include "ctl_replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CMD_RESTORE_LOCK        "canvas:migrate"

/* restore_point() and restore_events() read the whole log of a week */
#define CMD_RESTORE_TIMEOUT_MS  3600000

enum {
    CMD_RESTORE_FORCE,
    CMD_RESTORE_JSON
};

/* columns of cmd_restore_point_sql */
enum {
    CMD_RESTORE_EPOCH,
    CMD_RESTORE_SEQ,
    CMD_RESTORE_DATA,
    CMD_RESTORE_WIDTH,
    CMD_RESTORE_HEIGHT,
    CMD_RESTORE_BACKGROUND,
    CMD_RESTORE_COLORS,
    CMD_RESTORE_MODE,
    CMD_RESTORE_RULES,
    CMD_RESTORE_COOLDOWN,
    CMD_RESTORE_WEEK,
    CMD_RESTORE_YEAR,
    CMD_RESTORE_NEXT,
    CMD_RESTORE_STARTED
};


static ctl_status_t cmd_restore_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_restore_all(ctl_t *ctl, bool json);
static ctl_status_t cmd_restore_check(ctl_t *ctl, bool force);
static ctl_status_t cmd_restore_image(ctl_t *ctl, const PGresult *point,
    ctl_replay_t *replay);
static ctl_status_t cmd_restore_load(ctl_t *ctl, const PGresult *point,
    const ctl_replay_t *replay, uint64_t *epoch);


static const ctl_option_t  cmd_restore_options[] = {
    { "force", 'f', NULL, "replace the canvas that Redis holds" },
    { "json", 0, NULL, "print the result as JSON" },
    { NULL, 0, NULL, NULL }
};

static const char  cmd_restore_point_sql[] =
    "SELECT epoch, seq, canvas_data, width, height, background, "
    "       cardinality(palette), game_mode, rules::text, "
    "       coalesce(rules->>'cooldown_ms', ''), week_number, year, "
    "       next_epoch, "
    "       (extract(epoch FROM started_at) * 1000)::bigint "
    "  FROM restore_point()";

const ctl_command_t  cmd_restore = {
    .name = "restore",
    .synopsis = "[--force] [--json]",
    .summary = "rebuild the canvas in Redis from PostgreSQL",
    .text = "Starts from the last snapshot, replays what was recorded since, "
            "and loads the\nimage, the leaderboards, contributors and bans of "
            "the week under a new epoch.\nRefuses when Redis holds a canvas; "
            "with --force what Redis has not handed to\nthe recorder is "
            "recorded first, and pixels placed while it runs are lost.\n",
    .options = cmd_restore_options,
    .run = cmd_restore_run
};


static ctl_status_t
cmd_restore_run(ctl_t *ctl, const ctl_args_t *args)
{
    bool          loaded;
    ctl_status_t  status;

    status = ctl_pg_connect(&ctl->pg);

    if (status == CTL_OK) {
        status = ctl_pg_lock(&ctl->pg, CMD_RESTORE_LOCK, true);
    }

    if (status == CTL_OK) {
        ctl->pg.timeout_ms = CMD_RESTORE_TIMEOUT_MS;
        status = ctl_library_load(&ctl->redis, &loaded);
    }

    if (status == CTL_OK) {
        status = cmd_restore_check(ctl,
                                   args->option[CMD_RESTORE_FORCE] != NULL);
    }

    if (status == CTL_OK) {
        status = cmd_restore_all(ctl, args->option[CMD_RESTORE_JSON] != NULL);
    }

    return status;
}


/* is there something to lose?  With force: what can be, is recorded first */
static ctl_status_t
cmd_restore_check(ctl_t *ctl, bool force)
{
    ctl_status_t         status;
    ctl_position_t       redis, recorded;
    ctl_canvas_hello_t   hello;

    status = ctl_canvas_hello(&ctl->redis, &hello);

    if (status == CTL_NOT_DUE) {
        return CTL_OK;
    }

    if (status == CTL_OK && !force) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "Redis holds a canvas at %" PRIu64 "-%" PRIu64
                             "; --force replaces it", hello.epoch,
                             hello.seq);
    }

    if (status == CTL_OK) {
        status = ctl_recorder_progress(&ctl->pg, &recorded);
    }

    if (status != CTL_OK) {
        return status;
    }

    redis.epoch = hello.epoch;
    redis.seq = hello.seq;

    if (ctl_position_compare(redis, recorded) <= 0) {
        return CTL_OK;              /* Redis is behind: nothing to save */
    }

    status = ctl_recorder_drain(&ctl->redis, &ctl->pg, redis);

    if (status == CTL_FAILED) {
        /* a log that contradicts PostgreSQL's is what this command is for */
        fprintf(stderr, "canvas-helper: going on without what Redis holds: "
                "%s\n", ctl->error.text);
        return CTL_OK;
    }

    return status;
}


static ctl_status_t
cmd_restore_all(ctl_t *ctl, bool json)
{
    uint64_t         epoch;
    PGresult        *point;
    ctl_replay_t     replay;
    ctl_status_t     status;
    ctl_position_t   folded;

    point = ctl_pg_query(&ctl->pg, cmd_restore_point_sql, 0, NULL);
    if (point == NULL) {
        return ctl->error.status;
    }

    if (PQntuples(point) == 0) {
        PQclear(point);
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "PostgreSQL has no log to restore from: run "
                             "canvas-helper migrate");
    }

    memset(&replay, 0, sizeof(replay));

    status = cmd_restore_image(ctl, point, &replay);

    if (status == CTL_OK) {
        status = ctl_replay_run(&replay, &ctl->pg, 0);
    }

    if (status == CTL_OK) {
        status = ctl_boards_restore(&ctl->redis, &ctl->pg, true, &folded);
    }

    if (status == CTL_OK) {
        status = ctl_boards_ban(&ctl->redis, &ctl->pg);
    }

    if (status == CTL_OK) {
        status = cmd_restore_load(ctl, point, &replay, &epoch);
    }

    if (status == CTL_OK) {
        status = ctl_group_create(&ctl->redis);
    }

    if (status == CTL_OK) {
        printf(json ? "{\"epoch\":%" PRIu64 ",\"seq\":%" PRIu64
                      ",\"replayed\":%" PRIu64 "}\n"
                    : "restored: epoch %" PRIu64 ", seq %" PRIu64 ", %" PRIu64
                      " events replayed\n",
               epoch, replay.at.seq, replay.events);
    }

    free(replay.state);
    PQclear(point);

    return status;
}


static ctl_status_t
cmd_restore_image(ctl_t *ctl, const PGresult *point, ctl_replay_t *replay)
{
    ctl_status_t  status;

    replay->width = atoi(PQgetvalue(point, 0, CMD_RESTORE_WIDTH));
    replay->height = atoi(PQgetvalue(point, 0, CMD_RESTORE_HEIGHT));
    replay->bits = atoi(PQgetvalue(point, 0, CMD_RESTORE_COLORS)) <= 16
                   ? 4 : 8;
    replay->at.epoch = strtoull(PQgetvalue(point, 0, CMD_RESTORE_EPOCH),
                                NULL, 10);
    replay->at.seq = strtoull(PQgetvalue(point, 0, CMD_RESTORE_SEQ), NULL,
                              10);

    status = ctl_replay_fill(replay, atoi(PQgetvalue(point, 0,
                                          CMD_RESTORE_BACKGROUND)),
                             &ctl->error);

    if (status == CTL_OK && !PQgetisnull(point, 0, CMD_RESTORE_DATA)) {
        status = ctl_bytea_unpack(PQgetvalue(point, 0, CMD_RESTORE_DATA),
                                  replay->state, replay->len, &ctl->error);
    }

    return status;
}


static ctl_status_t
cmd_restore_load(ctl_t *ctl, const PGresult *point,
    const ctl_replay_t *replay, uint64_t *epoch)
{
    ctl_status_t        status;
    ctl_canvas_page_t   page;

    page.width = replay->width;
    page.height = replay->height;
    page.colors = atoi(PQgetvalue(point, 0, CMD_RESTORE_COLORS));
    page.background = atoi(PQgetvalue(point, 0, CMD_RESTORE_BACKGROUND));
    page.game_mode = PQgetvalue(point, 0, CMD_RESTORE_MODE);
    page.rules = PQgetvalue(point, 0, CMD_RESTORE_RULES);
    page.cooldown_ms = PQgetvalue(point, 0, CMD_RESTORE_COOLDOWN);
    page.week_number = PQgetvalue(point, 0, CMD_RESTORE_WEEK);
    page.year = PQgetvalue(point, 0, CMD_RESTORE_YEAR);
    page.started_ms = strtoull(PQgetvalue(point, 0, CMD_RESTORE_STARTED),
                               NULL, 10);

    *epoch = strtoull(PQgetvalue(point, 0, CMD_RESTORE_NEXT), NULL, 10);

    status = ctl_canvas_load(&ctl->redis, &page, epoch, replay->at.seq,
                             replay->state, replay->len);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_TEMPORARY,
                             "Redis began another epoch meanwhile; run this "
                             "again");
    }

    return status;
}
