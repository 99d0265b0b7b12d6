/*
 * ngx_canvas_leaderboard: GET /api/leaderboard.
 */

#ifndef NGX_CANVAS_LEADERBOARD_H_INCLUDED
#define NGX_CANVAS_LEADERBOARD_H_INCLUDED

#include "ngx_canvas_routes.h"

/* a ngx_canvas_route_pt; values: kind, limit */
ngx_int_t ngx_canvas_leaderboard(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values);

#endif /* NGX_CANVAS_LEADERBOARD_H_INCLUDED */
