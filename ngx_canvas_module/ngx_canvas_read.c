/*
 * ngx_canvas_read: GET and HEAD of the canvas: /api/v1/canvas, canvas.png,
 * canvas/info, canvas/updates.  All of it comes from shared memory, so that
 * reads go on while Redis is away.
 */

#include "ngx_canvas_handlers.h"

#include "canvas_proto.h"
#include "ngx_canvas_accept.h"
#include "ngx_canvas_image.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_worker.h"


#define NGX_CANVAS_READ_CHANGES  65536  /* of one answer of updates */
#define NGX_CANVAS_READ_NUMBER   (((uint64_t) 1 << 53) - 1)


typedef ngx_int_t (*ngx_canvas_read_pt)(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);

typedef struct {
    ngx_str_t                    path;
    ngx_canvas_read_pt           handler;
} ngx_canvas_read_route_t;


static ngx_int_t ngx_canvas_read_canvas(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_png(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_info(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_updates(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_arg(ngx_http_request_t *r, const char *name,
    uint64_t *value);
static ngx_int_t ngx_canvas_read_answer(ngx_http_request_t *r,
    ngx_str_t *type, u_char *body, size_t len);


static const ngx_canvas_read_route_t  ngx_canvas_read_routes[] = {
    { ngx_string("/api/v1/canvas"), ngx_canvas_read_canvas },
    { ngx_string("/api/v1/canvas.png"), ngx_canvas_read_png },
    { ngx_string("/api/v1/canvas/info"), ngx_canvas_read_info },
    { ngx_string("/api/v1/canvas/updates"), ngx_canvas_read_updates },
    { ngx_null_string, NULL }
};

static ngx_str_t  ngx_canvas_read_binary =
    ngx_string("application/octet-stream");
static ngx_str_t  ngx_canvas_read_json = ngx_null_string;


ngx_int_t
ngx_canvas_read_handler(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_canvas_conf_t              *canvas;
    const ngx_canvas_read_route_t  *route;

    canvas = ngx_canvas_of(r);

    for (route = ngx_canvas_read_routes; route->handler; route++) {

        if (r->uri.len == route->path.len
            && ngx_strncmp(r->uri.data, route->path.data, r->uri.len) == 0)
        {
            break;
        }
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (route->handler == NULL) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_NOT_FOUND, 0, NULL);
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_canvas_reply_allow(r, "GET, HEAD");
    }

    return route->handler(r, canvas);
}


static ngx_int_t
ngx_canvas_read_canvas(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    ngx_str_t   format;
    ngx_uint_t  gzip;

    gzip = ngx_canvas_accept_gzip(r);

    if (ngx_http_arg(r, (u_char *) "format", 6, &format) != NGX_OK) {
        return ngx_canvas_image_send(r, canvas,
                                    gzip ? NGX_CANVAS_FORM_BYTES_GZIP
                                         : NGX_CANVAS_FORM_BYTES);
    }

    if (format.len == 6 && ngx_strncmp(format.data, "packed", 6) == 0) {
        return ngx_canvas_image_send(r, canvas,
                                    gzip ? NGX_CANVAS_FORM_PACKED_GZIP
                                         : NGX_CANVAS_FORM_PACKED);
    }

    return ngx_canvas_reply_error(r, CANVAS_CODE_INVALID_MESSAGE, 0, NULL);
}


static ngx_int_t
ngx_canvas_read_png(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    return ngx_canvas_image_send(r, canvas, NGX_CANVAS_FORM_PNG);
}


static ngx_int_t
ngx_canvas_read_info(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    char                    cooldown[NGX_INT64_LEN + sizeof(".000")];
    size_t                  n;
    u_char                 *body, *p;
    ngx_canvas_worker_t    *worker;
    ngx_canvas_position_t   position;

    worker = canvas->worker;

    ngx_canvas_shm_position(worker->shm, &position);

    if (!position.valid) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    if (ngx_canvas_image_position(r, position.seq, position.epoch) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body = ngx_pnalloc(r->pool, canvas->palette_json.len + 7 * NGX_INT64_LEN
                                + sizeof("{\"width\":,\"height\":,"
                                         "\"cooldown\":,\"palette\":,"
                                         "\"background\":,\"seq\":,"
                                         "\"epoch\":,\"online\":}")
                                + sizeof(cooldown));
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    n = canvas_proto_seconds(cooldown, worker->week.cooldown);

    p = ngx_sprintf(body, "{\"width\":%ui,\"height\":%ui,\"cooldown\":%*s,"
                    "\"palette\":%V,\"background\":%ui,\"seq\":%uL,"
                    "\"epoch\":%uL,\"online\":%ui}",
                    canvas->width, canvas->height, n, cooldown,
                    &canvas->palette_json, canvas->background, position.seq,
                    position.epoch, ngx_canvas_shm_online(worker->shm));

    return ngx_canvas_read_answer(r, &ngx_canvas_read_json, body, p - body);
}


/*
 * The changes after since, at most NGX_CANVAS_READ_CHANGES of them.  The seq
 * in body and header is that of the last change in the body: who asks again
 * from there misses nothing.
 */

static ngx_int_t
ngx_canvas_read_updates(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    size_t                  max, n, len;
    u_char                 *body;
    uint64_t                since, epoch;
    canvas_change_t        *changes;
    ngx_canvas_shm_t       *shm;
    ngx_canvas_position_t   position;

    if (ngx_canvas_read_arg(r, "since", &since) != NGX_OK
        || ngx_canvas_read_arg(r, "epoch", &epoch) != NGX_OK)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_INVALID_MESSAGE, 0, NULL);
    }

    shm = canvas->worker->shm;

    ngx_canvas_shm_position(shm, &position);

    if (!position.valid) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    if (epoch != position.epoch || since > position.seq
        || since < position.base)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_RESYNC, 0, NULL);
    }

    max = ngx_min(position.seq - since, NGX_CANVAS_READ_CHANGES);

    /* one more: pools know no allocation of nothing */
    changes = ngx_palloc(r->pool, (max + 1) * sizeof(canvas_change_t));
    body = ngx_pnalloc(r->pool, canvas_proto_updates_binary(NULL, NULL, max,
                                                            0));
    if (changes == NULL || body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_canvas_shm_since(shm, epoch, since, changes, max, &n, NULL)
        != CANVAS_OK)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_RESYNC, 0, NULL);
    }

    len = canvas_proto_updates_binary(body, changes, n, since + n);
    (void) ngx_pfree(r->pool, changes);

    if (ngx_canvas_image_position(r, since + n, epoch) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_read_answer(r, &ngx_canvas_read_binary, body, len);
}


/* a decimal number of at most 2^53 - 1 */

static ngx_int_t
ngx_canvas_read_arg(ngx_http_request_t *r, const char *name, uint64_t *value)
{
    off_t      n;
    ngx_str_t  text;

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &text) != NGX_OK) {
        return NGX_ERROR;
    }

    n = ngx_atoof(text.data, text.len);
    if (n == NGX_ERROR || (uint64_t) n > NGX_CANVAS_READ_NUMBER) {
        return NGX_ERROR;
    }

    *value = n;

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_read_answer(ngx_http_request_t *r, ngx_str_t *type, u_char *body,
    size_t len)
{
    ngx_canvas_reply_t  reply;

    reply.status = NGX_HTTP_OK;
    reply.type = *type;
    reply.max_age = NGX_CANVAS_IMAGE_MAX_AGE;

    return ngx_canvas_reply(r, &reply, body, len);
}
