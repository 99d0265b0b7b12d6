/*
 * ctl_jobs: see the header.
 */

#include "ctl_jobs.h"

#include "ctl_job_sql.h"
#include "ctl_log.h"

#include <stdio.h>
#include <string.h>

/* how long a new job may wait while the answer of a rotation is looked for */
#define CTL_JOBS_ROTATING_MS  50

typedef struct {
    const char     *name;
    const char     *sql;                /* NULL: a rotation */
} ctl_jobs_row_t;


static ctl_status_t ctl_jobs_run(ctl_jobs_t *jobs, ctl_job_t *job);
static ctl_status_t ctl_jobs_expired(ctl_jobs_t *jobs, ctl_job_t *job,
    const ctl_jobs_row_t *row, bool *expired, int64_t *left);
static const ctl_jobs_row_t *ctl_jobs_find(const char *name);


static const ctl_jobs_row_t  ctl_jobs_table[] = {
    { "comment", CTL_JOB_SQL("job_comment") },
    { "vote", CTL_JOB_SQL("job_vote") },
    { "artwork", CTL_JOB_SQL("job_artwork") },
    { "rotate", NULL },
    { NULL, NULL }
};


void
ctl_jobs_begin(ctl_jobs_t *jobs, ctl_t *ctl)
{
    jobs->ctl = ctl;
    jobs->resuming = true;
    snprintf(jobs->resumed, sizeof(jobs->resumed), "0");
}


ctl_status_t
ctl_jobs_step(ctl_jobs_t *jobs, int block_ms)
{
    ctl_job_t      job;
    ctl_redis_t   *redis;
    ctl_status_t   status;

    redis = &jobs->ctl->redis;

    status = ctl_job_rotate_tend(&jobs->rotate, jobs->ctl);
    if (status != CTL_OK) {
        return status;
    }

    if (ctl_job_rotate_busy(&jobs->rotate)
        && block_ms > CTL_JOBS_ROTATING_MS)
    {
        block_ms = CTL_JOBS_ROTATING_MS;
    }

    if (!jobs->resuming) {
        status = ctl_job_next(redis, block_ms > 0 ? block_ms : 1, &job);

    } else {
        status = ctl_job_resume(redis, jobs->resumed, &job);

        if (status == CTL_OK && job.reply == NULL) {
            jobs->resuming = false;

        } else if (status == CTL_OK) {
            snprintf(jobs->resumed, sizeof(jobs->resumed), "%s", job.entry);
        }
    }

    if (status != CTL_OK || job.reply == NULL) {
        return status;
    }

    status = ctl_jobs_run(jobs, &job);
    ctl_job_free(&job);

    return status;
}


void
ctl_jobs_end(ctl_jobs_t *jobs, bool for_good)
{
    ctl_job_rotate_end(&jobs->rotate, for_good);
}


/* what fails for good is answered too; an error here ends the session */
static ctl_status_t
ctl_jobs_run(ctl_jobs_t *jobs, ctl_job_t *job)
{
    bool                   expired;
    int64_t                left;
    ctl_t                 *ctl;
    ctl_status_t           status;
    const ctl_jobs_row_t  *row;

    ctl = jobs->ctl;
    row = ctl_jobs_find(job->name);

    status = ctl_jobs_expired(jobs, job, row, &expired, &left);

    if (status != CTL_OK) {
        return status;
    }

    if (expired) {
        ctl_log(CTL_LOG_WARN, "canvas keeper: job %s came too late and is "
                "left out", job->name);
        status = ctl_job_refuse(&ctl->redis, job, CANVAS_CODE_UNAVAILABLE,
                                NULL, "{}");

    } else if (row == NULL) {
        status = ctl_job_refuse(&ctl->redis, job, CANVAS_CODE_NOT_FOUND,
                                NULL, "{}");

    } else if (row->sql != NULL) {
        status = ctl_job_sql_run(ctl, job, row->sql,
                                 job->again ? left : CTL_JOB_SQL_MS);

    } else {
        status = ctl_job_rotate_run(&jobs->rotate, ctl, job, left);

        if (status == CTL_OK && job->reply == NULL) {
            return CTL_OK;              /* it is the rotation's now */
        }
    }

    return status == CTL_OK ? ctl_job_done(&ctl->redis, job) : status;
}


/* what has begun is no longer bound to the time that it might wait */
static ctl_status_t
ctl_jobs_expired(ctl_jobs_t *jobs, ctl_job_t *job, const ctl_jobs_row_t *row,
    bool *expired, int64_t *left)
{
    ctl_status_t  status;

    if (job->again && row != NULL && row->sql != NULL) {
        job->expires += CTL_JOB_SQL_MS;
    }

    status = ctl_job_left(&jobs->ctl->redis, job, left);
    *expired = *left == 0;

    if (status == CTL_OK && *expired && job->again && row != NULL
        && row->sql == NULL)
    {
        status = ctl_job_rotate_begun(jobs->ctl, job, expired);
        *left = CTL_JOB_SQL_MS;
    }

    return status;
}


static const ctl_jobs_row_t *
ctl_jobs_find(const char *name)
{
    const ctl_jobs_row_t  *row;

    for (row = ctl_jobs_table; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0) {
            return row;
        }
    }

    return NULL;
}
