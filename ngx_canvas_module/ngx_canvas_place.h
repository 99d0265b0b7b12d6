/*
 * ngx_canvas_place: one placement on its way: the free checks, the one call
 * to Redis, and the short patience when Redis is away just now (seed 000:
 * 3 times, 100 ms apart).  Shared by WebSocket and HTTP.
 */

#ifndef NGX_CANVAS_PLACE_H_INCLUDED
#define NGX_CANVAS_PLACE_H_INCLUDED

#include "ngx_canvas_store.h"

#include "canvas_id.h"
#include "canvas_proto.h"

typedef struct ngx_canvas_place_s  ngx_canvas_place_t;

typedef void (*ngx_canvas_place_pt)(ngx_canvas_place_t *place,
    ngx_canvas_store_result_t *result);

struct ngx_canvas_place_s {
    ngx_queue_t               queue;        /* the owner's */
    canvas_msg_t              msg;
    ngx_canvas_identity_t     identity;     /* kind 0: by session */
    u_char                    session[CANVAS_SESSION_LEN];

    ngx_canvas_worker_t      *worker;
    ngx_canvas_place_pt       handler;
    void                     *data;

    ngx_canvas_store_call_t  *call;
    ngx_event_t               timer;
    ngx_uint_t                attempts;
};

/* coordinates and colour against the canvas: OK or the refusal */
canvas_code_t ngx_canvas_place_check(ngx_canvas_conf_t *conf,
    const canvas_msg_t *msg);

/*
 * Begins a placement as identity, or, with identity NULL, as whoever session
 * (64 digits) belongs to.  handler is called once, never before this returns;
 * the placement is freed after it.  NULL: out of memory.
 */
ngx_canvas_place_t *ngx_canvas_place_start(ngx_canvas_worker_t *worker,
    const canvas_msg_t *msg, ngx_canvas_identity_t *identity,
    const u_char *session, ngx_canvas_place_pt handler, void *data);

/* the handler is not called any more; the placement may still be made */
void ngx_canvas_place_cancel(ngx_canvas_place_t *place);

#endif /* NGX_CANVAS_PLACE_H_INCLUDED */
