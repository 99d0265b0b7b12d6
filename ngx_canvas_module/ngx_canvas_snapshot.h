/*
 * ngx_canvas_snapshot: renderings of the shared image, shared by all requests
 * of the worker: bytes, packed, gzip of both, PNG.  Made on demand, at most
 * once per seq and render_interval; what takes long in an nginx thread pool,
 * each form at most once at a time.
 */

#ifndef NGX_CANVAS_SNAPSHOT_H_INCLUDED
#define NGX_CANVAS_SNAPSHOT_H_INCLUDED

#include "ngx_canvas_render.h"
#include "ngx_canvas_rendering.h"
#include "ngx_canvas_worker.h"

#include <ngx_thread_pool.h>

/* rendering NULL: it failed (logged); else the reference is the handler's */
typedef void (*ngx_canvas_snapshot_pt)(void *data,
    ngx_canvas_rendering_t *rendering);

/* one who waits; the caller sets handler and data, and owns the memory */
typedef struct {
    ngx_queue_t               queue;
    ngx_canvas_snapshot_pt    handler;
    void                     *data;
    unsigned                  waiting:1;
} ngx_canvas_snapshot_wait_t;

/* at configuration time: makes the thread pool exist */
ngx_int_t ngx_canvas_snapshot_conf(ngx_conf_t *cf);

/* that pool; NULL on error (logged) */
ngx_thread_pool_t *ngx_canvas_snapshot_pool(ngx_log_t *log);

/* NULL on error (logged) */
ngx_canvas_snapshot_t *ngx_canvas_snapshot_create(ngx_canvas_worker_t *worker);

/*
 * NGX_OK: *rendering, with a reference for the caller.  NGX_AGAIN: the
 * handler of wait will be called exactly once, unless it is cancelled.
 * NGX_DECLINED: there is no image yet.  NGX_ERROR: logged.
 *
 * The rendering is of the current epoch, and of the current seq or one that
 * was current at most render_interval, plus the time of one rendering, ago.
 */
ngx_int_t ngx_canvas_snapshot_get(ngx_canvas_snapshot_t *snapshot,
    ngx_canvas_form_e form, ngx_canvas_snapshot_wait_t *wait,
    ngx_canvas_rendering_t **rendering);

/* the handler will not be called any more; harmless when it was */
void ngx_canvas_snapshot_cancel(ngx_canvas_snapshot_wait_t *wait);

/* at the end of the worker, when nginx has ended its threads */
void ngx_canvas_snapshot_close(ngx_canvas_snapshot_t *snapshot);

#endif /* NGX_CANVAS_SNAPSHOT_H_INCLUDED */
