/*
 * ctl_thumbnail: a small true-colour copy of an indexed image.  Each dot is
 * the mean of the area it stands for, in linear light, so that fine patterns
 * keep their brightness.
 */

#ifndef CTL_THUMBNAIL_H_INCLUDED
#define CTL_THUMBNAIL_H_INCLUDED

#include "canvas_palette.h"

/* the sizes with the longest side n; never larger than the image */
void ctl_thumbnail_size(unsigned width, unsigned height, unsigned n,
    unsigned *out_width, unsigned *out_height);

/*
 * pixels: width x height, below palette->n; rgb: 3 * out_width * out_height
 * bytes.  Out sizes are 1 to those of the image.  CANVAS_NO_MEMORY.
 */
canvas_status_t ctl_thumbnail_draw(uint8_t *rgb, unsigned out_width,
    unsigned out_height, const uint8_t *pixels, unsigned width,
    unsigned height, const canvas_palette_t *palette);

#endif /* CTL_THUMBNAIL_H_INCLUDED */
