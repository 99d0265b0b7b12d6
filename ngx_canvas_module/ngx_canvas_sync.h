/*
 * ngx_canvas_sync: keeps the shared image in step with the log in Redis:
 * subscribes, applies what is published, repairs gaps from the stream, reads
 * the whole canvas when that is not enough, and asks every now and then where
 * Redis stands, because a publication may get lost without a sign.
 */

#ifndef NGX_CANVAS_SYNC_H_INCLUDED
#define NGX_CANVAS_SYNC_H_INCLUDED

#include "ngx_canvas_worker.h"

ngx_canvas_sync_t *ngx_canvas_sync_create(ngx_canvas_worker_t *worker);

/* the connections' state handlers; data is the ngx_canvas_sync_t */
void ngx_canvas_sync_commands_state(void *data, ngx_uint_t connected);
void ngx_canvas_sync_subscription_state(void *data, ngx_uint_t connected);

#endif /* NGX_CANVAS_SYNC_H_INCLUDED */
