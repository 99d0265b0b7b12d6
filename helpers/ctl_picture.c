/*
 * ctl_picture: see the header.  The end of an archive is what it stored, and
 * now is what Redis has; only the rest needs the log.
 */

#include "ctl_picture.h"

#include "ctl_archive.h"
#include "ctl_canvas.h"
#include "ctl_heatmap.h"
#include "ctl_instant.h"
#include "ctl_week.h"

#include <stdio.h>
#include <string.h>


static ctl_status_t ctl_picture_live(ctl_t *ctl, ctl_image_t *image);
static ctl_status_t ctl_picture_logged(ctl_t *ctl, ctl_picture_t *picture,
    ctl_image_t *image);
static ctl_status_t ctl_picture_week(ctl_t *ctl, const ctl_week_t *week,
    ctl_picture_t *picture, ctl_image_t *image);


void
ctl_picture_init(ctl_picture_t *picture)
{
    memset(picture, 0, sizeof(*picture));

    picture->at = CTL_PICTURE_NO_TIME;
    picture->seq = CTL_PICTURE_NO_SEQ;
    picture->scale = 1;
}


ctl_status_t
ctl_picture_draw(ctl_t *ctl, ctl_picture_t *picture, uint8_t **png,
    size_t *len)
{
    bool           logged;
    ctl_image_t    image;
    ctl_status_t   status;

    memset(&image, 0, sizeof(image));

    logged = picture->heat || picture->at != CTL_PICTURE_NO_TIME
             || picture->seq != CTL_PICTURE_NO_SEQ;

    status = logged ? ctl_picture_logged(ctl, picture, &image)
             : picture->archive != NULL
             ? ctl_archive_read(ctl, picture->archive, &image)
             : ctl_picture_live(ctl, &image);

    /* a heat map is of the rectangle already */
    if (status == CTL_OK && !picture->heat) {
        status = ctl_image_rect(&picture->rect, image.width, image.height,
                                &ctl->error);
        if (status == CTL_OK) {
            ctl_image_crop(&image, &picture->rect);
        }
    }

    if (status == CTL_OK) {
        status = picture->thumbnail > 0
                 ? ctl_image_thumbnail(&image, picture->thumbnail, png, len,
                                       &ctl->error)
                 : ctl_image_png(&image, picture->scale, png, len,
                                 &ctl->error);
    }

    ctl_image_free(&image);

    return status;
}


static ctl_status_t
ctl_picture_live(ctl_t *ctl, ctl_image_t *image)
{
    ctl_status_t         status;
    ctl_canvas_hello_t   hello;
    ctl_canvas_image_t   state;

    status = ctl_canvas_hello(&ctl->redis, &hello);

    if (status == CTL_OK) {
        status = ctl_canvas_read(&ctl->redis, &state);
    }

    if (status == CTL_NOT_DUE) {
        return ctl_error_set(&ctl->error, CTL_FAILED,
                             "Redis holds no canvas: run canvas-helper "
                             "migrate, or restore");
    }

    if (status != CTL_OK) {
        return status;
    }

    image->width = hello.width;
    image->height = hello.height;
    image->palette = ctl->conf.palette;

    if (hello.colors != image->palette.n) {
        status = ctl_error_set(&ctl->error, CTL_FAILED,
                               "the canvas has %u colours, setting "
                               "\"palette\" has %u", hello.colors,
                               image->palette.n);
    } else {
        status = ctl_image_unpack(image, state.state, state.len,
                                  &ctl->error);
    }

    ctl_canvas_image_free(&state);

    return status;
}


static ctl_status_t
ctl_picture_logged(ctl_t *ctl, ctl_picture_t *picture, ctl_image_t *image)
{
    char           found[37];
    ctl_week_t     week;
    const char    *archive;
    ctl_status_t   status;

    archive = picture->archive;

    if (archive == NULL && !picture->live
        && picture->at != CTL_PICTURE_NO_TIME)
    {
        status = ctl_week_find(ctl, picture->at, found);
        if (status != CTL_OK) {
            return status;
        }

        archive = *found != '\0' ? found : NULL;
    }

    status = ctl_week_open(ctl, archive, &week);

    if (status == CTL_OK) {
        status = ctl_picture_week(ctl, &week, picture, image);
        ctl_week_close(&week);
    }

    return status;
}


static ctl_status_t
ctl_picture_week(ctl_t *ctl, const ctl_week_t *week, ctl_picture_t *picture,
    ctl_image_t *image)
{
    ctl_status_t    status;
    ctl_position_t  at;

    at = week->end;
    status = CTL_OK;

    if (picture->at != CTL_PICTURE_NO_TIME) {
        status = ctl_instant_time(ctl, week, picture->at, &at);

    } else if (picture->seq != CTL_PICTURE_NO_SEQ) {
        status = ctl_instant_seq(ctl, week, picture->seq, &at);
    }

    if (status == CTL_OK && picture->heat) {
        status = ctl_image_rect(&picture->rect, week->width, week->height,
                                &ctl->error);
    }

    if (status != CTL_OK) {
        return status;
    }

    return picture->heat
           ? ctl_heatmap_draw(ctl, week, at, &picture->rect, image)
           : ctl_instant_image(ctl, week, at, image);
}
