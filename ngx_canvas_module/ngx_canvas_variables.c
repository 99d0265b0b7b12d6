/*
 * ngx_canvas_variables: see the header.
 */

#include "ngx_canvas_variables.h"

#include "canvas_id.h"


#define NGX_CANVAS_VARIABLE_USER      0
#define NGX_CANVAS_VARIABLE_SEQ       1
#define NGX_CANVAS_VARIABLE_CODE      2


static ngx_int_t ngx_canvas_variable_get(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_http_variable_t  ngx_canvas_variables[] = {

    { ngx_string("canvas_user"), NULL, ngx_canvas_variable_get,
      NGX_CANVAS_VARIABLE_USER, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("canvas_seq"), NULL, ngx_canvas_variable_get,
      NGX_CANVAS_VARIABLE_SEQ, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("canvas_code"), NULL, ngx_canvas_variable_get,
      NGX_CANVAS_VARIABLE_CODE, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


ngx_canvas_request_ctx_t *
ngx_canvas_request_ctx(ngx_http_request_t *r)
{
    ngx_canvas_request_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_canvas_module);

    if (ctx == NULL) {
        ctx = ngx_pcalloc(r->pool, sizeof(ngx_canvas_request_ctx_t));

        if (ctx) {
            ngx_http_set_ctx(r, ctx, ngx_canvas_module);
        }
    }

    return ctx;
}


ngx_int_t
ngx_canvas_variables_add(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_canvas_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_variable_get(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    u_char                    *p;
    const char                *name;
    ngx_canvas_request_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_canvas_module);

    if (ctx == NULL
        || (data == NGX_CANVAS_VARIABLE_USER && ctx->kind == 0)
        || (data == NGX_CANVAS_VARIABLE_SEQ && ctx->seq == 0)
        || (data == NGX_CANVAS_VARIABLE_CODE && ctx->code == CANVAS_CODE_OK))
    {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, CANVAS_UUID_LEN + NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->data = p;

    switch (data) {

    case NGX_CANVAS_VARIABLE_USER:
        canvas_uuid_format(ctx->actor, (char *) p);
        p += CANVAS_UUID_LEN;
        break;

    case NGX_CANVAS_VARIABLE_SEQ:
        p = ngx_sprintf(p, "%uL", ctx->seq);
        break;

    default: /* NGX_CANVAS_VARIABLE_CODE */
        name = canvas_code_name(ctx->code);
        v->data = (u_char *) name;
        p = v->data + ngx_strlen(name);
        break;
    }

    v->len = p - v->data;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    return NGX_OK;
}
