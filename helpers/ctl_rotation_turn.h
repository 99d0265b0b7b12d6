/*
 * ctl_rotation_turn: the one step of a rotation that changes the canvas.
 */

#ifndef CTL_ROTATION_TURN_H_INCLUDED
#define CTL_ROTATION_TURN_H_INCLUDED

#include "ctl_rotation_row.h"

/* turns the page, or learns that it is turned, and notes it */
ctl_status_t ctl_rotation_turn(ctl_rotation_t *rotation);

/*
 * The turn is noted, but a Redis that lost its last second may not know of
 * it.  Once the marker is recorded it stands; before, canvas_turn is asked
 * again: it answers what it did, or does it now.
 */
ctl_status_t ctl_rotation_turn_confirm(ctl_rotation_t *rotation);

#endif /* CTL_ROTATION_TURN_H_INCLUDED */
