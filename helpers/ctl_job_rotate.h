/*
 * ctl_job_rotate: the job that turns the week: the command rotate in a
 * process of its own, whose summary is the answer.  It goes on to make the
 * film then, so there may be several processes; but one job at a time.
 */

#ifndef CTL_JOB_ROTATE_H_INCLUDED
#define CTL_JOB_ROTATE_H_INCLUDED

#include "ctl.h"
#include "ctl_job.h"

#include <stdint.h>
#include <sys/types.h>

/* one that is answered for, the others make films */
#define CTL_JOB_ROTATE_MAX   4
#define CTL_JOB_ROTATE_LINE  4096

typedef struct {
    pid_t       pid;            /* 0: none runs */
    int         out;            /* its standard output; -1: closed */
    ctl_job_t   job;            /* reply NULL: answered */
    int64_t     since;          /* ms of ctl_clock */
    int64_t     due;            /* pid 0: to be started then */
    size_t      used;
    char        line[CTL_JOB_ROTATE_LINE];
} ctl_job_rotate_child_t;

/* all zero at first */
typedef struct {
    ctl_job_rotate_child_t  child[CTL_JOB_ROTATE_MAX];
} ctl_job_rotate_t;

/*
 * Starts it and takes the job over (job->reply is NULL then), or publishes
 * why not and leaves it to the caller.
 */
ctl_status_t ctl_job_rotate_run(ctl_job_rotate_t *rotate, ctl_t *ctl,
    ctl_job_t *job, int64_t left);

/* publishes the answers that are there; never waits */
ctl_status_t ctl_job_rotate_tend(ctl_job_rotate_t *rotate, ctl_t *ctl);

/* whether an answer is to come */
bool ctl_job_rotate_busy(const ctl_job_rotate_t *rotate);

/* *expired false: a job that is out of its time has begun within it */
ctl_status_t ctl_job_rotate_begun(ctl_t *ctl, const ctl_job_t *job,
    bool *expired);

/* ends what is not answered, and with all the films too; jobs stay undone */
void ctl_job_rotate_end(ctl_job_rotate_t *rotate, bool all);

#endif /* CTL_JOB_ROTATE_H_INCLUDED */
