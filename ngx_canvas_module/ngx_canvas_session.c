/*
 * ngx_canvas_session: see the header.
 *
 * The connection's event handlers are ours, not the request's: nginx calls
 * the read handler with c->close set when the worker is to go away.  Whoever
 * may end a session does it through ngx_canvas_session_flush() and must not
 * touch the session after NGX_ERROR.
 */

#include "ngx_canvas_broadcast.h"
#include "ngx_canvas_session.h"
#include "ngx_canvas_message.h"
#include "ngx_canvas_variables.h"


/* reads of one turn of the event loop, so that one socket cannot hold it */
#define NGX_CANVAS_SESSION_READS    8

/* a socket that takes no bytes for so long is closed, ms */
#define NGX_CANVAS_SESSION_WRITE    25000

/* sockets of a worker that goes away are told within so long, ms */
#define NGX_CANVAS_SESSION_LEAVE    2000


static void ngx_canvas_session_read(ngx_event_t *rev);
static ngx_int_t ngx_canvas_session_parse(ngx_canvas_session_t *session,
    const u_char *pos, const u_char *last);
static ngx_int_t ngx_canvas_session_event(ngx_canvas_session_t *session,
    canvas_ws_event_t event, canvas_ws_message_t *message);
static void ngx_canvas_session_write(ngx_event_t *wev);
static void ngx_canvas_session_timer(ngx_event_t *ev);
static void ngx_canvas_session_leave(ngx_canvas_session_t *session);
static void ngx_canvas_session_finish(ngx_canvas_session_t *session);


ngx_int_t
ngx_canvas_session_open(ngx_http_request_t *r, ngx_canvas_worker_t *worker,
    ngx_str_t *head, ngx_canvas_wire_e wire, ngx_canvas_identity_t *identity,
    ngx_str_t *cookie, ngx_uint_t resume, uint64_t since, uint64_t epoch)
{
    ngx_int_t                  rc;
    ngx_connection_t          *c;
    ngx_canvas_frame_t        *frame;
    ngx_canvas_session_t      *session;
    ngx_canvas_request_ctx_t  *ctx;

    c = r->connection;

    session = ngx_pcalloc(r->pool, sizeof(ngx_canvas_session_t));
    frame = ngx_canvas_frame_alloc(head->len, worker->log);
    ctx = ngx_canvas_request_ctx(r);

    if (session == NULL || frame == NULL || ctx == NULL) {

        if (frame) {
            ngx_canvas_frame_release(frame);
        }

        return NGX_ERROR;
    }

    ctx->session = session;

    session->worker = worker;
    session->request = r;
    session->connection = c;
    session->wire = wire;
    session->output.size = worker->conf->send_queue;
    session->ws.limit = worker->conf->message_limit;
    session->received = ngx_current_msec;
    ngx_queue_init(&session->places);

    if (identity) {
        ngx_canvas_session_identify(session, identity);

    } else if (cookie && cookie->len) {
        session->by_cookie = 1;
        ngx_memcpy(session->cookie, cookie->data, CANVAS_SESSION_LEN);
    }

    session->timer.handler = ngx_canvas_session_timer;
    session->timer.data = session;
    session->timer.log = c->log;
    session->timer.cancelable = 1;

    rc = ngx_canvas_broadcast_join(worker->broadcast, session, resume, since,
                                   epoch);

    c->read->handler = ngx_canvas_session_read;
    c->write->handler = ngx_canvas_session_write;
    c->log->action = "serving canvas websocket";
    c->idle = 1;

    ngx_memcpy(frame->data, head->data, head->len);
    frame->len = head->len;

    if (ngx_canvas_session_queue(session, frame) == NGX_ERROR
        || ngx_canvas_message_welcome(session) == NGX_ERROR
        || (rc == NGX_DECLINED
            && ngx_canvas_message_resync(session) == NGX_ERROR))
    {
        session->dead = 1;
    }

    ngx_canvas_frame_release(frame);

    if (ngx_exiting) {
        ngx_canvas_session_leave(session);

    } else {
        ngx_add_timer(&session->timer, worker->conf->ping_interval);
    }

    if (ngx_canvas_session_flush(session) == NGX_ERROR) {
        return NGX_OK;
    }

    /* what came together with the handshake, and what may wait behind it */

    if (ngx_canvas_session_parse(session, r->header_in->pos,
                                 r->header_in->last)
        != NGX_OK)
    {
        session->dead = 1;
    }

    r->header_in->pos = r->header_in->last;

    if (ngx_canvas_session_flush(session) != NGX_ERROR) {
        ngx_post_event(c->read, &ngx_posted_events);
    }

    return NGX_OK;
}


ngx_int_t
ngx_canvas_session_queue(ngx_canvas_session_t *session,
    ngx_canvas_frame_t *frame)
{
    uint64_t   dropped;
    ngx_int_t  rc;

    if (session->closing) {
        return NGX_OK;
    }

    /* many answers of one turn: what the socket takes makes room */
    if (session->output.n == session->output.size
        && ngx_canvas_output_write(&session->output, session->connection)
           == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    rc = ngx_canvas_output_add(&session->output, frame, &dropped,
                               session->worker->log);

    if (rc == NGX_DECLINED) {
        session->seq = dropped;

    } else if (rc == NGX_ERROR) {
        ngx_log_error(NGX_LOG_INFO, session->connection->log, 0,
                      "canvas session: client takes none of its %ui answers",
                      session->output.n);
    }

    return rc;
}


ngx_int_t
ngx_canvas_session_flush(ngx_canvas_session_t *session)
{
    ngx_int_t          rc;
    ngx_connection_t  *c;

    c = session->connection;

    for ( ;; ) {

        if (session->dead || c->error) {
            break;
        }

        rc = ngx_canvas_output_write(&session->output, c);

        if (rc == NGX_ERROR) {
            session->dead = 1;
            break;
        }

        if (rc == NGX_AGAIN) {

            if (!c->write->timer_set) {
                ngx_add_timer(c->write, NGX_CANVAS_SESSION_WRITE);
            }

            return NGX_AGAIN;
        }

        if (c->write->timer_set) {
            ngx_del_timer(c->write);
        }

        if (session->closing) {
            break;
        }

        if (!ngx_canvas_broadcast_behind(session->worker->broadcast, session))
        {
            return NGX_OK;
        }

        if (ngx_canvas_broadcast_catch_up(session->worker->broadcast, session)
            == NGX_ERROR)
        {
            session->dead = 1;
        }
    }

    ngx_canvas_session_finish(session);

    return NGX_ERROR;
}


void
ngx_canvas_session_close(ngx_canvas_session_t *session, unsigned code)
{
    ngx_canvas_frame_t  *frame;

    if (session->closing) {
        return;
    }

    frame = ngx_canvas_frame_alloc(4, session->worker->log);

    if (frame == NULL) {
        session->dead = 1;
        return;
    }

    frame->len = canvas_ws_close(frame->data, code);

    if (ngx_canvas_session_queue(session, frame) == NGX_ERROR) {
        session->dead = 1;
    }

    ngx_canvas_frame_release(frame);

    session->closing = 1;
}


void
ngx_canvas_session_identify(ngx_canvas_session_t *session,
    ngx_canvas_identity_t *identity)
{
    ngx_canvas_request_ctx_t  *ctx;

    session->identity = *identity;
    session->by_cookie = 0;

    session->cooling = identity->remaining ? 1 : 0;
    session->cooldown_until = ngx_current_msec + identity->remaining;

    ctx = ngx_canvas_request_ctx(session->request);

    if (ctx) {
        ctx->kind = identity->kind;
        ngx_memcpy(ctx->actor, identity->actor, 16);
    }
}


static void
ngx_canvas_session_read(ngx_event_t *rev)
{
    size_t                     size;
    ssize_t                    n;
    u_char                    *buffer;
    ngx_uint_t                 i;
    ngx_connection_t          *c;
    ngx_canvas_session_t      *session;
    ngx_canvas_request_ctx_t  *ctx;

    c = rev->data;
    ctx = ngx_http_get_module_ctx((ngx_http_request_t *) c->data,
                                  ngx_canvas_module);
    session = ctx->session;

    if (c->close) {

        if (!c->error) {
            ngx_canvas_session_leave(session);
            return;
        }

        /* worker_shutdown_timeout: no time is left */
        session->dead = 1;
    }

    buffer = ngx_canvas_broadcast_buffer(session->worker->broadcast, &size);

    for (i = 0; !session->closing && !session->dead; i++) {

        if (i == NGX_CANVAS_SESSION_READS) {
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

        session->received = ngx_current_msec;

        if (ngx_canvas_session_parse(session, buffer, buffer + n) != NGX_OK) {
            session->dead = 1;
        }
    }

    (void) ngx_canvas_session_flush(session);
}


static ngx_int_t
ngx_canvas_session_parse(ngx_canvas_session_t *session, const u_char *pos,
    const u_char *last)
{
    canvas_ws_event_t    event;
    canvas_ws_message_t  message;

    while (pos < last && !session->closing) {

        event = canvas_ws_feed(&session->ws, &pos, last, &message);

        if (event == CANVAS_WS_MORE) {
            break;
        }

        if (ngx_canvas_session_event(session, event, &message) == NGX_ERROR) {
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
        session->partial = ngx_current_msec ? ngx_current_msec : 1;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_session_event(ngx_canvas_session_t *session,
    canvas_ws_event_t event, canvas_ws_message_t *message)
{
    ngx_int_t            rc;
    ngx_uint_t           rate;
    ngx_canvas_frame_t  *frame;

    rate = session->worker->conf->message_rate;

    if (session->second != ngx_time()) {
        session->second = ngx_time();
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
ngx_canvas_session_write(ngx_event_t *wev)
{
    ngx_connection_t          *c;
    ngx_canvas_session_t      *session;
    ngx_canvas_request_ctx_t  *ctx;

    c = wev->data;
    ctx = ngx_http_get_module_ctx((ngx_http_request_t *) c->data,
                                  ngx_canvas_module);
    session = ctx->session;

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, c->log, NGX_ETIMEDOUT,
                      "canvas session: client does not read");
        session->dead = 1;
    }

    if (wev->timer_set) {
        /* some bytes went: the time limit begins anew */
        ngx_del_timer(wev);
    }

    (void) ngx_canvas_session_flush(session);
}


static void
ngx_canvas_session_timer(ngx_event_t *ev)
{
    ngx_msec_t             now, interval;
    ngx_canvas_frame_t    *frame;
    ngx_canvas_session_t  *session;

    session = ev->data;
    now = ngx_current_msec;
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
        ngx_add_timer(ev, interval);
    }

    (void) ngx_canvas_session_flush(session);
}


/*
 * The worker shuts down.  All sockets at once would all come back at once:
 * each is told at a moment of its own.  This timer does hold the worker.
 */

static void
ngx_canvas_session_leave(ngx_canvas_session_t *session)
{
    if (session->leaving) {
        return;
    }

    session->leaving = 1;
    session->connection->close = 0;

    if (session->timer.timer_set) {
        ngx_del_timer(&session->timer);
    }

    session->timer.cancelable = 0;
    ngx_add_timer(&session->timer,
                  1 + ngx_random() % NGX_CANVAS_SESSION_LEAVE);
}


static void
ngx_canvas_session_finish(ngx_canvas_session_t *session)
{
    ngx_queue_t               *q;
    ngx_connection_t          *c;
    ngx_http_request_t        *r;
    ngx_canvas_request_ctx_t  *ctx;

    c = session->connection;
    r = session->request;

    ngx_canvas_broadcast_leave(session->worker->broadcast, session);

    while (!ngx_queue_empty(&session->places)) {
        q = ngx_queue_head(&session->places);
        ngx_queue_remove(q);
        ngx_canvas_place_cancel(ngx_queue_data(q, ngx_canvas_place_t, queue));
    }

    ngx_canvas_store_detach(session->call);

    if (session->timer.timer_set) {
        ngx_del_timer(&session->timer);
    }

    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    ctx = ngx_canvas_request_ctx(r);

    if (ctx) {
        ctx->messages = session->output.messages;
        ctx->bytes = c->sent;
        ctx->session = NULL;
    }

    ngx_canvas_output_free(&session->output);
    canvas_ws_release(&session->ws);

    /* the request may live on until its subrequests (mirror) have ended */
    c->read->handler = ngx_http_empty_handler;
    c->write->handler = ngx_http_empty_handler;

    c->idle = 0;
    r->keepalive = 0;

    if (session->dead || c->error) {
        /* nobody reads a close frame any more: no lingering */
        c->error = 1;
        c->read->ready = 0;
        r->lingering_close = 0;

    } else {
        r->lingering_close = 1;
    }

    ngx_http_finalize_request(r, NGX_DONE);
}
