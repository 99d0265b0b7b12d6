/*
 * ngx_canvas_image: see the header.
 */

#include "ngx_canvas_image.h"

#include "ngx_canvas_reply.h"
#include "ngx_canvas_snapshot.h"


typedef struct {
    const char                  *name;      /* in the ETag */
    ngx_str_t                    type;
    unsigned                     varies:1;  /* with Accept-Encoding */
    unsigned                     gzip:1;
} ngx_canvas_image_form_t;

/* a request for the canvas in one form */
typedef struct {
    ngx_http_request_t          *request;
    ngx_canvas_conf_t           *canvas;
    ngx_canvas_form_e            form;
    ngx_canvas_rendering_t      *rendering; /* held until the request ends */
    ngx_canvas_snapshot_wait_t   wait;
    ngx_buf_t                    buf;
    ngx_file_t                   file;
} ngx_canvas_image_t;


static void ngx_canvas_image_ready(void *data,
    ngx_canvas_rendering_t *rendering);
static void ngx_canvas_image_cleanup(void *data);
static ngx_int_t ngx_canvas_image_answer(ngx_canvas_image_t *image);
static ngx_int_t ngx_canvas_image_body(ngx_canvas_image_t *image);
static ngx_uint_t ngx_canvas_image_cork(ngx_canvas_image_t *image);
static ngx_int_t ngx_canvas_image_encoding(ngx_canvas_image_t *image);
static ngx_int_t ngx_canvas_image_etag(ngx_canvas_image_t *image);
static ngx_int_t ngx_canvas_image_number(ngx_http_request_t *r,
    const char *name, uint64_t value);


static const ngx_canvas_image_form_t  ngx_canvas_image_forms[] = {
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

static ngx_str_t  ngx_canvas_image_vary = ngx_string("Accept-Encoding");


ngx_int_t
ngx_canvas_image_send(ngx_http_request_t *r, ngx_canvas_conf_t *canvas,
    ngx_canvas_form_e form)
{
    ngx_int_t            rc;
    ngx_canvas_image_t  *image;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_canvas_image_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    image = cln->data;
    ngx_memzero(image, sizeof(ngx_canvas_image_t));

    cln->handler = ngx_canvas_image_cleanup;

    image->request = r;
    image->canvas = canvas;
    image->form = form;
    image->wait.handler = ngx_canvas_image_ready;
    image->wait.data = image;

    rc = ngx_canvas_snapshot_get(canvas->worker->snapshot, form, &image->wait,
                                 &image->rendering);

    switch (rc) {

    case NGX_OK:
        return ngx_canvas_image_answer(image);

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


ngx_int_t
ngx_canvas_image_position(ngx_http_request_t *r, uint64_t seq, uint64_t epoch)
{
    if (ngx_canvas_image_number(r, "X-Canvas-Seq", seq) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_canvas_image_number(r, "X-Canvas-Epoch", epoch);
}


ngx_int_t
ngx_canvas_image_size(ngx_http_request_t *r, ngx_uint_t width,
    ngx_uint_t height)
{
    if (ngx_canvas_image_number(r, "X-Canvas-Width", width) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_canvas_image_number(r, "X-Canvas-Height", height);
}


static void
ngx_canvas_image_ready(void *data, ngx_canvas_rendering_t *rendering)
{
    ngx_canvas_image_t *image = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = image->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    image->rendering = rendering;

    rc = rendering ? ngx_canvas_image_answer(image)
                   : ngx_canvas_reply_error(r, CANVAS_CODE_INTERNAL, 0, NULL);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static void
ngx_canvas_image_cleanup(void *data)
{
    ngx_canvas_image_t *image = data;

    ngx_canvas_snapshot_cancel(&image->wait);

    if (image->rendering) {
        ngx_canvas_rendering_release(image->rendering);
    }
}


static ngx_int_t
ngx_canvas_image_answer(ngx_canvas_image_t *image)
{
    ngx_int_t                rc;
    ngx_uint_t               corked;
    ngx_canvas_reply_t       reply;
    ngx_http_request_t      *r;
    ngx_canvas_rendering_t  *rendering;

    r = image->request;
    rendering = image->rendering;

    if (ngx_canvas_image_encoding(image) != NGX_OK
        || ngx_canvas_image_etag(image) != NGX_OK
        || ngx_canvas_image_position(r, rendering->seq, rendering->epoch)
           != NGX_OK
        || ngx_canvas_image_size(r, image->canvas->width,
                                 image->canvas->height)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->allow_ranges = 1;

    if (r->method == NGX_HTTP_HEAD) {
        /* RFC 9110 section 14.2: Range means something to GET alone */
        r->headers_in.range = NULL;
    }

    reply.status = NGX_HTTP_OK;
    reply.type = ngx_canvas_image_forms[image->form].type;
    reply.max_age = NGX_CANVAS_IMAGE_MAX_AGE;

    if (ngx_canvas_image_body(image) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    corked = ngx_canvas_image_cork(image);

    rc = ngx_canvas_reply_buf(r, &reply, &image->buf, rendering->memory.len);

    if (corked) {
        (void) ngx_tcp_push(r->connection->fd);
    }

    return rc;
}


/*
 * The body is memory and a file at once: nginx sends the file without a copy
 * where it may (sendfile on, no filter in between), else it takes the memory.
 */

static ngx_int_t
ngx_canvas_image_body(ngx_canvas_image_t *image)
{
    ngx_buf_t                 *b;
    ngx_connection_t          *c;
    ngx_canvas_memory_t       *memory;
    ngx_http_core_loc_conf_t  *clcf;

    c = image->request->connection;
    memory = &image->rendering->memory;
    b = &image->buf;

    b->pos = memory->data;
    b->last = memory->data + memory->len;
    b->memory = 1;

    if (memory->fd == NGX_INVALID_FILE) {
        return NGX_OK;
    }

    image->file.fd = memory->fd;
    ngx_str_set(&image->file.name, "canvas");
    image->file.log = c->log;

    b->file = &image->file;
    b->file_last = memory->len;
    b->in_file = 1;

    clcf = ngx_http_get_module_loc_conf(image->request, ngx_http_core_module);

    return clcf->tcp_nodelay ? ngx_tcp_nodelay(c) : NGX_OK;
}


/*
 * Head and body in the same segments save a twelfth of an answer.  tcp_nopush
 * would keep the cork in until all is sent, and the end of a body that meets
 * a full socket then waits for the kernel's timer: here it is pulled at once,
 * whatever is configured.
 */

static ngx_uint_t
ngx_canvas_image_cork(ngx_canvas_image_t *image)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = image->request;
    c = r->connection;

    if (c->tcp_nopush == NGX_TCP_NOPUSH_UNSET) {
        c->tcp_nopush = NGX_TCP_NOPUSH_DISABLED;
    }

    if (!image->buf.in_file || !c->sendfile || r != r->main
        || r->method != NGX_HTTP_GET || r->main_filter_need_in_memory
        || c->sockaddr->sa_family == AF_UNIX)
    {
        return 0;
    }

    return ngx_tcp_nopush(c->fd) == 0;
}


static ngx_int_t
ngx_canvas_image_encoding(ngx_canvas_image_t *image)
{
    ngx_http_request_t             *r;
    const ngx_canvas_image_form_t  *form;

    r = image->request;
    form = &ngx_canvas_image_forms[image->form];

    if (form->varies
        && ngx_canvas_reply_header(r, "Vary", &ngx_canvas_image_vary) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return form->gzip ? ngx_canvas_reply_gzip(r) : NGX_OK;
}


/* strong: the same tag is the same bytes, whichever worker rendered them */

static ngx_int_t
ngx_canvas_image_etag(ngx_canvas_image_t *image)
{
    ngx_str_t                tag;
    const char              *name;
    ngx_canvas_rendering_t  *rendering;

    rendering = image->rendering;
    name = ngx_canvas_image_forms[image->form].name;

    tag.data = ngx_pnalloc(image->request->pool,
                           2 * NGX_INT64_LEN + ngx_strlen(name)
                           + sizeof("\"--\""));
    if (tag.data == NULL) {
        return NGX_ERROR;
    }

    tag.len = ngx_sprintf(tag.data, "\"%uL-%uL-%s\"", rendering->epoch,
                          rendering->seq, name)
              - tag.data;

    return ngx_canvas_reply_etag(image->request, &tag);
}


static ngx_int_t
ngx_canvas_image_number(ngx_http_request_t *r, const char *name,
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
