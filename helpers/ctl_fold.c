/*
 * ctl_fold: see the header.
 */

#include "ctl_fold.h"

#include "canvas_id.h"
#include "ctl_boards.h"
#include "ctl_canvas.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* events that one call folds when it catches up: Redis does nothing else */
#define CTL_FOLD_CHUNK  "5000"

/* beyond so many the boards are written anew: a member once, not a chunk */
#define CTL_FOLD_FAR    200000

/* columns of fold_counts() */
enum {
    CTL_FOLD_EPOCH,
    CTL_FOLD_SEQ,
    CTL_FOLD_KIND,
    CTL_FOLD_MEMBER,
    CTL_FOLD_PIXELS
};


static ctl_status_t ctl_fold_counts(ctl_fold_t *fold, ctl_redis_t *redis,
    ctl_pg_t *pg);
static ctl_status_t ctl_fold_factions(const ctl_fold_t *fold, ctl_pg_t *pg,
    ctl_redis_args_t *args);
static ctl_status_t ctl_fold_log(ctl_fold_t *fold, ctl_redis_t *redis,
    ctl_pg_t *pg, bool *more);
static ctl_status_t ctl_fold_rows(ctl_fold_t *fold, ctl_redis_t *redis,
    const PGresult *result);
static void ctl_fold_is_at(ctl_fold_t *fold, ctl_position_t position);


ctl_status_t
ctl_fold_begin(ctl_fold_t *fold, ctl_redis_t *redis, ctl_pg_t *pg,
    ctl_position_t done)
{
    bool          known;
    ctl_status_t  status;

    status = ctl_canvas_folded(redis, &fold->at, &known);

    if (status == CTL_OK && !known) {
        /* an older library kept the boards, or somebody deleted keys */
        status = ctl_boards_restore(redis, pg, false, &fold->at);
    }

    fold->to = done;
    fold->whole = ctl_position_compare(fold->at, done) == 0;

    return status;
}


void
ctl_fold_add(ctl_fold_t *fold, const canvas_event_t *events, size_t n,
    ctl_position_t before, ctl_position_t done)
{
    size_t  i;

    fold->whole = fold->whole && ctl_position_compare(fold->to, before) == 0;

    for (i = 0; fold->whole && i < n; i++) {
        if (events[i].kind != 's') {
            fold->whole = ctl_counts_add(&fold->counts, events[i].actor,
                                         events[i].kind, events[i].faction);
        }
    }

    fold->to = done;
}


ctl_status_t
ctl_fold_run(ctl_fold_t *fold, ctl_redis_t *redis, ctl_pg_t *pg,
    ctl_position_t done)
{
    bool          more;
    ctl_status_t  status;

    if (fold->whole && ctl_position_compare(fold->to, done) == 0) {

        if (ctl_position_compare(fold->at, done) == 0) {
            return CTL_OK;
        }

        status = ctl_fold_counts(fold, redis, pg);

        if (status != CTL_OK || ctl_position_compare(fold->at, done) == 0) {
            fold->whole = status == CTL_OK;
            return status;
        }
    }

    fold->whole = false;
    status = CTL_OK;
    more = true;

    if (done.seq > fold->at.seq + CTL_FOLD_FAR) {
        ctl_counts_clear(&fold->counts);
        status = ctl_boards_restore(redis, pg, false, &fold->at);
    }

    while (status == CTL_OK && more
           && ctl_position_compare(fold->at, done) < 0)
    {
        status = ctl_fold_log(fold, redis, pg, &more);
    }

    fold->to = done;
    fold->whole = status == CTL_OK
                  && ctl_position_compare(fold->at, done) == 0;

    return status;
}


void
ctl_fold_end(ctl_fold_t *fold)
{
    ctl_counts_free(&fold->counts);
    memset(fold, 0, sizeof(*fold));
}


/* what was counted in memory; fold->at is what Redis says afterwards */
static ctl_status_t
ctl_fold_counts(ctl_fold_t *fold, ctl_redis_t *redis, ctl_pg_t *pg)
{
    char                actor[CANVAS_UUID_LEN];
    size_t              i;
    ctl_status_t        status;
    ctl_position_t      folded;
    const ctl_count_t  *slot;
    ctl_redis_args_t    args = { 0 };

    ctl_canvas_fold_begin(redis, &args, fold->at, fold->to);

    for (i = 0; i < fold->counts.size; i++) {
        slot = &fold->counts.slots[i];

        if (slot->pixels > 0) {
            canvas_uuid_format(slot->actor, actor);
            ctl_redis_arg(&args, &slot->kind, 1);
            ctl_redis_arg(&args, actor, sizeof(actor));
            ctl_redis_arg_number(&args, slot->pixels);
        }
    }

    status = ctl_fold_factions(fold, pg, &args);

    if (status == CTL_OK) {
        status = ctl_canvas_fold(redis, &args, &folded);
    }

    ctl_redis_args_free(&args);

    if (status == CTL_OK) {
        ctl_fold_is_at(fold, folded);
    }

    return status;
}


/* PostgreSQL knows their names; in most weeks there is nothing to ask */
static ctl_status_t
ctl_fold_factions(const ctl_fold_t *fold, ctl_pg_t *pg,
    ctl_redis_args_t *args)
{
    int        row, place;
    PGresult  *result;

    for (place = 1; fold->counts.factions[place] == 0; place++) {
        if (place == UINT8_MAX) {
            return CTL_OK;
        }
    }

    result = ctl_pg_query(pg, "SELECT n, name FROM unnest(page_factions()) "
                          "WITH ORDINALITY AS f (name, n) WHERE n < 256", 0,
                          NULL);
    if (result == NULL) {
        return pg->error->status;
    }

    for (row = 0; row < PQntuples(result); row++) {
        place = atoi(PQgetvalue(result, row, 0));

        if (fold->counts.factions[place] > 0) {
            ctl_redis_arg_text(args, "f");
            ctl_redis_arg_text(args, PQgetvalue(result, row, 1));
            ctl_redis_arg_number(args, fold->counts.factions[place]);
        }
    }

    PQclear(result);

    return CTL_OK;
}


/* a chunk of the log; *more: there may be another */
static ctl_status_t
ctl_fold_log(ctl_fold_t *fold, ctl_redis_t *redis, ctl_pg_t *pg, bool *more)
{
    char               epoch[24], seq[24];
    PGresult          *result;
    ctl_status_t       status;
    const char *const  values[] = { epoch, seq };

    snprintf(epoch, sizeof(epoch), "%" PRIu64, fold->at.epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, fold->at.seq);

    result = ctl_pg_query(pg,
                          "SELECT to_epoch, to_seq, kind, member, pixels "
                          "FROM fold_counts($1, $2, " CTL_FOLD_CHUNK ")", 2,
                          values);
    if (result == NULL) {
        return pg->error->status;
    }

    status = CTL_OK;
    *more = PQntuples(result) > 0;

    if (*more) {
        status = ctl_fold_rows(fold, redis, result);
    }

    PQclear(result);

    return status;
}


static ctl_status_t
ctl_fold_rows(ctl_fold_t *fold, ctl_redis_t *redis, const PGresult *result)
{
    int               row;
    ctl_status_t      status;
    ctl_position_t    to, folded;
    ctl_redis_args_t  args = { 0 };

    to.epoch = strtoull(PQgetvalue(result, 0, CTL_FOLD_EPOCH), NULL, 10);
    to.seq = strtoull(PQgetvalue(result, 0, CTL_FOLD_SEQ), NULL, 10);

    ctl_canvas_fold_begin(redis, &args, fold->at, to);

    for (row = 0; row < PQntuples(result); row++) {
        if (!PQgetisnull(result, row, CTL_FOLD_MEMBER)) {
            ctl_redis_arg_text(&args, PQgetvalue(result, row,
                                                 CTL_FOLD_KIND));
            ctl_redis_arg_text(&args, PQgetvalue(result, row,
                                                 CTL_FOLD_MEMBER));
            ctl_redis_arg_text(&args, PQgetvalue(result, row,
                                                 CTL_FOLD_PIXELS));
        }
    }

    status = ctl_canvas_fold(redis, &args, &folded);
    ctl_redis_args_free(&args);

    if (status == CTL_OK) {
        ctl_fold_is_at(fold, folded);
    }

    return status;
}


static void
ctl_fold_is_at(ctl_fold_t *fold, ctl_position_t position)
{
    fold->at = position;
    ctl_counts_clear(&fold->counts);
}
