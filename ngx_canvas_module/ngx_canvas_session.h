/*
 * ngx_canvas_session: one open WebSocket: its place in the log, what is
 * queued for it, and the end of it.  Shared frames come from
 * ngx_canvas_broadcast, input from ngx_canvas_socket.
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

/* "WEBS": in c->data no request, whose signature is "HTTP" */
#define NGX_CANVAS_SESSION_SIGNATURE  0x53424557

typedef struct ngx_canvas_session_s  ngx_canvas_session_t;
typedef struct ngx_canvas_view_s     ngx_canvas_view_t;

/* one small piece of memory a socket: an idle one has nothing besides */

struct ngx_canvas_session_s {
    uint32_t                signature;  /* c->data is this or the request */

    unsigned                cooling:1;    /* cooldown_until is meant */
    unsigned                open:1;       /* in the broadcast's queue */
    unsigned                closing:1;    /* close frame queued */
    unsigned                leaving:1;    /* the worker shuts down */
    unsigned                dead:1;
    unsigned                plain:1;      /* no TLS */
    unsigned                channels:2;   /* subscribed to, bits of proto */

    /* up to output: what a sweep looks at, together for the cache */

    ngx_queue_t             queue;      /* of its view */
    ngx_canvas_view_t      *view;
    ngx_connection_t       *connection;
    uint64_t                seq;        /* sent or queued up to here */
    uint64_t                epoch;      /* of what it was sent */
    uint32_t                life;       /* epochs and texts of the broadcast */
    uint32_t                text;       /* that it was told */
    ngx_canvas_wire_e       wire;

    ngx_canvas_output_t     output;

    ngx_canvas_worker_t    *worker;
    ngx_http_request_t     *request;    /* NULL: freed, as it mostly is */
    canvas_ws_t             ws;

    uint32_t                placing;    /* on their way */
    ngx_queue_t             places;
    ngx_canvas_store_call_t *call;      /* of an auth message */
    ngx_msec_t              cooldown_until;     /* ngx_current_msec */

    ngx_canvas_identity_t   identity;   /* kind 0: nobody */
    u_char                 *cookie;     /* else NULL: whose is not known yet */

    uint32_t                received;   /* when bytes came last, ms */
    uint32_t                partial;    /* since when half a frame waits, ms */

    uint32_t                second;     /* messages are counted in it */
    uint32_t                messages;

    uint32_t                placed;     /* for the log */
    time_t                  opened;
};

/* what a handshake came to */
typedef struct {
    ngx_canvas_worker_t    *worker;
    ngx_str_t               head;       /* bytes of the 101 */
    ngx_canvas_identity_t  *identity;   /* NULL: nobody, or not known yet */
    ngx_str_t               cookie;     /* len 0: none */
    ngx_canvas_wire_e       wire;
    uint64_t                since;
    uint64_t                epoch;
    unsigned                resume:1;   /* since, epoch; else from now on */
    unsigned                deflate:1;  /* messages of the client may be
                                           compressed */
} ngx_canvas_opening_t;

/*
 * Takes the connection of r over and answers its handshake.  On NGX_OK the
 * reference to r that the caller held is gone, and mostly r itself.
 */
ngx_int_t ngx_canvas_session_open(ngx_http_request_t *r,
    ngx_canvas_opening_t *opening);

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
