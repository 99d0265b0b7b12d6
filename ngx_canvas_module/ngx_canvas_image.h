/*
 * ngx_canvas_image: answers a request with the canvas in one form, or waits
 * until that is rendered.
 */

#ifndef NGX_CANVAS_IMAGE_H_INCLUDED
#define NGX_CANVAS_IMAGE_H_INCLUDED

#include "ngx_canvas_conf.h"
#include "ngx_canvas_render.h"

/* Cache-Control of what a canvas is right now, in seconds */
#define NGX_CANVAS_IMAGE_MAX_AGE  1

/* returns what a content handler returns */
ngx_int_t ngx_canvas_image_send(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas, ngx_canvas_form_e form);

#endif /* NGX_CANVAS_IMAGE_H_INCLUDED */
