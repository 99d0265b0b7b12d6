/*
 * ngx_canvas_identity: finds the session cookie of a request.  Whether there
 * is such a session is for Redis to say (ngx_canvas_store).
 */

#include "ngx_canvas_identity.h"

#include "canvas_id.h"


/* counts the cookies of our name in one Cookie header; value is the last */
static ngx_uint_t ngx_canvas_identity_find(ngx_str_t *header,
    ngx_str_t *value);


static ngx_str_t  ngx_canvas_identity_header = ngx_string("cookie");
static ngx_str_t  ngx_canvas_identity_name = ngx_string("canvas_session");


ngx_int_t
ngx_canvas_identity_cookie(ngx_http_request_t *r, ngx_str_t *session)
{
    ngx_str_t         value;
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    n = 0;
    ngx_str_null(&value);

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (header[i].key.len == ngx_canvas_identity_header.len
                && ngx_strncmp(header[i].lowcase_key,
                               ngx_canvas_identity_header.data,
                               ngx_canvas_identity_header.len)
                   == 0)
            {
                n += ngx_canvas_identity_find(&header[i].value, &value);
            }
        }
    }

    if (n == 0) {
        return NGX_DECLINED;
    }

    if (n > 1
        || canvas_session_check((char *) value.data, value.len) != CANVAS_OK)
    {
        return NGX_ERROR;
    }

    *session = value;

    return NGX_OK;
}


static ngx_uint_t
ngx_canvas_identity_find(ngx_str_t *header, ngx_str_t *value)
{
    u_char      *p, *end, *last;
    size_t       len;
    ngx_str_t   *name;
    ngx_uint_t   n;

    n = 0;
    name = &ngx_canvas_identity_name;
    last = header->data + header->len;

    for (p = header->data; p < last; p = end + 1) {

        while (p < last && (*p == ' ' || *p == '\t')) {
            p++;
        }

        end = ngx_strlchr(p, last, ';');
        if (end == NULL) {
            end = last;
        }

        len = end - p;

        if (len <= name->len || p[name->len] != '='
            || ngx_strncmp(p, name->data, name->len) != 0)
        {
            continue;
        }

        value->data = p + name->len + 1;
        value->len = len - name->len - 1;

        while (value->len && (value->data[value->len - 1] == ' '
                              || value->data[value->len - 1] == '\t'))
        {
            value->len--;
        }

        n++;
    }

    return n;
}
