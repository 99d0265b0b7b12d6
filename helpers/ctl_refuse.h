/*
 * ctl_refuse: a batch that PostgreSQL refuses because of single events is
 * halved until these are found.  They go to pixel_events_refused, the others
 * are recorded: one bad event must not stop the log.
 */

#ifndef CTL_REFUSE_H_INCLUDED
#define CTL_REFUSE_H_INCLUDED

#include "canvas_event.h"
#include "ctl_pg.h"

/* whether the last failure is about the data, and will not go away */
bool ctl_refuse_is_final(const ctl_pg_t *pg);

/*
 * COPY of n events, in the transaction that is open; buf has room for them.
 * *refused is raised by those that pixel_events did not take.
 */
ctl_status_t ctl_refuse_copy(ctl_pg_t *pg, const canvas_event_t *events,
    size_t n, char *buf, size_t *refused);

/* COPY without looking for the culprit: what fails, fails as a whole */
ctl_status_t ctl_refuse_copy_all(ctl_pg_t *pg, const canvas_event_t *events,
    size_t n, char *buf);

#endif /* CTL_REFUSE_H_INCLUDED */
