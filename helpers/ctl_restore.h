/*
 * ctl_restore: the canvas in Redis, anew from PostgreSQL, under an epoch above
 * all that was: the image, the boards of the week, the bans.
 */

#ifndef CTL_RESTORE_H_INCLUDED
#define CTL_RESTORE_H_INCLUDED

#include "ctl.h"
#include "ctl_position.h"

typedef struct {
    ctl_position_t   at;            /* where the canvas stands */
    uint64_t         replayed;      /* events of the log */
    uint64_t         again;         /* placements of the stream, see below */
} ctl_restore_t;

/*
 * again: what was placed behind the log, as far as the stream in Redis has it,
 * is placed again on the canvas; for a log that nobody records as it is.
 */
ctl_status_t ctl_restore(ctl_t *ctl, bool again, ctl_restore_t *restored);

/*
 * Whether Redis shows a page that was turned since, as far as is recorded: it
 * came back from before that.
 */
ctl_status_t ctl_restore_turned(ctl_t *ctl, bool *turned);

/*
 * Then: the page of the running week again, with what was placed meanwhile.
 * CTL_TEMPORARY: a rotation is running.
 */
ctl_status_t ctl_restore_turn(ctl_t *ctl);

#endif /* CTL_RESTORE_H_INCLUDED */
