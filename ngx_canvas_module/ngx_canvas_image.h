/*
 * ngx_canvas_image: answers a request with the canvas in one form, or waits
 * until that is rendered.  Conditional and range requests are nginx's own
 * filters' work: they find ETag and allow_ranges here.
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

/* adds X-Canvas-Seq and X-Canvas-Epoch */
ngx_int_t ngx_canvas_image_position(ngx_http_request_t *r, uint64_t seq,
    uint64_t epoch);

/* adds X-Canvas-Width and X-Canvas-Height */
ngx_int_t ngx_canvas_image_size(ngx_http_request_t *r, ngx_uint_t width,
    ngx_uint_t height);

#endif /* NGX_CANVAS_IMAGE_H_INCLUDED */
