/*
 * ngx_canvas_job: see the header.
 */

#include "ngx_canvas_job.h"

#include <sys/random.h>

#include "ngx_canvas_identity.h"
#include "ngx_canvas_posts.h"
#include "ngx_canvas_replies.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_store.h"

#include "canvas_id.h"


/* what an answer may need beyond the time that its job has, ms */
#define NGX_CANVAS_JOB_GRACE  1000

/* of the keeper: the job is begun, the answer follows */
#define NGX_CANVAS_JOB_BEGUN  102


typedef struct {
    ngx_http_request_t       *r;
    const ngx_canvas_post_t  *post;
    ngx_canvas_counters_t    *counters;
    ngx_canvas_awaited_t      awaited;
    ngx_canvas_store_call_t  *call;     /* under way; NULL: none */
    ngx_event_t               timer;
    unsigned                  waiting:1;
} ngx_canvas_job_t;


static ngx_canvas_job_t *ngx_canvas_job_create(ngx_http_request_t *r);
static void ngx_canvas_job_cleanup(void *data);
static ngx_int_t ngx_canvas_job_send(ngx_canvas_job_t *job, ngx_str_t *text);
static void ngx_canvas_job_sent(void *data,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_job_answered(void *data, ngx_uint_t status,
    const u_char *json, size_t len);
static void ngx_canvas_job_timeout(ngx_event_t *ev);
static ngx_int_t ngx_canvas_job_reply(ngx_http_request_t *r,
    ngx_uint_t status, const u_char *json, size_t len);
static ngx_int_t ngx_canvas_job_retry(ngx_http_request_t *r,
    const u_char *json, size_t len);
static void ngx_canvas_job_finish(ngx_canvas_job_t *job, ngx_int_t rc);


ngx_int_t
ngx_canvas_job_post(ngx_http_request_t *r, ngx_str_t *text)
{
    ngx_canvas_job_t      *job;
    ngx_canvas_replies_t  *replies;

    job = ngx_canvas_job_create(r);
    if (job == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_canvas_job_send(job, text) != NGX_OK) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    replies = ngx_canvas_of(r)->worker->replies;

    ngx_canvas_replies_await(replies, &job->awaited);
    job->waiting = 1;

    ngx_add_timer(&job->timer, job->post->ttl + NGX_CANVAS_JOB_GRACE);

    /* ends the request when the client closes the connection */
    r->read_event_handler = ngx_http_test_reading;

    return NGX_DONE;
}


static ngx_canvas_job_t *
ngx_canvas_job_create(ngx_http_request_t *r)
{
    ngx_canvas_job_t    *job;
    ngx_http_cleanup_t  *cln;

    cln = ngx_http_cleanup_add(r, sizeof(ngx_canvas_job_t));
    if (cln == NULL) {
        return NULL;
    }

    job = cln->data;
    ngx_memzero(job, sizeof(ngx_canvas_job_t));

    job->r = r;
    job->post = ngx_canvas_posts_of(r);
    job->counters = ngx_canvas_of(r)->worker->shm->counters;
    job->awaited.handler = ngx_canvas_job_answered;
    job->awaited.data = job;
    job->timer.handler = ngx_canvas_job_timeout;
    job->timer.data = job;
    job->timer.log = r->connection->log;

    cln->handler = ngx_canvas_job_cleanup;

    return job;
}


static void
ngx_canvas_job_cleanup(void *data)
{
    ngx_canvas_job_t *job = data;

    ngx_canvas_store_detach(job->call);
    job->call = NULL;

    if (job->waiting) {
        ngx_canvas_replies_forget(&job->awaited);
        job->waiting = 0;
    }

    if (job->timer.timer_set) {
        ngx_del_timer(&job->timer);
    }
}


static ngx_int_t
ngx_canvas_job_send(ngx_canvas_job_t *job, ngx_str_t *text)
{
    ngx_str_t                session;
    ngx_canvas_worker_t     *worker;
    ngx_canvas_store_job_t   store;

    worker = ngx_canvas_of(job->r)->worker;

    if (getrandom(job->awaited.id, 16, 0) != 16) {
        return NGX_ERROR;
    }

    canvas_uuid_v4(job->awaited.id);

    store.id = job->awaited.id;
    store.name = job->post->job;
    store.args = text;
    store.ttl = job->post->ttl;
    store.channel = ngx_canvas_replies_channel(worker->replies);
    store.session = NULL;

    if (job->post->who == NGX_CANVAS_POST_SESSION) {

        if (ngx_canvas_identity_cookie(job->r, &session) != NGX_OK) {
            return NGX_ERROR;
        }

        store.session = &session;
    }

    if (store.channel == NULL) {
        return NGX_DECLINED;
    }

    return ngx_canvas_store_job(worker, &store, ngx_canvas_job_sent, job,
                                &job->call);
}


/* it is in the queue, or refused */

static void
ngx_canvas_job_sent(void *data, ngx_canvas_store_result_t *result)
{
    ngx_canvas_job_t *job = data;

    job->call = NULL;

    if (result->code != CANVAS_CODE_OK) {
        ngx_canvas_job_finish(job,
                              ngx_canvas_reply_error(job->r, result->code, 0,
                                                     NULL));
    }
}


static void
ngx_canvas_job_answered(void *data, ngx_uint_t status, const u_char *json,
    size_t len)
{
    ngx_canvas_job_t *job = data;

    if (status == NGX_CANVAS_JOB_BEGUN) {
        ngx_del_timer(&job->timer);
        ngx_add_timer(&job->timer, job->post->timeout + NGX_CANVAS_JOB_GRACE);
        return;
    }

    ngx_canvas_count(job->counters, NGX_CANVAS_COUNT_JOBS, 1);

    ngx_canvas_job_finish(job, ngx_canvas_job_reply(job->r, status, json,
                                                    len));
}


static void
ngx_canvas_job_timeout(ngx_event_t *ev)
{
    ngx_canvas_job_t *job = ev->data;

    ngx_log_error(NGX_LOG_ERR, job->r->connection->log, 0,
                  "canvas job: \"%s\" was not answered in time: does "
                  "canvas-helper record run?", job->post->job);

    ngx_canvas_count(job->counters, NGX_CANVAS_COUNT_JOBS_UNANSWERED, 1);

    ngx_canvas_job_finish(job,
                          ngx_canvas_reply_error(job->r,
                                                 CANVAS_CODE_UNAVAILABLE, 0,
                                                 NULL));
}


static ngx_int_t
ngx_canvas_job_reply(ngx_http_request_t *r, ngx_uint_t status,
    const u_char *json, size_t len)
{
    u_char              *body;
    ngx_canvas_reply_t   reply;

    body = ngx_pnalloc(r->pool, len + 1);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(body, json, len);

    if (status == NGX_HTTP_TOO_MANY_REQUESTS
        && ngx_canvas_job_retry(r, body, len) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));
    reply.status = status;
    reply.max_age = NGX_CANVAS_REPLY_NO_STORE;

    return ngx_canvas_reply(r, &reply, body, len);
}


/* Retry-After, of the member that says how long */

static ngx_int_t
ngx_canvas_job_retry(ngx_http_request_t *r, const u_char *json, size_t len)
{
    u_char     *p, *last, *end;
    ngx_int_t   ms;
    ngx_str_t   name = ngx_string("\"cooldownRemaining\":");

    last = (u_char *) json + len;
    p = ngx_strnstr((u_char *) json, (char *) name.data, len);

    if (p == NULL) {
        return NGX_OK;
    }

    for (p += name.len; p < last && *p == ' '; p++) { /* void */ }
    for (end = p; end < last && (*end == '.' || (*end >= '0' && *end <= '9'));
         end++)
    {
        /* void */
    }

    ms = ngx_atofp(p, end - p, 3);

    return ms == NGX_ERROR ? NGX_OK
                           : ngx_canvas_reply_retry(r, (ngx_msec_t) ms);
}


static void
ngx_canvas_job_finish(ngx_canvas_job_t *job, ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = job->r->connection;

    ngx_canvas_job_cleanup(job);

    ngx_http_finalize_request(job->r, rc);
    ngx_http_run_posted_requests(c);
}
