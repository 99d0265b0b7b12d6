/*
 * ngx_canvas_store_call: what a call of our Redis vocabulary remembers until
 * its reply, and what a reply says.  Private to ngx_canvas_store*.c.
 */

#ifndef NGX_CANVAS_STORE_CALL_H_INCLUDED
#define NGX_CANVAS_STORE_CALL_H_INCLUDED

#include "ngx_canvas_store.h"

#define NGX_CANVAS_STORE_TTL  "86400"       /* seconds of a session */

struct ngx_canvas_store_call_s {
    ngx_canvas_store_pt         handler;    /* NULL: detached */
    void                       *data;
    ngx_canvas_worker_t        *worker;
    ngx_canvas_identity_t       identity;   /* of place and session_create */
};

/* NULL: out of memory */
ngx_canvas_store_call_t *ngx_canvas_store_alloc(ngx_canvas_worker_t *worker,
    ngx_canvas_store_pt handler, void *data);

/* calls the handler, unless it was detached, and frees the call */
void ngx_canvas_store_finish(ngx_canvas_store_call_t *call,
    ngx_canvas_store_result_t *result);

/*
 * CANVAS_CODE_OK, or why not, told by the first element of a reply (NULL: there
 * was none) and the detail behind it, which goes into result.
 */
canvas_code_t ngx_canvas_store_code(ngx_canvas_worker_t *worker,
    redisReply *reply, ngx_canvas_store_result_t *result);

/* the code of a refusal by its name; takes note when there is no canvas */
canvas_code_t ngx_canvas_store_refusal(ngx_canvas_worker_t *worker,
    const char *name, size_t len);

#endif /* NGX_CANVAS_STORE_CALL_H_INCLUDED */
