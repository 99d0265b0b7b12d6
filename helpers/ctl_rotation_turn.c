/*
 * ctl_rotation_turn: see the header.
 */

#include "ctl_rotation_turn.h"

#include "ctl_canvas.h"
#include "ctl_restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* a restart of Redis between asking and turning changes the epoch */
#define CTL_ROTATION_TRIES    5


static ctl_status_t ctl_rotation_turn_once(ctl_rotation_t *rotation,
    PGresult *mode);
static ctl_status_t ctl_rotation_turn_reopen(ctl_rotation_t *rotation);


ctl_status_t
ctl_rotation_turn(ctl_rotation_t *rotation)
{
    int                tries;
    ctl_t             *ctl;
    PGresult          *mode;
    ctl_status_t       status;
    const char *const  values[] = { rotation->id };

    ctl = rotation->ctl;

    mode = ctl_pg_query(&ctl->pg,
                        "SELECT rules::text, "
                        "coalesce(rules->>'cooldown_ms', '') "
                        "FROM rotation_rules($1) AS rules "
                        "WHERE rules IS NOT NULL", 1, values);
    if (mode == NULL) {
        return ctl->error.status;
    }

    if (PQntuples(mode) != 1) {
        PQclear(mode);
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "game mode \"%s\" is gone from game_modes",
                             rotation->slug);
    }

    for (tries = 0; tries < CTL_ROTATION_TRIES; tries++) {
        status = ctl_rotation_turn_once(rotation, mode);

        if (status == CTL_OK || strcmp(ctl->redis.code, "CONFLICT") != 0) {
            break;
        }

        status = ctl_rotation_turn_reopen(rotation);
        if (status != CTL_OK) {
            break;
        }

        status = CTL_TEMPORARY;
    }

    PQclear(mode);

    return status;
}


ctl_status_t
ctl_rotation_turn_confirm(ctl_rotation_t *rotation)
{
    bool               recorded;
    char               epoch[24];
    PGresult          *result;
    const char *const  values[] = { epoch };

    snprintf(epoch, sizeof(epoch), "%" PRIu64, rotation->new_epoch);

    result = ctl_pg_query(&rotation->ctl->pg,
                          "SELECT FROM canvas_epochs "
                          "WHERE epoch = $1 AND reason = 'rotate'", 1,
                          values);
    if (result == NULL) {
        return rotation->ctl->error.status;
    }

    recorded = PQntuples(result) == 1;
    PQclear(result);

    return recorded ? CTL_OK : ctl_rotation_turn(rotation);
}


static ctl_status_t
ctl_rotation_turn_once(ctl_rotation_t *rotation, PGresult *mode)
{
    char                closing[24], epoch[24], seq[24];
    ctl_t              *ctl;
    const char         *values[4];
    ctl_status_t        status;
    ctl_canvas_turn_t   turn;
    ctl_canvas_page_t   page;

    ctl = rotation->ctl;

    memset(&page, 0, sizeof(page));
    page.game_mode = rotation->slug;
    page.week_number = rotation->week;
    page.year = rotation->year;
    page.rules = PQgetvalue(mode, 0, 0);
    page.cooldown_ms = PQgetvalue(mode, 0, 1);

    turn.token = rotation->token;
    turn.closing_epoch = rotation->closing_epoch;

    status = ctl_canvas_turn(&ctl->redis, &page, &turn, &rotation->new_epoch,
                             &rotation->turned_seq);
    if (status != CTL_OK) {
        return status;
    }

    ctl_rotation_row_stop("turning");

    snprintf(closing, sizeof(closing), "%" PRIu64, rotation->closing_epoch);
    snprintf(epoch, sizeof(epoch), "%" PRIu64, rotation->new_epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, rotation->turned_seq);

    values[0] = rotation->id;
    values[1] = closing;
    values[2] = epoch;
    values[3] = seq;

    return ctl_rotation_row_note(rotation,
                                 CTL_ROTATION_ROW
                                 "rotation_step($1, 'turned', $2, $3, $4)", 4,
                                 values);
}


/* the epoch in Redis is another than the one to close: close that one */
static ctl_status_t
ctl_rotation_turn_reopen(ctl_rotation_t *rotation)
{
    bool                 turned;
    char                 epoch[24];
    ctl_status_t         status;
    const char *const    values[] = { rotation->id, epoch };
    ctl_canvas_hello_t   hello;

    status = ctl_restore_turned(rotation->ctl, &turned);

    if (status == CTL_OK && turned) {
        return ctl_error_set(&rotation->ctl->error, CTL_TEMPORARY,
                             "Redis came back with a page that was turned "
                             "since; run this again");
    }

    if (status == CTL_OK) {
        status = ctl_canvas_hello(&rotation->ctl->redis, &hello);
    }

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&rotation->ctl->error, CTL_FAILED,
                             "Redis lost the canvas: run canvas-helper "
                             "restore, then rotate again");
    }

    if (status != CTL_OK) {
        return status;
    }

    if (strcmp(rotation->step, "chosen") != 0) {
        rotation->closing_epoch = hello.epoch;      /* noted by the turn */
        return CTL_OK;
    }

    snprintf(epoch, sizeof(epoch), "%" PRIu64, hello.epoch);

    return ctl_rotation_row_note(rotation,
                                 CTL_ROTATION_ROW
                                 "rotation_step($1, 'chosen', $2)", 2, values);
}
