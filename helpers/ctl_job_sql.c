/*
 * ctl_job_sql: see the header.
 */

#include "ctl_job_sql.h"

#include "ctl_log.h"

#include <inttypes.h>
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


static PGresult *ctl_job_sql_once(ctl_t *ctl, const ctl_job_t *job,
    const char *sql, int64_t left);
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
    PGresult      *result;
    ctl_status_t   status;

    status = ctl_job_sql_ask(ctl, job, sql, left, &result);

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
    int  try;

    for (try = 0; try < CTL_JOB_SQL_TRIES; try++) {

        *result = ctl_job_sql_once(ctl, job, sql, left);

        if (*result != NULL) {
            return CTL_OK;
        }

        if (ctl->pg.conn == NULL) {
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
ctl_job_sql_once(ctl_t *ctl, const ctl_job_t *job, const char *sql,
    int64_t left)
{
    char        timeout[24];
    PGresult   *result;
    const char *limit[] = { timeout };
    const char *values[] = {
        job->id, *job->actor != '\0' ? job->actor : NULL, job->kind,
        job->username, *job->is_admin == '1' ? "true" : "false", job->args
    };

    snprintf(timeout, sizeof(timeout), "%" PRId64, left > 0 ? left : 1);

    if (ctl_pg_begin(&ctl->pg) != CTL_OK
        || ctl_pg_run(&ctl->pg,
                      "SELECT set_config('statement_timeout', $1, true)", 1,
                      limit) != CTL_OK)
    {
        return NULL;
    }

    result = ctl_pg_query(&ctl->pg, sql, 6, values);

    if (result != NULL && ctl_pg_commit(&ctl->pg) != CTL_OK) {
        PQclear(result);
        return NULL;
    }

    return result;
}


static ctl_status_t
ctl_job_sql_failed(ctl_t *ctl, const ctl_job_t *job)
{
    canvas_code_t  code;

    code = ctl_job_sql_code(ctl->pg.sqlstate);

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
