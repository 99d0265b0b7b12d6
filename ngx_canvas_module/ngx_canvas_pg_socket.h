/*
 * ngx_canvas_pg_socket: libpq's socket on nginx's event loop.  libpq owns the
 * descriptor and closes it; nginx only watches it, level-triggered, because
 * PQconsumeInput() need not read all there is.
 */

#ifndef NGX_CANVAS_PG_SOCKET_H_INCLUDED
#define NGX_CANVAS_PG_SOCKET_H_INCLUDED

#include "ngx_canvas_pg_conn.h"

/* watches for event, NGX_READ_EVENT or NGX_WRITE_EVENT; conn's handlers find
 * conn in the data of their ngx_connection_t */
ngx_int_t ngx_canvas_pg_socket_attach(ngx_canvas_pg_conn_t *conn,
    ngx_int_t event);

/* before libpq is told to close the socket */
void ngx_canvas_pg_socket_detach(ngx_canvas_pg_conn_t *conn);

/* sends what the socket takes, and watches it for as long as some is left */
ngx_int_t ngx_canvas_pg_socket_flush(ngx_canvas_pg_conn_t *conn);

#endif /* NGX_CANVAS_PG_SOCKET_H_INCLUDED */
