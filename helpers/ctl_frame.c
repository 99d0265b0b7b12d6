/*
 * ctl_frame: see the header.
 */

#include "ctl_frame.h"

#include <stdlib.h>
#include <string.h>

#define CTL_FRAME_PALETTE  (4 * CANVAS_PALETTE_MAX)

/* what encoders take, and what a frame may weigh */
#define CTL_FRAME_SIDE_MAX  16384
#define CTL_FRAME_AREA_MAX  (32 << 20)


static void ctl_frame_palette(uint8_t *p, const canvas_palette_t *palette);


ctl_status_t
ctl_frame_open(ctl_frame_t *frame, const ctl_rect_t *rect, unsigned scale,
    bool even, const canvas_palette_t *palette, ctl_error_t *error)
{
    size_t    area;
    unsigned  odd;

    memset(frame, 0, sizeof(*frame));

    odd = even ? 1 : 0;
    frame->rect = *rect;
    frame->scale = scale;
    frame->width = rect->width * scale;
    frame->height = rect->height * scale;
    frame->width += frame->width & odd;
    frame->height += frame->height & odd;
    area = (size_t) frame->width * frame->height;

    if (frame->width > CTL_FRAME_SIDE_MAX
        || frame->height > CTL_FRAME_SIDE_MAX || area > CTL_FRAME_AREA_MAX)
    {
        return ctl_error_set(error, CTL_USAGE,
                             "a film of %ux%u is too large: at most %d a "
                             "side and %d million dots; choose a smaller "
                             "--scale or a --rect", frame->width,
                             frame->height, CTL_FRAME_SIDE_MAX,
                             CTL_FRAME_AREA_MAX >> 20);
    }

    frame->len = area + CTL_FRAME_PALETTE;
    frame->data = calloc(1, frame->len);

    if (frame->data == NULL) {
        return ctl_error_memory(error);
    }

    ctl_frame_palette(frame->data + area, palette);

    return CTL_OK;
}


void
ctl_frame_close(ctl_frame_t *frame)
{
    free(frame->data);
    frame->data = NULL;
}


void
ctl_frame_draw(ctl_frame_t *frame, const uint8_t *pixels,
    unsigned canvas_width)
{
    unsigned        x, y;
    const uint8_t  *row;

    for (y = 0; y < frame->rect.height; y++) {
        row = pixels + (size_t) (frame->rect.y + y) * canvas_width
              + frame->rect.x;

        for (x = 0; x < frame->rect.width; x++) {
            ctl_frame_set(frame, frame->rect.x + x, frame->rect.y + y,
                          row[x]);
        }
    }
}


void
ctl_frame_fill(ctl_frame_t *frame, uint8_t color)
{
    memset(frame->data, color, frame->len - CTL_FRAME_PALETTE);
}


void
ctl_frame_set(ctl_frame_t *frame, unsigned x, unsigned y, uint8_t color)
{
    uint8_t   *p;
    unsigned   left, top, right, bottom;

    /* below the rectangle: wraps to what is beyond it */
    x -= frame->rect.x;
    y -= frame->rect.y;

    if (x >= frame->rect.width || y >= frame->rect.height) {
        return;
    }

    left = x * frame->scale;
    top = y * frame->scale;

    /* the last ones also cover what was added to be even */
    right = x + 1 == frame->rect.width ? frame->width : left + frame->scale;
    bottom = y + 1 == frame->rect.height ? frame->height
                                         : top + frame->scale;

    for ( /* void */ ; top < bottom; top++) {
        p = frame->data + (size_t) top * frame->width;
        memset(p + left, color, right - left);
    }
}


static void
ctl_frame_palette(uint8_t *p, const canvas_palette_t *palette)
{
    unsigned  i;

    for (i = 0; i < CANVAS_PALETTE_MAX; i++, p += 4) {
        if (i < palette->n) {
            p[0] = palette->rgb[i][2];
            p[1] = palette->rgb[i][1];
            p[2] = palette->rgb[i][0];
        }

        p[3] = 0xff;
    }
}
