/*
 * ctl_keeper_tasks: see the header.
 */

#include "ctl_keeper_tasks.h"

#include "ctl_announce.h"
#include "ctl_clock.h"
#include "ctl_decay.h"
#include "ctl_log.h"
#include "ctl_rules.h"
#include "ctl_standings.h"


static void ctl_keeper_tasks_note(const ctl_keeper_task_t *task,
    ctl_keeper_task_state_t *state, ctl_t *ctl, ctl_status_t status);


static const ctl_keeper_task_t  ctl_keeper_tasks[] = {
    { "boards", 3000, ctl_standings_tell },
    { "announce", 2000, ctl_announce },
    { "rules", 5000, ctl_rules_run },
    { "decay", 1000, ctl_decay_run },
    { NULL, 0, NULL }
};

_Static_assert(sizeof(ctl_keeper_tasks) / sizeof(ctl_keeper_tasks[0])
               <= CTL_KEEPER_TASKS_MAX + 1, "CTL_KEEPER_TASKS_MAX");


ctl_status_t
ctl_keeper_tasks_run(ctl_keeper_tasks_t *tasks, ctl_t *ctl)
{
    ctl_status_t              status;
    const ctl_keeper_task_t  *task;
    ctl_keeper_task_state_t  *state;

    state = tasks->state;

    for (task = ctl_keeper_tasks; task->name != NULL; task++, state++) {

        if (ctl_clock_ms() < state->due) {
            continue;
        }

        status = task->run(ctl);
        state->due = ctl_clock_ms() + task->interval_ms;

        if (status != CTL_OK && ctl->pg.conn == NULL) {
            return status;
        }

        ctl_pg_rollback(&ctl->pg);
        ctl_keeper_tasks_note(task, state, ctl, status);
    }

    return CTL_OK;
}


int
ctl_keeper_tasks_wait(const ctl_keeper_tasks_t *tasks, int max)
{
    int64_t                         left, now;
    const ctl_keeper_task_t        *task;
    const ctl_keeper_task_state_t  *state;

    now = ctl_clock_ms();
    state = tasks->state;

    for (task = ctl_keeper_tasks; task->name != NULL; task++, state++) {
        left = state->due > now ? state->due - now : 0;
        max = left < max ? (int) left : max;
    }

    return max;
}


/* a line when it begins to fail, and one when it does no longer */
static void
ctl_keeper_tasks_note(const ctl_keeper_task_t *task,
    ctl_keeper_task_state_t *state, ctl_t *ctl, ctl_status_t status)
{
    if (status != CTL_OK && !state->failing) {
        ctl_log(CTL_LOG_ERROR, "canvas keeper: task %s: %s; trying again "
                "every %d ms", task->name, ctl->error.text,
                (int) task->interval_ms);

    } else if (status == CTL_OK && state->failing) {
        ctl_log(CTL_LOG_NOTICE, "canvas keeper: task %s works again",
                task->name);
    }

    state->failing = status != CTL_OK;
}
