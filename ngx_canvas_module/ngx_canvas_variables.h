/*
 * ngx_canvas_variables: $canvas_user (UUID, "-" while nobody), $canvas_seq
 * (of the placement this request made) and $canvas_code (why it was refused),
 * for access_log and for limits.  A WebSocket is logged when it is opened.
 */

#ifndef NGX_CANVAS_VARIABLES_H_INCLUDED
#define NGX_CANVAS_VARIABLES_H_INCLUDED

#include "ngx_canvas_body.h"

#include "canvas_status.h"

/* the module's context of a request: what its variables show, and others */
typedef struct {
    u_char                    actor[16];
    u_char                    kind;       /* 0: nobody */
    canvas_code_t             code;
    uint64_t                  seq;
    void                     *session;    /* ngx_canvas_session_t of a
                                             WebSocket */
    ngx_canvas_body_t         body;
    const void               *post;       /* ngx_canvas_post_t of a POST */
} ngx_canvas_request_ctx_t;

/* made on first use; NULL when out of memory */
ngx_canvas_request_ctx_t *ngx_canvas_request_ctx(ngx_http_request_t *r);

ngx_int_t ngx_canvas_variables_add(ngx_conf_t *cf);

#endif /* NGX_CANVAS_VARIABLES_H_INCLUDED */
