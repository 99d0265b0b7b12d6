/*
 * ctl_keeper_child: the keeper as a child of `record`: started, started again
 * when it died, ended with its parent.  Nothing here waits but the end.
 */

#ifndef CTL_KEEPER_CHILD_H_INCLUDED
#define CTL_KEEPER_CHILD_H_INCLUDED

#include "ctl.h"
#include "ctl_backoff.h"

#include <stdint.h>
#include <sys/types.h>

typedef struct {
    ctl_t          *ctl;                /* the settings are taken from it */
    pid_t           pid;                /* 0: none runs */
    int64_t         began;              /* ms of ctl_clock */
    int64_t         due;                /* not to be started before */
    ctl_backoff_t   backoff;
} ctl_keeper_child_t;

void ctl_keeper_child_open(ctl_keeper_child_t *child, ctl_t *ctl);

/* to be called every now and then */
void ctl_keeper_child_tend(ctl_keeper_child_t *child);

void ctl_keeper_child_close(ctl_keeper_child_t *child);

#endif /* CTL_KEEPER_CHILD_H_INCLUDED */
