/*
 * ngx_canvas_sweep: visits every socket of this worker once, view by view, in
 * slices of about NGX_CANVAS_SWEEP_SLICE each, so that acks and accepts are
 * never behind all of them.  What is done with a socket is the caller's.
 *
 * Sockets and views may come and go between the slices and during a visit:
 * whoever removes one says so before.
 */

#ifndef NGX_CANVAS_SWEEP_H_INCLUDED
#define NGX_CANVAS_SWEEP_H_INCLUDED

#include "ngx_canvas_view.h"

/* us */
#define NGX_CANVAS_SWEEP_SLICE  2000

typedef void (*ngx_canvas_sweep_pt)(void *data,
    ngx_canvas_session_t *session);

typedef struct {
    ngx_canvas_views_t     *views;
    ngx_canvas_view_t      *view;       /* NULL: no sweep is under way */
    ngx_queue_t            *next;       /* of the view's sessions */
    uint64_t                touched;    /* only views that stand here; 0:
                                           all of them */
} ngx_canvas_sweep_t;

void ngx_canvas_sweep_begin(ngx_canvas_sweep_t *sweep,
    ngx_canvas_views_t *views, uint64_t touched);

/* a slice; returns us.  The sweep is over when sweep->view is NULL */
uint64_t ngx_canvas_sweep_slice(ngx_canvas_sweep_t *sweep,
    ngx_canvas_sweep_pt visit, void *data);

/* the session leaves its view */
void ngx_canvas_sweep_skip(ngx_canvas_sweep_t *sweep,
    ngx_canvas_session_t *session);

/* the view goes; it has no session any more */
void ngx_canvas_sweep_skip_view(ngx_canvas_sweep_t *sweep,
    ngx_canvas_view_t *view);

#endif /* NGX_CANVAS_SWEEP_H_INCLUDED */
