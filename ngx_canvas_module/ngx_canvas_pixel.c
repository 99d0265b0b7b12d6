/*
 * ngx_canvas_pixel: POST /api/pixel {"x":..,"y":..,"color":..}: a placement
 * over HTTP.  The session is read by the same call that places: one round
 * trip.
 */

#include "ngx_canvas_body.h"
#include "ngx_canvas_handlers.h"
#include "ngx_canvas_origin.h"
#include "ngx_canvas_place.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_variables.h"


static ngx_int_t ngx_canvas_pixel_place(ngx_http_request_t *r,
    ngx_str_t *text);
static void ngx_canvas_pixel_cleanup(void *data);
static void ngx_canvas_pixel_placed(ngx_canvas_place_t *place,
    ngx_canvas_store_result_t *result);
static ngx_int_t ngx_canvas_pixel_answer(ngx_http_request_t *r,
    ngx_canvas_place_t *place, ngx_canvas_store_result_t *result);


typedef struct {
    ngx_http_request_t  *request;
    ngx_canvas_place_t  *place;         /* NULL: answered */
} ngx_canvas_pixel_ctx_t;


ngx_int_t
ngx_canvas_place_handler(ngx_http_request_t *r)
{
    ngx_canvas_conf_t  *canvas;

    canvas = ngx_canvas_of(r);

    if (r->method != NGX_HTTP_POST) {
        return ngx_canvas_reply_allow(r, "POST");
    }

    if (canvas->worker == NULL) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    if (ngx_canvas_origin_check(r, canvas) != NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_FORBIDDEN, 0, NULL);
    }

    return ngx_canvas_body_read(r, canvas->message_limit, 0,
                                ngx_canvas_pixel_place);
}


/* NGX_DONE: answered later */

static ngx_int_t
ngx_canvas_pixel_place(ngx_http_request_t *r, ngx_str_t *text)
{
    ngx_str_t                session;
    canvas_msg_t             msg;
    canvas_code_t            code;
    ngx_canvas_conf_t       *canvas;
    ngx_pool_cleanup_t      *cln;
    ngx_canvas_pixel_ctx_t  *ctx;

    canvas = ngx_canvas_of(r);

    code = canvas_msg_parse_pixel((char *) text->data, text->len, &msg);

    if (code == CANVAS_CODE_OK) {
        code = ngx_canvas_place_check(canvas, &msg);
    }

    if (code == CANVAS_CODE_OK
        && ngx_canvas_identity_cookie(r, &session) != NGX_OK)
    {
        code = CANVAS_CODE_UNAUTHORIZED;
    }

    if (code != CANVAS_CODE_OK) {
        return ngx_canvas_reply_error(r, code, 0, NULL);
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_canvas_pixel_ctx_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx = cln->data;
    ctx->request = r;
    ctx->place = ngx_canvas_place_start(canvas->worker, &msg, NULL,
                                        session.data,
                                        ngx_canvas_pixel_placed, ctx);
    if (ctx->place == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_canvas_pixel_cleanup;

    return NGX_DONE;
}


static void
ngx_canvas_pixel_cleanup(void *data)
{
    ngx_canvas_pixel_ctx_t  *ctx = data;

    if (ctx->place) {
        ngx_canvas_place_cancel(ctx->place);
        ctx->place = NULL;
    }
}


static void
ngx_canvas_pixel_placed(ngx_canvas_place_t *place,
    ngx_canvas_store_result_t *result)
{
    ngx_connection_t        *c;
    ngx_http_request_t      *r;
    ngx_canvas_pixel_ctx_t  *ctx;

    ctx = place->data;
    ctx->place = NULL;

    r = ctx->request;
    c = r->connection;

    ngx_http_finalize_request(r, ngx_canvas_pixel_answer(r, place, result));
    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_canvas_pixel_answer(ngx_http_request_t *r, ngx_canvas_place_t *place,
    ngx_canvas_store_result_t *result)
{
    u_char                    *body, *p;
    ngx_canvas_reply_t         reply;
    ngx_canvas_request_ctx_t  *ctx;

    ctx = ngx_canvas_request_ctx(r);

    if (ctx) {
        ctx->code = result->code;
        ctx->seq = result->seq;
        ctx->kind = result->identity.kind;
        ngx_memcpy(ctx->actor, result->identity.actor, 16);
    }

    if (result->code != CANVAS_CODE_OK) {
        return ngx_canvas_reply_error(r, result->code, result->remaining,
                                      (char *) result->rule);
    }

    body = ngx_pnalloc(r->pool, CANVAS_PROTO_REPLY_MAX);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_sprintf(body, "{\"x\":%L,\"y\":%L,\"color\":%L,\"seq\":%uL,"
                    "\"cooldown\":", place->msg.x, place->msg.y,
                    place->msg.color, result->seq);
    p += canvas_proto_seconds((char *) p, result->cooldown);
    *p++ = '}';

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));
    reply.status = NGX_HTTP_OK;
    reply.max_age = -1;

    return ngx_canvas_reply(r, &reply, body, p - body);
}
