/*
 * ngx_canvas_notice: what others publish for clients (docs/redis.md): passed
 * on to all sockets, or to those that subscribed to a channel.  The last
 * notice of each board is kept for those who subscribe later.
 */

#ifndef NGX_CANVAS_NOTICE_H_INCLUDED
#define NGX_CANVAS_NOTICE_H_INCLUDED

#include "ngx_canvas_session.h"

#include "canvas_event.h"

ngx_canvas_notices_t *ngx_canvas_notices_create(ngx_canvas_worker_t *worker);

/* one was published */
void ngx_canvas_notice_publish(ngx_canvas_notices_t *notices,
    const canvas_event_t *event);

/*
 * channels: bits of canvas_proto.  Queues what is known of those that are new
 * to the session; what is not known yet follows to all who are subscribed.
 * NGX_ERROR: the session is to be finished; as session_queue().
 */
ngx_int_t ngx_canvas_notice_subscribe(ngx_canvas_session_t *session,
    unsigned channels);

void ngx_canvas_notice_unsubscribe(ngx_canvas_session_t *session,
    unsigned channels);

/* at the end of the worker */
void ngx_canvas_notices_close(ngx_canvas_notices_t *notices);

#endif /* NGX_CANVAS_NOTICE_H_INCLUDED */
