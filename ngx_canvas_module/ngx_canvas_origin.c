/*
 * ngx_canvas_origin: see the header.  An origin is read strictly, as browsers
 * write it (RFC 6454 section 6.2): scheme "://" host [ ":" port ] and nothing
 * else; whatever cannot be read so is refused.  Behind a proxy that ends TLS
 * the request's own scheme is http: list the public origin there.
 */

#include "ngx_canvas_origin.h"


typedef struct {
    ngx_str_t    host;          /* with the brackets of an IPv6 address */
    ngx_uint_t   port;
    unsigned     https:1;
} ngx_canvas_origin_t;


static ngx_int_t ngx_canvas_origin_headers(ngx_http_request_t *r,
    ngx_str_t **origin, ngx_uint_t *foreign);
static ngx_uint_t ngx_canvas_origin_listed(ngx_canvas_conf_t *canvas,
    ngx_canvas_origin_t *origin);
static ngx_int_t ngx_canvas_origin_own(ngx_http_request_t *r,
    ngx_canvas_origin_t *origin);
static ngx_int_t ngx_canvas_origin_parse(ngx_str_t *text,
    ngx_canvas_origin_t *origin);
static ngx_int_t ngx_canvas_origin_parse_host(u_char *p, u_char *last,
    ngx_canvas_origin_t *origin);
static u_char *ngx_canvas_origin_host_end(u_char *p, u_char *last);
static ngx_uint_t ngx_canvas_origin_equal(ngx_canvas_origin_t *a,
    ngx_canvas_origin_t *b);
static ngx_uint_t ngx_canvas_origin_str_equal(ngx_str_t *s,
    const char *lowcase);


ngx_int_t
ngx_canvas_origin_check(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    ngx_str_t            *text;
    ngx_uint_t            foreign;
    ngx_canvas_origin_t   origin, own;

    if (ngx_canvas_origin_headers(r, &text, &foreign) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (text == NULL) {
        return foreign ? NGX_DECLINED : NGX_OK;
    }

    if (ngx_canvas_origin_parse(text, &origin) != NGX_OK) {
        return NGX_DECLINED;
    }

    if (ngx_canvas_origin_listed(canvas, &origin)) {
        return NGX_OK;
    }

    if (foreign || ngx_canvas_origin_own(r, &own) != NGX_OK) {
        return NGX_DECLINED;
    }

    return ngx_canvas_origin_equal(&origin, &own) ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_canvas_origin_valid(ngx_str_t *origin)
{
    ngx_canvas_origin_t  parsed;

    return ngx_canvas_origin_parse(origin, &parsed);
}


/*
 * *origin: the Origin header's value, NULL without one; NGX_ERROR when there
 * are several.  *foreign: Sec-Fetch-Site names anything but this origin or
 * the user ("none") as who caused the request.
 */

static ngx_int_t
ngx_canvas_origin_headers(ngx_http_request_t *r, ngx_str_t **origin,
    ngx_uint_t *foreign)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    *origin = NULL;
    *foreign = 0;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NGX_OK;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (ngx_canvas_origin_str_equal(&h[i].key, "origin")) {

            if (*origin) {
                return NGX_ERROR;
            }

            *origin = &h[i].value;

        } else if (ngx_canvas_origin_str_equal(&h[i].key, "sec-fetch-site")
                   && !ngx_canvas_origin_str_equal(&h[i].value, "same-origin")
                   && !ngx_canvas_origin_str_equal(&h[i].value, "none"))
        {
            *foreign = 1;
        }
    }
}


static ngx_uint_t
ngx_canvas_origin_listed(ngx_canvas_conf_t *canvas,
    ngx_canvas_origin_t *origin)
{
    ngx_str_t            *list;
    ngx_uint_t            i;
    ngx_canvas_origin_t   listed;

    if (canvas->origins == NULL) {
        return 0;
    }

    list = canvas->origins->elts;

    for (i = 0; i < canvas->origins->nelts; i++) {

        if (ngx_canvas_origin_parse(&list[i], &listed) == NGX_OK
            && ngx_canvas_origin_equal(&listed, origin))
        {
            return 1;
        }
    }

    return 0;
}


/* scheme, host and port by which the client called this server */

static ngx_int_t
ngx_canvas_origin_own(ngx_http_request_t *r, ngx_canvas_origin_t *origin)
{
    ngx_str_t  *host;

    if (r->headers_in.host == NULL) {
        return NGX_ERROR;
    }

    origin->https = 0;

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        origin->https = 1;
    }
#endif

    host = &r->headers_in.host->value;

    return ngx_canvas_origin_parse_host(host->data, host->data + host->len,
                                        origin);
}


static ngx_int_t
ngx_canvas_origin_parse(ngx_str_t *text, ngx_canvas_origin_t *origin)
{
    size_t     len;
    ngx_str_t  http = ngx_string("http://");
    ngx_str_t  https = ngx_string("https://");

    if (text->len > https.len
        && ngx_strncasecmp(text->data, https.data, https.len) == 0)
    {
        origin->https = 1;
        len = https.len;

    } else if (text->len > http.len
               && ngx_strncasecmp(text->data, http.data, http.len) == 0)
    {
        origin->https = 0;
        len = http.len;

    } else {
        return NGX_ERROR;
    }

    return ngx_canvas_origin_parse_host(text->data + len,
                                        text->data + text->len, origin);
}


/* host [ ":" port ] up to last; the scheme is known already */

static ngx_int_t
ngx_canvas_origin_parse_host(u_char *p, u_char *last,
    ngx_canvas_origin_t *origin)
{
    u_char     *end;
    ngx_int_t   port;

    end = ngx_canvas_origin_host_end(p, last);
    if (end == NULL) {
        return NGX_ERROR;
    }

    origin->host.data = p;
    origin->host.len = end - p;
    origin->port = origin->https ? 443 : 80;

    if (end == last) {
        return NGX_OK;
    }

    if (*end++ != ':' || last - end > 5) {
        return NGX_ERROR;
    }

    port = ngx_atoi(end, last - end);
    if (port < 1 || port > 65535 || *end == '0') {
        return NGX_ERROR;
    }

    origin->port = port;

    return NGX_OK;
}


/* behind a non-empty name, IPv4 address or [IPv6 address]; NULL: malformed */

static u_char *
ngx_canvas_origin_host_end(u_char *p, u_char *last)
{
    u_char      c, *start;
    ngx_uint_t  literal;

    literal = (p < last && *p == '[');
    start = literal ? ++p : p;

    for ( /* void */ ; p < last; p++) {
        c = (u_char) (*p | 0x20);

        if ((*p >= '0' && *p <= '9') || *p == '.') {
            continue;
        }

        if (literal ? (c >= 'a' && c <= 'f') || *p == ':'
                    : (c >= 'a' && c <= 'z') || *p == '-' || *p == '_')
        {
            continue;
        }

        break;
    }

    if (p == start) {
        return NULL;
    }

    if (!literal) {
        return p;
    }

    return (p < last && *p == ']') ? p + 1 : NULL;
}


static ngx_uint_t
ngx_canvas_origin_equal(ngx_canvas_origin_t *a, ngx_canvas_origin_t *b)
{
    return a->https == b->https
           && a->port == b->port
           && a->host.len == b->host.len
           && ngx_strncasecmp(a->host.data, b->host.data, a->host.len) == 0;
}


static ngx_uint_t
ngx_canvas_origin_str_equal(ngx_str_t *s, const char *lowcase)
{
    return s->len == ngx_strlen(lowcase)
           && ngx_strncasecmp(s->data, (u_char *) lowcase, s->len) == 0;
}
