/*
 * ctl_image: a canvas in memory, one byte a pixel, and its way into a PNG.
 */

#ifndef CTL_IMAGE_H_INCLUDED
#define CTL_IMAGE_H_INCLUDED

#include "canvas_palette.h"
#include "ctl_arg.h"
#include "ctl_error.h"

/* of a dot at most, as canvas_png has it */
#define CTL_IMAGE_SCALE_MAX  64

typedef struct {
    unsigned           width;
    unsigned           height;
    canvas_palette_t   palette;
    uint8_t           *pixels;          /* malloc()ed */
} ctl_image_t;

void ctl_image_free(ctl_image_t *image);

/* pixels from their packed form; width, height and palette are set */
ctl_status_t ctl_image_unpack(ctl_image_t *image, const uint8_t *packed,
    size_t len, ctl_error_t *error);

/* fills in a rectangle of width 0; CTL_USAGE: it is not inside */
ctl_status_t ctl_image_rect(ctl_rect_t *rect, unsigned width,
    unsigned height, ctl_error_t *error);

/* keeps this part alone, which is inside */
void ctl_image_crop(ctl_image_t *image, const ctl_rect_t *rect);

/* indexed, each pixel scale x scale dots; *png is malloc()ed */
ctl_status_t ctl_image_png(const ctl_image_t *image, unsigned scale,
    uint8_t **png, size_t *len, ctl_error_t *error);

/* true colour, the longest side n dots at most; *png is malloc()ed */
ctl_status_t ctl_image_thumbnail(const ctl_image_t *image, unsigned n,
    uint8_t **png, size_t *len, ctl_error_t *error);

#endif /* CTL_IMAGE_H_INCLUDED */
