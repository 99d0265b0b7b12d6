/*
 * ctl_keeper_tasks: what the keeper does every so often.  The table is all
 * there is to add to: a task runs in the keeper's process, on its connections
 * (ctl->redis, ctl->pg), one at a time, and may be run once more than
 * necessary when keepers change.  Jobs wait meanwhile: a task is short.
 */

#ifndef CTL_KEEPER_TASKS_H_INCLUDED
#define CTL_KEEPER_TASKS_H_INCLUDED

#include "ctl.h"

#include <stdint.h>

#define CTL_KEEPER_TASKS_MAX  16

typedef struct {
    const char     *name;               /* in the log; NULL ends the table */
    int64_t         interval_ms;
    ctl_status_t  (*run)(ctl_t *ctl);
} ctl_keeper_task_t;

/* of one task; all zero at first */
typedef struct {
    int64_t  due;                       /* ms of ctl_clock */
    bool     failing;                   /* the log has it */
} ctl_keeper_task_state_t;

typedef struct {
    ctl_keeper_task_state_t  state[CTL_KEEPER_TASKS_MAX];
} ctl_keeper_tasks_t;

/*
 * Runs what is due.  A task that fails is logged once and tried again an
 * interval later.  CTL_TEMPORARY: PostgreSQL was lost, the rest was not run.
 */
ctl_status_t ctl_keeper_tasks_run(ctl_keeper_tasks_t *tasks, ctl_t *ctl);

/* ms until the next one is due, at most max */
int ctl_keeper_tasks_wait(const ctl_keeper_tasks_t *tasks, int max);

#endif /* CTL_KEEPER_TASKS_H_INCLUDED */
