/*
 * ngx_canvas_catchup: frames for sockets that are behind: those that resume,
 * and those whose queue was dropped.
 *
 * A frame goes up to the next multiple of NGX_CANVAS_CATCHUP_BLOCK, or to the
 * end.  Frames are kept for the next socket that asks for the same, whole
 * blocks apart from odd pieces, so that thousands that come back together
 * after a reload share what was encoded once, wherever each of them begins.
 */

#ifndef NGX_CANVAS_CATCHUP_H_INCLUDED
#define NGX_CANVAS_CATCHUP_H_INCLUDED

#include "ngx_canvas_view.h"

/* changes */
#define NGX_CANVAS_CATCHUP_BLOCK  256

typedef struct ngx_canvas_catchup_s  ngx_canvas_catchup_t;

/* a request: changes after from, up to `to` at most, for one socket */
typedef struct {
    uint64_t                epoch;
    uint64_t                from;
    uint64_t                to;
    ngx_canvas_wire_e       wire;
    ngx_canvas_view_t      *view;       /* NULL: the whole canvas */
} ngx_canvas_catchup_ask_t;

ngx_canvas_catchup_t *ngx_canvas_catchup_create(ngx_pool_t *pool,
    ngx_canvas_shm_t *shm, ngx_canvas_encoder_t *encoder);

/*
 * The first frame of what is asked for, the caller's reference.  NGX_OK, with
 * ask->to set to where it ends; *frame is NULL when nothing up to there
 * concerns the view.  NGX_DECLINED: the ring does not reach back that far.
 * NGX_ERROR: no memory.
 */
ngx_int_t ngx_canvas_catchup(ngx_canvas_catchup_t *catchup,
    ngx_canvas_catchup_ask_t *ask, ngx_canvas_frame_t **frame);

/* another epoch, or another image: nothing that is kept is right any more */
void ngx_canvas_catchup_forget(ngx_canvas_catchup_t *catchup);

#endif /* NGX_CANVAS_CATCHUP_H_INCLUDED */
