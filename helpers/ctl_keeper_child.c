/*
 * ctl_keeper_child: see the header.
 */

#include "ctl_keeper_child.h"

#include "ctl_child.h"
#include "ctl_clock.h"
#include "ctl_keeper.h"
#include "ctl_log.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* one that lived so long did not die of how it was started */
#define CTL_KEEPER_CHILD_LIVED_MS  60000

/* for what it has in hand */
#define CTL_KEEPER_CHILD_END_MS    20000


static void ctl_keeper_child_start(ctl_keeper_child_t *child);
static void ctl_keeper_child_main(const ctl_conf_t *conf);
static void ctl_keeper_child_died(ctl_keeper_child_t *child, int state);


void
ctl_keeper_child_open(ctl_keeper_child_t *child, ctl_t *ctl)
{
    memset(child, 0, sizeof(*child));
    child->ctl = ctl;
    ctl_keeper_child_tend(child);
}


void
ctl_keeper_child_tend(ctl_keeper_child_t *child)
{
    int  state;

    if (child->pid != 0) {
        state = 0;

        if (ctl_child_ended(child->pid, &state)) {
            ctl_keeper_child_died(child, state);
        }

        return;
    }

    if (ctl_clock_ms() >= child->due) {
        ctl_keeper_child_start(child);
    }
}


void
ctl_keeper_child_close(ctl_keeper_child_t *child)
{
    if (child->pid != 0) {
        ctl_child_end(child->pid, CTL_KEEPER_CHILD_END_MS);
        child->pid = 0;
    }
}


static void
ctl_keeper_child_start(ctl_keeper_child_t *child)
{
    pid_t  pid;

    child->began = ctl_clock_ms();
    pid = ctl_child_fork(SIGKILL, -1);

    if (pid == 0) {
        ctl_keeper_child_main(&child->ctl->conf);
    }

    if (pid < 0) {
        child->due = child->began + ctl_backoff_failed(&child->backoff);
        ctl_log(CTL_LOG_ERROR, "canvas record: cannot start the keeper: %s",
                strerror(errno));
        return;
    }

    child->pid = pid;
}


/* a context of its own: that of the parent has the parent's connections */
static void
ctl_keeper_child_main(const ctl_conf_t *conf)
{
    ctl_t         ctl;
    ctl_status_t  status;

    ctl_begin(&ctl, conf);
    status = ctl_keeper_run(&ctl);

    if (status != CTL_OK) {
        ctl_log(CTL_LOG_ERROR, "canvas keeper: %s", ctl.error.text);
    }

    exit(status);
}


static void
ctl_keeper_child_died(ctl_keeper_child_t *child, int state)
{
    int      delay;
    char     how[40];
    int64_t  now;

    now = ctl_clock_ms();

    if (now - child->began >= CTL_KEEPER_CHILD_LIVED_MS) {
        ctl_backoff_succeeded(&child->backoff);
    }

    delay = ctl_backoff_failed(&child->backoff);
    child->pid = 0;
    child->due = now + delay;

    if (WIFSIGNALED(state)) {
        snprintf(how, sizeof(how), "was killed by signal %d",
                 WTERMSIG(state));
    } else {
        snprintf(how, sizeof(how), "ended with code %d",
                 WEXITSTATUS(state));
    }

    ctl_log(CTL_LOG_ERROR, "canvas record: the keeper %s; starting it again "
            "in %d ms", how, delay);
}
