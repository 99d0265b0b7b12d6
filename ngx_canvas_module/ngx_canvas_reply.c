/*
 * ngx_canvas_reply: see the header.  Writes status, headers and one buffer;
 * what they say is decided by the caller and by the table of codes in core.
 */

#include "ngx_canvas_reply.h"
#include "ngx_canvas_variables.h"

#include "canvas_text.h"


static ngx_table_elt_t *ngx_canvas_reply_push(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);
static ngx_int_t ngx_canvas_reply_refusal(ngx_http_request_t *r,
    canvas_code_t code, const char *sentence, ngx_msec_t remaining,
    const char *rule, ngx_int_t max_age);
static ngx_int_t ngx_canvas_reply_headers(ngx_http_request_t *r,
    ngx_canvas_reply_t *reply);
static ngx_int_t ngx_canvas_reply_cache(ngx_http_request_t *r,
    ngx_int_t max_age);
static void ngx_canvas_reply_error_text(canvas_text_t *text,
    canvas_code_t code, const char *sentence, ngx_msec_t remaining,
    const char *rule);


ngx_int_t
ngx_canvas_reply(ngx_http_request_t *r, ngx_canvas_reply_t *reply,
    u_char *body, size_t len)
{
    ngx_buf_t  *b;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->pos = body;
    b->last = body + len;
    b->memory = len ? 1 : 0;

    return ngx_canvas_reply_buf(r, reply, b, len);
}


ngx_int_t
ngx_canvas_reply_buf(ngx_http_request_t *r, ngx_canvas_reply_t *reply,
    ngx_buf_t *b, size_t len)
{
    ngx_int_t    rc;
    ngx_chain_t  out;

    /* nothing to do where a caller has read or discarded the body before */
    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    r->headers_out.status = reply->status;
    r->headers_out.content_length_n = len;

    if (ngx_canvas_reply_headers(r, reply) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_canvas_reply_error(ngx_http_request_t *r, canvas_code_t code,
    ngx_msec_t remaining, const char *rule)
{
    if (code == CANVAS_CODE_RATE_LIMITED
        && ngx_canvas_reply_retry(r, remaining) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_reply_refusal(r, code, canvas_code_sentence(code),
                                    remaining, rule,
                                    NGX_CANVAS_REPLY_NO_STORE);
}


ngx_int_t
ngx_canvas_reply_sentence(ngx_http_request_t *r, canvas_code_t code,
    const char *sentence)
{
    return ngx_canvas_reply_refusal(r, code, sentence, 0, NULL,
                                    NGX_CANVAS_REPLY_NO_STORE);
}


ngx_int_t
ngx_canvas_reply_error_for(ngx_http_request_t *r, canvas_code_t code,
    ngx_int_t max_age)
{
    return ngx_canvas_reply_refusal(r, code, canvas_code_sentence(code), 0,
                                    NULL, max_age);
}


ngx_int_t
ngx_canvas_reply_allow(ngx_http_request_t *r, const char *allow)
{
    ngx_str_t  value;

    value.data = (u_char *) allow;
    value.len = ngx_strlen(allow);

    if (ngx_canvas_reply_header(r, "Allow", &value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_reply_error(r, CANVAS_CODE_METHOD_NOT_ALLOWED, 0, NULL);
}


ngx_int_t
ngx_canvas_reply_etag(ngx_http_request_t *r, ngx_str_t *tag)
{
    r->headers_out.etag = ngx_canvas_reply_push(r, "ETag", tag);

    return r->headers_out.etag ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_canvas_reply_gzip(ngx_http_request_t *r)
{
    ngx_str_t  gzip = ngx_string("gzip");

    r->headers_out.content_encoding = ngx_canvas_reply_push(r,
                                                            "Content-Encoding",
                                                            &gzip);

    return r->headers_out.content_encoding ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_canvas_reply_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    return ngx_canvas_reply_push(r, name, value) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_canvas_reply_retry(ngx_http_request_t *r, ngx_msec_t remaining)
{
    ngx_str_t  value;

    /* whole seconds: too early would be refused again */

    value.data = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, "%M",
                            remaining / 1000 + (remaining % 1000 ? 1 : 0))
                - value.data;

    return ngx_canvas_reply_header(r, "Retry-After", &value);
}


static ngx_table_elt_t *
ngx_canvas_reply_push(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return h;
}


static ngx_int_t
ngx_canvas_reply_refusal(ngx_http_request_t *r, canvas_code_t code,
    const char *sentence, ngx_msec_t remaining, const char *rule,
    ngx_int_t max_age)
{
    u_char                    *body;
    canvas_text_t              text;
    ngx_canvas_reply_t         reply;
    ngx_canvas_request_ctx_t  *ctx;

    ctx = ngx_canvas_request_ctx(r);

    if (ctx) {
        ctx->code = code;
    }

    text.buf = NULL;
    text.len = 0;
    ngx_canvas_reply_error_text(&text, code, sentence, remaining, rule);

    body = ngx_pnalloc(r->pool, text.len);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    text.buf = (char *) body;
    text.len = 0;
    ngx_canvas_reply_error_text(&text, code, sentence, remaining, rule);

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = canvas_code_http(code);
    reply.max_age = max_age;

    return ngx_canvas_reply(r, &reply, body, text.len);
}


static ngx_int_t
ngx_canvas_reply_headers(ngx_http_request_t *r, ngx_canvas_reply_t *reply)
{
    ngx_str_t  nosniff = ngx_string("nosniff");
    ngx_str_t  json = ngx_string("application/json");

    r->headers_out.content_type = reply->type.len ? reply->type : json;
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (ngx_canvas_reply_header(r, "X-Content-Type-Options", &nosniff)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_canvas_reply_cache(r, reply->max_age);
}


static ngx_int_t
ngx_canvas_reply_cache(ngx_http_request_t *r, ngx_int_t max_age)
{
    ngx_str_t  value = ngx_string("no-store");

    if (max_age == NGX_CANVAS_REPLY_IMMUTABLE) {
        ngx_str_set(&value, "public, max-age=31536000, immutable");

    } else if (max_age >= 0) {
        value.data = ngx_pnalloc(r->pool, sizeof("max-age=") - 1
                                          + NGX_INT_T_LEN);
        if (value.data == NULL) {
            return NGX_ERROR;
        }

        value.len = ngx_sprintf(value.data, "max-age=%i", max_age)
                    - value.data;
    }

    return ngx_canvas_reply_header(r, "Cache-Control", &value);
}


static void
ngx_canvas_reply_error_text(canvas_text_t *text, canvas_code_t code,
    const char *sentence, ngx_msec_t remaining, const char *rule)
{
    canvas_text_const(text, "{\"error\":");
    canvas_text_string(text, sentence);
    canvas_text_const(text, ",\"code\":");
    canvas_text_string(text, canvas_code_name(code));

    if (code == CANVAS_CODE_RATE_LIMITED) {
        canvas_text_const(text, ",\"cooldownRemaining\":");
        canvas_text_seconds(text, remaining);
    }

    if (code == CANVAS_CODE_RULE_VIOLATION && rule) {
        canvas_text_const(text, ",\"rule\":");
        canvas_text_string(text, rule);
    }

    canvas_text_const(text, "}");
}
