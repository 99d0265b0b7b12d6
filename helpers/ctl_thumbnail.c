/*
 * ctl_thumbnail: see the header.
 *
 * On one axis dot X of n covers [X * size, (X + 1) * size) in units of 1/n
 * of a pixel, pixel x covers [x * n, (x + 1) * n): what they share is a whole
 * number, and all weights of a dot add up to size exactly.
 */

#include "ctl_thumbnail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>


static double ctl_thumbnail_linear(uint8_t value);
static uint8_t ctl_thumbnail_encode(double light);
static void ctl_thumbnail_row(double *sums, unsigned out_width,
    const uint8_t *row, unsigned width, double weight,
    double (*light)[3]);
static unsigned ctl_thumbnail_shared(unsigned x, unsigned n, unsigned dot,
    unsigned size);


void
ctl_thumbnail_size(unsigned width, unsigned height, unsigned n,
    unsigned *out_width, unsigned *out_height)
{
    uint64_t  longest, half;

    longest = width > height ? width : height;

    if (n >= longest) {
        *out_width = width;
        *out_height = height;
        return;
    }

    half = longest / 2;
    *out_width = (unsigned) (((uint64_t) width * n + half) / longest);
    *out_height = (unsigned) (((uint64_t) height * n + half) / longest);

    *out_width += *out_width == 0;
    *out_height += *out_height == 0;
}


canvas_status_t
ctl_thumbnail_draw(uint8_t *rgb, unsigned out_width, unsigned out_height,
    const uint8_t *pixels, unsigned width, unsigned height,
    const canvas_palette_t *palette)
{
    double    light[CANVAS_PALETTE_MAX][3], *sums, area;
    size_t    n;
    unsigned  i, c, y, dot;

    n = (size_t) out_width * 3;
    area = (double) width * height;
    sums = malloc(n * sizeof(double));

    if (sums == NULL) {
        return CANVAS_NO_MEMORY;
    }

    for (i = 0; i < palette->n; i++) {
        for (c = 0; c < 3; c++) {
            light[i][c] = ctl_thumbnail_linear(palette->rgb[i][c]);
        }
    }

    for (dot = 0; dot < out_height; dot++) {
        memset(sums, 0, n * sizeof(double));

        y = (unsigned) ((uint64_t) dot * height / out_height);

        for ( /* void */ ; y < height
              && (uint64_t) y * out_height < (dot + 1ULL) * height; y++)
        {
            ctl_thumbnail_row(sums, out_width, pixels + (size_t) y * width,
                              width, ctl_thumbnail_shared(y, out_height, dot,
                                                          height), light);
        }

        for (i = 0; i < n; i++) {
            *rgb++ = ctl_thumbnail_encode(sums[i] / area);
        }
    }

    free(sums);

    return CANVAS_OK;
}


static void
ctl_thumbnail_row(double *sums, unsigned out_width, const uint8_t *row,
    unsigned width, double weight, double (*light)[3])
{
    double          part;
    unsigned        x, dot;
    const double   *color;

    for (dot = 0; dot < out_width; dot++, sums += 3) {
        x = (unsigned) ((uint64_t) dot * width / out_width);

        for ( /* void */ ; x < width
              && (uint64_t) x * out_width < (dot + 1ULL) * width; x++)
        {
            part = weight * ctl_thumbnail_shared(x, out_width, dot, width);
            color = light[row[x]];

            sums[0] += part * color[0];
            sums[1] += part * color[1];
            sums[2] += part * color[2];
        }
    }
}


static unsigned
ctl_thumbnail_shared(unsigned x, unsigned n, unsigned dot, unsigned size)
{
    uint64_t  from, to;

    from = (uint64_t) x * n;
    to = from + n;

    if (from < (uint64_t) dot * size) {
        from = (uint64_t) dot * size;
    }

    if (to > (dot + 1ULL) * size) {
        to = (dot + 1ULL) * size;
    }

    return (unsigned) (to - from);
}


/* IEC 61966-2-1 */
static double
ctl_thumbnail_linear(uint8_t value)
{
    double  v;

    v = value / 255.0;

    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}


static uint8_t
ctl_thumbnail_encode(double light)
{
    double  v;

    v = light <= 0.0031308 ? 12.92 * light
                           : 1.055 * pow(light, 1 / 2.4) - 0.055;

    return (uint8_t) lrint(255 * (v < 1 ? v : 1));
}
