/*
 * ngx_canvas_accept: reads Accept-Encoding.  nginx's own reader is private to
 * its gzip directives: it obeys gzip_proxied and the like, and knows no "*".
 */

#include "ngx_canvas_accept.h"


typedef enum {
    NGX_CANVAS_ACCEPT_UNSAID = 0,
    NGX_CANVAS_ACCEPT_NO,
    NGX_CANVAS_ACCEPT_YES
} ngx_canvas_accept_e;

typedef struct {
    ngx_canvas_accept_e  gzip;
    ngx_canvas_accept_e  any;       /* "*" */
} ngx_canvas_accept_t;


static void ngx_canvas_accept_header(ngx_canvas_accept_t *accept,
    ngx_str_t *value);
static void ngx_canvas_accept_coding(ngx_canvas_accept_t *accept, u_char *p,
    u_char *last);
static ngx_canvas_accept_e ngx_canvas_accept_weight(u_char *p, u_char *last);
static u_char *ngx_canvas_accept_space(u_char *p, u_char *last);


static ngx_str_t  ngx_canvas_accept_name = ngx_string("accept-encoding");


ngx_uint_t
ngx_canvas_accept_gzip(ngx_http_request_t *r)
{
    ngx_uint_t            i;
    ngx_list_part_t      *part;
    ngx_table_elt_t      *header;
    ngx_canvas_accept_t   accept;

    ngx_memzero(&accept, sizeof(ngx_canvas_accept_t));

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (header[i].key.len == ngx_canvas_accept_name.len
                && ngx_strncmp(header[i].lowcase_key,
                               ngx_canvas_accept_name.data,
                               ngx_canvas_accept_name.len)
                   == 0)
            {
                ngx_canvas_accept_header(&accept, &header[i].value);
            }
        }
    }

    if (accept.gzip != NGX_CANVAS_ACCEPT_UNSAID) {
        return accept.gzip == NGX_CANVAS_ACCEPT_YES;
    }

    return accept.any == NGX_CANVAS_ACCEPT_YES;
}


static void
ngx_canvas_accept_header(ngx_canvas_accept_t *accept, ngx_str_t *value)
{
    u_char  *p, *end, *last;

    last = value->data + value->len;

    for (p = value->data; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, ',');
        if (end == NULL) {
            end = last;
        }

        ngx_canvas_accept_coding(accept, p, end);
    }
}


/* OWS coding OWS [";" OWS "q=" weight] */

static void
ngx_canvas_accept_coding(ngx_canvas_accept_t *accept, u_char *p, u_char *last)
{
    size_t                len;
    u_char               *coding;
    ngx_canvas_accept_e   weight;

    p = ngx_canvas_accept_space(p, last);
    coding = p;

    while (p < last && *p != ';' && *p != ' ' && *p != '\t') {
        p++;
    }

    len = p - coding;
    weight = ngx_canvas_accept_weight(p, last);

    if ((len == 4 && ngx_strncasecmp(coding, (u_char *) "gzip", 4) == 0)
        || (len == 6 && ngx_strncasecmp(coding, (u_char *) "x-gzip", 6) == 0))
    {
        accept->gzip = weight;

    } else if (len == 1 && *coding == '*') {
        accept->any = weight;
    }
}


/* malformed counts as no: the plain answer is always right */

static ngx_canvas_accept_e
ngx_canvas_accept_weight(u_char *p, u_char *last)
{
    ngx_canvas_accept_e  weight;

    p = ngx_canvas_accept_space(p, last);

    if (p == last) {
        return NGX_CANVAS_ACCEPT_YES;
    }

    p = ngx_canvas_accept_space(p + 1, last);

    if (last - p < 3 || (*p | 0x20) != 'q' || p[1] != '='
        || (p[2] != '0' && p[2] != '1'))
    {
        return NGX_CANVAS_ACCEPT_NO;
    }

    weight = p[2] == '1' ? NGX_CANVAS_ACCEPT_YES : NGX_CANVAS_ACCEPT_NO;

    for (p += 3; p < last && (*p == '.' || (*p >= '0' && *p <= '9')); p++) {

        if (*p >= '1' && *p <= '9') {
            weight = NGX_CANVAS_ACCEPT_YES;
        }
    }

    if (ngx_canvas_accept_space(p, last) != last) {
        return NGX_CANVAS_ACCEPT_NO;
    }

    return weight;
}


static u_char *
ngx_canvas_accept_space(u_char *p, u_char *last)
{
    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    return p;
}
