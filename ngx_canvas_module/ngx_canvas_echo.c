/*
 * ngx_canvas_echo: canvas_websocket_echo: sends every message back.  For
 * conformance suites (Autobahn): the same handshake and framing code as /ws,
 * without a canvas behind it.
 */

#include "ngx_canvas_handlers.h"
#include "ngx_canvas_handshake.h"
#include "ngx_canvas_output.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_variables.h"

#include "canvas_ws.h"


#define NGX_CANVAS_ECHO_QUEUE    1024       /* frames */
#define NGX_CANVAS_ECHO_TIMEOUT  60000      /* ms */


typedef struct {
    ngx_http_request_t   *request;
    ngx_canvas_output_t   output;
    canvas_ws_t           ws;
    unsigned              closing:1;
    unsigned              dead:1;
    u_char                buffer[16384];
} ngx_canvas_echo_t;


static void ngx_canvas_echo_read(ngx_event_t *rev);
static void ngx_canvas_echo_write(ngx_event_t *wev);
static void ngx_canvas_echo_parse(ngx_canvas_echo_t *echo, const u_char *pos,
    const u_char *last);
static void ngx_canvas_echo_event(ngx_canvas_echo_t *echo,
    canvas_ws_event_t event, canvas_ws_message_t *message);
static void ngx_canvas_echo_queue(ngx_canvas_echo_t *echo,
    ngx_canvas_frame_t *frame);
static void ngx_canvas_echo_flush(ngx_canvas_echo_t *echo);
static void ngx_canvas_echo_finish(ngx_canvas_echo_t *echo);


ngx_int_t
ngx_canvas_echo_handler(ngx_http_request_t *r)
{
    ngx_str_t                  answer;
    ngx_uint_t                 status;
    ngx_connection_t          *c;
    ngx_canvas_echo_t         *echo;
    ngx_canvas_frame_t        *frame;
    ngx_canvas_loc_conf_t     *clcf;
    ngx_canvas_request_ctx_t  *ctx;

    c = r->connection;
    status = ngx_canvas_handshake_check(r);

    if (status) {
        r->keepalive = 0;
        return status == 426 ? NGX_HTTP_BAD_REQUEST : (ngx_int_t) status;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_canvas_module);

    echo = ngx_pcalloc(r->pool, sizeof(ngx_canvas_echo_t));
    ctx = ngx_canvas_request_ctx(r);

    if (echo == NULL || ctx == NULL
        || ngx_canvas_handshake_answer(r, NULL, NULL, &answer) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    frame = ngx_canvas_frame_alloc(answer.len, c->log);
    if (frame == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(frame->data, answer.data, answer.len);
    frame->len = answer.len;

    ctx->session = echo;
    echo->request = r;
    echo->output.size = NGX_CANVAS_ECHO_QUEUE;
    echo->ws.limit = clcf->echo_limit;

    c->read->handler = ngx_canvas_echo_read;
    c->write->handler = ngx_canvas_echo_write;
    c->idle = 1;

    /* the connection's, besides the one that this return gives back */
    r->main->count++;

    ngx_canvas_echo_queue(echo, frame);
    ngx_canvas_echo_parse(echo, r->header_in->pos, r->header_in->last);
    r->header_in->pos = r->header_in->last;

    ngx_add_timer(c->read, NGX_CANVAS_ECHO_TIMEOUT);
    ngx_post_event(c->read, &ngx_posted_events);

    return NGX_DONE;
}


static void
ngx_canvas_echo_read(ngx_event_t *rev)
{
    ssize_t                    n;
    ngx_connection_t          *c;
    ngx_canvas_echo_t         *echo;
    ngx_canvas_request_ctx_t  *ctx;

    c = rev->data;
    ctx = ngx_http_get_module_ctx((ngx_http_request_t *) c->data,
                                  ngx_canvas_module);
    echo = ctx->session;

    if (rev->timedout || c->close) {
        echo->dead = 1;
    }

    while (!echo->closing && !echo->dead) {

        n = c->recv(c, echo->buffer, sizeof(echo->buffer));

        if (n == NGX_AGAIN) {

            if (ngx_handle_read_event(rev, 0) != NGX_OK) {
                echo->dead = 1;
            }

            break;
        }

        if (n == 0 || n == NGX_ERROR) {
            echo->dead = 1;
            break;
        }

        ngx_add_timer(rev, NGX_CANVAS_ECHO_TIMEOUT);

        ngx_canvas_echo_parse(echo, echo->buffer, echo->buffer + n);
    }

    ngx_canvas_echo_flush(echo);
}


static void
ngx_canvas_echo_write(ngx_event_t *wev)
{
    ngx_connection_t          *c;
    ngx_canvas_request_ctx_t  *ctx;

    c = wev->data;
    ctx = ngx_http_get_module_ctx((ngx_http_request_t *) c->data,
                                  ngx_canvas_module);

    ngx_canvas_echo_flush(ctx->session);
}


static void
ngx_canvas_echo_parse(ngx_canvas_echo_t *echo, const u_char *pos,
    const u_char *last)
{
    canvas_ws_event_t    event;
    canvas_ws_message_t  message;

    while (pos < last && !echo->closing) {

        event = canvas_ws_feed(&echo->ws, &pos, last, &message);

        if (event == CANVAS_WS_MORE) {
            break;
        }

        ngx_canvas_echo_event(echo, event, &message);
    }

    if (!canvas_ws_partial(&echo->ws)) {
        canvas_ws_release(&echo->ws);
    }
}


static void
ngx_canvas_echo_event(ngx_canvas_echo_t *echo, canvas_ws_event_t event,
    canvas_ws_message_t *message)
{
    unsigned             opcode;
    ngx_log_t           *log;
    ngx_canvas_frame_t  *frame;

    log = echo->request->connection->log;

    switch (event) {

    case CANVAS_WS_TEXT:
        opcode = CANVAS_WS_OP_TEXT;
        break;

    case CANVAS_WS_BINARY:
        opcode = CANVAS_WS_OP_BINARY;
        break;

    case CANVAS_WS_PING:
        opcode = CANVAS_WS_OP_PONG;
        break;

    case CANVAS_WS_PONG:
        return;

    default: /* CANVAS_WS_CLOSE, CANVAS_WS_FAIL */
        frame = ngx_canvas_frame_alloc(4, log);

        if (frame) {
            frame->len = canvas_ws_close(frame->data, message->close);
        }

        ngx_canvas_echo_queue(echo, frame);
        echo->closing = 1;
        return;
    }

    ngx_canvas_echo_queue(echo, ngx_canvas_frame_message(opcode, message->data,
                                                         message->len, log));
}


/* takes the caller's reference */

static void
ngx_canvas_echo_queue(ngx_canvas_echo_t *echo, ngx_canvas_frame_t *frame)
{
    uint64_t  dropped;

    if (frame == NULL) {
        echo->dead = 1;
        return;
    }

    /* frames come faster than the ring holds: let some out first */
    if (echo->output.n == echo->output.size) {
        (void) ngx_canvas_output_write(&echo->output,
                                       echo->request->connection);
    }

    if (ngx_canvas_output_add(&echo->output, frame, &dropped,
                              echo->request->connection->log)
        != NGX_OK)
    {
        echo->dead = 1;
    }

    ngx_canvas_frame_release(frame);
}


static void
ngx_canvas_echo_flush(ngx_canvas_echo_t *echo)
{
    ngx_int_t  rc;

    rc = NGX_ERROR;

    if (!echo->dead) {
        rc = ngx_canvas_output_write(&echo->output,
                                     echo->request->connection);
    }

    if (rc == NGX_ERROR) {
        echo->dead = 1;
    }

    if (echo->dead || (echo->closing && rc == NGX_OK)) {
        ngx_canvas_echo_finish(echo);
    }
}


static void
ngx_canvas_echo_finish(ngx_canvas_echo_t *echo)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = echo->request;
    c = r->connection;

    ngx_canvas_output_free(&echo->output);
    canvas_ws_release(&echo->ws);

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    /* the request may live on until its subrequests (mirror) have ended */
    c->read->handler = ngx_http_empty_handler;
    c->write->handler = ngx_http_empty_handler;

    c->idle = 0;
    r->keepalive = 0;
    r->lingering_close = !echo->dead;

    if (echo->dead) {
        c->error = 1;
        c->read->ready = 0;
    }

    ngx_http_finalize_request(r, NGX_DONE);
}
