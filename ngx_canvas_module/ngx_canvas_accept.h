/*
 * ngx_canvas_accept: may the answer to this request be compressed?
 * Accept-Encoding, RFC 9110 section 12.5.3.
 */

#ifndef NGX_CANVAS_ACCEPT_H_INCLUDED
#define NGX_CANVAS_ACCEPT_H_INCLUDED

#include "ngx_canvas_conf.h"

/* 1 when gzip (x-gzip), else *, stands there with a weight above 0 */
ngx_uint_t ngx_canvas_accept_gzip(ngx_http_request_t *r);

#endif /* NGX_CANVAS_ACCEPT_H_INCLUDED */
