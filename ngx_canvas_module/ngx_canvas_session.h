/*
 * ngx_canvas_session: one open WebSocket: reading, the messages, the private
 * answers, its place in the log, pings and the end of it.  Shared frames come
 * from ngx_canvas_broadcast.
 */

#ifndef NGX_CANVAS_SESSION_H_INCLUDED
#define NGX_CANVAS_SESSION_H_INCLUDED

#include "ngx_canvas_output.h"
#include "ngx_canvas_place.h"

#include "canvas_ws.h"

/* form of what a client gets, by subprotocol and permessage-deflate */
typedef enum {
    NGX_CANVAS_WIRE_JSON = 0,
    NGX_CANVAS_WIRE_BINARY,
    NGX_CANVAS_WIRE_JSON_DEFLATE,
    NGX_CANVAS_WIRE_BINARY_DEFLATE,
    NGX_CANVAS_WIRE_MAX
} ngx_canvas_wire_e;

#define ngx_canvas_wire_binary(wire)                                          \
    ((wire) == NGX_CANVAS_WIRE_BINARY                                         \
     || (wire) == NGX_CANVAS_WIRE_BINARY_DEFLATE)

typedef struct ngx_canvas_session_s  ngx_canvas_session_t;

struct ngx_canvas_session_s {
    ngx_queue_t             queue;      /* of the broadcast */
    ngx_canvas_worker_t    *worker;
    ngx_http_request_t     *request;
    ngx_connection_t       *connection;

    ngx_canvas_output_t     output;
    canvas_ws_t             ws;

    uint64_t                epoch;      /* of what it was sent */
    uint64_t                seq;        /* sent or queued up to here */
    ngx_canvas_wire_e       wire;

    ngx_canvas_identity_t   identity;   /* kind 0: nobody */
    u_char                  cookie[CANVAS_SESSION_LEN];
    ngx_msec_t              cooldown_until;     /* ngx_current_msec */

    ngx_canvas_store_call_t *call;      /* of an auth message */
    ngx_queue_t             places;     /* on their way */
    ngx_uint_t              placing;

    ngx_msec_t              received;   /* when bytes came last */
    ngx_msec_t              partial;    /* since when half a frame waits */
    ngx_event_t             timer;      /* pings, timeouts, going away */

    time_t                  second;     /* messages are counted in it */
    ngx_uint_t              messages;

    unsigned                by_cookie:1;  /* identity is asked for at place */
    unsigned                cooling:1;    /* cooldown_until is meant */
    unsigned                open:1;       /* in the broadcast's queue */
    unsigned                closing:1;    /* close frame queued */
    unsigned                leaving:1;    /* the worker shuts down */
    unsigned                dead:1;
};

/*
 * Takes the connection of r over, whose handshake was answered by head
 * (bytes of the 101).  identity NULL: nobody, or, with cookie, not known yet.
 * since and epoch 0: from now on.  On NGX_OK the session owns the request.
 */
ngx_int_t ngx_canvas_session_open(ngx_http_request_t *r,
    ngx_canvas_worker_t *worker, ngx_str_t *head, ngx_canvas_wire_e wire,
    ngx_canvas_identity_t *identity, ngx_str_t *cookie, ngx_uint_t resume,
    uint64_t since, uint64_t epoch);

/*
 * Queues a frame (own reference taken) and leaves the writing to
 * ngx_canvas_session_flush().  NGX_DECLINED: the ring was full, updates were
 * dropped and session->seq was set back accordingly.  NGX_ERROR: the session
 * is to be finished: set dead and flush.
 */
ngx_int_t ngx_canvas_session_queue(ngx_canvas_session_t *session,
    ngx_canvas_frame_t *frame);

/* writes; finishes a dead session (session is gone then): NGX_ERROR */
ngx_int_t ngx_canvas_session_flush(ngx_canvas_session_t *session);

/* queues a close frame; nothing is queued behind it */
void ngx_canvas_session_close(ngx_canvas_session_t *session, unsigned code);

/* from now on this socket is that actor's */
void ngx_canvas_session_identify(ngx_canvas_session_t *session,
    ngx_canvas_identity_t *identity);

#endif /* NGX_CANVAS_SESSION_H_INCLUDED */
