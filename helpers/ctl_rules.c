/*
 * ctl_rules: see the header.  Killed at any point, it finds the same to do
 * again: both stores are asked what rules they have, and Redis, told the same
 * rules twice, changes nothing.
 */

#include "ctl_rules.h"

#include "canvas_event.h"
#include "ctl_canvas.h"
#include "ctl_log.h"
#include "ctl_restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* what is done with what is due */
typedef ctl_status_t (*ctl_rules_pt)(ctl_t *ctl, const redisReply *page,
    const PGresult *due, const char *ms);

/* columns of what is due */
enum {
    CTL_RULES_DUE,
    CTL_RULES_FORGET,
    CTL_RULES_TOLD
};

/* of the rules hash, in this order */
enum {
    CTL_RULES_MODE,
    CTL_RULES_WEEK,
    CTL_RULES_YEAR,
    CTL_RULES_RULES,
    CTL_RULES_FIELDS
};


static ctl_status_t ctl_rules_turned(ctl_t *ctl);
static ctl_status_t ctl_rules_ask(ctl_t *ctl, const redisReply *page,
    const char *ms, const char *lock, PGresult **due);
static ctl_status_t ctl_rules_locked(ctl_t *ctl, const redisReply *page,
    const char *ms, ctl_rules_pt run);
static ctl_status_t ctl_rules_foresee(ctl_t *ctl, const redisReply *page,
    const PGresult *due, const char *ms);
static ctl_status_t ctl_rules_enforce(ctl_t *ctl, const redisReply *page,
    const PGresult *due, const char *ms);
static ctl_status_t ctl_rules_note(ctl_t *ctl, const char *rules,
    const char *ms);
static redisReply *ctl_rules_page(ctl_redis_t *redis);


static const char *const  ctl_rules_fields[] = {
    "game_mode", "week_number", "year", "rules"
};


ctl_status_t
ctl_rules_run(ctl_t *ctl)
{
    char           ms[24];
    uint64_t       now;
    PGresult      *due;
    redisReply    *page;
    ctl_status_t   status;

    status = ctl_rules_turned(ctl);

    if (status == CTL_OK) {
        status = ctl_redis_time(&ctl->redis, &now);
    }

    if (status != CTL_OK) {
        return status;
    }

    page = ctl_rules_page(&ctl->redis);
    if (page == NULL) {
        return ctl->error.status;
    }

    if (page->elements != CTL_RULES_FIELDS
        || page->element[CTL_RULES_RULES]->type != REDIS_REPLY_STRING)
    {
        freeReplyObject(page);
        return CTL_OK;                  /* no canvas yet */
    }

    snprintf(ms, sizeof(ms), "%" PRIu64, now);

    status = ctl_rules_ask(ctl, page, ms, "false", &due);

    if (status == CTL_OK && due != NULL) {
        PQclear(due);
        status = ctl_rules_locked(ctl, page, ms, ctl_rules_foresee);

        if (status == CTL_OK) {
            status = ctl_rules_locked(ctl, page, ms, ctl_rules_enforce);
        }
    }

    freeReplyObject(page);

    return status;
}


/* the rules of the week, and what they count, are not for such a page */
static ctl_status_t
ctl_rules_turned(ctl_t *ctl)
{
    bool          turned;
    ctl_status_t  status;

    status = ctl_restore_turned(ctl, &turned);

    if (status == CTL_OK && turned) {
        return ctl_error_set(&ctl->error, CTL_TEMPORARY,
                             "Redis came back with a page that was turned "
                             "since: the recorder replaces it, or run "
                             "canvas-helper restore --force");
    }

    return status;
}


/* *due NULL: nothing is */
static ctl_status_t
ctl_rules_ask(ctl_t *ctl, const redisReply *page, const char *ms,
    const char *lock, PGresult **due)
{
    const char *const  values[] = {
        ms, page->element[CTL_RULES_MODE]->str,
        page->element[CTL_RULES_RULES]->str, lock
    };

    *due = ctl_pg_query(&ctl->pg,
                        "SELECT rules::text, forget, rules = $3::jsonb "
                        "FROM rules_due(timestamptz 'epoch' + $1::bigint "
                        "* interval '1 ms', $2, $3, $4)", 4, values);
    if (*due == NULL) {
        return ctl->error.status;
    }

    if (PQntuples(*due) == 0) {
        PQclear(*due);
        *due = NULL;
    }

    return CTL_OK;
}


/* no rotation is begun meanwhile: rules_due() locks it out */
static ctl_status_t
ctl_rules_locked(ctl_t *ctl, const redisReply *page, const char *ms,
    ctl_rules_pt run)
{
    PGresult      *due;
    ctl_status_t   status;

    status = ctl_pg_begin(&ctl->pg);

    if (status == CTL_OK) {
        status = ctl_rules_ask(ctl, page, ms, "true", &due);
    }

    if (status == CTL_OK && due != NULL) {
        status = run(ctl, page, due, ms);
        PQclear(due);
    }

    if (status == CTL_OK) {
        status = ctl_pg_commit(&ctl->pg);
    }

    if (status != CTL_OK) {
        ctl_pg_rollback(&ctl->pg);
    }

    /* Redis turned the page meanwhile, or a restore took it back */
    return status == CTL_NOT_DUE ? CTL_OK : status;
}


/*
 * Noted before Redis is told: killed in between, a restore still counts behind
 * here, and nobody has the allowance of a day twice.
 */
static ctl_status_t
ctl_rules_foresee(ctl_t *ctl, const redisReply *page, const PGresult *due,
    const char *ms)
{
    char                 epoch[24], seq[24];
    ctl_status_t         status;
    const char          *values[5];
    ctl_canvas_hello_t   hello;

    (void) page;

    if (PQgetvalue(due, 0, CTL_RULES_TOLD)[0] == 't') {
        return CTL_OK;                  /* Redis says behind which position */
    }

    status = ctl_canvas_hello(&ctl->redis, &hello);
    if (status != CTL_OK) {
        return status;
    }

    snprintf(epoch, sizeof(epoch), "%" PRIu64, hello.epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, hello.seq);

    values[0] = PQgetvalue(due, 0, CTL_RULES_DUE);
    values[1] = PQgetvalue(due, 0, CTL_RULES_FORGET);
    values[2] = epoch;
    values[3] = seq;
    values[4] = ms;

    return ctl_pg_run(&ctl->pg,
                      "SELECT rules_foreseen($1, $2, $3, $4, timestamptz "
                      "'epoch' + $5::bigint * interval '1 ms')", 5, values);
}


static ctl_status_t
ctl_rules_enforce(ctl_t *ctl, const redisReply *page, const PGresult *due,
    const char *ms)
{
    bool                changed;
    ctl_status_t        status;
    const char         *rules;
    ctl_canvas_page_t   want;

    memset(&want, 0, sizeof(want));
    want.game_mode = page->element[CTL_RULES_MODE]->str;
    want.week_number = page->element[CTL_RULES_WEEK]->str;
    want.year = page->element[CTL_RULES_YEAR]->str;
    rules = PQgetvalue(due, 0, CTL_RULES_DUE);
    want.rules = rules;

    status = ctl_canvas_rules(&ctl->redis, &want,
                              PQgetvalue(due, 0, CTL_RULES_FORGET)[0] == 't',
                              &changed);

    if (status == CTL_OK) {
        status = ctl_rules_note(ctl, rules, ms);
    }

    if (status == CTL_OK && changed) {
        ctl_log(CTL_LOG_NOTICE, "canvas keeper: the week is played by %s "
                "from now on", rules);
    }

    return status;
}


/* Redis says behind which position it counts, if it counts */
static ctl_status_t
ctl_rules_note(ctl_t *ctl, const char *rules, const char *ms)
{
    char                epoch[24], seq[24];
    redisReply         *reply;
    ctl_position_t      from = { 0, 0 };
    const char *const   values[] = { rules, epoch, seq, ms };
    ctl_redis_args_t    args = { 0 };

    ctl_redis_arg_text(&args, "HGET");
    ctl_redis_arg_key(&ctl->redis, &args, "canvas:rules");
    ctl_redis_arg_text(&args, "actors_from");

    reply = ctl_redis_call(&ctl->redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return ctl->error.status;
    }

    if (reply->type == REDIS_REPLY_STRING) {
        canvas_event_id_parse(reply->str, reply->len, &from.epoch, &from.seq);
    }

    freeReplyObject(reply);

    snprintf(epoch, sizeof(epoch), "%" PRIu64, from.epoch);
    snprintf(seq, sizeof(seq), "%" PRIu64, from.seq);

    return ctl_pg_run(&ctl->pg,
                      "SELECT rules_applied($1, $2, $3, timestamptz 'epoch' "
                      "+ $4::bigint * interval '1 ms')", 4, values);
}


static redisReply *
ctl_rules_page(ctl_redis_t *redis)
{
    size_t             i;
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_redis_arg_text(&args, "HMGET");
    ctl_redis_arg_key(redis, &args, "canvas:rules");

    for (i = 0; i < CTL_RULES_FIELDS; i++) {
        ctl_redis_arg_text(&args, ctl_rules_fields[i]);
    }

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    return reply;
}
