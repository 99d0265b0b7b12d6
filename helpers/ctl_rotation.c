/*
 * ctl_rotation: see the header.
 */

#include "ctl_rotation.h"

#include "canvas_id.h"
#include "ctl_canvas.h"
#include "ctl_log.h"
#include "ctl_media.h"
#include "ctl_progress.h"
#include "ctl_recorder.h"
#include "ctl_restore.h"
#include "ctl_rotation_turn.h"
#include "ctl_statistics.h"
#include "ctl_turned.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define CTL_ROTATION_LOCK     "canvas:rotate"

/*
 * canvas:rotation:lock lives so long.  It is taken once: a run that slept
 * through that, or that another one has overtaken, cannot turn the page.
 */
#define CTL_ROTATION_LOCK_MS  600000

/* a week that was not counted before is counted by archive_and_reset_week */
#define CTL_ROTATION_TIMEOUT_MS  3600000

typedef struct {
    const char     *from;           /* the step that is noted */
    const char     *doing;          /* for the terminal */
    ctl_status_t  (*run)(ctl_rotation_t *rotation);
} ctl_rotation_step_t;


static ctl_status_t ctl_rotation_lock(ctl_t *ctl);
static ctl_status_t ctl_rotation_open(ctl_rotation_t *rotation,
    const char *mode, bool force, const char *request);
static ctl_status_t ctl_rotation_page(ctl_t *ctl);
static ctl_status_t ctl_rotation_log(ctl_t *ctl,
    const ctl_canvas_hello_t *hello);
static ctl_status_t ctl_rotation_not_due(ctl_t *ctl,
    const char *const *values);
static ctl_status_t ctl_rotation_drain(ctl_rotation_t *rotation);
static ctl_status_t ctl_rotation_archive(ctl_rotation_t *rotation);
static ctl_status_t ctl_rotation_close(ctl_rotation_t *rotation,
    const char *base64, const ctl_statistics_t *statistics);
static ctl_status_t ctl_rotation_image(ctl_rotation_t *rotation);
static ctl_status_t ctl_rotation_finish(ctl_rotation_t *rotation);
static ctl_status_t ctl_rotation_token(ctl_rotation_t *rotation);


static const ctl_rotation_step_t  ctl_rotation_steps[] = {
    { "chosen", "turning the page", ctl_rotation_turn },
    { "turned", "recording the rest of the week", ctl_rotation_drain },
    { "drained", "archiving", ctl_rotation_archive },
    { "archived", "drawing", ctl_rotation_image },
    { "imaged", "cleaning up", ctl_rotation_finish },
    { NULL, NULL, NULL }
};


ctl_status_t
ctl_rotation_begin(ctl_rotation_t *rotation, ctl_t *ctl, const char *mode,
    bool force, const char *request)
{
    ctl_status_t  status;

    memset(rotation, 0, sizeof(*rotation));
    rotation->ctl = ctl;

    status = ctl_pg_connect(&ctl->pg);

    if (status == CTL_OK) {
        status = ctl_rotation_lock(ctl);
    }

    if (status == CTL_OK) {
        status = ctl_rotation_token(rotation);
    }

    if (status == CTL_OK) {
        status = ctl_rotation_open(rotation, mode, force, request);
    }

    if (status == CTL_OK && strcmp(rotation->step, "done") == 0) {
        return ctl_pg_unlock(&ctl->pg, CTL_ROTATION_LOCK);
    }

    if (status == CTL_OK) {
        status = ctl_canvas_lock(&ctl->redis, rotation->token,
                                 CTL_ROTATION_LOCK_MS);
    }

    if (status == CTL_OK) {
        ctl_rotation_row_stop("chosen");
    }

    return status;
}


ctl_status_t
ctl_rotation_run(ctl_rotation_t *rotation)
{
    ctl_status_t                status;
    const ctl_rotation_step_t  *step;

    rotation->ctl->pg.timeout_ms = CTL_ROTATION_TIMEOUT_MS;

    for (step = ctl_rotation_steps; step->from != NULL; step++) {

        if (strcmp(step->from, rotation->step) != 0) {
            continue;
        }

        ctl_progress("%s", step->doing);
        status = step->run(rotation);
        ctl_progress_end();

        if (status != CTL_OK) {
            return status;
        }

        ctl_rotation_row_stop(rotation->step);
    }

    return CTL_OK;
}


/* held to the end, or the connection's; this is what keeps two runs apart */
static ctl_status_t
ctl_rotation_lock(ctl_t *ctl)
{
    ctl_status_t  status;

    status = ctl_pg_lock(&ctl->pg, CTL_ROTATION_LOCK, false);

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_NOT_DUE,
                             "another rotation is running");
    }

    return status;
}


static ctl_status_t
ctl_rotation_open(ctl_rotation_t *rotation, const char *mode, bool force,
    const char *request)
{
    char                 epoch[24];
    ctl_t               *ctl;
    PGresult            *result;
    const char          *values[4];
    ctl_status_t         status;
    ctl_canvas_hello_t   hello;

    ctl = rotation->ctl;

    status = ctl_rotation_page(ctl);

    if (status == CTL_OK) {
        status = ctl_canvas_hello(&ctl->redis, &hello);
    }

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "Redis holds no canvas: run canvas-helper "
                             "migrate, or restore");
    }

    if (status == CTL_OK) {
        status = ctl_rotation_log(ctl, &hello);
    }

    if (status != CTL_OK) {
        return status;
    }

    snprintf(epoch, sizeof(epoch), "%" PRIu64, hello.epoch);

    values[0] = epoch;
    values[1] = mode;
    values[2] = force ? "true" : "false";
    values[3] = request;

    result = ctl_pg_query(&ctl->pg,
                          CTL_ROTATION_ROW "rotation_begin($1, $2, $3, "
                          "p_request => $4)", 4, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    if (PQntuples(result) == 0) {
        PQclear(result);
        values[1] = values[2];          /* epoch and force */
        return ctl_rotation_not_due(ctl, values);
    }

    ctl_rotation_row_take(rotation, result);
    PQclear(result);

    return CTL_OK;
}


/* what is turned is the page of the running week, not one from before */
static ctl_status_t
ctl_rotation_page(ctl_t *ctl)
{
    bool          turned;
    ctl_status_t  status;

    status = ctl_restore_turned(ctl, &turned);

    return status == CTL_OK && turned ? ctl_restore_turn(ctl) : status;
}


/*
 * A choice whose week is over would get the next one.  Whether the page was
 * turned to it before, the log says once it is recorded.
 */
static ctl_status_t
ctl_rotation_log(ctl_t *ctl, const ctl_canvas_hello_t *hello)
{
    bool             waits;
    PGresult        *result;
    ctl_position_t   position;

    result = ctl_pg_query(&ctl->pg,
                          "SELECT FROM rotations WHERE step = 'chosen' "
                          "AND new_resets_at <= now()", 0, NULL);
    if (result == NULL) {
        return ctl->error.status;
    }

    waits = PQntuples(result) > 0;
    PQclear(result);

    if (!waits) {
        return CTL_OK;
    }

    position.epoch = hello->epoch;
    position.seq = hello->seq;

    return ctl_recorder_drain(&ctl->redis, &ctl->pg, position);
}


/*
 * There was no row: the week runs, or Redis stands before a turn that is
 * noted.  As epochs are told by its clock, that was set back then.
 */
static ctl_status_t
ctl_rotation_not_due(ctl_t *ctl, const char *const *values)
{
    PGresult  *result;

    result = ctl_pg_query(&ctl->pg,
                          "SELECT rfc3339(c.week_resets_at), r.new_epoch "
                          "FROM current_canvas c LEFT JOIN rotations r "
                          "ON r.new_epoch > $1 AND ($2::boolean "
                          "OR c.week_resets_at <= now()) "
                          "ORDER BY r.new_epoch DESC LIMIT 1", 2, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    if (PQgetisnull(result, 0, 1)) {
        ctl_error_set(&ctl->error, CTL_NOT_DUE,
                      "the week ends at %s; --force turns it now",
                      PQgetvalue(result, 0, 0));
    } else {
        ctl_error_set(&ctl->error, CTL_FAILED,
                      "Redis is at epoch %s, before the last turn of the "
                      "week, %s: is its clock right? canvas-helper restore "
                      "--force brings it behind that, then rotate again",
                      values[0], PQgetvalue(result, 0, 1));
    }

    PQclear(result);

    return ctl->error.status;
}


static ctl_status_t
ctl_rotation_drain(ctl_rotation_t *rotation)
{
    char           *image;
    ctl_t          *ctl;
    const char     *values[2];
    ctl_status_t    status;
    ctl_position_t  marker;

    ctl = rotation->ctl;

    status = ctl_rotation_turn_confirm(rotation);

    if (status == CTL_OK) {
        marker.epoch = rotation->new_epoch;
        marker.seq = rotation->turned_seq;
        status = ctl_recorder_drain(&ctl->redis, &ctl->pg, marker);
    }

    if (status == CTL_OK) {
        status = ctl_turned_image(ctl, rotation->closing_epoch,
                                  rotation->new_epoch, &image);
    }

    if (status != CTL_OK) {
        return status;
    }

    values[0] = rotation->id;
    values[1] = image;

    status = ctl_rotation_row_note(rotation,
                                   CTL_ROTATION_ROW
                                   "rotation_step($1, 'drained', "
                                   "p_compressed => $2)", 2, values);
    free(image);

    return status;
}


/*
 * The week is counted before anything is locked.  A week that cannot be
 * counted turns without: its archive then has totals, and no areas.
 */
static ctl_status_t
ctl_rotation_archive(ctl_rotation_t *rotation)
{
    char              *base64;
    ctl_t             *ctl;
    ctl_status_t       status;
    ctl_statistics_t   statistics;

    ctl = rotation->ctl;

    status = ctl_statistics_count(ctl, rotation->id, &statistics);

    if (status == CTL_FAILED) {
        ctl_log(CTL_LOG_ALERT, "canvas rotate: no statistics of this week: "
                "%s", ctl->error.text);

    } else if (status != CTL_OK) {
        return status;
    }

    ctl_rotation_row_stop("counted");

    base64 = NULL;
    status = ctl_turned_base64(ctl, rotation->id, &base64);

    if (status == CTL_OK) {
        status = ctl_rotation_close(rotation, base64, &statistics);
    }

    free(base64);
    ctl_statistics_close(&statistics);

    return status;
}


/* in one transaction, which the recorder waits for: it is kept short */
static ctl_status_t
ctl_rotation_close(ctl_rotation_t *rotation, const char *base64,
    const ctl_statistics_t *statistics)
{
    ctl_t         *ctl;
    PGresult      *result;
    const char    *values[2];
    ctl_status_t   status;

    ctl = rotation->ctl;
    values[0] = base64;
    values[1] = rotation->slug;

    status = ctl_pg_begin(&ctl->pg);

    if (status == CTL_OK && statistics->digest[0] != '\0') {
        status = ctl_statistics_stage(ctl, rotation->id, statistics);
    }

    if (status == CTL_OK) {
        result = ctl_pg_query(&ctl->pg,
                              "SELECT archive_and_reset_week($1, $2)", 2,
                              values);
        status = result == NULL ? ctl->error.status : CTL_OK;
    }

    if (status == CTL_OK) {
        snprintf(rotation->archive, sizeof(rotation->archive), "%s",
                 PQgetvalue(result, 0, 0));
        PQclear(result);
        status = ctl_pg_commit(&ctl->pg);
    }

    if (status != CTL_OK) {
        ctl_pg_rollback(&ctl->pg);
        return status;
    }

    snprintf(rotation->step, sizeof(rotation->step), "archived");

    return CTL_OK;
}


/*
 * The week does not wait for its pictures: what fails is in the log, and
 * later made by the command media.
 */
static ctl_status_t
ctl_rotation_image(ctl_rotation_t *rotation)
{
    const char *const  values[] = { rotation->id };

    (void) ctl_media_hurry(rotation->ctl, rotation->archive);

    ctl_rotation_row_stop("imaging");

    return ctl_rotation_row_note(rotation,
                                 CTL_ROTATION_ROW
                                 "rotation_step($1, 'imaged')", 1, values);
}


static ctl_status_t
ctl_rotation_finish(ctl_rotation_t *rotation)
{
    ctl_t              *ctl;
    ctl_status_t        status;
    const char *const   values[] = { rotation->id };

    ctl = rotation->ctl;

    status = ctl_canvas_closing_delete(&ctl->redis, rotation->closing_epoch);

    if (status == CTL_OK) {
        status = ctl_canvas_unlock(&ctl->redis, rotation->token);
    }

    if (status == CTL_OK) {
        status = ctl_rotation_row_note(rotation,
                                       CTL_ROTATION_ROW
                                       "rotation_step($1, 'done')", 1, values);
    }

    /* films are made without it */
    if (status == CTL_OK) {
        status = ctl_pg_unlock(&ctl->pg, CTL_ROTATION_LOCK);
    }

    return status;
}


static ctl_status_t
ctl_rotation_token(ctl_rotation_t *rotation)
{
    uint8_t  random[16];

    if (getrandom(random, sizeof(random), 0) != sizeof(random)) {
        return ctl_error_set(&rotation->ctl->error, CTL_FAILED,
                             "no random numbers to be had");
    }

    canvas_hex_format(random, sizeof(random), rotation->token);

    return CTL_OK;
}
