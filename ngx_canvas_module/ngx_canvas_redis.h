/*
 * ngx_canvas_redis: hiredis' asynchronous API on nginx's event loop.  Knows
 * connections, timers, reconnects with exponential backoff and jitter, AUTH
 * and SELECT; not what the commands mean.
 */

#ifndef NGX_CANVAS_REDIS_H_INCLUDED
#define NGX_CANVAS_REDIS_H_INCLUDED

#include <hiredis/hiredis.h>

#include "ngx_canvas_conf.h"

typedef struct ngx_canvas_redis_s  ngx_canvas_redis_t;

/*
 * reply == NULL: the connection was lost or the reply came too late; whether
 * the command was carried out is unknown.  The reply is freed on return.  Any
 * call may be the last: the owner of data must outlive its commands.
 */
typedef void (*ngx_canvas_redis_reply_pt)(void *data, redisReply *reply);

/* connected is 1 when commands may be sent, 0 when that has ended */
typedef void (*ngx_canvas_redis_state_pt)(void *data, ngx_uint_t connected);

/* starts to connect; name is for the log; state may be NULL */
ngx_canvas_redis_t *ngx_canvas_redis_create(ngx_pool_t *pool, ngx_log_t *log,
    ngx_canvas_redis_conf_t *conf, const char *name,
    ngx_canvas_redis_state_pt state, void *data);

/*
 * Sends a command as the wire has it (RESP).  NGX_OK: handler will be called
 * exactly once.  NGX_DECLINED: not connected; it will not be called.
 */
ngx_int_t ngx_canvas_redis_command(ngx_canvas_redis_t *redis,
    ngx_canvas_redis_reply_pt handler, void *data, const u_char *text,
    size_t len);

/*
 * Between the two commands wait; flush writes them at once, as far as the
 * socket takes them, instead of asking the event loop whether it would.  It
 * may find the connection lost: handlers are called then.
 */
void ngx_canvas_redis_hold(ngx_canvas_redis_t *redis);
void ngx_canvas_redis_flush(ngx_canvas_redis_t *redis);

/* as command; handler is called once a message, and when that has ended */
ngx_int_t ngx_canvas_redis_subscribe(ngx_canvas_redis_t *redis,
    ngx_canvas_redis_reply_pt handler, void *data, ngx_str_t *channel);

ngx_uint_t ngx_canvas_redis_connected(ngx_canvas_redis_t *redis);

/* drops the connection (pending handlers get NULL) and connects again */
void ngx_canvas_redis_reset(ngx_canvas_redis_t *redis, const char *why);

/* pause: nothing is read until that has ended; for less than the timeout */
void ngx_canvas_redis_pause(ngx_canvas_redis_t *redis, ngx_uint_t pause);

/* for good; pending handlers get NULL */
void ngx_canvas_redis_close(ngx_canvas_redis_t *redis);

#endif /* NGX_CANVAS_REDIS_H_INCLUDED */
