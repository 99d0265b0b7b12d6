/*
 * ngx_canvas_rest: reads below /api/; what is posted there is for
 * ngx_canvas_posts.  Finds the route, checks its parameters and calls its
 * handler; without one, sends the prepared statement and passes the JSON text
 * that comes back through, unread.  The request waits without holding anything
 * else up, and takes its query back when the client leaves.
 */

#include "ngx_canvas_handlers.h"

#include "ngx_canvas_params.h"
#include "ngx_canvas_posts.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_worker.h"


typedef struct {
    ngx_http_request_t        *r;
    const ngx_canvas_route_t  *route;
    void                      *query;   /* NULL: none on its way */
} ngx_canvas_rest_t;


static ngx_int_t ngx_canvas_rest_query(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const char *const *values);
static void ngx_canvas_rest_cleanup(void *data);
static void ngx_canvas_rest_result(void *data, ngx_canvas_pg_status_e status,
    const u_char *value, size_t len);
static ngx_int_t ngx_canvas_rest_reply(ngx_http_request_t *r,
    const ngx_canvas_route_t *route, const u_char *value, size_t len);


ngx_int_t
ngx_canvas_rest_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_str_t                  segment;
    const char                *values[NGX_CANVAS_PG_PARAMS];
    canvas_code_t              code;
    const ngx_canvas_post_t   *post;
    const ngx_canvas_route_t  *route;

    route = ngx_canvas_routes_find(&r->uri, &segment);
    post = ngx_canvas_posts_find(&r->uri);

    if (route == NULL && post == NULL) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_NOT_FOUND, 0, NULL);
    }

    if (post && r->method == NGX_HTTP_POST) {
        return ngx_canvas_posts_handle(r, post);
    }

    if (route == NULL || !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_canvas_reply_allow(r, route == NULL ? "POST"
                                         : post ? "GET, HEAD, POST"
                                         : "GET, HEAD");
    }

    code = ngx_canvas_params(r, route, &segment, values);

    if (code != CANVAS_CODE_OK) {
        return ngx_canvas_reply_error(r, code, 0, NULL);
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    return route->handler ? route->handler(r, route, values)
                          : ngx_canvas_rest_query(r, route, values);
}


static ngx_int_t
ngx_canvas_rest_query(ngx_http_request_t *r, const ngx_canvas_route_t *route,
    const char *const *values)
{
    ngx_canvas_rest_t    *rest;
    ngx_http_cleanup_t   *cln;
    ngx_canvas_worker_t  *worker;

    cln = ngx_http_cleanup_add(r, sizeof(ngx_canvas_rest_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rest = cln->data;
    rest->r = r;
    rest->route = route;
    rest->query = NULL;

    cln->handler = ngx_canvas_rest_cleanup;

    worker = ngx_canvas_of(r)->worker;

    if (worker == NULL || worker->pg == NULL
        || ngx_canvas_pg_query(worker->pg, route->statement, values,
                               ngx_canvas_rest_result, rest, &rest->query)
           != NGX_OK)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    r->main->count++;

    /* ends the request when the client closes the connection */
    r->read_event_handler = ngx_http_test_reading;

    return NGX_DONE;
}


static void
ngx_canvas_rest_cleanup(void *data)
{
    ngx_canvas_rest_t  *rest = data;

    if (rest->query) {
        ngx_canvas_pg_cancel(rest->query);
        rest->query = NULL;
    }
}


static void
ngx_canvas_rest_result(void *data, ngx_canvas_pg_status_e status,
    const u_char *value, size_t len)
{
    ngx_int_t            rc;
    canvas_code_t        code;
    ngx_connection_t    *c;
    ngx_canvas_rest_t   *rest;
    ngx_http_request_t  *r;

    rest = data;
    r = rest->r;
    c = r->connection;
    code = ngx_canvas_routes_code(status);

    if (code == CANVAS_CODE_OK) {
        rc = ngx_canvas_rest_reply(r, rest->route, value, len);

    } else {
        rc = ngx_canvas_reply_error(r, code, 0, NULL);
    }

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_canvas_rest_reply(ngx_http_request_t *r, const ngx_canvas_route_t *route,
    const u_char *value, size_t len)
{
    u_char              *body;
    ngx_canvas_reply_t   reply;

    body = ngx_pnalloc(r->pool, len);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(body, value, len);

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = NGX_HTTP_OK;
    reply.max_age = route->max_age;

    return ngx_canvas_reply(r, &reply, body, len);
}
