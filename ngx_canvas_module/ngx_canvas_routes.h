/*
 * ngx_canvas_routes: the table of what ngx_canvas_rest serves: path, what the
 * query may say, the prepared statement, how long the answer may be cached.
 * A new read is one line here and one SQL function.
 */

#ifndef NGX_CANVAS_ROUTES_H_INCLUDED
#define NGX_CANVAS_ROUTES_H_INCLUDED

#include "ngx_canvas_conf.h"
#include "ngx_canvas_pg.h"

#include "canvas_status.h"

typedef enum {
    NGX_CANVAS_PARAM_INT = 1,   /* min to max, canonical decimal digits */
    NGX_CANVAS_PARAM_X,         /* a column of the canvas */
    NGX_CANVAS_PARAM_Y,         /* a row of the canvas */
    NGX_CANVAS_PARAM_UUID,
    NGX_CANVAS_PARAM_BOOL,      /* "true" or "false" */
    NGX_CANVAS_PARAM_CURSOR,    /* "<epoch>-<seq>" */
    NGX_CANVAS_PARAM_NAME,      /* of an agent: [A-Za-z0-9_-]{3,64} */
    NGX_CANVAS_PARAM_WORD       /* one of words */
} ngx_canvas_param_e;

/* indexes of the prepared statements */
typedef enum {
    NGX_CANVAS_SQL_HISTORY_PIXEL = 0,
    NGX_CANVAS_SQL_HISTORY_USER,
    NGX_CANVAS_SQL_HISTORY_RECENT,
    NGX_CANVAS_SQL_GAME_CURRENT,
    NGX_CANVAS_SQL_GAME_UPCOMING,
    NGX_CANVAS_SQL_GAME_MODES,
    NGX_CANVAS_SQL_ARCHIVES,
    NGX_CANVAS_SQL_ARCHIVE,
    NGX_CANVAS_SQL_ARCHIVE_CANVAS,
    NGX_CANVAS_SQL_SNAPSHOTS,
    NGX_CANVAS_SQL_SNAPSHOT,
    NGX_CANVAS_SQL_BOARD_NAMES,
    NGX_CANVAS_SQL_AGENT,
    NGX_CANVAS_SQL_AGENT_WEEKS,
    NGX_CANVAS_SQL_COMMENTS,
    NGX_CANVAS_SQL_VOTES,
    NGX_CANVAS_SQL_OBJECTIVES,
    NGX_CANVAS_SQL_FACTIONS,
    NGX_CANVAS_SQL_MAX
} ngx_canvas_sql_e;

/* name of the parameter that is the ":" of a path */
#define NGX_CANVAS_PARAM_PATH  ":"

typedef struct {
    const char           *name;         /* NULL ends the list */
    ngx_canvas_param_e    kind;
    ngx_uint_t            required;
    ngx_uint_t            min;
    ngx_uint_t            max;
    const char *const    *words;        /* ended by NULL */
} ngx_canvas_param_t;

typedef struct ngx_canvas_route_s  ngx_canvas_route_t;

/* returns what a content handler returns; values as ngx_canvas_params() */
typedef ngx_int_t (*ngx_canvas_route_pt)(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values);

struct ngx_canvas_route_s {
    const char           *path;         /* one segment may be ":" */
    ngx_canvas_route_pt   handler;      /* NULL: passes the statement's JSON
                                           through */
    ngx_canvas_sql_e      statement;    /* what the handler may need */
    ngx_int_t             max_age;      /* seconds; -1: no-store */
    ngx_canvas_param_t    params[NGX_CANVAS_PG_PARAMS]; /* $1, $2 ... */
};

/* NULL: no such path.  segment: what stands for ":", if anything does */
const ngx_canvas_route_t *ngx_canvas_routes_find(const ngx_str_t *uri,
    ngx_str_t *segment);

/* those that routes refer to, for ngx_canvas_pg_create(); their number */
ngx_uint_t ngx_canvas_routes_statements(
    const ngx_canvas_pg_statement_t **statements);

/* what a client is told when a statement ends so */
canvas_code_t ngx_canvas_routes_code(ngx_canvas_pg_status_e status);

#endif /* NGX_CANVAS_ROUTES_H_INCLUDED */
