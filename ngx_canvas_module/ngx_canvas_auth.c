/*
 * ngx_canvas_auth: /api/v1/auth/: guest sessions, who am I, logout.  Sessions
 * live in Redis (ngx_canvas_store); a worker keeps none of them.
 *
 * The id of a session is made here, 32 random bytes each time: an id that a
 * client brings along is looked up, never adopted.
 */

#include "ngx_canvas_handlers.h"

#include <sys/random.h>

#include "canvas_id.h"
#include "canvas_proto.h"
#include "ngx_canvas_identity.h"
#include "ngx_canvas_origin.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_store.h"
#include "ngx_canvas_variables.h"


#define NGX_CANVAS_AUTH_DAY  86400      /* seconds a session lives */

typedef struct {
    ngx_http_request_t       *request;
    ngx_canvas_conf_t        *canvas;
    ngx_canvas_store_call_t  *call;     /* under way; NULL: none */
    ngx_str_t                 old;      /* session that the client had */
    ngx_str_t                 session;
    u_char                    digits[CANVAS_SESSION_LEN];
} ngx_canvas_auth_t;

typedef ngx_int_t (*ngx_canvas_auth_pt)(ngx_canvas_auth_t *auth);
typedef ngx_int_t (*ngx_canvas_auth_answer_pt)(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result);

typedef struct {
    ngx_str_t                 path;
    ngx_uint_t                methods;
    const char               *allow;
    ngx_canvas_auth_pt        handler;
    unsigned                  changes:1;    /* state: mind the Origin */
} ngx_canvas_auth_route_t;


static ngx_canvas_auth_t *ngx_canvas_auth_create(ngx_http_request_t *r,
    ngx_canvas_conf_t *canvas);
static void ngx_canvas_auth_cleanup(void *data);
static ngx_int_t ngx_canvas_auth_guest(ngx_canvas_auth_t *auth);
static ngx_int_t ngx_canvas_auth_me(ngx_canvas_auth_t *auth);
static ngx_int_t ngx_canvas_auth_logout(ngx_canvas_auth_t *auth);
static ngx_int_t ngx_canvas_auth_wait(ngx_canvas_auth_t *auth, ngx_int_t rc);
static void ngx_canvas_auth_guest_ready(void *data,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_auth_me_ready(void *data,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_auth_logout_ready(void *data,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_auth_ignore(void *data,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_auth_finish(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result, ngx_canvas_auth_answer_pt answer);
static ngx_int_t ngx_canvas_auth_created(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result);
static ngx_int_t ngx_canvas_auth_known(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result);
static ngx_int_t ngx_canvas_auth_gone(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result);
static ngx_int_t ngx_canvas_auth_answer(ngx_canvas_auth_t *auth,
    ngx_uint_t status, ngx_canvas_identity_t *identity);
static ngx_int_t ngx_canvas_auth_cookie(ngx_canvas_auth_t *auth,
    ngx_str_t *session, ngx_uint_t max_age);


static const ngx_canvas_auth_route_t  ngx_canvas_auth_routes[] = {
    { ngx_string("/api/v1/auth/guest"), NGX_HTTP_POST, "POST",
      ngx_canvas_auth_guest, 1 },
    { ngx_string("/api/v1/auth/me"), NGX_HTTP_GET|NGX_HTTP_HEAD, "GET, HEAD",
      ngx_canvas_auth_me, 0 },
    { ngx_string("/api/v1/auth/logout"), NGX_HTTP_POST, "POST",
      ngx_canvas_auth_logout, 1 },
    { ngx_null_string, 0, NULL, NULL, 0 }
};


ngx_int_t
ngx_canvas_auth_handler(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_canvas_auth_t              *auth;
    ngx_canvas_conf_t              *canvas;
    const ngx_canvas_auth_route_t  *route;

    canvas = ngx_canvas_of(r);

    for (route = ngx_canvas_auth_routes; route->handler; route++) {

        if (r->uri.len == route->path.len
            && ngx_strncmp(r->uri.data, route->path.data, r->uri.len) == 0)
        {
            break;
        }
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (route->handler == NULL) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_NOT_FOUND, 0, NULL);
    }

    if (!(r->method & route->methods)) {
        return ngx_canvas_reply_allow(r, route->allow);
    }

    if (route->changes && ngx_canvas_origin_check(r, canvas) != NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_FORBIDDEN, 0, NULL);
    }

    auth = ngx_canvas_auth_create(r, canvas);
    if (auth == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return route->handler(auth);
}


static ngx_canvas_auth_t *
ngx_canvas_auth_create(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    ngx_canvas_auth_t   *auth;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_canvas_auth_t));
    if (cln == NULL) {
        return NULL;
    }

    auth = cln->data;
    ngx_memzero(auth, sizeof(ngx_canvas_auth_t));

    cln->handler = ngx_canvas_auth_cleanup;

    auth->request = r;
    auth->canvas = canvas;

    if (ngx_canvas_identity_cookie(r, &auth->old) != NGX_OK) {
        ngx_str_null(&auth->old);
    }

    return auth;
}


static void
ngx_canvas_auth_cleanup(void *data)
{
    ngx_canvas_auth_t *auth = data;

    ngx_canvas_store_detach(auth->call);
}


static ngx_int_t
ngx_canvas_auth_guest(ngx_canvas_auth_t *auth)
{
    u_char                 random[CANVAS_SESSION_LEN / 2 + 16];
    u_char                *uuid;
    ngx_canvas_identity_t  identity;

    if (getrandom(random, sizeof(random), 0) != (ssize_t) sizeof(random)) {
        ngx_log_error(NGX_LOG_ERR, auth->request->connection->log, ngx_errno,
                      "canvas auth: getrandom() failed");
        return ngx_canvas_reply_error(auth->request, CANVAS_CODE_INTERNAL, 0,
                                      NULL);
    }

    canvas_hex_format(random, CANVAS_SESSION_LEN / 2, (char *) auth->digits);

    auth->session.data = auth->digits;
    auth->session.len = CANVAS_SESSION_LEN;

    ngx_memzero(&identity, sizeof(ngx_canvas_identity_t));

    uuid = random + CANVAS_SESSION_LEN / 2;
    canvas_uuid_v4(uuid);

    ngx_memcpy(identity.actor, uuid, 16);
    identity.kind = 'g';

    ngx_memcpy(identity.username, "guest-", 6);
    canvas_hex_format(uuid, 8, (char *) identity.username + 6);
    identity.username_len = 6 + 16;

    return ngx_canvas_auth_wait(auth,
        ngx_canvas_store_session_create(auth->canvas->worker, &auth->session,
                                        &identity,
                                        ngx_canvas_auth_guest_ready, auth,
                                        &auth->call));
}


static ngx_int_t
ngx_canvas_auth_me(ngx_canvas_auth_t *auth)
{
    if (auth->old.len == 0) {
        return ngx_canvas_reply_error(auth->request, CANVAS_CODE_UNAUTHORIZED,
                                      0, NULL);
    }

    return ngx_canvas_auth_wait(auth,
        ngx_canvas_store_identify(auth->canvas->worker, &auth->old,
                                  ngx_canvas_auth_me_ready, auth,
                                  &auth->call));
}


static ngx_int_t
ngx_canvas_auth_logout(ngx_canvas_auth_t *auth)
{
    if (auth->old.len == 0) {
        return ngx_canvas_auth_gone(auth, NULL);
    }

    return ngx_canvas_auth_wait(auth,
        ngx_canvas_store_session_delete(auth->canvas->worker, &auth->old,
                                        ngx_canvas_auth_logout_ready, auth,
                                        &auth->call));
}


/* rc is what the store said to the call */

static ngx_int_t
ngx_canvas_auth_wait(ngx_canvas_auth_t *auth, ngx_int_t rc)
{
    ngx_http_request_t  *r;

    r = auth->request;

    if (rc != NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    r->main->count++;

    if (!r->discard_body) {
        /* a client that goes away need not be waited for */
        r->read_event_handler = ngx_http_test_reading;
    }

    return NGX_DONE;
}


static void
ngx_canvas_auth_guest_ready(void *data, ngx_canvas_store_result_t *result)
{
    ngx_canvas_auth_finish(data, result, ngx_canvas_auth_created);
}


static void
ngx_canvas_auth_me_ready(void *data, ngx_canvas_store_result_t *result)
{
    ngx_canvas_auth_finish(data, result, ngx_canvas_auth_known);
}


static void
ngx_canvas_auth_logout_ready(void *data, ngx_canvas_store_result_t *result)
{
    ngx_canvas_auth_finish(data, result, ngx_canvas_auth_gone);
}


static void
ngx_canvas_auth_ignore(void *data, ngx_canvas_store_result_t *result)
{
    (void) data;
    (void) result;
}


static void
ngx_canvas_auth_finish(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result, ngx_canvas_auth_answer_pt answer)
{
    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = auth->request;
    c = r->connection;
    auth->call = NULL;

    ngx_http_set_log_request(c->log, r);

    rc = result->code == CANVAS_CODE_OK
         ? answer(auth, result)
         : ngx_canvas_reply_error(r, result->code, 0, NULL);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


/* the new session takes the place of the old one, in Redis too */

static ngx_int_t
ngx_canvas_auth_created(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result)
{
    ngx_canvas_store_call_t  *call;

    if (auth->old.len) {
        (void) ngx_canvas_store_session_delete(auth->canvas->worker,
                                               &auth->old,
                                               ngx_canvas_auth_ignore, NULL,
                                               &call);
    }

    if (ngx_canvas_auth_cookie(auth, &auth->session, NGX_CANVAS_AUTH_DAY)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_auth_answer(auth, NGX_HTTP_CREATED, &result->identity);
}


/* Redis has renewed the session's day: so does the cookie */

static ngx_int_t
ngx_canvas_auth_known(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result)
{
    if (ngx_canvas_auth_cookie(auth, &auth->old, NGX_CANVAS_AUTH_DAY)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_auth_answer(auth, NGX_HTTP_OK, &result->identity);
}


static ngx_int_t
ngx_canvas_auth_gone(ngx_canvas_auth_t *auth,
    ngx_canvas_store_result_t *result)
{
    ngx_str_t           none;
    ngx_canvas_reply_t  reply;

    (void) result;

    ngx_str_null(&none);

    if (ngx_canvas_auth_cookie(auth, &none, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = NGX_HTTP_NO_CONTENT;
    reply.max_age = -1;

    return ngx_canvas_reply(auth->request, &reply, NULL, 0);
}


static ngx_int_t
ngx_canvas_auth_answer(ngx_canvas_auth_t *auth, ngx_uint_t status,
    ngx_canvas_identity_t *identity)
{
    u_char                    *body, *p;
    ngx_canvas_reply_t         reply;
    ngx_canvas_request_ctx_t  *ctx;

    ctx = ngx_canvas_request_ctx(auth->request);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(ctx->actor, identity->actor, 16);
    ctx->kind = identity->kind;

    /* an escaped byte takes at most six */
    body = ngx_pnalloc(auth->request->pool,
                       sizeof("{\"userId\":\"\",\"username\":\"\","
                              "\"isGuest\":false,\"isAdmin\":false,"
                              "\"pixelsPlaced\":,}")
                       + CANVAS_UUID_LEN + 6 * identity->username_len
                       + NGX_INT64_LEN + CANVAS_PROTO_ALLEGIANCE_MAX);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_cpymem(body, "{\"userId\":\"", sizeof("{\"userId\":\"") - 1);
    canvas_uuid_format(identity->actor, (char *) p);
    p += CANVAS_UUID_LEN;

    p = ngx_cpymem(p, "\",\"username\":\"", sizeof("\",\"username\":\"") - 1);
    p = (u_char *) ngx_escape_json(p, identity->username,
                                   identity->username_len);

    p = ngx_sprintf(p, "\",\"isGuest\":%s,\"isAdmin\":%s,"
                    "\"pixelsPlaced\":%uL",
                    identity->kind == 'g' ? "true" : "false",
                    identity->is_admin ? "true" : "false", identity->pixels);

    if (status == NGX_HTTP_OK) {
        /* who has just been created was not looked up */
        *p++ = ',';
        p += canvas_proto_allegiance((char *) p, identity->faction,
                                     identity->faction_len, identity->color);
    }

    *p++ = '}';

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = status;
    reply.max_age = -1;

    return ngx_canvas_reply(auth->request, &reply, body, p - body);
}


static ngx_int_t
ngx_canvas_auth_cookie(ngx_canvas_auth_t *auth, ngx_str_t *session,
    ngx_uint_t max_age)
{
    ngx_str_t            cookie;
    ngx_uint_t           secure;
    ngx_http_request_t  *r;

    r = auth->request;
    secure = auth->canvas->secure_cookie;

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        secure = 1;
    }
#endif

    cookie.data = ngx_pnalloc(r->pool, CANVAS_SESSION_LEN + NGX_INT_T_LEN
                                       + sizeof("canvas_session=; HttpOnly; "
                                                "SameSite=Lax; Path=/; "
                                                "Max-Age=; Secure"));
    if (cookie.data == NULL) {
        return NGX_ERROR;
    }

    cookie.len = ngx_sprintf(cookie.data, "canvas_session=%V; HttpOnly; "
                             "SameSite=Lax; Path=/; Max-Age=%ui%s", session,
                             max_age, secure ? "; Secure" : "")
                 - cookie.data;

    return ngx_canvas_reply_header(r, "Set-Cookie", &cookie);
}
