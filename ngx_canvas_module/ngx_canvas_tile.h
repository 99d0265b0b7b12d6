/*
 * ngx_canvas_tile: what a client needs to check its picture and to mend it:
 * the checksums of all tiles, and a rectangle of the canvas.  Both are live,
 * straight from shared memory.
 */

#ifndef NGX_CANVAS_TILE_H_INCLUDED
#define NGX_CANVAS_TILE_H_INCLUDED

#include "ngx_canvas_conf.h"

/* content handlers of GET and HEAD */

ngx_int_t ngx_canvas_tile_checksums(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);

/* NGX_DECLINED: the query asks for no rectangle */
ngx_int_t ngx_canvas_tile_rectangle(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);

#endif /* NGX_CANVAS_TILE_H_INCLUDED */
