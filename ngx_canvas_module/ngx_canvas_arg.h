/*
 * ngx_canvas_arg: numbers out of a request's query and path.
 */

#ifndef NGX_CANVAS_ARG_H_INCLUDED
#define NGX_CANVAS_ARG_H_INCLUDED

#include "ngx_canvas_conf.h"

/* a decimal number of at most 2^53 - 1, digits alone; NGX_ERROR: it is not */
ngx_int_t ngx_canvas_arg_number(u_char *text, size_t len, uint64_t *value);

/* the argument of that name; NGX_DECLINED: there is none */
ngx_int_t ngx_canvas_arg(ngx_http_request_t *r, const char *name,
    uint64_t *value);

#endif /* NGX_CANVAS_ARG_H_INCLUDED */
