/*
 * ngx_canvas_reply: HTTP answers.  The only file that turns a canvas_code_t
 * into a status line; every JSON error of the contract is made here.
 */

#ifndef NGX_CANVAS_REPLY_H_INCLUDED
#define NGX_CANVAS_REPLY_H_INCLUDED

#include "ngx_canvas_conf.h"

#include "canvas_status.h"

typedef struct {
    ngx_uint_t   status;
    ngx_str_t    type;           /* Content-Type; empty: application/json */
    ngx_int_t    max_age;        /* Cache-Control, seconds, or one of these */
} ngx_canvas_reply_t;

#define NGX_CANVAS_REPLY_NO_STORE   -1
#define NGX_CANVAS_REPLY_IMMUTABLE  -2

/*
 * Sends headers and body; body must live as long as the request (or longer).
 * HEAD gets the headers alone.  Returns what a content handler returns; a
 * caller outside of one passes it to ngx_http_finalize_request().
 */
ngx_int_t ngx_canvas_reply(ngx_http_request_t *r, ngx_canvas_reply_t *reply,
    u_char *body, size_t len);

/* the same with a body in a buffer of its own, of the request's pool; len
 * bytes */
ngx_int_t ngx_canvas_reply_buf(ngx_http_request_t *r,
    ngx_canvas_reply_t *reply, ngx_buf_t *b, size_t len);

/* {"error":..., "code":...}; RATE_LIMITED adds cooldownRemaining and
 * Retry-After, RULE_VIOLATION the rule (may be NULL) */
ngx_int_t ngx_canvas_reply_error(ngx_http_request_t *r, canvas_code_t code,
    ngx_msec_t remaining, const char *rule);

/* the same with a sentence that says more than that of the code */
ngx_int_t ngx_canvas_reply_sentence(ngx_http_request_t *r,
    canvas_code_t code, const char *sentence);

/* the same for caches to keep: an error that ends by itself */
ngx_int_t ngx_canvas_reply_error_for(ngx_http_request_t *r,
    canvas_code_t code, ngx_int_t max_age);

/* 405 with Allow */
ngx_int_t ngx_canvas_reply_allow(ngx_http_request_t *r, const char *allow);

/* adds ETag: a strong tag in quotes; nginx's filters compare it */
ngx_int_t ngx_canvas_reply_etag(ngx_http_request_t *r, ngx_str_t *tag);

/* adds Content-Encoding: gzip, which the body is */
ngx_int_t ngx_canvas_reply_gzip(ngx_http_request_t *r);

/* adds Retry-After, RFC 9110 section 10.2.3 */
ngx_int_t ngx_canvas_reply_retry(ngx_http_request_t *r,
    ngx_msec_t remaining);

/* adds one response header; value must live as long as the request */
ngx_int_t ngx_canvas_reply_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);

#endif /* NGX_CANVAS_REPLY_H_INCLUDED */
