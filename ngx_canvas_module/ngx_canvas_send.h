/*
 * ngx_canvas_send: answers a request with a whole canvas in one of its forms.
 * Conditional and range requests are nginx's own filters' work: they find
 * ETag and allow_ranges here.
 */

#ifndef NGX_CANVAS_SEND_H_INCLUDED
#define NGX_CANVAS_SEND_H_INCLUDED

#include "ngx_canvas_conf.h"
#include "ngx_canvas_render.h"

/* memory must live as long as the request */
typedef struct {
    ngx_canvas_form_e            form;
    ngx_canvas_memory_t         *memory;
    ngx_str_t                    name;      /* of what it shows, in the ETag */
    ngx_uint_t                   width;
    ngx_uint_t                   height;
    uint64_t                     epoch;     /* 0: not known, as seq */
    uint64_t                     seq;
    ngx_int_t                    max_age;
    unsigned                     accept:1;  /* the form was chosen by Accept */
} ngx_canvas_send_t;

/* returns what a content handler returns */
ngx_int_t ngx_canvas_send_canvas(ngx_http_request_t *r,
    const ngx_canvas_send_t *send);

/* adds X-Canvas-Seq and X-Canvas-Epoch */
ngx_int_t ngx_canvas_send_position(ngx_http_request_t *r, uint64_t seq,
    uint64_t epoch);

/* adds X-Canvas-Width and X-Canvas-Height */
ngx_int_t ngx_canvas_send_size(ngx_http_request_t *r, ngx_uint_t width,
    ngx_uint_t height);

#endif /* NGX_CANVAS_SEND_H_INCLUDED */
