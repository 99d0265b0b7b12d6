/*
 * ngx_canvas_health: GET /health says that this worker runs and what it is
 * connected to; GET /health/ready says 503, and why, when placements or
 * history would be refused.  Looks at states alone; asks no server.
 */

#include "ngx_canvas_handlers.h"

#include "canvas_text.h"
#include "canvas_version.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_worker.h"


typedef struct {
    ngx_uint_t   (*broken)(ngx_canvas_worker_t *worker);
    const char    *reason;
} ngx_canvas_health_check_t;


static ngx_uint_t ngx_canvas_health_is(ngx_http_request_t *r,
    const ngx_str_t *uri);
static ngx_uint_t ngx_canvas_health_failed(ngx_canvas_worker_t *worker);
static void ngx_canvas_health_text(canvas_text_t *text,
    ngx_canvas_worker_t *worker, ngx_uint_t failed);
static void ngx_canvas_health_reasons(canvas_text_t *text, ngx_uint_t failed);
static const char *ngx_canvas_health_state(ngx_uint_t connected);
static ngx_uint_t ngx_canvas_health_redis(ngx_canvas_worker_t *worker);
static ngx_uint_t ngx_canvas_health_shape(ngx_canvas_worker_t *worker);
static ngx_uint_t ngx_canvas_health_image(ngx_canvas_worker_t *worker);
static ngx_uint_t ngx_canvas_health_postgres(ngx_canvas_worker_t *worker);


static const ngx_canvas_health_check_t  ngx_canvas_health_checks[] = {

    { ngx_canvas_health_redis, "redis: not connected" },

    { ngx_canvas_health_shape,
      "redis: canvas not initialised or of other shape: "
      "run canvas-helper migrate" },

    { ngx_canvas_health_image, "canvas: image not loaded yet" },

    { ngx_canvas_health_postgres, "postgres: not connected" },

    { NULL, NULL }
};


static const ngx_str_t  ngx_canvas_health_uri = ngx_string("/health");
static const ngx_str_t  ngx_canvas_ready_uri = ngx_string("/health/ready");


ngx_int_t
ngx_canvas_health_handler(ngx_http_request_t *r)
{
    u_char               *body;
    ngx_uint_t            failed;
    canvas_text_t         text;
    ngx_canvas_reply_t    reply;
    ngx_canvas_worker_t  *worker;

    worker = ngx_canvas_of(r)->worker;

    if (worker == NULL) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    failed = 0;

    if (ngx_canvas_health_is(r, &ngx_canvas_ready_uri)) {
        failed = ngx_canvas_health_failed(worker);

    } else if (!ngx_canvas_health_is(r, &ngx_canvas_health_uri)) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_NOT_FOUND, 0, NULL);
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_canvas_reply_allow(r, "GET, HEAD");
    }

    text.buf = NULL;
    text.len = 0;
    ngx_canvas_health_text(&text, worker, failed);

    body = ngx_pnalloc(r->pool, text.len);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    text.buf = (char *) body;
    text.len = 0;
    ngx_canvas_health_text(&text, worker, failed);

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = failed ? NGX_HTTP_SERVICE_UNAVAILABLE : NGX_HTTP_OK;
    reply.max_age = -1;

    return ngx_canvas_reply(r, &reply, body, text.len);
}


static ngx_uint_t
ngx_canvas_health_is(ngx_http_request_t *r, const ngx_str_t *uri)
{
    return r->uri.len == uri->len
           && ngx_memcmp(r->uri.data, uri->data, uri->len) == 0;
}


/*
 * One bit a failing check.  Taken once a request: another worker may load
 * the image between measuring and writing the text.
 */

static ngx_uint_t
ngx_canvas_health_failed(ngx_canvas_worker_t *worker)
{
    ngx_uint_t  i, failed;

    failed = 0;

    for (i = 0; ngx_canvas_health_checks[i].broken; i++) {

        if (ngx_canvas_health_checks[i].broken(worker)) {
            failed |= (ngx_uint_t) 1 << i;
        }
    }

    return failed;
}


static void
ngx_canvas_health_text(canvas_text_t *text, ngx_canvas_worker_t *worker,
    ngx_uint_t failed)
{
    time_t       uptime;
    const char  *redis, *postgres;

    redis = ngx_canvas_health_state(!ngx_canvas_health_redis(worker));
    postgres = worker->pg == NULL
               ? "disabled"
               : ngx_canvas_health_state(!ngx_canvas_health_postgres(worker));

    /* the clock may have been set back */
    uptime = ngx_max(ngx_time() - worker->started, 0);

    canvas_text_const(text, "{\"status\":");
    canvas_text_string(text, failed ? "unavailable" : "healthy");
    canvas_text_const(text, ",\"redis\":");
    canvas_text_string(text, redis);
    canvas_text_const(text, ",\"postgres\":");
    canvas_text_string(text, postgres);
    canvas_text_const(text, ",\"uptime\":");
    canvas_text_num(text, (uint64_t) uptime);
    canvas_text_const(text, ",\"version\":");
    canvas_text_string(text, CANVAS_VERSION);

    if (failed) {
        ngx_canvas_health_reasons(text, failed);
    }

    canvas_text_const(text, "}");
}


static void
ngx_canvas_health_reasons(canvas_text_t *text, ngx_uint_t failed)
{
    ngx_uint_t  i;

    canvas_text_const(text, ",\"reasons\":[");

    for (i = 0; failed >> i; i++) {

        if (!(failed >> i & 1)) {
            continue;
        }

        canvas_text_string(text, ngx_canvas_health_checks[i].reason);

        if (failed >> (i + 1)) {
            canvas_text_const(text, ",");
        }
    }

    canvas_text_const(text, "]");
}


static const char *
ngx_canvas_health_state(ngx_uint_t connected)
{
    return connected ? "connected" : "disconnected";
}


static ngx_uint_t
ngx_canvas_health_redis(ngx_canvas_worker_t *worker)
{
    return !ngx_canvas_redis_connected(worker->commands);
}


static ngx_uint_t
ngx_canvas_health_shape(ngx_canvas_worker_t *worker)
{
    /* nothing is known of the canvas while Redis is away */
    return !worker->ready && ngx_canvas_redis_connected(worker->commands);
}


static ngx_uint_t
ngx_canvas_health_image(ngx_canvas_worker_t *worker)
{
    ngx_canvas_position_t  position;

    ngx_canvas_shm_position(worker->shm, &position);

    return !position.valid;
}


static ngx_uint_t
ngx_canvas_health_postgres(ngx_canvas_worker_t *worker)
{
    return worker->pg && !ngx_canvas_pg_connected(worker->pg);
}
