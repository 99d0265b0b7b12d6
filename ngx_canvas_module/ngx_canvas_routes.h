/*
 * ngx_canvas_routes: the table of what ngx_canvas_rest serves: path, what the
 * query may say, the prepared statement, how long the answer may be cached.
 * A new read is one line here and one SQL function.
 */

#ifndef NGX_CANVAS_ROUTES_H_INCLUDED
#define NGX_CANVAS_ROUTES_H_INCLUDED

#include "ngx_canvas_conf.h"
#include "ngx_canvas_pg.h"

typedef enum {
    NGX_CANVAS_PARAM_INT = 1,   /* min to max, canonical decimal digits */
    NGX_CANVAS_PARAM_X,         /* a column of the canvas */
    NGX_CANVAS_PARAM_Y,         /* a row of the canvas */
    NGX_CANVAS_PARAM_UUID,
    NGX_CANVAS_PARAM_BOOL,      /* "true" or "false" */
    NGX_CANVAS_PARAM_CURSOR     /* "<epoch>-<seq>" */
} ngx_canvas_param_e;

/* name of the parameter that is the ":" of a path */
#define NGX_CANVAS_PARAM_PATH  ":"

typedef struct {
    const char           *name;         /* NULL ends the list */
    ngx_canvas_param_e    kind;
    ngx_uint_t            required;
    ngx_uint_t            min;
    ngx_uint_t            max;
} ngx_canvas_param_t;

typedef struct {
    const char           *path;         /* one segment may be ":" */
    ngx_uint_t            statement;
    ngx_int_t             max_age;      /* seconds; -1: no-store */
    ngx_canvas_param_t    params[NGX_CANVAS_PG_PARAMS]; /* $1, $2 ... */
} ngx_canvas_route_t;

/* NULL: no such path.  segment: what stands for ":", if anything does */
const ngx_canvas_route_t *ngx_canvas_routes_find(const ngx_str_t *uri,
    ngx_str_t *segment);

/* those that routes refer to, for ngx_canvas_pg_create(); their number */
ngx_uint_t ngx_canvas_routes_statements(
    const ngx_canvas_pg_statement_t **statements);

#endif /* NGX_CANVAS_ROUTES_H_INCLUDED */
