/*
 * ngx_canvas_pg_connect: from PQconnectStart() to a connection that takes
 * queries: connecting, settings of the session, prepared statements.
 *
 * Whoever gets NGX_ERROR gives the connection up; PQerrorMessage() says why.
 */

#ifndef NGX_CANVAS_PG_CONNECT_H_INCLUDED
#define NGX_CANVAS_PG_CONNECT_H_INCLUDED

#include "ngx_canvas_pg_conn.h"

/* WAITING to CONNECTING; starts the timer that limits all of it */
ngx_int_t ngx_canvas_pg_connect(ngx_canvas_pg_conn_t *conn);

/* at each event while CONNECTING, at last to PREPARING */
ngx_int_t ngx_canvas_pg_connect_poll(ngx_canvas_pg_conn_t *conn);

/* with each result while PREPARING, at last to READY */
ngx_int_t ngx_canvas_pg_connect_result(ngx_canvas_pg_conn_t *conn,
    PGresult *result);

#endif /* NGX_CANVAS_PG_CONNECT_H_INCLUDED */
