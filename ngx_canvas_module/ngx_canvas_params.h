/*
 * ngx_canvas_params: reads and checks what a request says to a route.
 */

#ifndef NGX_CANVAS_PARAMS_H_INCLUDED
#define NGX_CANVAS_PARAMS_H_INCLUDED

#include "canvas_status.h"
#include "ngx_canvas_routes.h"

/*
 * Fills values[0 ...] for $1 ..., NULL where nothing is given; strings are of
 * r's pool.  CANVAS_CODE_OK, or the code to answer with: INVALID_COORDS for x
 * and y, INVALID_MESSAGE for anything else.  A parameter that comes twice is
 * refused; one the route does not know is ignored.
 */
canvas_code_t ngx_canvas_params(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const ngx_str_t *segment,
    const char *values[NGX_CANVAS_PG_PARAMS]);

#endif /* NGX_CANVAS_PARAMS_H_INCLUDED */
