/*
 * ngx_canvas_body: see the header.
 */

#include "ngx_canvas_body.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_variables.h"


static ngx_int_t ngx_canvas_body_json(ngx_http_request_t *r);
static ngx_int_t ngx_canvas_body_untyped(ngx_http_request_t *r);
static void ngx_canvas_body_ready(ngx_http_request_t *r);
static ngx_int_t ngx_canvas_body_take(ngx_http_request_t *r,
    const ngx_canvas_body_t *body);
static ngx_int_t ngx_canvas_body_text(ngx_http_request_t *r, size_t limit,
    ngx_str_t *text);


ngx_int_t
ngx_canvas_body_read(ngx_http_request_t *r, size_t limit,
    ngx_uint_t optional, ngx_canvas_body_pt handler)
{
    ngx_int_t                  rc;
    ngx_canvas_request_ctx_t  *ctx;

    if (!optional && ngx_canvas_body_json(r) != NGX_OK) {
        return ngx_canvas_body_untyped(r);
    }

    if (r->headers_in.content_length_n > (off_t) limit) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_TOO_LARGE, 0, NULL);
    }

    ctx = ngx_canvas_request_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->body.handler = handler;
    ctx->body.limit = limit;

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_canvas_body_ready);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    return NGX_DONE;
}


/* Content-Type: application/json, parameters allowed */

static ngx_int_t
ngx_canvas_body_json(ngx_http_request_t *r)
{
    ngx_str_t  *type;

    if (r->headers_in.content_type == NULL) {
        return NGX_DECLINED;
    }

    type = &r->headers_in.content_type->value;

    if (type->len < 16
        || ngx_strncasecmp(type->data, (u_char *) "application/json", 16) != 0
        || (type->len > 16 && type->data[16] != ';' && type->data[16] != ' '))
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_body_untyped(ngx_http_request_t *r)
{
    return ngx_canvas_reply_sentence(r, CANVAS_CODE_INVALID_MESSAGE,
                                     "Send the body as JSON, with "
                                     "Content-Type: application/json");
}


static void
ngx_canvas_body_ready(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_canvas_request_ctx_t  *ctx;

    ctx = ngx_canvas_request_ctx(r);
    rc = ngx_canvas_body_take(r, &ctx->body);

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_int_t
ngx_canvas_body_take(ngx_http_request_t *r, const ngx_canvas_body_t *body)
{
    ngx_int_t  rc;
    ngx_str_t  text;

    rc = ngx_canvas_body_text(r, body->limit, &text);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED
               ? ngx_canvas_reply_error(r, CANVAS_CODE_TOO_LARGE, 0, NULL)
               : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (text.len && ngx_canvas_body_json(r) != NGX_OK) {
        return ngx_canvas_body_untyped(r);
    }

    return body->handler(r, &text);
}


/* the body as one string; NGX_DECLINED: longer than limit */

static ngx_int_t
ngx_canvas_body_text(ngx_http_request_t *r, size_t limit, ngx_str_t *text)
{
    u_char       *p;
    size_t        len;
    ngx_chain_t  *cl;

    ngx_str_null(text);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }

    len = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        if (cl->buf->in_file || ngx_buf_size(cl->buf) > (off_t) limit) {
            return NGX_DECLINED;
        }

        len += cl->buf->last - cl->buf->pos;
    }

    if (len > limit) {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(r->pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    text->len = len;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        /* the buffer that only marks the end points nowhere */
        if (cl->buf->pos != cl->buf->last) {
            p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);
        }
    }

    return NGX_OK;
}
