/*
 * ngx_canvas_handshake: see the header.  The answer does not pass nginx's
 * header filters: a 101 has neither a length nor a body, and it leaves in one
 * write together with the first frame.
 */

#include "ngx_canvas_handshake.h"
#include "ngx_canvas_reply.h"

#include "canvas_extension.h"

#include <ngx_sha1.h>


#define NGX_CANVAS_HANDSHAKE_GUID  "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define NGX_CANVAS_HANDSHAKE_KEY   24       /* base64 of 16 bytes */


/* iterates over all headers of one name */
typedef struct {
    ngx_list_part_t   *part;
    ngx_uint_t         i;
} ngx_canvas_handshake_iter_t;


static ngx_table_elt_t *ngx_canvas_handshake_header(ngx_http_request_t *r,
    const char *name, ngx_canvas_handshake_iter_t *iter);
static ngx_table_elt_t *ngx_canvas_handshake_only(ngx_http_request_t *r,
    const char *name);
static ngx_uint_t ngx_canvas_handshake_token(ngx_http_request_t *r,
    const char *name, const char *token);
static ngx_uint_t ngx_canvas_handshake_next(u_char **pos, u_char *last,
    ngx_str_t *token);
static ngx_uint_t ngx_canvas_handshake_key(ngx_str_t *key);
static ngx_uint_t ngx_canvas_handshake_upgrade(ngx_http_request_t *r);


ngx_uint_t
ngx_canvas_handshake_check(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    if (r->method != NGX_HTTP_GET) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    if (r->http_version != NGX_HTTP_VERSION_11
        || r != r->main
        || ngx_canvas_handshake_only(r, "host") == NULL
        || r->headers_in.content_length_n > 0
        || r->headers_in.chunked)
    {
        return NGX_HTTP_BAD_REQUEST;
    }

    if (!ngx_canvas_handshake_token(r, "upgrade", "websocket")
        || !ngx_canvas_handshake_token(r, "connection", "upgrade"))
    {
        return ngx_canvas_handshake_upgrade(r);
    }

    h = ngx_canvas_handshake_only(r, "sec-websocket-version");

    if (h == NULL || h->value.len != 2
        || ngx_strncmp(h->value.data, "13", 2) != 0)
    {
        return ngx_canvas_handshake_upgrade(r);
    }

    h = ngx_canvas_handshake_only(r, "sec-websocket-key");

    if (h == NULL || !ngx_canvas_handshake_key(&h->value)) {
        return NGX_HTTP_BAD_REQUEST;
    }

    return 0;
}


ngx_int_t
ngx_canvas_handshake_protocol(ngx_http_request_t *r,
    const char *const *protocols)
{
    u_char                       *pos, *last;
    ngx_int_t                     i;
    ngx_str_t                     token;
    ngx_table_elt_t              *h;
    ngx_canvas_handshake_iter_t   iter;

    ngx_memzero(&iter, sizeof(ngx_canvas_handshake_iter_t));

    while ((h = ngx_canvas_handshake_header(r, "sec-websocket-protocol",
                                            &iter))
           != NULL)
    {
        pos = h->value.data;
        last = pos + h->value.len;

        while (ngx_canvas_handshake_next(&pos, last, &token)) {

            for (i = 0; protocols[i]; i++) {
                if (token.len == ngx_strlen(protocols[i])
                    && ngx_strncmp(token.data, protocols[i], token.len) == 0)
                {
                    return i;
                }
            }
        }
    }

    return -1;
}


ngx_int_t
ngx_canvas_handshake_deflate(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    canvas_status_t               status;
    ngx_table_elt_t              *h;
    ngx_canvas_handshake_iter_t   iter;

    rc = NGX_DECLINED;
    ngx_memzero(&iter, sizeof(ngx_canvas_handshake_iter_t));

    while ((h = ngx_canvas_handshake_header(r, "sec-websocket-extensions",
                                            &iter))
           != NULL)
    {
        status = canvas_extension_offers((char *) h->value.data,
                                         h->value.len);

        if (status == CANVAS_INVALID) {
            return NGX_ERROR;
        }

        if (status == CANVAS_OK) {
            rc = NGX_OK;
        }
    }

    return rc;
}


ngx_int_t
ngx_canvas_handshake_answer(ngx_http_request_t *r, const char *protocol,
    const char *extensions, ngx_str_t *answer)
{
    size_t            len;
    u_char           *p;
    u_char            digest[20];
    u_char            accept[ngx_base64_encoded_length(sizeof(digest))];
    ngx_str_t         in, out;
    ngx_sha1_t        sha1;
    ngx_table_elt_t  *h;

    h = ngx_canvas_handshake_only(r, "sec-websocket-key");
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, h->value.data, h->value.len);
    ngx_sha1_update(&sha1, NGX_CANVAS_HANDSHAKE_GUID,
                    sizeof(NGX_CANVAS_HANDSHAKE_GUID) - 1);
    ngx_sha1_final(digest, &sha1);

    in.data = digest;
    in.len = sizeof(digest);
    out.data = accept;
    ngx_encode_base64(&out, &in);

    len = 256 + (protocol ? ngx_strlen(protocol) : 0)
          + (extensions ? ngx_strlen(extensions) : 0);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    answer->data = p;

    p = ngx_sprintf(p, "HTTP/1.1 101 Switching Protocols" CRLF
                    "Upgrade: websocket" CRLF
                    "Connection: Upgrade" CRLF
                    "Sec-WebSocket-Accept: %V" CRLF, &out);

    if (protocol) {
        p = ngx_sprintf(p, "Sec-WebSocket-Protocol: %s" CRLF, protocol);
    }

    if (extensions) {
        p = ngx_sprintf(p, "Sec-WebSocket-Extensions: %s" CRLF, extensions);
    }

    *p++ = CR;
    *p++ = LF;

    answer->len = p - answer->data;

    r->headers_out.status = NGX_HTTP_SWITCHING_PROTOCOLS;
    r->header_size = answer->len;
    r->header_sent = 1;

    return NGX_OK;
}


static ngx_table_elt_t *
ngx_canvas_handshake_header(ngx_http_request_t *r, const char *name,
    ngx_canvas_handshake_iter_t *iter)
{
    size_t            len;
    ngx_table_elt_t  *h;

    if (iter->part == NULL) {
        iter->part = &r->headers_in.headers.part;
        iter->i = 0;
    }

    len = ngx_strlen(name);

    for ( ;; ) {

        if (iter->i >= iter->part->nelts) {

            if (iter->part->next == NULL) {
                return NULL;
            }

            iter->part = iter->part->next;
            iter->i = 0;
            continue;
        }

        h = iter->part->elts;
        h += iter->i++;

        if (h->key.len == len
            && ngx_strncasecmp(h->key.data, (u_char *) name, len) == 0)
        {
            return h;
        }
    }
}


/* the header if it stands exactly once */

static ngx_table_elt_t *
ngx_canvas_handshake_only(ngx_http_request_t *r, const char *name)
{
    ngx_table_elt_t              *h;
    ngx_canvas_handshake_iter_t   iter;

    ngx_memzero(&iter, sizeof(ngx_canvas_handshake_iter_t));

    h = ngx_canvas_handshake_header(r, name, &iter);

    if (h && ngx_canvas_handshake_header(r, name, &iter)) {
        return NULL;
    }

    return h;
}


/* is token in the comma-separated lists of these headers? any case */

static ngx_uint_t
ngx_canvas_handshake_token(ngx_http_request_t *r, const char *name,
    const char *token)
{
    size_t                        len;
    u_char                       *pos, *last;
    ngx_str_t                     s;
    ngx_table_elt_t              *h;
    ngx_canvas_handshake_iter_t   iter;

    ngx_memzero(&iter, sizeof(ngx_canvas_handshake_iter_t));
    len = ngx_strlen(token);

    while ((h = ngx_canvas_handshake_header(r, name, &iter)) != NULL) {
        pos = h->value.data;
        last = pos + h->value.len;

        while (ngx_canvas_handshake_next(&pos, last, &s)) {
            if (s.len == len
                && ngx_strncasecmp(s.data, (u_char *) token, len) == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}


/* the next element of a comma-separated list, without white space around */

static ngx_uint_t
ngx_canvas_handshake_next(u_char **pos, u_char *last, ngx_str_t *token)
{
    u_char  *p, *end;

    p = *pos;

    while (p < last && (*p == ' ' || *p == '\t' || *p == ',')) {
        p++;
    }

    if (p == last) {
        return 0;
    }

    token->data = p;

    while (p < last && *p != ',') {
        p++;
    }

    *pos = p;

    for (end = p; end[-1] == ' ' || end[-1] == '\t'; end--) { /* void */ }

    token->len = end - token->data;

    return 1;
}


/* base64 of 16 bytes, and nothing else */

static ngx_uint_t
ngx_canvas_handshake_key(ngx_str_t *key)
{
    u_char     bytes[ngx_base64_decoded_length(NGX_CANVAS_HANDSHAKE_KEY)];
    ngx_str_t  out;

    out.data = bytes;

    return key->len == NGX_CANVAS_HANDSHAKE_KEY
           && key->data[NGX_CANVAS_HANDSHAKE_KEY - 1] == '='
           && key->data[NGX_CANVAS_HANDSHAKE_KEY - 2] == '='
           && ngx_decode_base64(&out, key) == NGX_OK
           && out.len == 16;
}


/*
 * RFC 6455 section 4.4: says which version would do; RFC 9110 section
 * 15.5.22: a 426 names the protocol
 */

static ngx_uint_t
ngx_canvas_handshake_upgrade(ngx_http_request_t *r)
{
    ngx_str_t  version = ngx_string("13");
    ngx_str_t  protocol = ngx_string("websocket");

    if (ngx_canvas_reply_header(r, "Sec-WebSocket-Version", &version) != NGX_OK
        || ngx_canvas_reply_header(r, "Upgrade", &protocol) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return 426;
}
