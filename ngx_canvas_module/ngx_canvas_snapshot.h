/*
 * ngx_canvas_snapshot: renderings of the shared image, shared by all requests
 * of the worker: bytes, packed, gzip of both, PNG.  Made on demand, at most
 * once per seq and render_interval; gzip and PNG in an nginx thread pool.
 */

#ifndef NGX_CANVAS_SNAPSHOT_H_INCLUDED
#define NGX_CANVAS_SNAPSHOT_H_INCLUDED

#include "ngx_canvas_worker.h"

/* NULL on error (logged) */
ngx_canvas_snapshot_t *ngx_canvas_snapshot_create(ngx_canvas_worker_t *worker);

/* at the end of the worker */
void ngx_canvas_snapshot_close(ngx_canvas_snapshot_t *snapshot);

#endif /* NGX_CANVAS_SNAPSHOT_H_INCLUDED */
