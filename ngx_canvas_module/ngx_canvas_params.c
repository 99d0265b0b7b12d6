/*
 * ngx_canvas_params: see the header.  No value reaches SQL that is not a
 * plain number, a UUID, a log position, a name or a word of a list; all are
 * bound as parameters nevertheless.
 */

#include "ngx_canvas_params.h"

#include "canvas_event.h"
#include "canvas_id.h"
#include "canvas_num.h"


/* no valid value is longer: two numbers of 16 digits, a UUID of 36 */
#define NGX_CANVAS_PARAM_LEN  40


static canvas_code_t ngx_canvas_params_args(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char **values);
static canvas_code_t ngx_canvas_params_arg(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, u_char *p, u_char *last,
    const char **values);
static ngx_int_t ngx_canvas_params_decode(const u_char *p, const u_char *last,
    u_char *buf, ngx_str_t *decoded);
static ngx_int_t ngx_canvas_params_index(const ngx_canvas_route_t *route,
    const ngx_str_t *name);
static canvas_code_t ngx_canvas_params_set(ngx_http_request_t *r,
    const ngx_canvas_param_t *param, const ngx_str_t *text,
    const char **value);
static canvas_code_t ngx_canvas_params_code(const ngx_canvas_param_t *param);
static ngx_uint_t ngx_canvas_params_check(ngx_http_request_t *r,
    const ngx_canvas_param_t *param, const ngx_str_t *text);
static ngx_uint_t ngx_canvas_params_number(const ngx_str_t *text,
    uint64_t min, uint64_t max);
static ngx_uint_t ngx_canvas_params_name(const ngx_str_t *text);
static ngx_uint_t ngx_canvas_params_word(const ngx_str_t *text,
    const char *const *words);


canvas_code_t
ngx_canvas_params(ngx_http_request_t *r, const ngx_canvas_route_t *route,
    const ngx_str_t *segment, const char *values[NGX_CANVAS_PG_PARAMS])
{
    ngx_uint_t                 i;
    canvas_code_t              code;
    const ngx_canvas_param_t  *param;

    ngx_memzero(values, NGX_CANVAS_PG_PARAMS * sizeof(char *));

    code = ngx_canvas_params_args(r, route, values);

    for (i = 0; code == CANVAS_CODE_OK && route->params[i].name; i++) {
        param = &route->params[i];

        if (ngx_strcmp(param->name, NGX_CANVAS_PARAM_PATH) == 0) {
            code = ngx_canvas_params_set(r, param, segment, &values[i]);

        } else if (param->required && values[i] == NULL) {
            code = ngx_canvas_params_code(param);
        }
    }

    return code;
}


static canvas_code_t
ngx_canvas_params_args(ngx_http_request_t *r, const ngx_canvas_route_t *route,
    const char **values)
{
    u_char         *p, *last, *end;
    canvas_code_t   code;

    p = r->args.data;
    last = p + r->args.len;

    while (p < last) {
        end = ngx_strlchr(p, last, '&');
        if (end == NULL) {
            end = last;
        }

        code = ngx_canvas_params_arg(r, route, p, end, values);
        if (code != CANVAS_CODE_OK) {
            return code;
        }

        p = end + 1;
    }

    return CANVAS_CODE_OK;
}


/* one "name=value" */

static canvas_code_t
ngx_canvas_params_arg(ngx_http_request_t *r, const ngx_canvas_route_t *route,
    u_char *p, u_char *last, const char **values)
{
    u_char      *equals;
    u_char       name_buf[NGX_CANVAS_PARAM_LEN];
    u_char       text_buf[NGX_CANVAS_PARAM_LEN];
    ngx_int_t    rc, i;
    ngx_str_t    name, text;

    equals = ngx_strlchr(p, last, '=');
    if (equals == NULL) {
        equals = last;
    }

    rc = ngx_canvas_params_decode(p, equals, name_buf, &name);

    if (rc == NGX_ERROR) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    i = (rc == NGX_OK) ? ngx_canvas_params_index(route, &name) : NGX_DECLINED;

    if (i == NGX_DECLINED) {
        return CANVAS_CODE_OK;
    }

    if (values[i]) {
        return CANVAS_CODE_INVALID_MESSAGE;
    }

    ngx_str_null(&text);

    if (equals < last
        && ngx_canvas_params_decode(equals + 1, last, text_buf, &text)
           != NGX_OK)
    {
        return ngx_canvas_params_code(&route->params[i]);
    }

    return ngx_canvas_params_set(r, &route->params[i], &text, &values[i]);
}


/*
 * Percent-decoding into buf of NGX_CANVAS_PARAM_LEN bytes.  NGX_DECLINED: too
 * long to mean anything; NGX_ERROR: broken escape.  A "+" stays one: no value
 * has spaces, so it is refused either way.
 */

static ngx_int_t
ngx_canvas_params_decode(const u_char *p, const u_char *last, u_char *buf,
    ngx_str_t *decoded)
{
    ngx_int_t  c;

    decoded->data = buf;
    decoded->len = 0;

    for ( /* void */ ; p < last; p++) {
        c = *p;

        if (c == '%') {

            if (last - p < 3) {
                return NGX_ERROR;
            }

            c = ngx_hextoi((u_char *) p + 1, 2);
            if (c == NGX_ERROR) {
                return NGX_ERROR;
            }

            p += 2;
        }

        if (decoded->len == NGX_CANVAS_PARAM_LEN) {
            return NGX_DECLINED;
        }

        buf[decoded->len++] = (u_char) c;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_params_index(const ngx_canvas_route_t *route,
    const ngx_str_t *name)
{
    ngx_int_t    i;
    const char  *known;

    for (i = 0; route->params[i].name; i++) {
        known = route->params[i].name;

        if (ngx_strcmp(known, NGX_CANVAS_PARAM_PATH) != 0
            && ngx_strlen(known) == name->len
            && ngx_memcmp(known, name->data, name->len) == 0)
        {
            return i;
        }
    }

    return NGX_DECLINED;
}


static canvas_code_t
ngx_canvas_params_set(ngx_http_request_t *r, const ngx_canvas_param_t *param,
    const ngx_str_t *text, const char **value)
{
    u_char  *copy;

    if (!ngx_canvas_params_check(r, param, text)) {
        return ngx_canvas_params_code(param);
    }

    copy = ngx_pnalloc(r->pool, text->len + 1);
    if (copy == NULL) {
        return CANVAS_CODE_INTERNAL;
    }

    *ngx_cpymem(copy, text->data, text->len) = '\0';
    *value = (char *) copy;

    return CANVAS_CODE_OK;
}


static canvas_code_t
ngx_canvas_params_code(const ngx_canvas_param_t *param)
{
    return (param->kind == NGX_CANVAS_PARAM_X
            || param->kind == NGX_CANVAS_PARAM_Y)
           ? CANVAS_CODE_INVALID_COORDS : CANVAS_CODE_INVALID_MESSAGE;
}


static ngx_uint_t
ngx_canvas_params_check(ngx_http_request_t *r,
    const ngx_canvas_param_t *param, const ngx_str_t *text)
{
    uint8_t             uuid[16];
    uint64_t            epoch, seq;
    const char         *s;
    ngx_canvas_conf_t  *canvas;

    canvas = ngx_canvas_of(r);
    s = (char *) text->data;

    switch (param->kind) {

    case NGX_CANVAS_PARAM_INT:
        return ngx_canvas_params_number(text, param->min, param->max);

    case NGX_CANVAS_PARAM_X:
        return ngx_canvas_params_number(text, 0, canvas->width - 1);

    case NGX_CANVAS_PARAM_Y:
        return ngx_canvas_params_number(text, 0, canvas->height - 1);

    case NGX_CANVAS_PARAM_UUID:
        return canvas_uuid_parse(s, text->len, uuid) == CANVAS_OK;

    case NGX_CANVAS_PARAM_BOOL:
        return (text->len == 4 && ngx_memcmp(s, "true", 4) == 0)
               || (text->len == 5 && ngx_memcmp(s, "false", 5) == 0);

    case NGX_CANVAS_PARAM_CURSOR:
        return canvas_event_id_parse(s, text->len, &epoch, &seq) == CANVAS_OK;

    case NGX_CANVAS_PARAM_NAME:
        return ngx_canvas_params_name(text);

    case NGX_CANVAS_PARAM_WORD:
        return ngx_canvas_params_word(text, param->words);
    }

    return 0;
}


static ngx_uint_t
ngx_canvas_params_number(const ngx_str_t *text, uint64_t min, uint64_t max)
{
    uint64_t     value;
    const char  *last;

    if (text->len == 0) {
        return 0;
    }

    last = (char *) text->data + text->len;

    return canvas_num_read((char *) text->data, last, max, &value) == last
           && value >= min;
}


static ngx_uint_t
ngx_canvas_params_name(const ngx_str_t *text)
{
    u_char      c;
    ngx_uint_t  i;

    if (text->len < 3 || text->len > 64) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9') || c == '_' || c == '-'))
        {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_canvas_params_word(const ngx_str_t *text, const char *const *words)
{
    for ( /* void */ ; *words; words++) {

        if (text->len == ngx_strlen(*words)
            && ngx_memcmp(text->data, *words, text->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
