/*
 * restore: rebuilds the canvas in Redis from PostgreSQL, under an epoch above
 * all that was: the image, the boards of the week, the bans.  For a Redis
 * that came back empty, or older than what is recorded.
 */

#include "ctl.h"

#include "ctl_canvas.h"
#include "ctl_library.h"
#include "ctl_recorder.h"
#include "ctl_restore.h"

#include <inttypes.h>
#include <stdio.h>

#define CMD_RESTORE_LOCK  "canvas:migrate"

enum {
    CMD_RESTORE_FORCE,
    CMD_RESTORE_JSON
};


static ctl_status_t cmd_restore_run(ctl_t *ctl, const ctl_args_t *args);
static ctl_status_t cmd_restore_check(ctl_t *ctl, bool force, bool *turned);


static const ctl_option_t  cmd_restore_options[] = {
    { "force", 'f', NULL, "replace the canvas that Redis holds" },
    { "json", 0, NULL, "print the result as JSON" },
    { NULL, 0, NULL, NULL }
};

const ctl_command_t  cmd_restore = {
    .name = "restore",
    .synopsis = "[--force] [--json]",
    .summary = "rebuild the canvas in Redis from PostgreSQL",
    .text = "Starts from the last snapshot, replays what was recorded since, "
            "and loads the\nimage, the leaderboards, contributors and bans of "
            "the week under a new epoch.\nRefuses when Redis holds a canvas; "
            "with --force what Redis has not handed to\nthe recorder is "
            "recorded first, and pixels placed while it runs are lost.\n"
            "What was placed on a page from before a turn of the week, with "
            "which Redis came\nback, is placed again.\n",
    .options = cmd_restore_options,
    .run = cmd_restore_run
};


static ctl_status_t
cmd_restore_run(ctl_t *ctl, const ctl_args_t *args)
{
    bool           loaded, turned;
    ctl_status_t   status;
    ctl_restore_t  restored;

    status = ctl_pg_connect(&ctl->pg);

    if (status == CTL_OK) {
        status = ctl_pg_lock(&ctl->pg, CMD_RESTORE_LOCK, true);
    }

    if (status == CTL_OK) {
        status = ctl_library_load(&ctl->redis, &loaded);
    }

    if (status == CTL_OK) {
        status = cmd_restore_check(ctl,
                                   args->option[CMD_RESTORE_FORCE] != NULL,
                                   &turned);
    }

    if (status == CTL_OK) {
        status = ctl_restore(ctl, turned, &restored);
    }

    if (status == CTL_OK) {
        printf(args->option[CMD_RESTORE_JSON] != NULL
               ? "{\"epoch\":%" PRIu64 ",\"seq\":%" PRIu64 ",\"replayed\":%"
                 PRIu64 ",\"again\":%" PRIu64 "}\n"
               : "restored: epoch %" PRIu64 ", seq %" PRIu64 ", %" PRIu64
                 " events replayed, %" PRIu64 " placed again\n",
               restored.at.epoch, restored.at.seq, restored.replayed,
               restored.again);
    }

    return status;
}


/* is there something to lose?  With force: what can be, is recorded first */
static ctl_status_t
cmd_restore_check(ctl_t *ctl, bool force, bool *turned)
{
    ctl_status_t         status;
    ctl_position_t       redis, recorded;
    ctl_canvas_hello_t   hello;

    *turned = false;

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
        status = ctl_restore_turned(ctl, turned);
    }

    if (status == CTL_OK && !*turned) {
        status = ctl_recorder_progress(&ctl->pg, &recorded);
    }

    if (status != CTL_OK || *turned) {
        return status;              /* its log is not recorded as it is */
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
