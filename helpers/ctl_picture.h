/*
 * ctl_picture: the picture of a canvas that somebody asked for: which week,
 * which moment, which part, how large, or its heat.  For the command
 * export-png, and for whoever ends a week.
 */

#ifndef CTL_PICTURE_H_INCLUDED
#define CTL_PICTURE_H_INCLUDED

#include "ctl.h"
#include "ctl_arg.h"

#define CTL_PICTURE_NO_TIME  INT64_MIN
#define CTL_PICTURE_NO_SEQ   UINT64_MAX

typedef struct {
    const char   *archive;      /* NULL: the running week, or that of at */
    bool          live;         /* the running week whatever at is */
    int64_t       at;           /* us; CTL_PICTURE_NO_TIME: the end */
    uint64_t      seq;          /* CTL_PICTURE_NO_SEQ: the end */
    bool          heat;         /* how often pixels changed until then */
    ctl_rect_t    rect;         /* width 0: all */
    unsigned      scale;        /* dots a pixel and side, 1 to 64 */
    unsigned      thumbnail;    /* longest side; 0: indexed, with scale */
} ctl_picture_t;

/* the canvas as it is now, at scale 1 */
void ctl_picture_init(ctl_picture_t *picture);

/*
 * *png is malloc()ed.  CTL_USAGE: moment or rectangle are not in the week;
 * CTL_FAILED: no such archive, no canvas, or changes that are gone.
 */
ctl_status_t ctl_picture_draw(ctl_t *ctl, ctl_picture_t *picture,
    uint8_t **png, size_t *len);

#endif /* CTL_PICTURE_H_INCLUDED */
