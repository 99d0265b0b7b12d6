/*
 * ngx_canvas_checksums: the answer to the message checksums: the sums of all
 * tiles at the seq that a socket stands at.  Sockets that follow stand at the
 * same seq: the last answer is kept as a shared frame.
 */

#ifndef NGX_CANVAS_CHECKSUMS_H_INCLUDED
#define NGX_CANVAS_CHECKSUMS_H_INCLUDED

#include "ngx_canvas_session.h"

/* NULL: out of memory */
ngx_canvas_checksums_t *ngx_canvas_checksums_create(
    ngx_canvas_worker_t *worker);

void ngx_canvas_checksums_close(ngx_canvas_checksums_t *checksums);

/*
 * The frame with the sums at exactly that seq, for the caller to queue before
 * it returns.  CANVAS_STALE: not known any more, or of another epoch;
 * CANVAS_NO_MEMORY.
 */
canvas_status_t ngx_canvas_checksums_frame(ngx_canvas_checksums_t *checksums,
    uint64_t epoch, uint64_t seq, ngx_canvas_frame_t **frame);

#endif /* NGX_CANVAS_CHECKSUMS_H_INCLUDED */
