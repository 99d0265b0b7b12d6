/*
 * canvas_png: a PNG through libpng, written to memory: indexed, of a canvas,
 * or of true colours, of a reduced one.
 * Slow: run it on a thread, never on an event loop.
 */

#ifndef CANVAS_PNG_H_INCLUDED
#define CANVAS_PNG_H_INCLUDED

#include "canvas_palette.h"

/*
 * pixels: one byte a pixel.  scale: each pixel becomes scale x scale, 1 to
 * 64.  level: zlib's, 0 to 9.  On CANVAS_OK *png is malloc()ed, *len bytes,
 * the caller's to free.  Pixels beyond the palette are CANVAS_INVALID.
 */
canvas_status_t canvas_png_encode(const uint8_t *pixels, unsigned width,
    unsigned height, const canvas_palette_t *palette, unsigned scale,
    int level, uint8_t **png, size_t *len);

/* rgb: three bytes a pixel; the rest as above */
canvas_status_t canvas_png_encode_rgb(const uint8_t *rgb, unsigned width,
    unsigned height, int level, uint8_t **png, size_t *len);

#endif /* CANVAS_PNG_H_INCLUDED */
