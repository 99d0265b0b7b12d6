/*
 * ctl_timelapse: a film of a week, drawn from the log and encoded by ffmpeg.
 * For the command timelapse, and for whoever ends a week.
 */

#ifndef CTL_TIMELAPSE_H_INCLUDED
#define CTL_TIMELAPSE_H_INCLUDED

#include "ctl_arg.h"
#include "ctl_week.h"

#define CTL_TIMELAPSE_FPS_MAX       60
#define CTL_TIMELAPSE_MS_MAX        600000
#define CTL_TIMELAPSE_NONE          INT64_MIN

typedef struct {
    const char          *archive;       /* NULL: the running week */
    const char          *path;          /* .mp4 .webm .gif .png */
    unsigned             length_ms;     /* of the film before the hold */
    unsigned             hold_ms;       /* of its last frame */
    unsigned             fps;
    unsigned             scale;         /* dots a pixel and side */
    ctl_rect_t           rect;          /* width 0: all */
    int64_t              from;          /* us; CTL_TIMELAPSE_NONE: ... */
    int64_t              to;            /* ... beginning, end of the week */
    bool                 by_events;     /* frames evenly over changes */
    bool                 quiet;         /* no progress */
    bool                 stoppable;     /* by SIGINT and SIGTERM, which are
                                           blocked from then on */

    /* what became of it */
    unsigned             width;         /* dots */
    unsigned             height;
    unsigned             frames;
    uint64_t             events;        /* changes in the film */
    uint64_t             missing;       /* that should be and are not */
} ctl_timelapse_t;

/* 30 s at 30 frames a second, unscaled, all of it, over time */
void ctl_timelapse_init(ctl_timelapse_t *film);

/*
 * What can be said without looking at the week: name and rate of the file,
 * order of the times.  CTL_USAGE.
 */
ctl_status_t ctl_timelapse_check(const ctl_timelapse_t *film,
    ctl_error_t *error);

/*
 * Writes film->path as a whole or leaves it as it was.  CTL_USAGE: rectangle
 * or times that are not in the week, or too large; CTL_FAILED: ffmpeg is
 * missing or failed, the file cannot be written, a signal came.
 */
ctl_status_t ctl_timelapse_render(ctl_t *ctl, ctl_timelapse_t *film);

#endif /* CTL_TIMELAPSE_H_INCLUDED */
