/*
 * ngx_canvas_read: GET and HEAD of the canvas: /api/v1/canvas, canvas.png,
 * canvas/info, canvas/checksums, canvas/updates.  All of it comes from shared
 * memory, so that reads go on while Redis is away.
 */

#include "ngx_canvas_handlers.h"

#include "canvas_proto.h"
#include "ngx_canvas_accept.h"
#include "ngx_canvas_send.h"
#include "ngx_canvas_image.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_tile.h"
#include "ngx_canvas_updates.h"
#include "ngx_canvas_worker.h"


typedef ngx_int_t (*ngx_canvas_read_pt)(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);

typedef struct {
    ngx_str_t                    path;      /* ':' is for its handler to read */
    ngx_canvas_read_pt           handler;
} ngx_canvas_read_route_t;


static ngx_uint_t ngx_canvas_read_match(const ngx_str_t *path, ngx_str_t *uri);
static ngx_int_t ngx_canvas_read_canvas(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_png(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_info(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_block(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);


static const ngx_canvas_read_route_t  ngx_canvas_read_routes[] = {
    { ngx_string("/api/v1/canvas"), ngx_canvas_read_canvas },
    { ngx_string("/api/v1/canvas.png"), ngx_canvas_read_png },
    { ngx_string("/api/v1/canvas/info"), ngx_canvas_read_info },
    { ngx_string("/api/v1/canvas/checksums"), ngx_canvas_tile_checksums },
    { ngx_string("/api/v1/canvas/updates"), ngx_canvas_updates_since },
    { ngx_string("/api/v1/canvas/updates/:/:"), ngx_canvas_read_block },
    { ngx_null_string, NULL }
};


ngx_int_t
ngx_canvas_read_handler(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_canvas_conf_t              *canvas;
    const ngx_canvas_read_route_t  *route;

    canvas = ngx_canvas_of(r);

    for (route = ngx_canvas_read_routes; route->handler; route++) {

        if (ngx_canvas_read_match(&route->path, &r->uri)) {
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


static ngx_uint_t
ngx_canvas_read_match(const ngx_str_t *path, ngx_str_t *uri)
{
    size_t   len;
    u_char  *open;

    open = ngx_strlchr(path->data, path->data + path->len, ':');
    len = open ? (size_t) (open - path->data) : path->len;

    return (open ? uri->len > len : uri->len == len)
           && ngx_strncmp(uri->data, path->data, len) == 0;
}


static ngx_int_t
ngx_canvas_read_canvas(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    ngx_int_t   rc;
    ngx_str_t   format;
    ngx_uint_t  gzip;

    rc = ngx_canvas_tile_rectangle(r, canvas);
    if (rc != NGX_DECLINED) {
        return rc;
    }

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
    ngx_canvas_reply_t      reply;
    ngx_canvas_position_t   position;

    worker = canvas->worker;

    ngx_canvas_shm_position(worker->shm, &position);

    if (!position.valid) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    if (ngx_canvas_send_position(r, position.seq, position.epoch) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body = ngx_pnalloc(r->pool, canvas->palette_json.len + 8 * NGX_INT64_LEN
                                + sizeof("{\"width\":,\"height\":,"
                                         "\"cooldown\":,\"palette\":,"
                                         "\"background\":,\"seq\":,"
                                         "\"epoch\":,\"online\":,"
                                         "\"blockSize\":}")
                                + sizeof(cooldown));
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    n = canvas_proto_seconds(cooldown, worker->week.cooldown);

    p = ngx_sprintf(body, "{\"width\":%ui,\"height\":%ui,\"cooldown\":%*s,"
                    "\"palette\":%V,\"background\":%ui,\"seq\":%uL,"
                    "\"epoch\":%uL,\"online\":%ui,\"blockSize\":%d}",
                    canvas->width, canvas->height, n, cooldown,
                    &canvas->palette_json, canvas->background, position.seq,
                    position.epoch, ngx_canvas_shm_online(worker->shm),
                    NGX_CANVAS_UPDATES_BLOCK);

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = NGX_HTTP_OK;
    reply.max_age = NGX_CANVAS_IMAGE_MAX_AGE;

    return ngx_canvas_reply(r, &reply, body, p - body);
}


static ngx_int_t
ngx_canvas_read_block(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    ngx_str_t  name;

    name.len = r->uri.len - (sizeof("/api/v1/canvas/updates/") - 1);
    name.data = r->uri.data + r->uri.len - name.len;

    return ngx_canvas_updates_block(r, canvas, &name);
}
