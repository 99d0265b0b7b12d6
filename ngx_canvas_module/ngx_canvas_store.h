/*
 * ngx_canvas_store: our Redis vocabulary (docs/redis.md): one function here
 * is one FCALL.  Builds keys and arguments, reads replies; holds no state.
 * Placements, which share calls, are ngx_canvas_store_place.
 *
 * Every call returns NGX_OK when its handler will be called exactly once, and
 * NGX_DECLINED when Redis is not connected (the handler is not called).  With
 * NGX_OK *call names the call until its handler runs; who goes away before
 * that detaches it, and the handler is not called.
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
    u_char                  rule[33];   /* NUL-terminated; of a CONFLICT of
                                           join: the faction one is in */
    ngx_canvas_identity_t   identity;   /* of place_session, identify and
                                           (its faction alone) join */
    uint64_t                members;    /* of join: of the faction */
} ngx_canvas_store_result_t;

typedef void (*ngx_canvas_store_pt)(void *data,
    ngx_canvas_store_result_t *result);

/* UNAUTHORIZED when there is no such session; also renews its 24 hours */
ngx_int_t ngx_canvas_store_identify(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_canvas_store_pt handler, void *data,
    ngx_canvas_store_call_t **call);

/* faction: "" is the smallest */
ngx_int_t ngx_canvas_store_join(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_str_t *faction, ngx_canvas_store_pt handler,
    void *data, ngx_canvas_store_call_t **call);

/* identity says whom: actor, kind, username */
ngx_int_t ngx_canvas_store_session_create(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_canvas_identity_t *identity,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **call);

/* CANVAS_CODE_OK also when there was none */
ngx_int_t ngx_canvas_store_session_delete(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_canvas_store_pt handler, void *data,
    ngx_canvas_store_call_t **call);

/* a job for the keeper (docs/redis.md) */
typedef struct {
    u_char                 *id;         /* UUID, 16 bytes */
    const char             *name;
    ngx_str_t              *args;       /* a JSON object */
    ngx_msec_t              ttl;        /* it must be begun within */
    ngx_str_t              *channel;    /* of the answer */
    ngx_str_t              *session;    /* who asks; NULL: nobody */
} ngx_canvas_store_job_t;

/* CANVAS_CODE_OK: it is in the queue */
ngx_int_t ngx_canvas_store_job(ngx_canvas_worker_t *worker,
    const ngx_canvas_store_job_t *job, ngx_canvas_store_pt handler,
    void *data, ngx_canvas_store_call_t **call);

/* answer of canvas_hello; pointers are gone on return */
typedef struct {
    ngx_uint_t              version;    /* of the Function library */
    uint64_t                epoch;
    uint64_t                seq;
    ngx_uint_t              width;
    ngx_uint_t              height;
    ngx_uint_t              colors;
    ngx_int_t               cooldown;   /* ms; -1: none in the rules */
    ngx_uint_t              week;
    ngx_uint_t              year;
    canvas_reason_t         reason;     /* why the epoch began */
    ngx_str_t               game_mode;
    ngx_str_t               rules;      /* JSON */
} ngx_canvas_store_hello_t;

/* hello is NULL when there was no answer; error is then what Redis said, or
 * NULL when the connection was lost */
typedef void (*ngx_canvas_store_hello_pt)(void *data,
    ngx_canvas_store_hello_t *hello, const char *error);

/* the caller lives as long as the worker: there is no detaching */
ngx_int_t ngx_canvas_store_hello(ngx_canvas_worker_t *worker,
    ngx_canvas_store_hello_pt handler, void *data);

/* canvas_read: packed is gone on return, NULL when there was no answer */
typedef void (*ngx_canvas_store_read_pt)(void *data, uint64_t epoch,
    uint64_t seq, canvas_reason_t reason, const u_char *packed, size_t len);

ngx_int_t ngx_canvas_store_read(ngx_canvas_worker_t *worker,
    ngx_canvas_store_read_pt handler, void *data);

/*
 * Up to max entries of the log after epoch-seq, oldest first: handler is
 * called once for each, and last with event == NULL and the number of them;
 * a number of -1 says that there was no answer.
 */
typedef void (*ngx_canvas_store_log_pt)(void *data, canvas_event_t *event,
    ngx_int_t n);

ngx_int_t ngx_canvas_store_log(ngx_canvas_worker_t *worker, uint64_t epoch,
    uint64_t seq, ngx_uint_t max, ngx_canvas_store_log_pt handler, void *data);

/*
 * The best max of a board (a key of a sorted set), best first: handler is
 * called once for each, the score as text, and last with member == NULL and
 * the number of all that are on it; -1 says that there was no answer.  The
 * caller lives as long as the worker.
 */
typedef void (*ngx_canvas_store_board_pt)(void *data, ngx_str_t *member,
    ngx_str_t *score, ngx_int_t total);

ngx_int_t ngx_canvas_store_board(ngx_canvas_worker_t *worker,
    ngx_canvas_key_e key, ngx_uint_t max, ngx_canvas_store_board_pt handler,
    void *data);

/* the handler of this call is not called any more; NULL is allowed */
void ngx_canvas_store_detach(ngx_canvas_store_call_t *call);

#endif /* NGX_CANVAS_STORE_H_INCLUDED */
