/*
 * ngx_canvas_store_args: the arguments of one command of our Redis vocabulary
 * and the shape of its reply.  Private to ngx_canvas_store*.c.
 */

#ifndef NGX_CANVAS_STORE_ARGS_H_INCLUDED
#define NGX_CANVAS_STORE_ARGS_H_INCLUDED

#include "ngx_canvas_redis.h"

#define NGX_CANVAS_STORE_ARGS  24

/* a command under construction; text holds the arguments made on the way */
typedef struct {
    int           argc;
    const char   *argv[NGX_CANVAS_STORE_ARGS];
    size_t        argvlen[NGX_CANVAS_STORE_ARGS];
    u_char       *last;
    u_char        text[512];
} ngx_canvas_store_args_t;

/* FCALL function nkeys */
void ngx_canvas_store_args_begin(ngx_canvas_store_args_t *args,
    const char *function, const char *nkeys);

/* the five keys that are always together */
void ngx_canvas_store_args_page(ngx_canvas_store_args_t *args,
    ngx_canvas_conf_t *conf);

/* data is not copied */
void ngx_canvas_store_args_add(ngx_canvas_store_args_t *args,
    const void *data, size_t len);

void ngx_canvas_store_args_string(ngx_canvas_store_args_t *args, ngx_str_t *s);

/* prefix (at most 128 bytes, checked in the configuration) + rest (64) */
void ngx_canvas_store_args_name(ngx_canvas_store_args_t *args,
    ngx_str_t *prefix, const void *rest, size_t len);

/* what the caller wrote from args->last up to end */
void ngx_canvas_store_args_made(ngx_canvas_store_args_t *args, u_char *end);

void ngx_canvas_store_args_number(ngx_canvas_store_args_t *args, uint64_t n);

/*
 * The reply if it is an array that begins with OK and goes on as shape says
 * (i: an integer, or the text of one; s: a string), else NULL.
 */
redisReply *ngx_canvas_store_reply_ok(redisReply *reply, const char *shape);

/* integers come as such, hash fields as their text; below 0 is 0 */
uint64_t ngx_canvas_store_reply_integer(redisReply *reply, ngx_uint_t i);

#endif /* NGX_CANVAS_STORE_ARGS_H_INCLUDED */
