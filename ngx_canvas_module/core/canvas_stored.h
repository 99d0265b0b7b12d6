/*
 * canvas_stored: a canvas as PostgreSQL keeps it, and hands it out
 * (stored_canvas() of docs/sql.md), one line and the data behind it:
 *
 *   <form> <width> <height> <epoch> <seq> <palette>\n<data>
 *
 * form: "packed", the data is what canvas_grid packs, or "gzip", it is gzip of
 * that.  epoch and seq: what it shows, both 0: not known.  palette: its
 * colours, #RRGGBB, joined by commas.
 */

#ifndef CANVAS_STORED_H_INCLUDED
#define CANVAS_STORED_H_INCLUDED

#include "canvas_palette.h"

/* pixels of the largest canvas */
#define CANVAS_STORED_PIXELS  16777216

typedef struct {
    int                gzip;
    unsigned           width;
    unsigned           height;
    uint64_t           epoch;
    uint64_t           seq;
    canvas_palette_t   palette;
    const uint8_t     *data;        /* points into what was parsed */
    size_t             len;
} canvas_stored_t;

/* the line; the data is not looked at.  CANVAS_INVALID: malformed */
canvas_status_t canvas_stored_parse(const uint8_t *value, size_t len,
    canvas_stored_t *stored);

/*
 * The data as one byte a pixel, width * height of them.  CANVAS_INVALID: it is
 * no such canvas; CANVAS_NO_MEMORY.  Slow: run it on a thread.
 */
canvas_status_t canvas_stored_unpack(const canvas_stored_t *stored,
    uint8_t *pixels);

#endif /* CANVAS_STORED_H_INCLUDED */
