/*
 * ngx_canvas_pg_socket: see the header.
 */

#include "ngx_canvas_pg_socket.h"


static ngx_int_t ngx_canvas_pg_socket_watch(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t on);
static void ngx_canvas_pg_socket_unwatch(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t flags);


ngx_int_t
ngx_canvas_pg_socket_attach(ngx_canvas_pg_conn_t *conn, ngx_int_t event)
{
    ngx_connection_t  *c;

    c = ngx_get_connection(PQsocket(conn->pg), conn->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = conn;
    c->log = conn->log;
    c->read->log = conn->log;
    c->write->log = conn->log;
    c->read->handler = conn->read_handler;
    c->write->handler = conn->write_handler;

    conn->connection = c;

    return ngx_canvas_pg_socket_watch(event == NGX_READ_EVENT ? c->read
                                                              : c->write,
                                      event, 1);
}


void
ngx_canvas_pg_socket_detach(ngx_canvas_pg_conn_t *conn)
{
    ngx_uint_t         flags;
    ngx_connection_t  *c;

    c = conn->connection;

    if (c == NULL) {
        return;
    }

    conn->connection = NULL;

    /* libpq closes a socket that failed, which ends the watching as well */
    flags = (PQsocket(conn->pg) == c->fd) ? 0 : NGX_CLOSE_EVENT;

    ngx_canvas_pg_socket_unwatch(c->read, NGX_READ_EVENT, flags);
    ngx_canvas_pg_socket_unwatch(c->write, NGX_WRITE_EVENT, flags);

    ngx_free_connection(c);
    c->fd = (ngx_socket_t) -1;
}


ngx_int_t
ngx_canvas_pg_socket_flush(ngx_canvas_pg_conn_t *conn)
{
    int  rc;

    rc = PQflush(conn->pg);

    if (rc < 0) {
        return NGX_ERROR;
    }

    return ngx_canvas_pg_socket_watch(conn->connection->write,
                                      NGX_WRITE_EVENT, rc);
}


static ngx_int_t
ngx_canvas_pg_socket_watch(ngx_event_t *ev, ngx_int_t event, ngx_uint_t on)
{
    if (on == ev->active) {
        return NGX_OK;
    }

    return on ? ngx_add_event(ev, event, NGX_LEVEL_EVENT)
              : ngx_del_event(ev, event, 0);
}


static void
ngx_canvas_pg_socket_unwatch(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t flags)
{
    if (ev->active) {
        (void) ngx_del_event(ev, event, flags);
    }

    if (ev->posted) {
        ngx_delete_posted_event(ev);
    }

    ev->closed = 1;
}
