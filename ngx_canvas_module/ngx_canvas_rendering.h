/*
 * ngx_canvas_rendering: the canvas at one seq in one form.  It never changes
 * and lives until its last reference is released.
 */

#ifndef NGX_CANVAS_RENDERING_H_INCLUDED
#define NGX_CANVAS_RENDERING_H_INCLUDED

#include "ngx_canvas_memory.h"

typedef struct {
    uint64_t             epoch;
    uint64_t             seq;
    ngx_canvas_memory_t  memory;    /* nobody writes to it any more */
    ngx_uint_t           refs;
} ngx_canvas_rendering_t;

/* with one reference; memory is its own from now on, also on error (NULL,
 * logged) */
ngx_canvas_rendering_t *ngx_canvas_rendering_create(ngx_log_t *log,
    uint64_t epoch, uint64_t seq, ngx_canvas_memory_t *memory);

/* one reference more; returns rendering */
ngx_canvas_rendering_t *ngx_canvas_rendering_hold(
    ngx_canvas_rendering_t *rendering);

void ngx_canvas_rendering_release(ngx_canvas_rendering_t *rendering);

#endif /* NGX_CANVAS_RENDERING_H_INCLUDED */
