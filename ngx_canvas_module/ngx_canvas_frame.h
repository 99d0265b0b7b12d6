/*
 * ngx_canvas_frame: bytes ready for the wire, written once and sent to many.
 * A frame is immutable after it was filled, counted by its holders, and freed
 * with the last of them.
 */

#ifndef NGX_CANVAS_FRAME_H_INCLUDED
#define NGX_CANVAS_FRAME_H_INCLUDED

#include <ngx_config.h>
#include <ngx_core.h>

typedef struct {
    ngx_uint_t  refs;
    uint64_t    from;       /* a batch of updates: changes (from, to] */
    uint64_t    to;         /* 0: no updates, must not be dropped */
    size_t      changes;    /* of (from, to] that are in it */
    size_t      len;
    u_char      data[1];    /* size bytes */
} ngx_canvas_frame_t;

/* one reference, the caller's; len is what was filled, at most size */
ngx_canvas_frame_t *ngx_canvas_frame_alloc(size_t size, ngx_log_t *log);

/* a whole unfragmented message with its head */
ngx_canvas_frame_t *ngx_canvas_frame_message(unsigned opcode,
    const void *payload, size_t len, ngx_log_t *log);

void ngx_canvas_frame_release(ngx_canvas_frame_t *frame);

#endif /* NGX_CANVAS_FRAME_H_INCLUDED */
