/*
 * canvas_sum: checksums of a canvas, one for each tile of 64 x 64 pixels, by
 * which two views of the log find out whether, and where, they differ.
 *
 * The sum of a tile is the XOR over its pixels of
 *
 *   mix((((y * width + x) << 8) | color) mod 2^32)
 *
 * with the finalizer of MurmurHash3 as mix.  A change of one pixel therefore
 * changes its tile's sum in two steps, whatever the size of the canvas.
 * Tiles stand row by row; those at the right and lower edge may be smaller.
 * It finds accidents, not forgeries.
 */

#ifndef CANVAS_SUM_H_INCLUDED
#define CANVAS_SUM_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#define CANVAS_SUM_TILE  64

/* how many tiles lie along a side of that many pixels */
#define canvas_sum_tiles(side)                                                \
    (((size_t) (side) + CANVAS_SUM_TILE - 1) / CANVAS_SUM_TILE)

/* the tile of a pixel */
#define canvas_sum_tile(width, x, y)                                          \
    ((size_t) (y) / CANVAS_SUM_TILE * canvas_sum_tiles(width)                 \
     + (size_t) (x) / CANVAS_SUM_TILE)

/* what a pixel of this colour adds to its tile */
uint32_t canvas_sum_pixel(uint32_t width, uint32_t x, uint32_t y,
    uint8_t color);

/* sums of a whole image, one byte a pixel, into all of its tiles */
void canvas_sum_image(uint32_t *sums, const uint8_t *image, uint32_t width,
    uint32_t height);

#endif /* CANVAS_SUM_H_INCLUDED */
