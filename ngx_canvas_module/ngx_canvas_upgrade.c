/*
 * ngx_canvas_upgrade: GET /ws: from a request to a WebSocket session.
 *
 * Checks the handshake, where it comes from, and what it asks to resume;
 * asks Redis whose cookie it is, if there is one.  The session is opened by a
 * posted event, when nginx has left the request, so that it can be freed.
 * With Redis away the socket is opened all the same, to watch: identity is
 * then asked for together with its first placement.
 */

#include "ngx_canvas_broadcast.h"
#include "ngx_canvas_handlers.h"
#include "ngx_canvas_handshake.h"
#include "ngx_canvas_origin.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_session.h"

#include "canvas_extension.h"


typedef struct {
    ngx_http_request_t       *request;
    ngx_canvas_store_call_t  *call;
    ngx_event_t               event;
    ngx_int_t                 protocol;     /* index, -1: none */
    ngx_canvas_opening_t      opening;
    ngx_canvas_identity_t     identity;
} ngx_canvas_upgrade_t;


static ngx_int_t ngx_canvas_upgrade_refuse(ngx_http_request_t *r,
    ngx_uint_t status);
static ngx_int_t ngx_canvas_upgrade_resume(ngx_http_request_t *r,
    ngx_canvas_opening_t *opening);
static ngx_int_t ngx_canvas_upgrade_number(ngx_http_request_t *r,
    const char *name, uint64_t *n);
static void ngx_canvas_upgrade_identified(void *data,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_upgrade_open(ngx_event_t *ev);
static void ngx_canvas_upgrade_cleanup(void *data);


static const char *const  ngx_canvas_upgrade_protocols[] = {
    "canvas.v1.json",
    "canvas.v1.bin",
    NULL
};


/* by canvas.v1.bin and permessage-deflate */

static const ngx_canvas_wire_e  ngx_canvas_upgrade_wires[2][2] = {
    { NGX_CANVAS_WIRE_JSON, NGX_CANVAS_WIRE_JSON_DEFLATE },
    { NGX_CANVAS_WIRE_BINARY, NGX_CANVAS_WIRE_BINARY_DEFLATE }
};


ngx_int_t
ngx_canvas_upgrade_handler(ngx_http_request_t *r)
{
    ngx_int_t               deflate;
    ngx_uint_t              status;
    ngx_canvas_conf_t      *canvas;
    ngx_pool_cleanup_t     *cln;
    ngx_canvas_worker_t    *worker;
    ngx_canvas_upgrade_t   *upgrade;
    ngx_canvas_position_t   position;

    canvas = ngx_canvas_of(r);
    worker = canvas->worker;

    status = ngx_canvas_handshake_check(r);

    if (status) {
        return ngx_canvas_upgrade_refuse(r, status);
    }

    deflate = ngx_canvas_handshake_deflate(r);

    if (deflate == NGX_ERROR) {
        return ngx_canvas_upgrade_refuse(r, NGX_HTTP_BAD_REQUEST);
    }

    if (ngx_canvas_origin_check(r, canvas) != NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_FORBIDDEN, 0, NULL);
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_canvas_upgrade_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    upgrade = cln->data;
    ngx_memzero(upgrade, sizeof(ngx_canvas_upgrade_t));

    cln->handler = ngx_canvas_upgrade_cleanup;

    upgrade->request = r;
    upgrade->opening.worker = worker;
    upgrade->event.handler = ngx_canvas_upgrade_open;
    upgrade->event.data = upgrade;
    upgrade->event.log = r->connection->log;

    if (ngx_canvas_upgrade_resume(r, &upgrade->opening) != NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_INVALID_MESSAGE, 0, NULL);
    }

    if (worker == NULL || ngx_exiting) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    ngx_canvas_shm_position(worker->shm, &position);

    if (!position.valid
        || (canvas->connections
            && ngx_canvas_broadcast_online(worker->broadcast)
               >= canvas->connections))
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    upgrade->protocol = ngx_canvas_handshake_protocol(r,
                                                 ngx_canvas_upgrade_protocols);
    upgrade->opening.deflate = (canvas->deflate && deflate == NGX_OK);
    upgrade->opening.wire = ngx_canvas_upgrade_wires[upgrade->protocol == 1]
                                                    [upgrade->opening.deflate];

    /* the session's */
    r->main->count++;

    if (ngx_canvas_identity_cookie(r, &upgrade->opening.cookie) != NGX_OK) {
        ngx_str_null(&upgrade->opening.cookie);

    } else if (ngx_canvas_store_identify(worker, &upgrade->opening.cookie,
                                         ngx_canvas_upgrade_identified,
                                         upgrade, &upgrade->call)
               == NGX_OK)
    {
        return NGX_DONE;
    }

    ngx_post_event(&upgrade->event, &ngx_posted_events);

    return NGX_DONE;
}


static ngx_int_t
ngx_canvas_upgrade_refuse(ngx_http_request_t *r, ngx_uint_t status)
{
    ngx_canvas_reply_t   reply;
    static const char    body[] = "{\"error\":\"A WebSocket handshake "
                                  "(RFC 6455, version 13) is expected here\","
                                  "\"code\":\"INVALID_MESSAGE\"}";

    if (status == NGX_HTTP_NOT_ALLOWED) {
        return ngx_canvas_reply_allow(r, "GET");
    }

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));
    reply.status = status;
    reply.max_age = -1;

    /* whatever was sent along is not to be read as the next request */
    r->keepalive = 0;

    return ngx_canvas_reply(r, &reply, (u_char *) body, sizeof(body) - 1);
}


/* ?since=<seq>&epoch=<epoch>: both or none */

static ngx_int_t
ngx_canvas_upgrade_resume(ngx_http_request_t *r, ngx_canvas_opening_t *opening)
{
    ngx_int_t  since, epoch;

    since = ngx_canvas_upgrade_number(r, "since", &opening->since);
    epoch = ngx_canvas_upgrade_number(r, "epoch", &opening->epoch);

    if (since == NGX_ERROR || epoch == NGX_ERROR || since != epoch) {
        return NGX_ERROR;
    }

    opening->resume = (since == NGX_OK);

    return NGX_OK;
}


/* NGX_DECLINED: no such argument; NGX_ERROR: no number below 2^53 */

static ngx_int_t
ngx_canvas_upgrade_number(ngx_http_request_t *r, const char *name, uint64_t *n)
{
    off_t      value;
    ngx_str_t  arg;

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &arg) != NGX_OK) {
        return NGX_DECLINED;
    }

    value = ngx_atoof(arg.data, arg.len);

    if (value == NGX_ERROR || value > 9007199254740991) {
        return NGX_ERROR;
    }

    *n = value;

    return NGX_OK;
}


static void
ngx_canvas_upgrade_identified(void *data, ngx_canvas_store_result_t *result)
{
    ngx_canvas_upgrade_t  *upgrade;

    upgrade = data;
    upgrade->call = NULL;

    if (result->code == CANVAS_CODE_OK) {
        upgrade->identity = result->identity;
        upgrade->opening.identity = &upgrade->identity;

    } else if (result->code == CANVAS_CODE_UNAUTHORIZED) {
        /* forged or expired: a visitor who watches */
        ngx_str_null(&upgrade->opening.cookie);
    }

    ngx_post_event(&upgrade->event, &ngx_posted_events);
}


static void
ngx_canvas_upgrade_open(ngx_event_t *ev)
{
    ngx_int_t              rc;
    const char            *protocol;
    ngx_connection_t      *c;
    ngx_http_request_t    *r;
    ngx_canvas_upgrade_t  *upgrade;

    upgrade = ev->data;
    r = upgrade->request;
    c = r->connection;

    protocol = upgrade->protocol < 0 ? NULL
                            : ngx_canvas_upgrade_protocols[upgrade->protocol];

    rc = ngx_canvas_handshake_answer(r, protocol, upgrade->opening.deflate
                                                  ? CANVAS_EXTENSION_ANSWER
                                                  : NULL,
                                     &upgrade->opening.head);

    if (rc != NGX_OK) {
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    } else if (ngx_tcp_nodelay(c) != NGX_OK
               || ngx_canvas_session_open(r, &upgrade->opening) != NGX_OK)
    {
        rc = NGX_ERROR;
    }

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, rc);
        ngx_http_run_posted_requests(c);
    }
}


static void
ngx_canvas_upgrade_cleanup(void *data)
{
    ngx_canvas_upgrade_t  *upgrade = data;

    ngx_canvas_store_detach(upgrade->call);

    if (upgrade->event.posted) {
        ngx_delete_posted_event(&upgrade->event);
    }
}
