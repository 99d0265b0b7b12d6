/*
 * ctl_image: see the header.
 */

#include "ctl_image.h"

#include "canvas_grid.h"
#include "canvas_png.h"
#include "ctl_thumbnail.h"

#include <stdlib.h>
#include <string.h>

/* zlib's best: a picture is written once and served for years */
#define CTL_IMAGE_LEVEL  9


static ctl_status_t ctl_image_drawn(canvas_status_t rc,
    const ctl_image_t *image, ctl_error_t *error);


void
ctl_image_free(ctl_image_t *image)
{
    free(image->pixels);
    image->pixels = NULL;
}


ctl_status_t
ctl_image_unpack(ctl_image_t *image, const uint8_t *packed, size_t len,
    ctl_error_t *error)
{
    size_t    n, expected;
    unsigned  bits;

    n = (size_t) image->width * image->height;
    bits = canvas_palette_bits(&image->palette);
    expected = canvas_grid_packed_size(n, bits);

    if (len != expected) {
        return ctl_error_set(error, CTL_FAILED,
                             "a canvas of %ux%u with %u colours has %zu "
                             "bytes, this one %zu", image->width,
                             image->height, image->palette.n, expected, len);
    }

    image->pixels = malloc(n);

    if (image->pixels == NULL) {
        return ctl_error_memory(error);
    }

    canvas_grid_unpack(image->pixels, packed, n, bits);

    return CTL_OK;
}


ctl_status_t
ctl_image_rect(ctl_rect_t *rect, unsigned width, unsigned height,
    ctl_error_t *error)
{
    if (rect->width == 0) {
        rect->x = 0;
        rect->y = 0;
        rect->width = width;
        rect->height = height;
    }

    if (rect->x >= width || rect->width > width - rect->x
        || rect->y >= height || rect->height > height - rect->y)
    {
        return ctl_error_set(error, CTL_USAGE,
                             "--rect %u,%u,%u,%u is not inside the canvas "
                             "of %ux%u", rect->x, rect->y, rect->width,
                             rect->height, width, height);
    }

    return CTL_OK;
}


void
ctl_image_crop(ctl_image_t *image, const ctl_rect_t *rect)
{
    unsigned  y;
    uint8_t  *to, *from;

    for (y = 0; y < rect->height; y++) {
        from = image->pixels + (size_t) (rect->y + y) * image->width
               + rect->x;
        to = image->pixels + (size_t) y * rect->width;

        memmove(to, from, rect->width);
    }

    image->width = rect->width;
    image->height = rect->height;
}


ctl_status_t
ctl_image_png(const ctl_image_t *image, unsigned scale, uint8_t **png,
    size_t *len, ctl_error_t *error)
{
    return ctl_image_drawn(canvas_png_encode(image->pixels, image->width,
                                             image->height, &image->palette,
                                             scale, CTL_IMAGE_LEVEL, png,
                                             len), image, error);
}


ctl_status_t
ctl_image_thumbnail(const ctl_image_t *image, unsigned n, uint8_t **png,
    size_t *len, ctl_error_t *error)
{
    uint8_t          *rgb;
    unsigned          width, height;
    canvas_status_t   rc;

    ctl_thumbnail_size(image->width, image->height, n, &width, &height);

    rgb = malloc((size_t) width * height * 3);
    if (rgb == NULL) {
        return ctl_error_memory(error);
    }

    rc = ctl_thumbnail_draw(rgb, width, height, image->pixels, image->width,
                            image->height, &image->palette);

    if (rc == CANVAS_OK) {
        rc = canvas_png_encode_rgb(rgb, width, height, CTL_IMAGE_LEVEL, png,
                                   len);
    }

    free(rgb);

    return ctl_image_drawn(rc, image, error);
}


static ctl_status_t
ctl_image_drawn(canvas_status_t rc, const ctl_image_t *image,
    ctl_error_t *error)
{
    switch (rc) {

    case CANVAS_OK:
        return CTL_OK;

    case CANVAS_NO_MEMORY:
        return ctl_error_memory(error);

    default:
        return ctl_error_set(error, CTL_FAILED,
                             "cannot draw %ux%u with %u colours: too large, "
                             "or colours beyond the palette", image->width,
                             image->height, image->palette.n);
    }
}
