/*
 * canvas_sum: see the header.
 */

#include "canvas_sum.h"

#include <string.h>


static uint32_t canvas_sum_run(uint32_t position, const uint8_t *pixels,
    size_t n);
static uint32_t canvas_sum_mix(uint32_t n);


uint32_t
canvas_sum_pixel(uint32_t width, uint32_t x, uint32_t y, uint8_t color)
{
    return canvas_sum_mix((y * width + x) << 8 | color);
}


void
canvas_sum_image(uint32_t *sums, const uint8_t *image, uint32_t width,
    uint32_t height)
{
    size_t    n;
    uint32_t  x, y, *row;

    memset(sums, 0, canvas_sum_tiles(width) * canvas_sum_tiles(height)
                    * sizeof(uint32_t));

    for (y = 0; y < height; y++) {
        row = sums + canvas_sum_tile(width, 0, y);

        for (x = 0; x < width; x += CANVAS_SUM_TILE) {
            n = width - x;

            if (n > CANVAS_SUM_TILE) {
                n = CANVAS_SUM_TILE;
            }

            *row++ ^= canvas_sum_run(y * width + x, image, n);
            image += n;
        }
    }
}


/* n pixels from a position on, in one row */

static uint32_t
canvas_sum_run(uint32_t position, const uint8_t *pixels, size_t n)
{
    size_t    i;
    uint32_t  sum;

    sum = 0;

    for (i = 0; i < n; i++) {
        sum ^= canvas_sum_mix((position + (uint32_t) i) << 8 | pixels[i]);
    }

    return sum;
}


static uint32_t
canvas_sum_mix(uint32_t n)
{
    n ^= n >> 16;
    n *= UINT32_C(0x85ebca6b);
    n ^= n >> 13;
    n *= UINT32_C(0xc2b2ae35);
    n ^= n >> 16;

    return n;
}
