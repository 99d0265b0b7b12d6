/*
 * ngx_canvas_output: the pending frames of one socket: a fixed ring, written
 * in order with as few system calls as possible.
 *
 * When the ring is full, the batches of updates that have not begun to be
 * written are dropped and the socket has to be caught up from the shared ring
 * of changes later; other frames (acks, pongs, close) are never dropped: a
 * ring full of those is an error.
 */

#ifndef NGX_CANVAS_OUTPUT_H_INCLUDED
#define NGX_CANVAS_OUTPUT_H_INCLUDED

#include "ngx_canvas_frame.h"

typedef struct {
    ngx_canvas_frame_t  **frames;       /* size entries, allocated when used */
    ngx_uint_t            size;
    ngx_uint_t            first;
    ngx_uint_t            n;
    size_t                sent;         /* bytes of the first frame */
    ngx_uint_t            begun;        /* the first frame was tried: TLS may
                                           hold a part and wants it again */
    uint64_t              messages;     /* frames written, for the log */
} ngx_canvas_output_t;

/*
 * Takes its own reference.  NGX_OK; NGX_DECLINED: full, updates were dropped
 * and *dropped is the seq up to which updates remain queued or written (the
 * frame itself is queued unless it carries updates); NGX_ERROR: no room.
 */
ngx_int_t ngx_canvas_output_add(ngx_canvas_output_t *output,
    ngx_canvas_frame_t *frame, uint64_t *dropped, ngx_log_t *log);

/*
 * Writes what the socket takes.  NGX_OK: all written, NGX_AGAIN: the rest
 * waits for the socket (write event armed), NGX_ERROR: the connection is dead.
 */
ngx_int_t ngx_canvas_output_write(ngx_canvas_output_t *output,
    ngx_connection_t *c);

/* drops the updates that have not begun to be written; as in add, returns
 * whether there were any */
ngx_uint_t ngx_canvas_output_drop(ngx_canvas_output_t *output,
    uint64_t *dropped);

void ngx_canvas_output_free(ngx_canvas_output_t *output);

#endif /* NGX_CANVAS_OUTPUT_H_INCLUDED */
