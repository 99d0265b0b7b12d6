/*
 * ngx_canvas_store_place: placements.  Those that a worker takes in one turn of
 * its event loop go to Redis as one call when the turn ends: canvas_place_batch
 * of docs/redis.md.
 */

#ifndef NGX_CANVAS_STORE_PLACE_H_INCLUDED
#define NGX_CANVAS_STORE_PLACE_H_INCLUDED

#include "ngx_canvas_store.h"

/* NULL: out of memory */
ngx_canvas_placements_t *ngx_canvas_placements_create(
    ngx_canvas_worker_t *worker);

/* what was not sent yet is not; its handlers are told so */
void ngx_canvas_placements_close(ngx_canvas_placements_t *placements);

/*
 * Place as identity (known actor), or as whoever session belongs to.  What
 * NGX_OK, NGX_DECLINED and call mean: see ngx_canvas_store.h.
 */
ngx_int_t ngx_canvas_store_place(ngx_canvas_worker_t *worker,
    const ngx_canvas_identity_t *identity, const ngx_str_t *session,
    ngx_uint_t x, ngx_uint_t y, ngx_uint_t color, const ngx_str_t *request_id,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **call);

#endif /* NGX_CANVAS_STORE_PLACE_H_INCLUDED */
