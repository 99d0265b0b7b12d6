/*
 * ngx_canvas_session: see the header.  Whoever may end a session does it
 * through ngx_canvas_session_flush() and must not touch the session after
 * NGX_ERROR.
 */

#include "ngx_canvas_broadcast.h"
#include "ngx_canvas_conn.h"
#include "ngx_canvas_session.h"
#include "ngx_canvas_message.h"
#include "ngx_canvas_socket.h"
#include "ngx_canvas_variables.h"


/* a socket that takes no bytes for so long is closed, ms */
#define NGX_CANVAS_SESSION_WRITE  25000


static ngx_canvas_session_t *ngx_canvas_session_create(ngx_http_request_t *r,
    ngx_canvas_opening_t *opening);
static ngx_int_t ngx_canvas_session_greet(ngx_canvas_session_t *session,
    ngx_canvas_opening_t *opening);
static void ngx_canvas_session_finish(ngx_canvas_session_t *session);
static void ngx_canvas_session_end(ngx_connection_t *c, ngx_http_request_t *r,
    ngx_uint_t dead);
static void ngx_canvas_session_log(ngx_canvas_session_t *session);


ngx_int_t
ngx_canvas_session_open(ngx_http_request_t *r, ngx_canvas_opening_t *opening)
{
    ngx_connection_t      *c;
    ngx_canvas_session_t  *session;

    c = r->connection;

    session = ngx_canvas_session_create(r, opening);
    if (session == NULL) {
        return NGX_ERROR;
    }

    c->read->handler = ngx_canvas_socket_read;
    c->write->handler = ngx_canvas_socket_write;
    c->log->action = "serving canvas websocket";
    c->idle = 1;

    if (ngx_canvas_session_greet(session, opening) != NGX_OK) {
        session->dead = 1;
    }

    /* pings and timeouts; the read event has no other timer */
    c->read->cancelable = 1;
    ngx_add_timer(c->read, session->worker->conf->ping_interval);

    if (ngx_exiting) {
        ngx_canvas_socket_leave(session);
    }

    if (ngx_canvas_session_flush(session) == NGX_ERROR) {
        return NGX_OK;
    }

    /* what came together with the handshake, and what may wait behind it */

    if (ngx_canvas_socket_parse(session, r->header_in->pos,
                                r->header_in->last)
        != NGX_OK)
    {
        session->dead = 1;
    }

    r->header_in->pos = r->header_in->last;

    if (ngx_canvas_session_flush(session) == NGX_ERROR) {
        return NGX_OK;
    }

    if (!ngx_canvas_conn_held(r)) {
        session->request = NULL;
        ngx_canvas_conn_detach(r, session);
        c->log->action = "serving canvas websocket";
    }

    ngx_post_event(c->read, &ngx_posted_events);

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
        ngx_canvas_count(session->worker->shm->counters,
                         NGX_CANVAS_COUNT_UNREAD, 1);
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

    if (session->cookie) {
        ngx_free(session->cookie);
        session->cookie = NULL;
    }

    session->cooling = identity->remaining ? 1 : 0;
    session->cooldown_until = ngx_current_msec + identity->remaining;

    if (session->request) {
        ctx = ngx_http_get_module_ctx(session->request, ngx_canvas_module);
        ctx->kind = identity->kind;
        ngx_memcpy(ctx->actor, identity->actor, 16);
    }
}


static ngx_canvas_session_t *
ngx_canvas_session_create(ngx_http_request_t *r,
    ngx_canvas_opening_t *opening)
{
    ngx_canvas_conf_t         *conf;
    ngx_canvas_session_t      *session;
    ngx_canvas_request_ctx_t  *ctx;

    ctx = ngx_canvas_request_ctx(r);
    if (ctx == NULL) {
        return NULL;
    }

    session = ngx_calloc(sizeof(ngx_canvas_session_t), opening->worker->log);
    if (session == NULL) {
        return NULL;
    }

    conf = opening->worker->conf;
    ctx->session = session;

    session->signature = NGX_CANVAS_SESSION_SIGNATURE;
    session->worker = opening->worker;
    session->request = r;
    session->connection = r->connection;
    session->wire = opening->wire;
    session->output.size = conf->send_queue;
    session->ws.limit = conf->message_limit;
    session->ws.inflate = opening->deflate ? session->worker->inflate : NULL;
    session->received = (uint32_t) ngx_current_msec;
    session->opened = ngx_time();
    ngx_queue_init(&session->places);

    if (opening->identity) {
        ngx_canvas_session_identify(session, opening->identity);
        return session;
    }

    if (opening->cookie.len == CANVAS_SESSION_LEN) {
        session->cookie = ngx_alloc(CANVAS_SESSION_LEN, session->worker->log);

        if (session->cookie) {
            ngx_memcpy(session->cookie, opening->cookie.data,
                       CANVAS_SESSION_LEN);
        }
    }

    return session;
}


/* 101, welcome and what was missed in one write; or that it may not resume */

static ngx_int_t
ngx_canvas_session_greet(ngx_canvas_session_t *session,
    ngx_canvas_opening_t *opening)
{
    ngx_int_t  rc;

    rc = ngx_canvas_broadcast_join(session->worker->broadcast, session,
                                   opening->resume, opening->since,
                                   opening->epoch);

    if (ngx_canvas_message_welcome(session, &opening->head) == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        return ngx_canvas_message_resync(session) == NGX_ERROR ? NGX_ERROR
                                                               : NGX_OK;
    }

    /* what was missed goes in the same write */

    if (ngx_canvas_broadcast_behind(session->worker->broadcast, session)
        && ngx_canvas_broadcast_catch_up(session->worker->broadcast, session)
           == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_canvas_session_finish(ngx_canvas_session_t *session)
{
    ngx_queue_t         *q;
    ngx_uint_t           dead;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    c = session->connection;
    r = session->request;
    dead = session->dead || c->error;

    ngx_canvas_session_log(session);

    ngx_canvas_broadcast_leave(session->worker->broadcast, session);

    while (!ngx_queue_empty(&session->places)) {
        q = ngx_queue_head(&session->places);
        ngx_queue_remove(q);
        ngx_canvas_place_cancel(ngx_queue_data(q, ngx_canvas_place_t, queue));
    }

    ngx_canvas_store_detach(session->call);

    ngx_canvas_output_free(&session->output);
    canvas_ws_release(&session->ws);

    if (session->cookie) {
        ngx_free(session->cookie);
    }

    ngx_free(session);

    ngx_canvas_session_end(c, r, dead);
}


/* the connection after its session; r NULL: it has no request any more */

static void
ngx_canvas_session_end(ngx_connection_t *c, ngx_http_request_t *r,
    ngx_uint_t dead)
{
    ngx_canvas_request_ctx_t  *ctx;

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    c->read->handler = ngx_http_empty_handler;
    c->write->handler = ngx_http_empty_handler;
    c->read->cancelable = 0;
    c->idle = 0;

    if (dead) {
        /* nobody reads a close frame any more: no lingering */
        c->error = 1;
        c->read->ready = 0;
    }

    if (r) {
        /* it may live on until its subrequests (mirror) have ended */
        ctx = ngx_http_get_module_ctx(r, ngx_canvas_module);
        ctx->session = NULL;

        r->keepalive = 0;
        r->lingering_close = !dead;

        ngx_http_finalize_request(r, NGX_DONE);
        return;
    }

    c->data = NULL;

    if (dead) {
        ngx_http_close_connection(c);
        return;
    }

    ngx_canvas_conn_linger(c);
}


/* the access log was written when the socket was opened */

static void
ngx_canvas_session_log(ngx_canvas_session_t *session)
{
    ngx_connection_t  *c;

    c = session->connection;

    ngx_log_error(NGX_LOG_INFO, c->log, 0,
                  "canvas session: ended after %T s, %uL frames, %O bytes "
                  "sent, %uD placements",
                  ngx_time() - session->opened, session->output.messages,
                  c->sent, session->placed);
}
