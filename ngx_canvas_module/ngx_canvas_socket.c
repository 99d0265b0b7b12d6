/*
 * ngx_canvas_socket: see the header.
 */

#include "ngx_canvas_broadcast.h"
#include "ngx_canvas_message.h"
#include "ngx_canvas_socket.h"
#include "ngx_canvas_variables.h"


/* reads of one turn of the event loop, so that one socket cannot hold it */
#define NGX_CANVAS_SOCKET_READS  8

/* sockets of a worker that goes away are told within so long, ms */
#define NGX_CANVAS_SOCKET_LEAVE  2000


static ngx_canvas_session_t *ngx_canvas_socket_of(ngx_connection_t *c);
static ngx_int_t ngx_canvas_socket_event(ngx_canvas_session_t *session,
    canvas_ws_event_t event, canvas_ws_message_t *message);
static void ngx_canvas_socket_timer(ngx_canvas_session_t *session);


void
ngx_canvas_socket_read(ngx_event_t *rev)
{
    size_t                 size;
    ssize_t                n;
    u_char                *buffer;
    ngx_uint_t             i;
    ngx_connection_t      *c;
    ngx_canvas_session_t  *session;

    c = rev->data;
    session = ngx_canvas_socket_of(c);

    if (c->close) {

        if (!c->error) {
            ngx_canvas_socket_leave(session);
            return;
        }

        /* worker_shutdown_timeout: no time is left */
        session->dead = 1;

    } else if (rev->timedout) {
        rev->timedout = 0;
        ngx_canvas_socket_timer(session);
        return;
    }

    buffer = ngx_canvas_broadcast_buffer(session->worker->broadcast, &size);

    for (i = 0; !session->closing && !session->dead; i++) {

        if (i == NGX_CANVAS_SOCKET_READS) {
            ngx_post_event(rev, &ngx_posted_next_events);
            break;
        }

        n = c->recv(c, buffer, size);

        if (n == NGX_AGAIN) {

            if (ngx_handle_read_event(rev, 0) != NGX_OK) {
                session->dead = 1;
            }

            break;
        }

        if (n == 0 || n == NGX_ERROR) {
            session->dead = 1;
            break;
        }

        session->received = (uint32_t) ngx_current_msec;

        if (ngx_canvas_socket_parse(session, buffer, buffer + n) != NGX_OK) {
            session->dead = 1;
        }
    }

    (void) ngx_canvas_session_flush(session);
}


void
ngx_canvas_socket_write(ngx_event_t *wev)
{
    ngx_connection_t      *c;
    ngx_canvas_session_t  *session;

    c = wev->data;
    session = ngx_canvas_socket_of(c);

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, c->log, NGX_ETIMEDOUT,
                      "canvas session: client does not read");
        ngx_canvas_count(session->worker->shm->counters,
                         NGX_CANVAS_COUNT_UNREAD, 1);
        session->dead = 1;
    }

    if (wev->timer_set) {
        /* some bytes went: the time limit begins anew */
        ngx_del_timer(wev);
    }

    (void) ngx_canvas_session_flush(session);
}


ngx_int_t
ngx_canvas_socket_parse(ngx_canvas_session_t *session, const u_char *pos,
    const u_char *last)
{
    canvas_ws_event_t    event;
    canvas_ws_message_t  message;

    while (pos < last && !session->closing) {

        event = canvas_ws_feed(&session->ws, &pos, last, &message);

        if (event == CANVAS_WS_MORE) {
            break;
        }

        if (ngx_canvas_socket_event(session, event, &message) == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (event == CANVAS_WS_TEXT || event == CANVAS_WS_BINARY) {
            /* what is half here now has only begun */
            session->partial = 0;
        }
    }

    if (!canvas_ws_partial(&session->ws)) {
        canvas_ws_release(&session->ws);
        session->partial = 0;

    } else if (session->partial == 0) {
        session->partial = (uint32_t) ngx_current_msec | 1;
    }

    return NGX_OK;
}


void
ngx_canvas_socket_leave(ngx_canvas_session_t *session)
{
    ngx_event_t  *rev;

    if (session->leaving) {
        return;
    }

    session->leaving = 1;
    session->connection->close = 0;

    rev = session->connection->read;

    if (rev->timer_set) {
        ngx_del_timer(rev);
    }

    /* it does hold the worker */
    rev->cancelable = 0;
    ngx_add_timer(rev, 1 + ngx_random() % NGX_CANVAS_SOCKET_LEAVE);
}


/* of a connection whose request is there still, or not */

static ngx_canvas_session_t *
ngx_canvas_socket_of(ngx_connection_t *c)
{
    ngx_canvas_session_t      *session;
    ngx_canvas_request_ctx_t  *ctx;

    session = c->data;

    if (session->signature == NGX_CANVAS_SESSION_SIGNATURE) {
        return session;
    }

    ctx = ngx_http_get_module_ctx((ngx_http_request_t *) c->data,
                                  ngx_canvas_module);

    return ctx->session;
}


static ngx_int_t
ngx_canvas_socket_event(ngx_canvas_session_t *session,
    canvas_ws_event_t event, canvas_ws_message_t *message)
{
    ngx_int_t            rc;
    ngx_uint_t           rate;
    ngx_canvas_frame_t  *frame;

    rate = session->worker->conf->message_rate;

    if (session->second != (uint32_t) ngx_time()) {
        session->second = (uint32_t) ngx_time();
        session->messages = 0;
    }

    if (rate && ++session->messages > rate && event != CANVAS_WS_CLOSE) {
        ngx_log_error(NGX_LOG_INFO, session->connection->log, 0,
                      "canvas session: more than %ui messages a second",
                      rate);
        ngx_canvas_session_close(session, CANVAS_WS_CLOSE_POLICY);
        return NGX_OK;
    }

    switch (event) {

    case CANVAS_WS_TEXT:
        return ngx_canvas_message_text(session, message->data, message->len);

    case CANVAS_WS_BINARY:

        if (!ngx_canvas_wire_binary(session->wire)) {
            ngx_canvas_session_close(session, CANVAS_WS_CLOSE_UNSUPPORTED);
            return NGX_OK;
        }

        return ngx_canvas_message_binary(session, message->data, message->len);

    case CANVAS_WS_PING:
        frame = ngx_canvas_frame_message(CANVAS_WS_OP_PONG, message->data,
                                         message->len, session->worker->log);
        if (frame == NULL) {
            return NGX_ERROR;
        }

        rc = ngx_canvas_session_queue(session, frame);
        ngx_canvas_frame_release(frame);
        return rc;

    case CANVAS_WS_CLOSE:
        ngx_canvas_session_close(session, message->close);
        return NGX_OK;

    case CANVAS_WS_FAIL:
        ngx_log_error(NGX_LOG_INFO, session->connection->log, 0,
                      "canvas session: client broke the protocol, close %ui",
                      (ngx_uint_t) message->close);
        ngx_canvas_session_close(session, message->close);
        return NGX_OK;

    default: /* CANVAS_WS_PONG */
        return NGX_OK;
    }
}


static void
ngx_canvas_socket_timer(ngx_canvas_session_t *session)
{
    uint32_t             now;
    ngx_msec_t           interval;
    ngx_canvas_frame_t  *frame;

    now = (uint32_t) ngx_current_msec;
    interval = session->worker->conf->ping_interval;

    if (session->leaving) {
        ngx_canvas_session_close(session, CANVAS_WS_CLOSE_GOING_AWAY);

    } else if (now - session->received > session->worker->conf->timeout) {
        ngx_log_error(NGX_LOG_INFO, session->connection->log, NGX_ETIMEDOUT,
                      "canvas session: client is silent");
        session->dead = 1;

    } else if (session->partial && now - session->partial > interval) {
        ngx_log_error(NGX_LOG_INFO, session->connection->log, NGX_ETIMEDOUT,
                      "canvas session: client sends half a message");
        ngx_canvas_session_close(session, CANVAS_WS_CLOSE_POLICY);

    } else if (now - session->received >= interval) {
        frame = ngx_canvas_frame_message(CANVAS_WS_OP_PING, NULL, 0,
                                         session->worker->log);

        if (frame == NULL
            || ngx_canvas_session_queue(session, frame) == NGX_ERROR)
        {
            session->dead = 1;
        }

        if (frame) {
            ngx_canvas_frame_release(frame);
        }
    }

    if (!session->closing && !session->dead) {
        ngx_add_timer(session->connection->read, interval);
    }

    (void) ngx_canvas_session_flush(session);
}
