/*
 * ngx_canvas_store: our Redis vocabulary (docs/redis.md): one function here
 * is one FCALL.  Builds keys and arguments, reads replies; holds no state.
 *
 * Every call returns NGX_OK when its handler will be called exactly once,
 * NGX_DECLINED when Redis is not connected (the handler is not called).
 * Callers whose memory may go first set *slot to NULL: each call stores the
 * address of its own record's "data" pointer there.  Detach by writing NULL
 * to it with ngx_canvas_store_detach(); the handler is then not called.
 */

#ifndef NGX_CANVAS_STORE_H_INCLUDED
#define NGX_CANVAS_STORE_H_INCLUDED

#include "ngx_canvas_identity.h"
#include "ngx_canvas_worker.h"

typedef struct ngx_canvas_store_call_s  ngx_canvas_store_call_t;

/* placement, identity, session */
typedef struct {
    canvas_code_t           code;       /* CANVAS_CODE_OK or the refusal;
                                           UNAVAILABLE: outcome unknown */
    uint64_t                seq;
    uint64_t                epoch;
    ngx_msec_t              cooldown;
    ngx_msec_t              remaining;
    u_char                  rule[32];   /* NUL-terminated */
    ngx_canvas_identity_t   identity;   /* of place_session and identify */
} ngx_canvas_store_result_t;

typedef void (*ngx_canvas_store_pt)(void *data,
    ngx_canvas_store_result_t *result);

/* place as identity (known actor), or as whoever session belongs to */
ngx_int_t ngx_canvas_store_place(ngx_canvas_worker_t *worker,
    ngx_canvas_identity_t *identity, ngx_str_t *session, ngx_uint_t x,
    ngx_uint_t y, ngx_uint_t color, ngx_str_t *request_id,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **call);

/* UNAUTHORIZED when there is no such session; also renews its 24 hours */
ngx_int_t ngx_canvas_store_identify(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_canvas_store_pt handler, void *data,
    ngx_canvas_store_call_t **call);

/* identity says whom: actor, kind, username */
ngx_int_t ngx_canvas_store_session_create(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_canvas_identity_t *identity,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **call);

/* CANVAS_CODE_OK also when there was none */
ngx_int_t ngx_canvas_store_session_delete(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_canvas_store_pt handler, void *data,
    ngx_canvas_store_call_t **call);

/* the handler of this call is not called any more; NULL is allowed */
void ngx_canvas_store_detach(ngx_canvas_store_call_t *call);

#endif /* NGX_CANVAS_STORE_H_INCLUDED */
