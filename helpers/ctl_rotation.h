/*
 * ctl_rotation: the week turns.  A state machine whose memory is the table
 * rotations: each step does its work, then notes it; a run that was killed
 * is taken up by the next one at the step that is not noted, and every step
 * may be done twice.
 *
 *   chosen    a row says which epoch closes and which mode follows
 *   turned    canvas_turn: placements are in the new week from here on
 *   drained   the recorder is past the marker; the image is in the row
 *   archived  archive_and_reset_week
 *   imaged    picture and thumbnail are stored, or were tried
 *   done      the closing keys are gone from Redis
 */

#ifndef CTL_ROTATION_H_INCLUDED
#define CTL_ROTATION_H_INCLUDED

#include "ctl_rotation_row.h"

/*
 * Takes up the unfinished rotation or begins one; or, with a request (a UUID,
 * NULL: none) that was answered by one before, takes that.  CTL_NOT_DUE: the
 * week is not over and force is false, or another run holds the lock.
 */
ctl_status_t ctl_rotation_begin(ctl_rotation_t *rotation, ctl_t *ctl,
    const char *mode, bool force, const char *request);

/* does what is left, up to done */
ctl_status_t ctl_rotation_run(ctl_rotation_t *rotation);

#endif /* CTL_ROTATION_H_INCLUDED */
