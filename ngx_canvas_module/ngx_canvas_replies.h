/*
 * ngx_canvas_replies: answers that another process publishes for this worker,
 * on a channel of its own (docs/redis.md, canvas:replies:<token>): who waits
 * for which.
 */

#ifndef NGX_CANVAS_REPLIES_H_INCLUDED
#define NGX_CANVAS_REPLIES_H_INCLUDED

#include "ngx_canvas_worker.h"

/* status is one of HTTP; json is gone on return; may come more than once */
typedef void (*ngx_canvas_replies_pt)(void *data, ngx_uint_t status,
    const u_char *json, size_t len);

/* one answer that is waited for; part of who waits */
typedef struct {
    ngx_queue_t             queue;
    u_char                  id[16];     /* UUID */
    ngx_canvas_replies_pt   handler;
    void                   *data;
} ngx_canvas_awaited_t;

ngx_canvas_replies_t *ngx_canvas_replies_create(ngx_canvas_worker_t *worker);

/* on a connection that has just become ready */
void ngx_canvas_replies_subscribe(ngx_canvas_replies_t *replies);

/* NULL: not subscribed, nobody would hear an answer */
ngx_str_t *ngx_canvas_replies_channel(ngx_canvas_replies_t *replies);

/* until it is taken back */
void ngx_canvas_replies_await(ngx_canvas_replies_t *replies,
    ngx_canvas_awaited_t *awaited);
void ngx_canvas_replies_forget(ngx_canvas_awaited_t *awaited);

#endif /* NGX_CANVAS_REPLIES_H_INCLUDED */
