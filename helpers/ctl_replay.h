/*
 * ctl_replay: an image from the log in PostgreSQL: a start, and the events
 * behind it that count.
 */

#ifndef CTL_REPLAY_H_INCLUDED
#define CTL_REPLAY_H_INCLUDED

#include "ctl_pg.h"
#include "ctl_recorder.h"

typedef struct {
    unsigned         width;
    unsigned         height;
    unsigned         bits;          /* a pixel: 4 or 8 */
    uint8_t         *state;         /* packed; the caller's to free */
    size_t           len;
    ctl_position_t   at;            /* of the image */
    uint64_t         events;        /* replayed */
} ctl_replay_t;

/* a plain image at position 0-0; width, height, bits are set */
ctl_status_t ctl_replay_fill(ctl_replay_t *replay, unsigned background,
    ctl_error_t *error);

/*
 * Applies what follows replay->at up to the last event before epoch end
 * (0: all).  In a transaction of its own.
 */
ctl_status_t ctl_replay_run(ctl_replay_t *replay, ctl_pg_t *pg,
    uint64_t end);

#endif /* CTL_REPLAY_H_INCLUDED */
