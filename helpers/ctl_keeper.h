/*
 * ctl_keeper: the process beside the recorder that does what must be done
 * for a canvas while it runs, besides recording it: the tasks of
 * ctl_keeper_tasks, and the jobs that ctl_jobs is given.  It has connections
 * of its own, so that neither waits for the other.  However many recorders
 * there are, one keeper is active: it holds the lock canvas:keep of
 * PostgreSQL.
 */

#ifndef CTL_KEEPER_H_INCLUDED
#define CTL_KEEPER_H_INCLUDED

#include "ctl.h"

/* until SIGTERM or SIGINT (CTL_OK); outlives both stores */
ctl_status_t ctl_keeper_run(ctl_t *ctl);

#endif /* CTL_KEEPER_H_INCLUDED */
