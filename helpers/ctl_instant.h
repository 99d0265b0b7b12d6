/*
 * ctl_instant: a moment of a week: where it is in the log, and what the
 * canvas looked like.
 */

#ifndef CTL_INSTANT_H_INCLUDED
#define CTL_INSTANT_H_INCLUDED

#include "ctl_image.h"
#include "ctl_week.h"

/*
 * The last position before the first change that is later than us.
 * CTL_USAGE: the week began after it, or ended before.
 */
ctl_status_t ctl_instant_time(ctl_t *ctl, const ctl_week_t *week,
    int64_t us, ctl_position_t *at);

/* behind change number seq; CTL_USAGE: the week has no such */
ctl_status_t ctl_instant_seq(ctl_t *ctl, const ctl_week_t *week,
    uint64_t seq, ctl_position_t *at);

/*
 * The canvas at a position of the week: the nearest snapshot, and the changes
 * behind it.  CTL_FAILED: some of those are gone.
 */
ctl_status_t ctl_instant_image(ctl_t *ctl, const ctl_week_t *week,
    ctl_position_t at, ctl_image_t *image);

#endif /* CTL_INSTANT_H_INCLUDED */
