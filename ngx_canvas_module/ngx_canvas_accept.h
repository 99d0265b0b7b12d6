/*
 * ngx_canvas_accept: which form of an answer a request asks for.
 */

#ifndef NGX_CANVAS_ACCEPT_H_INCLUDED
#define NGX_CANVAS_ACCEPT_H_INCLUDED

#include "ngx_canvas_conf.h"

/* Accept-Encoding, RFC 9110 section 12.5.3: 1 when gzip (x-gzip), else *,
 * stands there with a weight above 0 */
ngx_uint_t ngx_canvas_accept_gzip(ngx_http_request_t *r);

/* Accept, section 12.5.1: 1 when image/png, else any image, stands there with
 * a weight above 0, and application/octet-stream does not */
ngx_uint_t ngx_canvas_accept_png(ngx_http_request_t *r);

#endif /* NGX_CANVAS_ACCEPT_H_INCLUDED */
