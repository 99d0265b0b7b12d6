/*
 * ctl_statistics: counts the closing week of a rotation from the log, and
 * hands what it found to archive_and_reset_week.  Counting takes as long as
 * the week has events, and locks nothing; handing over is part of the short
 * transaction that archives.
 */

#ifndef CTL_STATISTICS_H_INCLUDED
#define CTL_STATISTICS_H_INCLUDED

#include "ctl.h"
#include "ctl_summary.h"

typedef struct {
    char           digest[40];      /* of what the week is made of */
    unsigned       colors;          /* in its palette */
    ctl_summary_t  summary;
} ctl_statistics_t;

/* the rotation is drained; reads in a transaction of its own */
ctl_status_t ctl_statistics_count(ctl_t *ctl, const char *rotation,
    ctl_statistics_t *statistics);

/* in the caller's transaction, before archive_and_reset_week */
ctl_status_t ctl_statistics_stage(ctl_t *ctl, const char *rotation,
    const ctl_statistics_t *statistics);

/* may be called twice, and after a failure */
void ctl_statistics_close(ctl_statistics_t *statistics);

#endif /* CTL_STATISTICS_H_INCLUDED */
