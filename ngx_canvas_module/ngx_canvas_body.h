/*
 * ngx_canvas_body: the body of a request, bounded, in one piece, and sent as
 * JSON.  What it says is for others to read.
 */

#ifndef NGX_CANVAS_BODY_H_INCLUDED
#define NGX_CANVAS_BODY_H_INCLUDED

#include "ngx_canvas_conf.h"

/* text lives as long as the request; returns what a content handler returns,
 * NGX_DONE: answered later */
typedef ngx_int_t (*ngx_canvas_body_pt)(ngx_http_request_t *r,
    ngx_str_t *text);

/* kept in the context of the request while it is read */
typedef struct {
    ngx_canvas_body_pt  handler;
    size_t              limit;
} ngx_canvas_body_t;

/*
 * Reads it and calls the handler; or answers TOO_LARGE, or INVALID_MESSAGE
 * unless it is sent as application/json, which no form of another site can do
 * without being asked.  optional: an empty one may be of any type.  For the
 * end of a content handler.
 */
ngx_int_t ngx_canvas_body_read(ngx_http_request_t *r, size_t limit,
    ngx_uint_t optional, ngx_canvas_body_pt handler);

#endif /* NGX_CANVAS_BODY_H_INCLUDED */
