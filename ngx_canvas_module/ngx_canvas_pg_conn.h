/*
 * ngx_canvas_pg_conn: one connection of ngx_canvas_pg, which is its only
 * caller: connects and reconnects by itself, prepares the statements, sends
 * queries in a pipeline and gives their results out in the same order.
 *
 * PQconnectStart() resolves host names without regard to anything else: name
 * a unix socket or a numeric address (host, hostaddr) in the conninfo, or
 * each connect blocks the worker for as long as DNS takes.
 */

#ifndef NGX_CANVAS_PG_CONN_H_INCLUDED
#define NGX_CANVAS_PG_CONN_H_INCLUDED

#include <libpq-fe.h>

#include "ngx_canvas_pg.h"

typedef enum {
    NGX_CANVAS_PG_CONN_WAITING = 0,     /* for the next attempt */
    NGX_CANVAS_PG_CONN_CONNECTING,
    NGX_CANVAS_PG_CONN_PREPARING,
    NGX_CANVAS_PG_CONN_READY,
    NGX_CANVAS_PG_CONN_CLOSED
} ngx_canvas_pg_conn_state_e;

typedef struct {
    ngx_queue_t                       queue;
    ngx_canvas_pg_result_pt           handler;  /* NULL: cancelled */
    void                             *data;
    void                            **cancel;   /* where the caller keeps us */
    ngx_msec_t                        sent;
    ngx_uint_t                        statement;
    const char                       *values[NGX_CANVAS_PG_PARAMS];
} ngx_canvas_pg_query_t;

typedef struct {
    /* the connection has become ready, or was lost, or is closed */
    void                            (*changed)(void *data);
    void                             *data;

    ngx_canvas_pg_conf_t             *conf;
    ngx_log_t                        *log;
    const ngx_canvas_pg_statement_t  *statements;
    ngx_uint_t                        nstatements;

    PGconn                           *pg;
    ngx_connection_t                 *connection;   /* of libpq's socket */
    ngx_event_handler_pt              read_handler; /* of connection */
    ngx_event_handler_pt              write_handler;
    ngx_event_t                       timer;
    ngx_queue_t                       queries;      /* sent, oldest first */
    ngx_uint_t                        nqueries;
    ngx_msec_t                        backoff;
    ngx_canvas_pg_conn_state_e        state;
    uint32_t                          reason;       /* last logged, its CRC */
    unsigned                          failed:1;     /* to be given up */
    unsigned                          reported:1;   /* the loss is logged */
} ngx_canvas_pg_conn_t;

/* plans the first connect; conn is zeroed memory but for changed and data */
void ngx_canvas_pg_conn_init(ngx_canvas_pg_conn_t *conn, ngx_log_t *log,
    ngx_canvas_pg_conf_t *conf, const ngx_canvas_pg_statement_t *statements,
    ngx_uint_t n);

/* 1 while it may become ready and nothing speaks against it yet */
ngx_uint_t ngx_canvas_pg_conn_hopeful(ngx_canvas_pg_conn_t *conn);

/*
 * Sends on a READY connection.  NGX_OK: query belongs to conn, which will
 * call its handler (never from within this call) and free it.  NGX_ERROR:
 * it does not, and conn gives itself up as soon as events are handled.
 */
ngx_int_t ngx_canvas_pg_conn_send(ngx_canvas_pg_conn_t *conn,
    ngx_canvas_pg_query_t *query);

/* for good; queries without an answer get NGX_CANVAS_PG_LOST */
void ngx_canvas_pg_conn_close(ngx_canvas_pg_conn_t *conn);

#endif /* NGX_CANVAS_PG_CONN_H_INCLUDED */
