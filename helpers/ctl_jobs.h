/*
 * ctl_jobs: what the keeper is asked to do.  A table of jobs by name: most
 * are one SQL function job_<name>(jsonb); `rotate` is a process of its own,
 * so that the others go on meanwhile.
 */

#ifndef CTL_JOBS_H_INCLUDED
#define CTL_JOBS_H_INCLUDED

#include "ctl.h"
#include "ctl_job_rotate.h"

typedef struct {
    ctl_t               *ctl;
    ctl_job_rotate_t     rotate;
    char                 resumed[48];   /* entry that was resumed last */
    bool                 resuming;      /* not yet at the new ones */
} ctl_jobs_t;

/* all zero at first; takes up what an earlier keeper left undone */
void ctl_jobs_begin(ctl_jobs_t *jobs, ctl_t *ctl);

/* one job, if one comes within block_ms */
ctl_status_t ctl_jobs_step(ctl_jobs_t *jobs, int block_ms);

/* jobs under way stay in the stream; films go on, unless it is for good */
void ctl_jobs_end(ctl_jobs_t *jobs, bool for_good);

#endif /* CTL_JOBS_H_INCLUDED */
