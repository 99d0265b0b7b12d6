/*
 * ngx_canvas_posts: what can be posted to canvas_api, as a table: path, who
 * may, how long the body is, and who answers.
 */

#ifndef NGX_CANVAS_POSTS_H_INCLUDED
#define NGX_CANVAS_POSTS_H_INCLUDED

#include "ngx_canvas_body.h"

typedef enum {
    NGX_CANVAS_POST_SESSION = 0,    /* a session cookie, of the same site */
    NGX_CANVAS_POST_CRON            /* Bearer and the secret of the canvas */
} ngx_canvas_post_who_e;

typedef struct {
    const char             *path;       /* NULL ends the table */
    ngx_canvas_post_who_e   who;
    size_t                  limit;      /* bytes of the body */
    ngx_canvas_body_pt      handler;    /* gets it, none as "{}" */

    /* of a job: its name, and how long it may wait until it is begun and
     * until it is answered, ms */
    const char             *job;
    ngx_msec_t              ttl;
    ngx_msec_t              timeout;
} ngx_canvas_post_t;

/* NULL: nothing is posted there */
const ngx_canvas_post_t *ngx_canvas_posts_find(const ngx_str_t *uri);

/* checks who asks, reads the body and calls the handler of the row */
ngx_int_t ngx_canvas_posts_handle(ngx_http_request_t *r,
    const ngx_canvas_post_t *post);

/* the row that r was found to be */
const ngx_canvas_post_t *ngx_canvas_posts_of(ngx_http_request_t *r);

#endif /* NGX_CANVAS_POSTS_H_INCLUDED */
