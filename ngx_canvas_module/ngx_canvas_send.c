/*
 * ngx_canvas_send: see the header.
 */

#include "ngx_canvas_send.h"

#include "ngx_canvas_reply.h"


typedef struct {
    const char                  *name;      /* in the ETag */
    ngx_str_t                    type;
    unsigned                     varies:1;  /* with Accept-Encoding */
    unsigned                     gzip:1;
} ngx_canvas_send_form_t;


static ngx_int_t ngx_canvas_send_headers(ngx_http_request_t *r,
    const ngx_canvas_send_t *send);
static ngx_int_t ngx_canvas_send_encoding(ngx_http_request_t *r,
    const ngx_canvas_send_t *send);
static ngx_int_t ngx_canvas_send_etag(ngx_http_request_t *r,
    const ngx_canvas_send_t *send);
static ngx_int_t ngx_canvas_send_number(ngx_http_request_t *r,
    const char *name, uint64_t value);
static ngx_buf_t *ngx_canvas_send_buf(ngx_http_request_t *r,
    ngx_canvas_memory_t *memory);
static ngx_uint_t ngx_canvas_send_cork(ngx_http_request_t *r, ngx_buf_t *b);


static const ngx_canvas_send_form_t  ngx_canvas_send_forms[] = {
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

static ngx_str_t  ngx_canvas_send_vary[] = {
    ngx_string("Accept-Encoding"),
    ngx_string("Accept, Accept-Encoding")
};


ngx_int_t
ngx_canvas_send_canvas(ngx_http_request_t *r, const ngx_canvas_send_t *send)
{
    ngx_buf_t           *b;
    ngx_int_t            rc;
    ngx_uint_t           corked;
    ngx_canvas_reply_t   reply;

    if (ngx_canvas_send_headers(r, send) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->allow_ranges = 1;

    if (r->method == NGX_HTTP_HEAD) {
        /* RFC 9110 section 14.2: Range means something to GET alone */
        r->headers_in.range = NULL;
    }

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = NGX_HTTP_OK;
    reply.type = ngx_canvas_send_forms[send->form].type;
    reply.max_age = send->max_age;

    b = ngx_canvas_send_buf(r, send->memory);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    corked = ngx_canvas_send_cork(r, b);

    rc = ngx_canvas_reply_buf(r, &reply, b, send->memory->len);

    if (corked) {
        (void) ngx_tcp_push(r->connection->fd);
    }

    return rc;
}


ngx_int_t
ngx_canvas_send_position(ngx_http_request_t *r, uint64_t seq, uint64_t epoch)
{
    if (ngx_canvas_send_number(r, "X-Canvas-Seq", seq) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_canvas_send_number(r, "X-Canvas-Epoch", epoch);
}


ngx_int_t
ngx_canvas_send_size(ngx_http_request_t *r, ngx_uint_t width,
    ngx_uint_t height)
{
    if (ngx_canvas_send_number(r, "X-Canvas-Width", width) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_canvas_send_number(r, "X-Canvas-Height", height);
}


static ngx_int_t
ngx_canvas_send_headers(ngx_http_request_t *r, const ngx_canvas_send_t *send)
{
    if (ngx_canvas_send_encoding(r, send) != NGX_OK
        || ngx_canvas_send_etag(r, send) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (send->epoch
        && ngx_canvas_send_position(r, send->seq, send->epoch) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_canvas_send_size(r, send->width, send->height);
}


static ngx_int_t
ngx_canvas_send_encoding(ngx_http_request_t *r, const ngx_canvas_send_t *send)
{
    const ngx_canvas_send_form_t  *form;

    form = &ngx_canvas_send_forms[send->form];

    if ((form->varies || send->accept)
        && ngx_canvas_reply_header(r, "Vary",
                                   &ngx_canvas_send_vary[send->accept])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return form->gzip ? ngx_canvas_reply_gzip(r) : NGX_OK;
}


/* strong: the same tag is the same bytes, whichever worker rendered them */

static ngx_int_t
ngx_canvas_send_etag(ngx_http_request_t *r, const ngx_canvas_send_t *send)
{
    ngx_str_t    tag;
    const char  *form;

    form = ngx_canvas_send_forms[send->form].name;

    tag.data = ngx_pnalloc(r->pool, send->name.len + ngx_strlen(form)
                                    + sizeof("\"-\""));
    if (tag.data == NULL) {
        return NGX_ERROR;
    }

    tag.len = ngx_sprintf(tag.data, "\"%V-%s\"", &send->name, form)
              - tag.data;

    return ngx_canvas_reply_etag(r, &tag);
}


static ngx_int_t
ngx_canvas_send_number(ngx_http_request_t *r, const char *name,
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


/*
 * The body is memory and a file at once: nginx sends the file without a copy
 * where it may (sendfile on, no filter in between), else it takes the memory.
 */

static ngx_buf_t *
ngx_canvas_send_buf(ngx_http_request_t *r, ngx_canvas_memory_t *memory)
{
    ngx_buf_t                 *b;
    ngx_file_t                *file;
    ngx_http_core_loc_conf_t  *clcf;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NULL;
    }

    b->pos = memory->data;
    b->last = memory->data + memory->len;
    b->memory = 1;

    if (memory->fd == NGX_INVALID_FILE) {
        return b;
    }

    file = ngx_pcalloc(r->pool, sizeof(ngx_file_t));
    if (file == NULL) {
        return NULL;
    }

    file->fd = memory->fd;
    ngx_str_set(&file->name, "canvas");
    file->log = r->connection->log;

    b->file = file;
    b->file_last = memory->len;
    b->in_file = 1;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->tcp_nodelay && ngx_tcp_nodelay(r->connection) != NGX_OK) {
        return NULL;
    }

    return b;
}


/*
 * Head and body in the same segments save a twelfth of an answer.  tcp_nopush
 * would keep the cork in until all is sent, and the end of a body that meets
 * a full socket then waits for the kernel's timer: here it is pulled at once,
 * whatever is configured.
 */

static ngx_uint_t
ngx_canvas_send_cork(ngx_http_request_t *r, ngx_buf_t *b)
{
    ngx_connection_t  *c;

    c = r->connection;

    if (c->tcp_nopush == NGX_TCP_NOPUSH_UNSET) {
        c->tcp_nopush = NGX_TCP_NOPUSH_DISABLED;
    }

    if (!b->in_file || !c->sendfile || r != r->main
        || r->method != NGX_HTTP_GET || r->main_filter_need_in_memory
        || c->sockaddr->sa_family == AF_UNIX)
    {
        return 0;
    }

    return ngx_tcp_nopush(c->fd) == 0;
}
