/*
 * ngx_canvas_sweep: see the header.
 */

#include "ngx_canvas_sweep.h"
#include "ngx_canvas_turn.h"


/* sockets, and views passed over, between two looks at the clock */
#define NGX_CANVAS_SWEEP_LOOK  32

/* a session is spread over these cache lines from its start */
#define NGX_CANVAS_SWEEP_LINES  3

#define NGX_CANVAS_SWEEP_LINE   64


static void ngx_canvas_sweep_enter(ngx_canvas_sweep_t *sweep,
    ngx_canvas_view_t *view);
static void ngx_canvas_sweep_prefetch(ngx_queue_t *q);


void
ngx_canvas_sweep_begin(ngx_canvas_sweep_t *sweep, ngx_canvas_views_t *views,
    uint64_t touched)
{
    sweep->views = views;
    sweep->touched = touched;

    ngx_canvas_sweep_enter(sweep, ngx_canvas_views_first(views));
}


uint64_t
ngx_canvas_sweep_slice(ngx_canvas_sweep_t *sweep, ngx_canvas_sweep_pt visit,
    void *data)
{
    uint64_t      began, now;
    ngx_uint_t    i;
    ngx_queue_t  *q;

    began = ngx_canvas_clock();
    now = began;

    for (i = 1; sweep->view; i++) {

        if (i % NGX_CANVAS_SWEEP_LOOK == 0) {
            now = ngx_canvas_clock();

            if (now - began >= NGX_CANVAS_SWEEP_SLICE) {
                return now - began;
            }
        }

        q = sweep->next;

        if (q == ngx_queue_sentinel(&sweep->view->sessions)
            || (sweep->touched && sweep->view->touched != sweep->touched))
        {
            ngx_canvas_sweep_enter(sweep,
                                   ngx_canvas_views_next(sweep->views,
                                                         sweep->view));
            continue;
        }

        sweep->next = ngx_queue_next(q);
        ngx_canvas_sweep_prefetch(sweep->next);

        visit(data, ngx_queue_data(q, ngx_canvas_session_t, queue));
    }

    return ngx_canvas_clock() - began;
}


void
ngx_canvas_sweep_skip(ngx_canvas_sweep_t *sweep, ngx_canvas_session_t *session)
{
    if (sweep->view && sweep->next == &session->queue) {
        sweep->next = ngx_queue_next(&session->queue);
    }
}


void
ngx_canvas_sweep_skip_view(ngx_canvas_sweep_t *sweep, ngx_canvas_view_t *view)
{
    if (sweep->view == view) {
        ngx_canvas_sweep_enter(sweep,
                               ngx_canvas_views_next(sweep->views, view));
    }
}


static void
ngx_canvas_sweep_enter(ngx_canvas_sweep_t *sweep, ngx_canvas_view_t *view)
{
    sweep->view = view;
    sweep->next = view ? ngx_queue_head(&view->sessions) : NULL;
}


/* the next session is fetched while the kernel sends to this one */

static void
ngx_canvas_sweep_prefetch(ngx_queue_t *q)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_CANVAS_SWEEP_LINES; i++) {
        __builtin_prefetch((u_char *) q + i * NGX_CANVAS_SWEEP_LINE);
    }
}
