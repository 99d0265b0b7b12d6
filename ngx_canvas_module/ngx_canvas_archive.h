/*
 * ngx_canvas_archive: canvases of the past: those that closed weeks ended
 * with, and snapshots.
 */

#ifndef NGX_CANVAS_ARCHIVE_H_INCLUDED
#define NGX_CANVAS_ARCHIVE_H_INCLUDED

#include "ngx_canvas_routes.h"

/* each a ngx_canvas_route_pt; values: id, and format of the binary ones */

/* GET /api/archives/:id/canvas */
ngx_int_t ngx_canvas_archive_canvas(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values);

/* GET /api/archives/:id/image.png */
ngx_int_t ngx_canvas_archive_image(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values);

/* GET /api/v1/timelapse/snapshot/:id, a PNG where that is asked for */
ngx_int_t ngx_canvas_archive_snapshot(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values);

#endif /* NGX_CANVAS_ARCHIVE_H_INCLUDED */
