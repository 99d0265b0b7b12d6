/*
 * ngx_canvas_posts: see the header.
 */

#include "ngx_canvas_posts.h"

#include "ngx_canvas_faction.h"
#include "ngx_canvas_identity.h"
#include "ngx_canvas_job.h"
#include "ngx_canvas_origin.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_secret.h"
#include "ngx_canvas_variables.h"


/* within which a job is to be begun, ms */
#define NGX_CANVAS_POSTS_TTL  1000

/* a job of one statement */
#define ngx_canvas_post_job(path, name, limit)                                \
    { path, NGX_CANVAS_POST_SESSION, limit, ngx_canvas_job_post, name,        \
      NGX_CANVAS_POSTS_TTL, 10000 }

/* turning the week takes as long as the week was large */
#define ngx_canvas_post_rotate(path)                                          \
    { path, NGX_CANVAS_POST_CRON, 1024, ngx_canvas_job_post, "rotate",        \
      NGX_CANVAS_POSTS_TTL, 600000 }


static ngx_int_t ngx_canvas_posts_body(ngx_http_request_t *r,
    ngx_str_t *text);
static ngx_int_t ngx_canvas_posts_unauthorized(ngx_http_request_t *r);


static const ngx_canvas_post_t  ngx_canvas_posts[] = {
    ngx_canvas_post_rotate("/api/game/rotate"),
    ngx_canvas_post_rotate("/api/admin/reset-week"),

    ngx_canvas_post_job("/api/v1/comments", "comment", 4096),
    ngx_canvas_post_job("/api/v1/votes", "vote", 1024),
    ngx_canvas_post_job("/api/v1/artworks", "artwork", 4096),

    { "/api/v1/factions", NGX_CANVAS_POST_SESSION, 1024,
      ngx_canvas_faction_post, NULL, 0, 0 },

    { NULL, 0, 0, NULL, NULL, 0, 0 }
};


const ngx_canvas_post_t *
ngx_canvas_posts_find(const ngx_str_t *uri)
{
    const ngx_canvas_post_t  *post;

    for (post = ngx_canvas_posts; post->path; post++) {

        if (uri->len == ngx_strlen(post->path)
            && ngx_strncmp(uri->data, post->path, uri->len) == 0)
        {
            return post;
        }
    }

    return NULL;
}


ngx_int_t
ngx_canvas_posts_handle(ngx_http_request_t *r, const ngx_canvas_post_t *post)
{
    ngx_str_t                  session;
    ngx_canvas_conf_t         *canvas;
    ngx_canvas_request_ctx_t  *ctx;

    canvas = ngx_canvas_of(r);

    ctx = ngx_canvas_request_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->post = post;

    if (post->who == NGX_CANVAS_POST_CRON) {

        if (ngx_canvas_secret_check(r, &canvas->cron_secret) != NGX_OK) {
            return ngx_canvas_posts_unauthorized(r);
        }

    } else {

        if (ngx_canvas_origin_check(r, canvas) != NGX_OK) {
            return ngx_canvas_reply_error(r, CANVAS_CODE_FORBIDDEN, 0, NULL);
        }

        if (ngx_canvas_identity_cookie(r, &session) != NGX_OK) {
            return ngx_canvas_reply_error(r, CANVAS_CODE_UNAUTHORIZED, 0,
                                          NULL);
        }
    }

    if (canvas->worker == NULL) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    /* without a cookie there is nothing that another site could use */
    return ngx_canvas_body_read(r, post->limit,
                                post->who == NGX_CANVAS_POST_CRON,
                                ngx_canvas_posts_body);
}


const ngx_canvas_post_t *
ngx_canvas_posts_of(ngx_http_request_t *r)
{
    ngx_canvas_request_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_canvas_module);

    return ctx->post;
}


static ngx_int_t
ngx_canvas_posts_body(ngx_http_request_t *r, ngx_str_t *text)
{
    if (text->len == 0) {
        ngx_str_set(text, "{}");
    }

    return ngx_canvas_posts_of(r)->handler(r, text);
}


/* RFC 6750, section 3; nobody is to sign in here */

static ngx_int_t
ngx_canvas_posts_unauthorized(ngx_http_request_t *r)
{
    ngx_str_t  scheme = ngx_string("Bearer");

    if (ngx_canvas_reply_header(r, "WWW-Authenticate", &scheme) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_reply_sentence(r, CANVAS_CODE_UNAUTHORIZED,
                                     "Unauthorized");
}
