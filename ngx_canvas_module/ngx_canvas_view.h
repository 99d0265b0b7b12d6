/*
 * ngx_canvas_view: which sockets want which part of the canvas.  Sockets with
 * the same rectangle share one view; those without share the view of the
 * whole canvas.  The changes of a sweep are given to the views through a grid
 * of tiles, so that a change costs as much as there are views around it.
 *
 * A view says from where to where its sockets go in a sweep:
 *
 *   seq  <= before           behind: to be caught up, unless equal
 *   before <= seq <= from    follows: takes the frame of this sweep
 *
 * Between before and touched lies everything that changed in the view in this
 * sweep; since touched nothing has.  So a socket whose view is not touched
 * follows without being looked at.
 */

#ifndef NGX_CANVAS_VIEW_H_INCLUDED
#define NGX_CANVAS_VIEW_H_INCLUDED

#include "ngx_canvas_encode.h"

/* distinct choices among the changes of one sweep, with their frames */
typedef struct ngx_canvas_choice_s  ngx_canvas_choice_t;

/* inclusive */
typedef struct {
    uint16_t                left;
    uint16_t                top;
    uint16_t                right;
    uint16_t                bottom;
} ngx_canvas_area_t;

struct ngx_canvas_view_s {
    ngx_rbtree_node_t       node;       /* by the rectangle */
    ngx_queue_t             queue;      /* of all views */
    ngx_queue_t             sessions;
    ngx_uint_t              n;          /* of them */
    ngx_canvas_area_t       area;

    uint64_t                before;
    uint64_t                touched;

    uint64_t                hash;       /* of what the sweep has for it */
    size_t                  picked;
    ngx_canvas_choice_t    *choice;     /* NULL: not looked for yet */
};

typedef struct ngx_canvas_views_s  ngx_canvas_views_t;

ngx_canvas_views_t *ngx_canvas_views_create(ngx_pool_t *pool,
    ngx_uint_t width, ngx_uint_t height);

/* the view of the whole canvas; it never goes */
ngx_canvas_view_t *ngx_canvas_views_whole(ngx_canvas_views_t *views);

/* first of all views, and the one behind; NULL: no more */
ngx_canvas_view_t *ngx_canvas_views_first(ngx_canvas_views_t *views);
ngx_canvas_view_t *ngx_canvas_views_next(ngx_canvas_views_t *views,
    ngx_canvas_view_t *view);

/* is the upper left corner on the canvas, and is there a width and height? */
ngx_uint_t ngx_canvas_views_valid(ngx_canvas_views_t *views, int64_t x,
    int64_t y, int64_t width, int64_t height);

/*
 * The view of a valid rectangle, cut to the canvas; a new one stands at seq.
 * The whole canvas is the whole view.  NULL: no memory.
 */
ngx_canvas_view_t *ngx_canvas_views_get(ngx_canvas_views_t *views, int64_t x,
    int64_t y, int64_t width, int64_t height, uint64_t seq, ngx_log_t *log);

/* frees the view if it has no session */
void ngx_canvas_views_put(ngx_canvas_views_t *views, ngx_canvas_view_t *view);

/* how many besides the whole one */
ngx_uint_t ngx_canvas_views_count(ngx_canvas_views_t *views);

/* all views stand at seq, with nothing to come */
void ngx_canvas_views_reset(ngx_canvas_views_t *views, uint64_t seq);

/* gives the changes of a sweep to the views; they have to stay until end */
void ngx_canvas_views_begin(ngx_canvas_views_t *views,
    const canvas_change_t *changes, size_t n, uint64_t from);

/* the frame of this sweep for a touched view; NULL: no memory */
ngx_canvas_frame_t *ngx_canvas_views_frame(ngx_canvas_views_t *views,
    ngx_canvas_view_t *view, ngx_canvas_wire_e wire,
    ngx_canvas_encoder_t *encoder);

/* the sweep is over: its frames are released */
void ngx_canvas_views_end(ngx_canvas_views_t *views);

/* indices of the changes inside; returns how many, at most n */
size_t ngx_canvas_view_pick(const ngx_canvas_view_t *view,
    const canvas_change_t *changes, size_t n, uint16_t *picks);

#endif /* NGX_CANVAS_VIEW_H_INCLUDED */
