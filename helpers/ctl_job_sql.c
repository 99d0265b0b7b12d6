/*
 * ctl_job_sql: see the header.
 */

#include "ctl_job_sql.h"

#include "ctl_log.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* deadlocks and the like: who tries again mostly gets through */
#define CTL_JOB_SQL_TRIES  3

enum {
    CTL_JOB_SQL_CODE,
    CTL_JOB_SQL_STATUS,
    CTL_JOB_SQL_MESSAGE,
    CTL_JOB_SQL_BODY,
    CTL_JOB_SQL_MORE
};


/* an attempt, and how far it came */
typedef struct {
    const char  *sql;
    int64_t      left;                  /* ms, of the statement */
    bool         announce;              /* to be published: it has begun */
    bool         committing;            /* the outcome may be unknown */
} ctl_job_sql_try_t;


static ctl_status_t ctl_job_sql_tries(ctl_t *ctl, const ctl_job_t *job,
    ctl_job_sql_try_t *try, PGresult **result);
static PGresult *ctl_job_sql_once(ctl_t *ctl, const ctl_job_t *job,
    ctl_job_sql_try_t *try);
static ctl_status_t ctl_job_sql_begin(ctl_t *ctl, const ctl_job_t *job,
    ctl_job_sql_try_t *try);
static ctl_status_t ctl_job_sql_failed(ctl_t *ctl, const ctl_job_t *job);
static canvas_code_t ctl_job_sql_code(const char *sqlstate);


/* what may be the caller's fault, or pass; all else is ours */
static const struct {
    const char     *sqlstate;           /* or the first digits of it */
    canvas_code_t   code;
} ctl_job_sql_codes[] = {
    { "22", CANVAS_CODE_INVALID_MESSAGE },      /* data exception */
    { "40", CANVAS_CODE_UNAVAILABLE },          /* rolled back */
    { "53", CANVAS_CODE_UNAVAILABLE },          /* resources */
    { "55P03", CANVAS_CODE_UNAVAILABLE },       /* lock not available */
    { "57", CANVAS_CODE_UNAVAILABLE },          /* cancelled: out of time */
    { NULL, CANVAS_CODE_INTERNAL }
};


ctl_status_t
ctl_job_sql_run(ctl_t *ctl, const ctl_job_t *job, const char *sql,
    int64_t left)
{
    PGresult          *result;
    ctl_status_t       status;
    ctl_job_sql_try_t  try = { sql, left, !job->again, false };

    status = ctl_job_sql_tries(ctl, job, &try, &result);

    if (status == CTL_OK && result != NULL) {
        status = ctl_job_sql_answer(ctl, job, result);
        PQclear(result);
    }

    return status;
}


ctl_status_t
ctl_job_sql_ask(ctl_t *ctl, const ctl_job_t *job, const char *sql,
    int64_t left, PGresult **result)
{
    ctl_job_sql_try_t  try = { sql, left, false, false };

    return ctl_job_sql_tries(ctl, job, &try, result);
}


static ctl_status_t
ctl_job_sql_tries(ctl_t *ctl, const ctl_job_t *job, ctl_job_sql_try_t *try,
    PGresult **result)
{
    int  n;

    for (n = 0; n < CTL_JOB_SQL_TRIES; n++) {

        ctl->pg.sqlstate[0] = '\0';
        *result = ctl_job_sql_once(ctl, job, try);

        if (*result != NULL) {
            return CTL_OK;
        }

        if (ctl->redis.context == NULL || (ctl->pg.conn == NULL
                                       && try->committing))
        {
            return CTL_TEMPORARY;
        }

        ctl_pg_rollback(&ctl->pg);

        if (strncmp(ctl->pg.sqlstate, "40", 2) != 0) {
            break;
        }
    }

    return ctl_job_sql_failed(ctl, job);
}


ctl_status_t
ctl_job_sql_answer(ctl_t *ctl, const ctl_job_t *job, const PGresult *result)
{
    const char     *code, *sentence;
    canvas_code_t   found;

    code = PQgetvalue(result, 0, CTL_JOB_SQL_CODE);

    if (strcmp(code, "OK") == 0) {
        return ctl_job_answer(&ctl->redis, job,
                              atoi(PQgetvalue(result, 0, CTL_JOB_SQL_STATUS)),
                              PQgetvalue(result, 0, CTL_JOB_SQL_BODY));
    }

    found = canvas_code_find(code, strlen(code));
    sentence = PQgetisnull(result, 0, CTL_JOB_SQL_MESSAGE)
               ? NULL : PQgetvalue(result, 0, CTL_JOB_SQL_MESSAGE);

    return ctl_job_refuse(&ctl->redis, job, found, sentence,
                          PQgetvalue(result, 0, CTL_JOB_SQL_MORE));
}


/* one transaction that does not outlast the time its answer has */
static PGresult *
ctl_job_sql_once(ctl_t *ctl, const ctl_job_t *job, ctl_job_sql_try_t *try)
{
    PGresult   *result;
    const char *values[] = {
        job->id, *job->actor != '\0' ? job->actor : NULL, job->kind,
        job->username, *job->is_admin == '1' ? "true" : "false", job->args
    };

    try->committing = false;

    if (ctl_job_sql_begin(ctl, job, try) != CTL_OK) {
        return NULL;
    }

    result = ctl_pg_query(&ctl->pg, try->sql, 6, values);
    try->committing = result != NULL;

    if (result != NULL && ctl_pg_commit(&ctl->pg) != CTL_OK) {
        PQclear(result);
        return NULL;
    }

    return result;
}


/* a server that was stopped may have answered after whoever asked gave up */
static ctl_status_t
ctl_job_sql_begin(ctl_t *ctl, const ctl_job_t *job, ctl_job_sql_try_t *try)
{
    char           timeout[24];
    int64_t        left;
    ctl_status_t   status;
    const char    *limit[] = { timeout };

    snprintf(timeout, sizeof(timeout), "%" PRId64,
             try->left > 0 ? try->left : 1);

    status = ctl_pg_begin(&ctl->pg);

    if (status == CTL_OK) {
        status = ctl_pg_run(&ctl->pg,
                            "SELECT set_config('statement_timeout', $1, "
                            "true)", 1, limit);
    }

    if (status != CTL_OK || !try->announce) {
        return status;
    }

    status = ctl_job_left(&ctl->redis, job, &left);

    if (status == CTL_OK && left == 0) {
        snprintf(ctl->pg.sqlstate, sizeof(ctl->pg.sqlstate), "57014");
        return ctl_error_set(&ctl->error, CTL_TEMPORARY,
                             "PostgreSQL took longer than it may wait");
    }

    if (status == CTL_OK) {
        status = ctl_job_answer(&ctl->redis, job, CTL_JOB_BEGUN, "{}");
        try->announce = false;
    }

    return status;
}


static ctl_status_t
ctl_job_sql_failed(ctl_t *ctl, const ctl_job_t *job)
{
    canvas_code_t  code;

    /* without a SQLSTATE the connection was lost */
    code = ctl->pg.sqlstate[0] == '\0' ? CANVAS_CODE_UNAVAILABLE
                                       : ctl_job_sql_code(ctl->pg.sqlstate);

    if (code != CANVAS_CODE_INVALID_MESSAGE) {
        ctl_log(CTL_LOG_ERROR, "canvas keeper: job %s: %s", job->name,
                ctl->error.text);
    }

    return ctl_job_refuse(&ctl->redis, job, code, NULL, "{}");
}


static canvas_code_t
ctl_job_sql_code(const char *sqlstate)
{
    size_t  i;

    for (i = 0; ctl_job_sql_codes[i].sqlstate != NULL; i++) {

        if (strncmp(sqlstate, ctl_job_sql_codes[i].sqlstate,
                    strlen(ctl_job_sql_codes[i].sqlstate)) == 0)
        {
            break;
        }
    }

    return ctl_job_sql_codes[i].code;
}
