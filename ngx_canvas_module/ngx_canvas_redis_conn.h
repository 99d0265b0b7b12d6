/*
 * ngx_canvas_redis_conn: what the files of ngx_canvas_redis share; private to
 * them.  _redis.c has commands and their time limit, _redis_connect.c how a
 * connection begins and ends, _redis_events.c hiredis on nginx's event loop.
 */

#ifndef NGX_CANVAS_REDIS_CONN_H_INCLUDED
#define NGX_CANVAS_REDIS_CONN_H_INCLUDED

#include "ngx_canvas_redis.h"
#include "ngx_canvas_redis_guard.h"

#include <hiredis/async.h>

#define NGX_CANVAS_REDIS_BACKOFF_MIN  50        /* ms */

typedef enum {
    NGX_CANVAS_REDIS_WAITING = 0,   /* for the next attempt */
    NGX_CANVAS_REDIS_CONNECTING,    /* connect, AUTH, SELECT */
    NGX_CANVAS_REDIS_READY,
    NGX_CANVAS_REDIS_CLOSED
} ngx_canvas_redis_state_e;


typedef struct ngx_canvas_redis_command_s  ngx_canvas_redis_command_t;

struct ngx_canvas_redis_command_s {
    ngx_queue_t                  queue;
    ngx_canvas_redis_t          *redis;
    ngx_canvas_redis_reply_pt    handler;
    void                        *data;
    ngx_msec_t                   sent;
    unsigned                     subscription:1;
};


struct ngx_canvas_redis_s {
    ngx_canvas_redis_conf_t     *conf;
    ngx_log_t                   *log;
    const char                  *name;
    ngx_canvas_redis_state_pt    handler;
    void                        *data;

    redisAsyncContext           *context;
    ngx_canvas_redis_guard_t     guard;
    ngx_connection_t            *connection;    /* of the context's fd */
    ngx_event_t                  timer;
    ngx_queue_t                  commands;      /* on their way, oldest first */
    ngx_msec_t                   backoff;
    ngx_msec_t                   since;         /* it is ready */
    ngx_canvas_redis_state_e     state;
    unsigned                     paused:1;      /* nothing is read */
    unsigned                     held:1;        /* nothing is written */
    unsigned                     reported:1;    /* the loss is in the log */
};


/* begins an attempt; the timer limits it */
void ngx_canvas_redis_connect(ngx_canvas_redis_t *redis);

/* ends this connection, tells the owner, and plans the next attempt */
void ngx_canvas_redis_connect_lost(ngx_canvas_redis_t *redis,
    const char *why);

/* every command on its way is answered with NULL */
void ngx_canvas_redis_connect_detach(ngx_canvas_redis_t *redis);

/* puts hiredis' descriptor on nginx's event loop */
ngx_int_t ngx_canvas_redis_events_attach(ngx_canvas_redis_t *redis);

/* gives nginx's connection back; hiredis closes the descriptor itself */
void ngx_canvas_redis_events_detach(ngx_canvas_redis_t *redis);

void ngx_canvas_redis_events_pause(ngx_canvas_redis_t *redis,
    ngx_uint_t pause);
void ngx_canvas_redis_events_hold(ngx_canvas_redis_t *redis);
void ngx_canvas_redis_events_flush(ngx_canvas_redis_t *redis);

#endif /* NGX_CANVAS_REDIS_CONN_H_INCLUDED */
