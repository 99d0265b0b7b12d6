/*
 * ctl_frame: one picture of a film, as ffmpeg's pal8 has it: one byte a
 * pixel, row by row, then 256 colours of 4 bytes (B, G, R, A).  Part of the
 * canvas, each pixel scale x scale dots.  A change is drawn into it at once,
 * so that a frame costs no more than writing it out.
 */

#ifndef CTL_FRAME_H_INCLUDED
#define CTL_FRAME_H_INCLUDED

#include "canvas_palette.h"
#include "ctl_arg.h"
#include "ctl_error.h"

typedef struct {
    ctl_rect_t   rect;
    unsigned     scale;
    unsigned     width;             /* dots */
    unsigned     height;
    uint8_t     *data;
    size_t       len;
} ctl_frame_t;

/*
 * even: width and height are made even, as yuv420p needs them, by repeating
 * the last column and row.  data holds colour 0 afterwards.
 */
ctl_status_t ctl_frame_open(ctl_frame_t *frame, const ctl_rect_t *rect,
    unsigned scale, bool even, const canvas_palette_t *palette,
    ctl_error_t *error);
void ctl_frame_close(ctl_frame_t *frame);

/* pixels: the whole canvas, one byte a pixel, rows of canvas_width */
void ctl_frame_draw(ctl_frame_t *frame, const uint8_t *pixels,
    unsigned canvas_width);

void ctl_frame_fill(ctl_frame_t *frame, uint8_t color);

/* a pixel of the canvas; nothing when it is outside */
void ctl_frame_set(ctl_frame_t *frame, unsigned x, unsigned y,
    uint8_t color);

#endif /* CTL_FRAME_H_INCLUDED */
