/*
 * ngx_canvas_pg: libpq's non-blocking API on nginx's event loop: a few
 * connections a worker, pipeline mode, prepared statements, a bounded queue,
 * timeouts, reconnects with exponential backoff and jitter.  Knows statements
 * by index and one value as a result, as PostgreSQL holds it: text and JSON as
 * they are, bytea as bytes; not what they mean.
 */

#ifndef NGX_CANVAS_PG_H_INCLUDED
#define NGX_CANVAS_PG_H_INCLUDED

#include "ngx_canvas_conf.h"

#define NGX_CANVAS_PG_PARAMS  8

typedef struct ngx_canvas_pg_s  ngx_canvas_pg_t;

typedef struct {
    const char  *name;      /* of the prepared statement */
    const char  *sql;       /* $1 ... ; casts say the types */
    int          nparams;
} ngx_canvas_pg_statement_t;

typedef enum {
    NGX_CANVAS_PG_OK = 0,   /* value of the first column of the first row */
    NGX_CANVAS_PG_NULL,     /* no row, or NULL */
    NGX_CANVAS_PG_INVALID,  /* SQLSTATE class 22 or 23: the caller's input */
    NGX_CANVAS_PG_FAILED,   /* any other error of the server (logged) */
    NGX_CANVAS_PG_LOST      /* connection lost or timed out */
} ngx_canvas_pg_status_e;

/* value is not NUL-terminated and is gone on return */
typedef void (*ngx_canvas_pg_result_pt)(void *data,
    ngx_canvas_pg_status_e status, const u_char *value, size_t len);

/* NGX_OK if libpq understands this NUL-terminated connection string; says no
 * more, since libpq's complaint quotes it, password and all */
ngx_int_t ngx_canvas_pg_valid(ngx_str_t *conninfo);

/* NULL on error (logged); connects by itself, and again when that is lost */
ngx_canvas_pg_t *ngx_canvas_pg_create(ngx_pool_t *pool, ngx_log_t *log,
    ngx_canvas_pg_conf_t *conf, const ngx_canvas_pg_statement_t *statements,
    ngx_uint_t n);

/*
 * values are copied; a NULL value is SQL NULL.  NGX_OK: handler will be
 * called exactly once, unless *cancel, which is stored before returning and
 * zeroed before the handler is called, is given to ngx_canvas_pg_cancel().
 * NGX_BUSY: queue full.  NGX_DECLINED: no connection, and none is about to
 * be made for the first time.
 */
ngx_int_t ngx_canvas_pg_query(ngx_canvas_pg_t *pg, ngx_uint_t statement,
    const char *const *values, ngx_canvas_pg_result_pt handler, void *data,
    void **cancel);

/* the handler will not be called any more */
void ngx_canvas_pg_cancel(void *query);

/* 1 when at least one connection is ready */
ngx_uint_t ngx_canvas_pg_connected(ngx_canvas_pg_t *pg);

void ngx_canvas_pg_close(ngx_canvas_pg_t *pg);

#endif /* NGX_CANVAS_PG_H_INCLUDED */
