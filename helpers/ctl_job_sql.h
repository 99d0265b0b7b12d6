/*
 * ctl_job_sql: a job that is one SQL function, job_<name>(jsonb): what it
 * answers, docs/sql.md says.
 */

#ifndef CTL_JOB_SQL_H_INCLUDED
#define CTL_JOB_SQL_H_INCLUDED

#include "ctl.h"
#include "ctl_job.h"

/* the statement of a function; its parameters are those of the job */
#define CTL_JOB_SQL(function)                                                 \
    "SELECT j ->> 'code', coalesce(j ->> 'status', '200'), j ->> 'message',"  \
    "       coalesce(j -> 'body', '{}'),"                                     \
    "       j - '{code,status,message,body}'::text[]"                         \
    "  FROM " function "(jsonb_build_object("                                 \
    "           'id', $1::uuid, 'actor', $2::uuid, 'kind', $3::text,"         \
    "           'username', $4::text, 'isAdmin', $5::boolean,"                \
    "           'args', $6::jsonb)) AS j"

/* how long a job that has begun may take, as nginx waits for it */
#define CTL_JOB_SQL_MS  10000

/*
 * Runs it and publishes that it has begun, when PostgreSQL has answered and
 * there is still time for it, and the answer, also when it failed.  After left
 * ms it is taken back, and the answer is UNAVAILABLE, as when PostgreSQL is
 * lost before it is asked to commit.  An error: whether it was committed is
 * not known, the job is to be run again.
 */
ctl_status_t ctl_job_sql_run(ctl_t *ctl, const ctl_job_t *job,
    const char *sql, int64_t left);

/*
 * The same up to the answer, without saying that it has begun; *result NULL:
 * it failed and is answered.
 */
ctl_status_t ctl_job_sql_ask(ctl_t *ctl, const ctl_job_t *job,
    const char *sql, int64_t left, PGresult **result);

/* publishes what the function answered */
ctl_status_t ctl_job_sql_answer(ctl_t *ctl, const ctl_job_t *job,
    const PGresult *result);

#endif /* CTL_JOB_SQL_H_INCLUDED */
