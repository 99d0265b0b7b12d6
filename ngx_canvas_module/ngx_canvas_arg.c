/*
 * ngx_canvas_arg: see the header.  Nothing is unescaped: digits need not be
 * written another way.
 */

#include "ngx_canvas_arg.h"


#define NGX_CANVAS_ARG_MAX  (((uint64_t) 1 << 53) - 1)


ngx_int_t
ngx_canvas_arg_number(u_char *text, size_t len, uint64_t *value)
{
    off_t  n;

    n = ngx_atoof(text, len);

    if (n == NGX_ERROR || (uint64_t) n > NGX_CANVAS_ARG_MAX) {
        return NGX_ERROR;
    }

    *value = n;

    return NGX_OK;
}


ngx_int_t
ngx_canvas_arg(ngx_http_request_t *r, const char *name, uint64_t *value)
{
    ngx_str_t  text;

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &text) != NGX_OK) {
        return NGX_DECLINED;
    }

    return ngx_canvas_arg_number(text.data, text.len, value);
}
