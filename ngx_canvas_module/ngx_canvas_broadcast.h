/*
 * ngx_canvas_broadcast: from the shared ring of changes to every socket of
 * this worker: one encode a wire form and tick, one write a socket and tick.
 *
 * The first change after a quiet tick goes out at once, later ones are
 * collected until the tick is over (canvas_tick).  A sweep over many sockets
 * is cut into slices that run as posted events (ngx_canvas_sweep).  Sockets
 * with a viewport get what is in it (ngx_canvas_view).  A socket that could
 * not follow is caught up from the ring on its own (ngx_canvas_catchup), or
 * told to fetch the canvas again.
 */

#ifndef NGX_CANVAS_BROADCAST_H_INCLUDED
#define NGX_CANVAS_BROADCAST_H_INCLUDED

#include "ngx_canvas_session.h"

ngx_canvas_broadcast_t *ngx_canvas_broadcast_create(
    ngx_canvas_worker_t *worker);

/* the shared image may have moved on */
void ngx_canvas_broadcast_wake(ngx_canvas_broadcast_t *broadcast);

/* a JSON text message to every socket, in slices as well */
void ngx_canvas_broadcast_text(ngx_canvas_broadcast_t *broadcast,
    const void *text, size_t len);

/*
 * A text frame that others published, likewise.  channels: only to sockets
 * that subscribed to one of them; 0: to all.  key: while it waits, a later one
 * with the same key takes its place; 0: none.  Takes its own reference.
 */
void ngx_canvas_broadcast_notice(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_frame_t *frame, unsigned channels, ngx_uint_t key);

/*
 * A new socket.  Sets its epoch and seq: with resume, those it asks for if
 * the ring reaches back to them (NGX_OK), else the current ones (NGX_DECLINED:
 * it has to be told to resync when it asked to resume).
 */
ngx_int_t ngx_canvas_broadcast_join(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session, ngx_uint_t resume, uint64_t since,
    uint64_t epoch);

void ngx_canvas_broadcast_leave(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);

/*
 * From now on only changes inside the rectangle; width 0: all again.  What
 * the socket has missed of it until now follows with the next flush.
 * NGX_DECLINED: outside the canvas, nothing has changed; NGX_ERROR: no memory.
 */
ngx_int_t ngx_canvas_broadcast_view(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session, int64_t x, int64_t y, int64_t width,
    int64_t height);

/*
 * Queues what a socket that is behind has missed, as far as its output has
 * room.  NGX_ERROR: the session is to be finished; as session_queue().
 */
ngx_int_t ngx_canvas_broadcast_catch_up(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);

/* 1: there are changes that this socket has neither got nor queued */
ngx_uint_t ngx_canvas_broadcast_behind(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);

/* the point of the log that the sockets that follow stand at */
uint64_t ngx_canvas_broadcast_seq(ngx_canvas_broadcast_t *broadcast);

/* open sockets of this worker */
ngx_uint_t ngx_canvas_broadcast_online(ngx_canvas_broadcast_t *broadcast);

/* 16 KB that any reader of this worker may use until it returns */
u_char *ngx_canvas_broadcast_buffer(ngx_canvas_broadcast_t *broadcast,
    size_t *size);

#endif /* NGX_CANVAS_BROADCAST_H_INCLUDED */
