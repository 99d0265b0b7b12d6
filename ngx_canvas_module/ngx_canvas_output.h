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

#include "ngx_canvas_counters.h"
#include "ngx_canvas_frame.h"

/* frames that wait without a ring of their own */
#define NGX_CANVAS_OUTPUT_FEW  2

typedef struct {
    ngx_canvas_frame_t    **frames;     /* size entries; NULL: few is used */
    ngx_canvas_frame_t     *few[NGX_CANVAS_OUTPUT_FEW];
    ngx_canvas_counters_t  *counters;   /* NULL: not counted */
    ngx_uint_t              size;       /* at least NGX_CANVAS_OUTPUT_FEW */
    ngx_uint_t              n;
    size_t                  sent;       /* bytes of the first frame */
    uint64_t                messages;   /* frames written, for the log */
    uint32_t                first;
    unsigned                begun:1;    /* the first frame was tried: TLS may
                                           hold a part and wants it again */
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

/*
 * The short way of add and write for a socket without TLS for which nothing
 * waits: NGX_OK, NGX_ERROR as above; NGX_AGAIN: the frame is queued, write it
 * with ngx_canvas_output_write().
 */
ngx_int_t ngx_canvas_output_direct(ngx_canvas_output_t *output,
    ngx_connection_t *c, ngx_canvas_frame_t *frame);

/* drops the updates that have not begun to be written; as in add, returns
 * whether there were any */
ngx_uint_t ngx_canvas_output_drop(ngx_canvas_output_t *output,
    uint64_t *dropped);

void ngx_canvas_output_free(ngx_canvas_output_t *output);

#endif /* NGX_CANVAS_OUTPUT_H_INCLUDED */
