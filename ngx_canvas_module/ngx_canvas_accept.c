/*
 * ngx_canvas_accept: reads Accept and Accept-Encoding.  nginx's own reader is
 * private to its gzip directives: it obeys gzip_proxied and the like, and
 * knows no "*".
 */

#include "ngx_canvas_accept.h"


typedef enum {
    NGX_CANVAS_ACCEPT_UNSAID = 0,
    NGX_CANVAS_ACCEPT_NO,
    NGX_CANVAS_ACCEPT_YES
} ngx_canvas_accept_e;

/* spellings of one thing */
typedef struct {
    ngx_str_t            names[2];
} ngx_canvas_accept_word_t;


static ngx_canvas_accept_e ngx_canvas_accept_said(ngx_http_request_t *r,
    ngx_str_t *header, ngx_canvas_accept_word_t *word);
static void ngx_canvas_accept_header(ngx_str_t *value,
    ngx_canvas_accept_word_t *word, ngx_canvas_accept_e *said);
static void ngx_canvas_accept_element(u_char *p, u_char *last,
    ngx_canvas_accept_word_t *word, ngx_canvas_accept_e *said);
static ngx_canvas_accept_e ngx_canvas_accept_weight(u_char *p, u_char *last);
static u_char *ngx_canvas_accept_space(u_char *p, u_char *last);


static ngx_str_t  ngx_canvas_accept_encoding = ngx_string("accept-encoding");
static ngx_str_t  ngx_canvas_accept_type = ngx_string("accept");

static ngx_canvas_accept_word_t  ngx_canvas_accept_word_gzip = {
    { ngx_string("gzip"), ngx_string("x-gzip") }
};

static ngx_canvas_accept_word_t  ngx_canvas_accept_word_any = {
    { ngx_string("*"), ngx_null_string }
};

static ngx_canvas_accept_word_t  ngx_canvas_accept_word_png = {
    { ngx_string("image/png"), ngx_null_string }
};

static ngx_canvas_accept_word_t  ngx_canvas_accept_word_image = {
    { ngx_string("image/*"), ngx_null_string }
};

static ngx_canvas_accept_word_t  ngx_canvas_accept_word_bytes = {
    { ngx_string("application/octet-stream"), ngx_null_string }
};


ngx_uint_t
ngx_canvas_accept_gzip(ngx_http_request_t *r)
{
    ngx_canvas_accept_e  said;

    said = ngx_canvas_accept_said(r, &ngx_canvas_accept_encoding,
                                  &ngx_canvas_accept_word_gzip);

    if (said == NGX_CANVAS_ACCEPT_UNSAID) {
        said = ngx_canvas_accept_said(r, &ngx_canvas_accept_encoding,
                                      &ngx_canvas_accept_word_any);
    }

    return said == NGX_CANVAS_ACCEPT_YES;
}


ngx_uint_t
ngx_canvas_accept_png(ngx_http_request_t *r)
{
    ngx_canvas_accept_e  said;

    said = ngx_canvas_accept_said(r, &ngx_canvas_accept_type,
                                  &ngx_canvas_accept_word_png);

    if (said == NGX_CANVAS_ACCEPT_UNSAID) {
        said = ngx_canvas_accept_said(r, &ngx_canvas_accept_type,
                                      &ngx_canvas_accept_word_image);
    }

    return said == NGX_CANVAS_ACCEPT_YES
           && ngx_canvas_accept_said(r, &ngx_canvas_accept_type,
                                     &ngx_canvas_accept_word_bytes)
              != NGX_CANVAS_ACCEPT_YES;
}


/* the last that is said of the word in all headers of that name */

static ngx_canvas_accept_e
ngx_canvas_accept_said(ngx_http_request_t *r, ngx_str_t *name,
    ngx_canvas_accept_word_t *word)
{
    ngx_uint_t            i;
    ngx_list_part_t      *part;
    ngx_table_elt_t      *header;
    ngx_canvas_accept_e   said;

    said = NGX_CANVAS_ACCEPT_UNSAID;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (header[i].key.len == name->len
                && ngx_strncmp(header[i].lowcase_key, name->data, name->len)
                   == 0)
            {
                ngx_canvas_accept_header(&header[i].value, word, &said);
            }
        }
    }

    return said;
}


static void
ngx_canvas_accept_header(ngx_str_t *value, ngx_canvas_accept_word_t *word,
    ngx_canvas_accept_e *said)
{
    u_char  *p, *end, *last;

    last = value->data + value->len;

    for (p = value->data; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, ',');
        if (end == NULL) {
            end = last;
        }

        ngx_canvas_accept_element(p, end, word, said);
    }
}


/* OWS name OWS [";" OWS "q=" weight] */

static void
ngx_canvas_accept_element(u_char *p, u_char *last,
    ngx_canvas_accept_word_t *word, ngx_canvas_accept_e *said)
{
    size_t       len;
    u_char      *name;
    ngx_uint_t   i;

    p = ngx_canvas_accept_space(p, last);
    name = p;

    while (p < last && *p != ';' && *p != ' ' && *p != '\t') {
        p++;
    }

    len = p - name;

    for (i = 0; i < sizeof(word->names) / sizeof(word->names[0]); i++) {

        if (len && len == word->names[i].len
            && ngx_strncasecmp(name, word->names[i].data, len) == 0)
        {
            *said = ngx_canvas_accept_weight(p, last);
        }
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
