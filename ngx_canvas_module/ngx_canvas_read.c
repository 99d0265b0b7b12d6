/*
 * ngx_canvas_read: GET and HEAD of the canvas: /api/v1/canvas, canvas.png,
 * canvas/info, canvas/updates.  All of it comes from shared memory, so that
 * reads go on while Redis is away.  Conditional and range requests are
 * answered by nginx's own filters, which find the ETag and allow_ranges.
 */

#include "ngx_canvas_handlers.h"

#include "canvas_proto.h"
#include "ngx_canvas_accept.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_snapshot.h"


#define NGX_CANVAS_READ_MAX_AGE  1
#define NGX_CANVAS_READ_CHANGES  65536  /* of one answer of updates */
#define NGX_CANVAS_READ_NUMBER   (((uint64_t) 1 << 53) - 1)

typedef ngx_int_t (*ngx_canvas_read_pt)(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);

typedef struct {
    ngx_str_t                    path;
    ngx_canvas_read_pt           handler;
} ngx_canvas_read_route_t;

typedef struct {
    const char                  *name;      /* in the ETag */
    ngx_str_t                    type;
    unsigned                     varies:1;  /* with Accept-Encoding */
    unsigned                     gzip:1;
} ngx_canvas_read_form_t;

/* a request for the canvas in one form */
typedef struct {
    ngx_http_request_t          *request;
    ngx_canvas_conf_t           *canvas;
    ngx_canvas_form_e            form;
    ngx_canvas_rendering_t      *rendering; /* held until the request ends */
    ngx_canvas_snapshot_wait_t   wait;
} ngx_canvas_read_t;

static ngx_int_t ngx_canvas_read_canvas(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_png(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_info(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_updates(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static ngx_int_t ngx_canvas_read_form(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas, ngx_canvas_form_e form);
static void ngx_canvas_read_ready(void *data,
    ngx_canvas_rendering_t *rendering);
static void ngx_canvas_read_cleanup(void *data);
static ngx_int_t ngx_canvas_read_send(ngx_canvas_read_t *read);
static ngx_int_t ngx_canvas_read_encoding(ngx_canvas_read_t *read);
static ngx_int_t ngx_canvas_read_etag(ngx_canvas_read_t *read);
static ngx_int_t ngx_canvas_read_position(ngx_http_request_t *r,
    uint64_t seq, uint64_t epoch);
static ngx_int_t ngx_canvas_read_number(ngx_http_request_t *r,
    const char *name, uint64_t value);
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

static const ngx_canvas_read_form_t  ngx_canvas_read_forms[] = {
    [NGX_CANVAS_FORM_BYTES] =
        { "bytes", ngx_string("application/octet-stream"), 1, 0 },
    [NGX_CANVAS_FORM_PACKED] =
        { "packed", ngx_string("application/octet-stream"), 1, 0 },
    [NGX_CANVAS_FORM_BYTES_GZIP] =
        { "bytes-gzip", ngx_string("application/octet-stream"), 1, 1 },
    [NGX_CANVAS_FORM_PACKED_GZIP] =
        { "packed-gzip", ngx_string("application/octet-stream"), 1, 1 },
    [NGX_CANVAS_FORM_PNG] =
        { "png", ngx_string("image/png"), 0, 0 }
};

static ngx_str_t  ngx_canvas_read_binary =
    ngx_string("application/octet-stream");
static ngx_str_t  ngx_canvas_read_json = ngx_null_string;
static ngx_str_t  ngx_canvas_read_vary = ngx_string("Accept-Encoding");


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
        return ngx_canvas_read_form(r, canvas,
                                    gzip ? NGX_CANVAS_FORM_BYTES_GZIP
                                         : NGX_CANVAS_FORM_BYTES);
    }

    if (format.len == 6 && ngx_strncmp(format.data, "packed", 6) == 0) {
        return ngx_canvas_read_form(r, canvas,
                                    gzip ? NGX_CANVAS_FORM_PACKED_GZIP
                                         : NGX_CANVAS_FORM_PACKED);
    }

    return ngx_canvas_reply_error(r, CANVAS_CODE_INVALID_MESSAGE, 0, NULL);
}


static ngx_int_t
ngx_canvas_read_png(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    return ngx_canvas_read_form(r, canvas, NGX_CANVAS_FORM_PNG);
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

    if (ngx_canvas_read_position(r, position.seq, position.epoch) != NGX_OK) {
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

    if (ngx_canvas_read_position(r, since + n, epoch) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_read_answer(r, &ngx_canvas_read_binary, body, len);
}


static ngx_int_t
ngx_canvas_read_form(ngx_http_request_t *r, ngx_canvas_conf_t *canvas,
    ngx_canvas_form_e form)
{
    ngx_int_t            rc;
    ngx_canvas_read_t   *read;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_canvas_read_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    read = cln->data;
    ngx_memzero(read, sizeof(ngx_canvas_read_t));

    cln->handler = ngx_canvas_read_cleanup;

    read->request = r;
    read->canvas = canvas;
    read->form = form;
    read->wait.handler = ngx_canvas_read_ready;
    read->wait.data = read;

    rc = ngx_canvas_snapshot_get(canvas->worker->snapshot, form, &read->wait,
                                 &read->rendering);

    switch (rc) {

    case NGX_OK:
        return ngx_canvas_read_send(read);

    case NGX_AGAIN:
        r->main->count++;

        if (!r->discard_body) {
            /* a client that goes away need not be waited for */
            r->read_event_handler = ngx_http_test_reading;
        }

        return NGX_DONE;

    case NGX_DECLINED:
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);

    default:
        return ngx_canvas_reply_error(r, CANVAS_CODE_INTERNAL, 0, NULL);
    }
}


static void
ngx_canvas_read_ready(void *data, ngx_canvas_rendering_t *rendering)
{
    ngx_canvas_read_t *read = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = read->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    read->rendering = rendering;

    rc = rendering ? ngx_canvas_read_send(read)
                   : ngx_canvas_reply_error(r, CANVAS_CODE_INTERNAL, 0, NULL);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static void
ngx_canvas_read_cleanup(void *data)
{
    ngx_canvas_read_t *read = data;

    ngx_canvas_snapshot_cancel(&read->wait);

    if (read->rendering) {
        ngx_canvas_rendering_release(read->rendering);
    }
}


static ngx_int_t
ngx_canvas_read_send(ngx_canvas_read_t *read)
{
    ngx_str_t                type;
    ngx_http_request_t      *r;
    ngx_canvas_rendering_t  *rendering;

    r = read->request;
    rendering = read->rendering;
    type = ngx_canvas_read_forms[read->form].type;

    if (ngx_canvas_read_encoding(read) != NGX_OK
        || ngx_canvas_read_etag(read) != NGX_OK
        || ngx_canvas_read_position(r, rendering->seq, rendering->epoch)
           != NGX_OK
        || ngx_canvas_read_number(r, "X-Canvas-Width", read->canvas->width)
           != NGX_OK
        || ngx_canvas_read_number(r, "X-Canvas-Height", read->canvas->height)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->allow_ranges = 1;

    if (r->method == NGX_HTTP_HEAD) {
        /* RFC 9110 section 14.2: Range means something to GET alone */
        r->headers_in.range = NULL;
    }

    return ngx_canvas_read_answer(r, &type, rendering->data, rendering->len);
}


static ngx_int_t
ngx_canvas_read_encoding(ngx_canvas_read_t *read)
{
    ngx_table_elt_t               *header;
    ngx_http_request_t            *r;
    const ngx_canvas_read_form_t  *form;

    r = read->request;
    form = &ngx_canvas_read_forms[read->form];

    if (form->varies
        && ngx_canvas_reply_header(r, "Vary", &ngx_canvas_read_vary) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!form->gzip) {
        return NGX_OK;
    }

    header = ngx_list_push(&r->headers_out.headers);
    if (header == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(header, sizeof(ngx_table_elt_t));

    header->hash = 1;
    ngx_str_set(&header->key, "Content-Encoding");
    ngx_str_set(&header->value, "gzip");

    r->headers_out.content_encoding = header;

    return NGX_OK;
}


/* strong: the same tag is the same bytes, whichever worker rendered them */

static ngx_int_t
ngx_canvas_read_etag(ngx_canvas_read_t *read)
{
    u_char                  *p;
    const char              *name;
    ngx_table_elt_t         *header;
    ngx_http_request_t      *r;
    ngx_canvas_rendering_t  *rendering;

    r = read->request;
    rendering = read->rendering;
    name = ngx_canvas_read_forms[read->form].name;

    header = ngx_list_push(&r->headers_out.headers);
    if (header == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(header, sizeof(ngx_table_elt_t));

    p = ngx_pnalloc(r->pool, 2 * NGX_INT64_LEN + ngx_strlen(name)
                             + sizeof("\"--\""));
    if (p == NULL) {
        return NGX_ERROR;
    }

    header->hash = 1;
    ngx_str_set(&header->key, "ETag");
    header->value.data = p;
    header->value.len = ngx_sprintf(p, "\"%uL-%uL-%s\"", rendering->epoch,
                                    rendering->seq, name)
                        - p;

    r->headers_out.etag = header;

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_read_position(ngx_http_request_t *r, uint64_t seq, uint64_t epoch)
{
    if (ngx_canvas_read_number(r, "X-Canvas-Seq", seq) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_canvas_read_number(r, "X-Canvas-Epoch", epoch);
}


static ngx_int_t
ngx_canvas_read_number(ngx_http_request_t *r, const char *name,
    uint64_t value)
{
    ngx_str_t  text;

    text.data = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    text.len = ngx_sprintf(text.data, "%uL", value) - text.data;

    return ngx_canvas_reply_header(r, name, &text);
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
    reply.max_age = NGX_CANVAS_READ_MAX_AGE;

    return ngx_canvas_reply(r, &reply, body, len);
}
