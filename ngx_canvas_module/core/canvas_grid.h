/*
 * canvas_grid: the packed form of a canvas, equal to what Redis' BITFIELD
 * u4/u8 with #offset = x + y * width writes: row by row, for 4 bits the
 * first pixel in the high nibble.  The unpacked form is one byte a pixel.
 */

#ifndef CANVAS_GRID_H_INCLUDED
#define CANVAS_GRID_H_INCLUDED

#include "canvas_status.h"

/* bytes of n pixels at 4 or 8 bits, rounded up */
size_t canvas_grid_packed_size(size_t n, unsigned bits);

/* dst holds n bytes; src canvas_grid_packed_size(n, bits) bytes */
void canvas_grid_unpack(uint8_t *dst, const uint8_t *src, size_t n,
    unsigned bits);

/* the inverse; an odd last nibble is 0 */
void canvas_grid_pack(uint8_t *dst, const uint8_t *src, size_t n,
    unsigned bits);

uint8_t canvas_grid_get(const uint8_t *packed, size_t i, unsigned bits);
void canvas_grid_set(uint8_t *packed, size_t i, unsigned bits, uint8_t color);

#endif /* CANVAS_GRID_H_INCLUDED */
