/*
 * ctl_decay: the keeper's task that lets pixels fade (rule decayHours).  The
 * log in PostgreSQL says which (docs/sql.md, decay_due), canvas_decay changes
 * those that nobody painted again since.
 */

#ifndef CTL_DECAY_H_INCLUDED
#define CTL_DECAY_H_INCLUDED

#include "ctl.h"

ctl_status_t ctl_decay_run(ctl_t *ctl);

#endif /* CTL_DECAY_H_INCLUDED */
