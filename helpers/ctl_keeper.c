/*
 * ctl_keeper: see the header.
 */

#include "ctl_keeper.h"

#include "ctl_backoff.h"
#include "ctl_jobs.h"
#include "ctl_keeper_tasks.h"
#include "ctl_log.h"
#include "ctl_signal.h"

#include <string.h>

#define CTL_KEEPER_LOCK        "canvas:keep"

/* how long it waits for something to do; a signal is noticed after this */
#define CTL_KEEPER_WAIT_MS     400
#define CTL_KEEPER_STANDBY_MS  500

/* somebody may be waiting for an answer: sooner than the recorder */
#define CTL_KEEPER_DELAY_MS    5000

/* of a statement: what takes longer holds up everything else */
#define CTL_KEEPER_TIMEOUT_MS  15000

typedef enum {
    CTL_KEEPER_STARTING,
    CTL_KEEPER_STANDBY,
    CTL_KEEPER_ACTIVE,
    CTL_KEEPER_FAILING
} ctl_keeper_state_t;

typedef struct {
    ctl_t               *ctl;
    ctl_signal_t         signals;
    ctl_backoff_t        backoff;
    ctl_keeper_state_t   state;
    int                  backend;       /* that holds the lock */
    ctl_keeper_tasks_t   tasks;
    ctl_jobs_t           jobs;
} ctl_keeper_t;


static ctl_status_t ctl_keeper_session(ctl_keeper_t *keeper);
static ctl_status_t ctl_keeper_lock(ctl_keeper_t *keeper);
static ctl_status_t ctl_keeper_round(ctl_keeper_t *keeper);
static ctl_status_t ctl_keeper_locked(ctl_keeper_t *keeper);
static void ctl_keeper_state(ctl_keeper_t *keeper, ctl_keeper_state_t state);
static void ctl_keeper_failed(ctl_keeper_t *keeper);


static const char *const  ctl_keeper_says[] = {
    [CTL_KEEPER_STANDBY] = "another keeper is active, waiting",
    [CTL_KEEPER_ACTIVE] = "active"
};


ctl_status_t
ctl_keeper_run(ctl_t *ctl)
{
    ctl_keeper_t  keeper;
    ctl_status_t  status;

    memset(&keeper, 0, sizeof(keeper));
    keeper.ctl = ctl;
    ctl->pg.timeout_ms = CTL_KEEPER_TIMEOUT_MS;

    status = ctl_signal_open(&keeper.signals, &ctl->error);
    if (status != CTL_OK) {
        return status;
    }

    do {
        status = ctl_keeper_session(&keeper);

        if (status == CTL_NOT_DUE) {
            ctl_keeper_state(&keeper, CTL_KEEPER_STANDBY);
            ctl_signal_wait(&keeper.signals, CTL_KEEPER_STANDBY_MS);

        } else if (status != CTL_OK) {
            ctl_keeper_failed(&keeper);
        }

    } while (!ctl_signal_wait(&keeper.signals, 0));

    ctl_jobs_end(&keeper.jobs, true);
    ctl_redis_close(&ctl->redis);
    ctl_pg_end(&ctl->pg);
    ctl_signal_close(&keeper.signals);

    return CTL_OK;
}


/* until asked to end (CTL_OK), or something fails */
static ctl_status_t
ctl_keeper_session(ctl_keeper_t *keeper)
{
    ctl_status_t  status;

    status = ctl_keeper_lock(keeper);
    ctl_jobs_begin(&keeper->jobs, keeper->ctl);

    while (status == CTL_OK && !ctl_signal_wait(&keeper->signals, 0)) {
        status = ctl_keeper_round(keeper);
    }

    ctl_jobs_end(&keeper->jobs, false);

    return status;
}


/* CTL_NOT_DUE: another keeper is active */
static ctl_status_t
ctl_keeper_lock(ctl_keeper_t *keeper)
{
    ctl_t         *ctl;
    ctl_status_t   status;

    ctl = keeper->ctl;

    status = ctl_redis_connect(&ctl->redis);

    if (status == CTL_OK) {
        status = ctl_pg_connect(&ctl->pg);
    }

    if (status == CTL_OK) {
        status = ctl_pg_lock(&ctl->pg, CTL_KEEPER_LOCK, false);
    }

    if (status == CTL_OK) {
        keeper->backend = PQbackendPID(ctl->pg.conn);
    }

    return status;
}


static ctl_status_t
ctl_keeper_round(ctl_keeper_t *keeper)
{
    ctl_status_t  status;

    status = ctl_keeper_tasks_run(&keeper->tasks, keeper->ctl);

    if (status == CTL_OK) {
        status = ctl_keeper_locked(keeper);
    }

    if (status == CTL_OK) {
        ctl_keeper_state(keeper, CTL_KEEPER_ACTIVE);
        ctl_backoff_succeeded(&keeper->backoff);
        status = ctl_jobs_step(&keeper->jobs,
                               ctl_keeper_tasks_wait(&keeper->tasks,
                                                     CTL_KEEPER_WAIT_MS));
    }

    return status;
}


/* who connected anew after a failure did so without the lock */
static ctl_status_t
ctl_keeper_locked(ctl_keeper_t *keeper)
{
    ctl_t  *ctl;

    ctl = keeper->ctl;

    if (ctl_pg_alive(&ctl->pg)
        && PQbackendPID(ctl->pg.conn) == keeper->backend)
    {
        return CTL_OK;
    }

    return ctl_error_set(&ctl->error, CTL_TEMPORARY,
                         "connection to PostgreSQL lost, and the lock with "
                         "it");
}


static void
ctl_keeper_state(ctl_keeper_t *keeper, ctl_keeper_state_t state)
{
    if (keeper->state != state) {
        keeper->state = state;
        ctl_log(CTL_LOG_NOTICE, "canvas keeper: %s", ctl_keeper_says[state]);
    }
}


/* one line, then silence until it works again */
static void
ctl_keeper_failed(ctl_keeper_t *keeper)
{
    int  delay;

    delay = ctl_backoff_failed(&keeper->backoff);

    if (keeper->state != CTL_KEEPER_FAILING) {
        keeper->state = CTL_KEEPER_FAILING;
        ctl_log(CTL_LOG_ERROR, "canvas keeper: %s; trying again",
                keeper->ctl->error.text);
    }

    /* whatever state the connections are in: begin with fresh ones */
    ctl_redis_close(&keeper->ctl->redis);
    ctl_pg_close(&keeper->ctl->pg);

    ctl_signal_wait(&keeper->signals, delay < CTL_KEEPER_DELAY_MS
                                      ? delay : CTL_KEEPER_DELAY_MS);
}
