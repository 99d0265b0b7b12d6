/*
 * ngx_canvas_store_args: the arguments of one command of our Redis vocabulary
 * and the shape of its reply.  Private to ngx_canvas_store*.c.
 */

#ifndef NGX_CANVAS_STORE_ARGS_H_INCLUDED
#define NGX_CANVAS_STORE_ARGS_H_INCLUDED

#include "ngx_canvas_redis.h"

/* 32 placements, each two keys with 128 bytes of prefix, a request and its id;
 * or the arguments of a job, 4 KiB (ngx_canvas_posts) */
#define NGX_CANVAS_STORE_ARGS  24576

/* room for "*999\r\n", written when all are there */
#define NGX_CANVAS_STORE_HEAD  6

/* a command under construction, as it goes over the wire (RESP) */
typedef struct {
    ngx_uint_t    argc;
    u_char       *last;
    unsigned      overflow:1;
    u_char        text[NGX_CANVAS_STORE_ARGS];
} ngx_canvas_store_args_t;

/* nothing yet */
void ngx_canvas_store_args_init(ngx_canvas_store_args_t *args);

/* FCALL function nkeys */
void ngx_canvas_store_args_begin(ngx_canvas_store_args_t *args,
    const char *function, ngx_uint_t nkeys);

/* the five keys that are always together */
void ngx_canvas_store_args_page(ngx_canvas_store_args_t *args,
    ngx_canvas_conf_t *conf);

void ngx_canvas_store_args_add(ngx_canvas_store_args_t *args,
    const void *data, size_t len);

void ngx_canvas_store_args_string(ngx_canvas_store_args_t *args, ngx_str_t *s);

/* prefix and rest as one */
void ngx_canvas_store_args_name(ngx_canvas_store_args_t *args,
    ngx_str_t *prefix, const void *rest, size_t len);

void ngx_canvas_store_args_number(ngx_canvas_store_args_t *args, uint64_t n);

/* to Redis; as ngx_canvas_redis_command() */
ngx_int_t ngx_canvas_store_args_send(ngx_canvas_store_args_t *args,
    ngx_canvas_redis_t *redis, ngx_canvas_redis_reply_pt handler, void *data);

/*
 * The reply if it is an array that begins with OK and goes on as shape says
 * (i: an integer, or the text of one; s: a string), else NULL.
 */
redisReply *ngx_canvas_store_reply_ok(redisReply *reply, const char *shape);

/* copies the text of an element, as far as it fits; its length */
size_t ngx_canvas_store_reply_copy(redisReply *reply, ngx_uint_t i,
    u_char *buf, size_t size);

/* a colour, -1 for none */
ngx_int_t ngx_canvas_store_reply_color(redisReply *reply, ngx_uint_t i);

/* integers come as such, hash fields as their text; below 0 is 0 */
uint64_t ngx_canvas_store_reply_integer(redisReply *reply, ngx_uint_t i);

#endif /* NGX_CANVAS_STORE_ARGS_H_INCLUDED */
