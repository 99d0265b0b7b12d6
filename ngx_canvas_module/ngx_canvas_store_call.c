/*
 * ngx_canvas_store_call: see the header.
 */

#include "ngx_canvas_store_call.h"


/* seconds between two lines in the log about commands that Redis refused */
#define NGX_CANVAS_STORE_QUIET  10


static void ngx_canvas_store_refused(ngx_canvas_worker_t *worker,
    const char *error);


ngx_canvas_store_call_t *
ngx_canvas_store_alloc(ngx_canvas_worker_t *worker,
    ngx_canvas_store_pt handler, void *data)
{
    ngx_canvas_store_call_t  *call;

    call = ngx_calloc(sizeof(ngx_canvas_store_call_t), worker->log);
    if (call == NULL) {
        return NULL;
    }

    call->worker = worker;
    call->handler = handler;
    call->data = data;

    return call;
}


void
ngx_canvas_store_detach(ngx_canvas_store_call_t *call)
{
    if (call) {
        call->handler = NULL;
    }
}


void
ngx_canvas_store_finish(ngx_canvas_store_call_t *call,
    ngx_canvas_store_result_t *result)
{
    if (call->handler) {
        call->handler(call->data, result);
    }

    ngx_free(call);
}


canvas_code_t
ngx_canvas_store_code(ngx_canvas_worker_t *worker, redisReply *reply,
    ngx_canvas_store_result_t *result)
{
    size_t          len;
    redisReply     *name, *detail;
    canvas_code_t   code;

    if (reply == NULL) {
        return CANVAS_CODE_UNAVAILABLE;
    }

    if (reply->type == REDIS_REPLY_ERROR) {
        /* LOADING, READONLY, OOM, no such function: not for the client */
        ngx_canvas_store_refused(worker, reply->str);
        return CANVAS_CODE_UNAVAILABLE;
    }

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0
        || reply->element[0]->type != REDIS_REPLY_STRING)
    {
        return CANVAS_CODE_INTERNAL;
    }

    name = reply->element[0];

    if (name->len == 2 && ngx_memcmp(name->str, "OK", 2) == 0) {
        return CANVAS_CODE_OK;
    }

    code = ngx_canvas_store_refusal(worker, name->str, name->len);
    detail = reply->elements > 1 ? reply->element[1] : NULL;

    if (detail && detail->type == REDIS_REPLY_INTEGER) {
        result->remaining = detail->integer;

    } else if (detail && detail->type == REDIS_REPLY_STRING) {
        len = ngx_min((size_t) detail->len, sizeof(result->rule) - 1);
        ngx_memcpy(result->rule, detail->str, len);
    }

    return code;
}


canvas_code_t
ngx_canvas_store_refusal(ngx_canvas_worker_t *worker, const char *name,
    size_t len)
{
    if (len == sizeof("NOT_INITIALISED") - 1
        && ngx_memcmp(name, "NOT_INITIALISED", len) == 0)
    {
        worker->ready = 0;
        return CANVAS_CODE_UNAVAILABLE;
    }

    return canvas_code_find(name, len);
}


/* a Redis that refuses would fill the log at the rate of the placements */

static void
ngx_canvas_store_refused(ngx_canvas_worker_t *worker, const char *error)
{
    worker->refusals++;

    if (ngx_time() - worker->refused < NGX_CANVAS_STORE_QUIET) {
        return;
    }

    ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                  "canvas redis: %ui commands refused, the last: %s",
                  worker->refusals, error);

    worker->refused = ngx_time();
    worker->refusals = 0;
}
