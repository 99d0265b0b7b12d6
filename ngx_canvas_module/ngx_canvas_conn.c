/*
 * ngx_canvas_conn: see the header.  Detaching does what nginx does between
 * two requests of a kept-alive connection, lingering what it does behind the
 * last one.
 */

#include "ngx_canvas_conn.h"

#include <ngx_event.h>


#define NGX_CANVAS_CONN_LINGER  5000        /* ms, all in all */
#define NGX_CANVAS_CONN_BUFFER  4096


static void ngx_canvas_conn_free_buffers(ngx_connection_t *c,
    ngx_http_connection_t *hc);
static void ngx_canvas_conn_free_chain(ngx_pool_t *pool, ngx_chain_t *chain);
static void ngx_canvas_conn_drop(ngx_event_t *rev);


ngx_uint_t
ngx_canvas_conn_held(ngx_http_request_t *r)
{
    return r->main->count != 1 || r->main->blocked
           || r->main->limit_conn_status;
}


void
ngx_canvas_conn_detach(ngx_http_request_t *r, void *data)
{
    ngx_connection_t       *c;
    ngx_http_connection_t  *hc;

    c = r->connection;
    hc = r->http_connection;

    ngx_http_free_request(r, 0);

    c->destroyed = 0;
    c->data = data;

    ngx_canvas_conn_free_buffers(c, hc);
}


void
ngx_canvas_conn_linger(ngx_connection_t *c)
{
    ngx_event_t  *rev;

    rev = c->read;

#if (NGX_HTTP_SSL)
    if (c->ssl) {
        ngx_int_t  rc;

        c->ssl->shutdown_without_free = 1;

        rc = ngx_ssl_shutdown(c);

        if (rc == NGX_AGAIN) {
            c->ssl->handler = ngx_canvas_conn_linger;
            return;
        }

        if (rc == NGX_ERROR) {
            ngx_http_close_connection(c);
            return;
        }
    }
#endif

    rev->handler = ngx_canvas_conn_drop;
    c->write->handler = ngx_http_empty_handler;
    c->log->action = "closing canvas websocket";
    c->close = 0;

    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        ngx_http_close_connection(c);
        return;
    }

    if (ngx_shutdown_socket(c->fd, NGX_WRITE_SHUTDOWN) == -1) {
        ngx_connection_error(c, ngx_socket_errno,
                             ngx_shutdown_socket_n " failed");
        ngx_http_close_connection(c);
        return;
    }

    ngx_reusable_connection(c, 1);
    ngx_add_timer(rev, NGX_CANVAS_CONN_LINGER);

    if (rev->ready) {
        ngx_canvas_conn_drop(rev);
    }
}


static void
ngx_canvas_conn_free_buffers(ngx_connection_t *c, ngx_http_connection_t *hc)
{
    ngx_buf_t  *b;

    b = c->buffer;

    if (b && b->start && ngx_pfree(c->pool, b->start) == NGX_OK) {
        b->start = NULL;
        b->pos = NULL;
        b->last = NULL;
    }

    ngx_canvas_conn_free_chain(c->pool, hc->free);
    ngx_canvas_conn_free_chain(c->pool, hc->busy);

    hc->free = NULL;
    hc->busy = NULL;
    hc->nbusy = 0;

#if (NGX_HTTP_SSL)
    if (c->ssl) {
        ngx_ssl_free_buffer(c);
    }
#endif
}


static void
ngx_canvas_conn_free_chain(ngx_pool_t *pool, ngx_chain_t *chain)
{
    ngx_chain_t  *next;

    for ( /* void */ ; chain; chain = next) {
        next = chain->next;

        (void) ngx_pfree(pool, chain->buf->start);
        ngx_free_chain(pool, chain);
    }
}


static void
ngx_canvas_conn_drop(ngx_event_t *rev)
{
    ssize_t            n;
    u_char             buffer[NGX_CANVAS_CONN_BUFFER];
    ngx_connection_t  *c;

    c = rev->data;

    if (rev->timedout || c->close) {
        ngx_http_close_connection(c);
        return;
    }

    do {
        n = c->recv(c, buffer, NGX_CANVAS_CONN_BUFFER);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n == NGX_ERROR || n == 0) {
            ngx_http_close_connection(c);
            return;
        }

    } while (rev->ready);

    /* the timer goes on: an endless sender is cut as well */

    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        ngx_http_close_connection(c);
    }
}
