/*
 * ngx_canvas_handshake: RFC 6455 section 4.2, the server's side of the
 * opening handshake: what a request must say, and the bytes of the 101.
 */

#ifndef NGX_CANVAS_HANDSHAKE_H_INCLUDED
#define NGX_CANVAS_HANDSHAKE_H_INCLUDED

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* 0 when r is a proper opening handshake, else the HTTP status to answer:
 * 400, 405, 426 (with Sec-WebSocket-Version: 13) */
ngx_uint_t ngx_canvas_handshake_check(ngx_http_request_t *r);

/*
 * The first subprotocol the client offers that is in the NULL-terminated
 * list: its index, or -1.
 */
ngx_int_t ngx_canvas_handshake_protocol(ngx_http_request_t *r,
    const char *const *protocols);

/*
 * Does the client offer permessage-deflate in a form that we take?  NGX_OK,
 * NGX_DECLINED; NGX_ERROR: Sec-WebSocket-Extensions is malformed.
 */
ngx_int_t ngx_canvas_handshake_deflate(ngx_http_request_t *r);

/* the whole answer, in the request's pool; protocol, extensions: or NULL */
ngx_int_t ngx_canvas_handshake_answer(ngx_http_request_t *r,
    const char *protocol, const char *extensions, ngx_str_t *answer);

#endif /* NGX_CANVAS_HANDSHAKE_H_INCLUDED */
