/*
 * ngx_canvas_origin: may this request come from where it says it comes from?
 * Origin of WebSockets and of state-changing requests with a cookie.
 */

#ifndef NGX_CANVAS_ORIGIN_H_INCLUDED
#define NGX_CANVAS_ORIGIN_H_INCLUDED

#include "ngx_canvas_conf.h"

/*
 * NGX_OK: no Origin header at all (not a browser), the same scheme, host and
 * port as the request's own, or one of the canvas' origins.  NGX_DECLINED:
 * any other, "null", more than one, malformed, or Sec-Fetch-Site says
 * cross-site or same-site without a listed Origin.
 */
ngx_int_t ngx_canvas_origin_check(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);

/* checks an entry of the origins directive: "https://host[:port]" */
ngx_int_t ngx_canvas_origin_valid(ngx_str_t *origin);

#endif /* NGX_CANVAS_ORIGIN_H_INCLUDED */
