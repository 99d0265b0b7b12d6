/*
 * canvas_grid: see the header.
 */

#include "canvas_grid.h"

#include <string.h>


size_t
canvas_grid_packed_size(size_t n, unsigned bits)
{
    return bits == 4 ? n / 2 + n % 2 : n;
}


void
canvas_grid_unpack(uint8_t *dst, const uint8_t *src, size_t n, unsigned bits)
{
    size_t  i;

    if (bits != 4) {
        memcpy(dst, src, n);
        return;
    }

    for (i = 0; i < n / 2; i++) {
        dst[2 * i] = src[i] >> 4;
        dst[2 * i + 1] = src[i] & 0xf;
    }

    if (n % 2) {
        dst[n - 1] = src[n / 2] >> 4;
    }
}


void
canvas_grid_pack(uint8_t *dst, const uint8_t *src, size_t n, unsigned bits)
{
    size_t  i;

    if (bits != 4) {
        memcpy(dst, src, n);
        return;
    }

    for (i = 0; i < n / 2; i++) {
        dst[i] = (uint8_t) (src[2 * i] << 4 | (src[2 * i + 1] & 0xf));
    }

    if (n % 2) {
        dst[n / 2] = (uint8_t) (src[n - 1] << 4);
    }
}


uint8_t
canvas_grid_get(const uint8_t *packed, size_t i, unsigned bits)
{
    if (bits != 4) {
        return packed[i];
    }

    return i % 2 ? packed[i / 2] & 0xf : packed[i / 2] >> 4;
}


void
canvas_grid_set(uint8_t *packed, size_t i, unsigned bits, uint8_t color)
{
    uint8_t  *p;

    if (bits != 4) {
        packed[i] = color;
        return;
    }

    p = &packed[i / 2];

    if (i % 2) {
        *p = (uint8_t) ((*p & 0xf0) | (color & 0xf));

    } else {
        *p = (uint8_t) ((*p & 0xf) | color << 4);
    }
}
