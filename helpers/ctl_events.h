/*
 * ctl_events: the changes of a week, in log order, a batch in memory at a
 * time, however many there are.
 */

#ifndef CTL_EVENTS_H_INCLUDED
#define CTL_EVENTS_H_INCLUDED

#include "ctl_week.h"

typedef struct {
    bool       clear;           /* all of the canvas to color; no x and y */
    uint8_t    color;
    unsigned   x;
    unsigned   y;
    int64_t    us;              /* never before that of the change before */
} ctl_change_t;

/* anything but CTL_OK ends the reading, and is its result */
typedef ctl_status_t (*ctl_events_pt)(void *data,
    const ctl_change_t *change);

/*
 * Changes behind from, up to to.  *missing:
 * how many of them are not in PostgreSQL any more, or never came.  In a
 * transaction of its own.
 */
ctl_status_t ctl_events_run(ctl_t *ctl, const ctl_week_t *week,
    ctl_position_t from, ctl_position_t to, ctl_events_pt handler,
    void *data, uint64_t *missing);

#endif /* CTL_EVENTS_H_INCLUDED */
