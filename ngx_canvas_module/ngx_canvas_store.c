/*
 * ngx_canvas_store: see the header; the vocabulary is docs/redis.md.
 *
 * A call's record is freed when its reply arrives, detached or not; the
 * Redis adapter promises one reply (or NULL) for every command sent.
 */

#include "ngx_canvas_store.h"
#include "ngx_canvas_store_args.h"

#include "canvas_id.h"


#define NGX_CANVAS_STORE_TTL          "86400"   /* seconds of a session */

/* bytes of the longest request of a placement */
#define NGX_CANVAS_STORE_REQUEST      26

/* seconds between two lines in the log about commands that Redis refused */
#define NGX_CANVAS_STORE_QUIET        10


struct ngx_canvas_store_call_s {
    ngx_canvas_store_pt         handler;    /* NULL: detached */
    void                       *data;
    ngx_canvas_worker_t        *worker;
    ngx_canvas_identity_t       identity;   /* of place and session_create */
    unsigned                    by_session:1;
};


static void ngx_canvas_store_place_as(ngx_canvas_store_args_t *args,
    ngx_canvas_conf_t *conf, const ngx_canvas_identity_t *identity,
    ngx_uint_t x, ngx_uint_t y, ngx_uint_t color);
static void ngx_canvas_store_place_by(ngx_canvas_store_args_t *args,
    ngx_canvas_conf_t *conf, ngx_str_t *session, ngx_uint_t x, ngx_uint_t y,
    ngx_uint_t color);
static u_char *ngx_canvas_store_pixel(u_char *p, ngx_uint_t x, ngx_uint_t y,
    ngx_uint_t color);
static u_char *ngx_canvas_store_u32(u_char *p, ngx_uint_t n);
static ngx_int_t ngx_canvas_store_call(ngx_canvas_worker_t *worker,
    ngx_canvas_store_args_t *args, ngx_canvas_redis_reply_pt reply,
    ngx_canvas_store_call_t *call, ngx_canvas_store_call_t **slot);
static ngx_canvas_store_call_t *ngx_canvas_store_alloc(
    ngx_canvas_worker_t *worker, ngx_canvas_store_pt handler, void *data);
static void ngx_canvas_store_placed(void *data, redisReply *reply);
static void ngx_canvas_store_identified(void *data, redisReply *reply);
static void ngx_canvas_store_joined(void *data, redisReply *reply);
static void ngx_canvas_store_stored(void *data, redisReply *reply);
static void ngx_canvas_store_finish(ngx_canvas_store_call_t *call,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_store_refused(ngx_canvas_worker_t *worker,
    const char *error);
static canvas_code_t ngx_canvas_store_code(ngx_canvas_worker_t *worker,
    redisReply *reply, ngx_canvas_store_result_t *result);


ngx_int_t
ngx_canvas_store_place(ngx_canvas_worker_t *worker,
    ngx_canvas_identity_t *identity, ngx_str_t *session, ngx_uint_t x,
    ngx_uint_t y, ngx_uint_t color, ngx_str_t *request_id,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **slot)
{
    ngx_canvas_store_args_t   args;
    ngx_canvas_store_call_t  *call;

    call = ngx_canvas_store_alloc(worker, handler, data);
    if (call == NULL) {
        return NGX_DECLINED;
    }

    if (identity) {
        call->identity = *identity;
        ngx_canvas_store_place_as(&args, worker->conf, identity, x, y, color);

    } else {
        call->by_session = 1;
        ngx_canvas_store_place_by(&args, worker->conf, session, x, y, color);
    }

    ngx_canvas_store_args_string(&args, request_id);

    if (identity == NULL) {
        ngx_canvas_store_args_add(&args, NGX_CANVAS_STORE_TTL,
                                  sizeof(NGX_CANVAS_STORE_TTL) - 1);
    }

    return ngx_canvas_store_call(worker, &args, ngx_canvas_store_placed, call,
                                 slot);
}


ngx_int_t
ngx_canvas_store_identify(ngx_canvas_worker_t *worker, ngx_str_t *session,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **slot)
{
    ngx_str_t                *keys;
    ngx_canvas_store_args_t   args;
    ngx_canvas_store_call_t  *call;

    call = ngx_canvas_store_alloc(worker, handler, data);
    if (call == NULL) {
        return NGX_DECLINED;
    }

    keys = worker->conf->keys;

    ngx_canvas_store_args_begin(&args, "canvas_identify", "8");
    ngx_canvas_store_args_page(&args, worker->conf);
    ngx_canvas_store_args_name(&args, &keys[NGX_CANVAS_KEY_SESSION],
                               session->data, session->len);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_USERS]);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_ACTORS]);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_UPDATES]);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_RATELIMIT]);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_BAN]);
    ngx_canvas_store_args_add(&args, NGX_CANVAS_STORE_TTL,
                              sizeof(NGX_CANVAS_STORE_TTL) - 1);

    return ngx_canvas_store_call(worker, &args, ngx_canvas_store_identified,
                                 call, slot);
}


ngx_int_t
ngx_canvas_store_join(ngx_canvas_worker_t *worker, ngx_str_t *session,
    ngx_str_t *faction, ngx_canvas_store_pt handler, void *data,
    ngx_canvas_store_call_t **slot)
{
    ngx_str_t                *keys;
    ngx_canvas_store_args_t   args;
    ngx_canvas_store_call_t  *call;

    call = ngx_canvas_store_alloc(worker, handler, data);
    if (call == NULL) {
        return NGX_DECLINED;
    }

    keys = worker->conf->keys;

    ngx_canvas_store_args_begin(&args, "canvas_join", "8");
    ngx_canvas_store_args_page(&args, worker->conf);
    ngx_canvas_store_args_name(&args, &keys[NGX_CANVAS_KEY_SESSION],
                               session->data, session->len);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_ACTORS]);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_MEMBERS]);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_UPDATES]);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_BAN]);
    ngx_canvas_store_args_add(&args, NGX_CANVAS_STORE_TTL,
                              sizeof(NGX_CANVAS_STORE_TTL) - 1);
    ngx_canvas_store_args_string(&args, faction);

    return ngx_canvas_store_call(worker, &args, ngx_canvas_store_joined, call,
                                 slot);
}


ngx_int_t
ngx_canvas_store_session_create(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_canvas_identity_t *identity,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **slot)
{
    u_char                    uuid[CANVAS_UUID_LEN];
    u_char                    created[sizeof("1970-01-01T00:00:00Z")];
    ngx_tm_t                  tm;
    ngx_canvas_store_args_t   args;
    ngx_canvas_store_call_t  *call;

    call = ngx_canvas_store_alloc(worker, handler, data);
    if (call == NULL) {
        return NGX_DECLINED;
    }

    call->identity = *identity;
    canvas_uuid_format(identity->actor, (char *) uuid);

    ngx_gmtime(ngx_time(), &tm);
    ngx_sprintf(created, "%4d-%02d-%02dT%02d:%02d:%02dZ", tm.ngx_tm_year,
                tm.ngx_tm_mon, tm.ngx_tm_mday, tm.ngx_tm_hour,
                tm.ngx_tm_min, tm.ngx_tm_sec);

    ngx_canvas_store_args_begin(&args, "canvas_session_create", "1");
    ngx_canvas_store_args_name(&args,
                               &worker->conf->keys[NGX_CANVAS_KEY_SESSION],
                               session->data, session->len);
    ngx_canvas_store_args_add(&args, NGX_CANVAS_STORE_TTL,
                              sizeof(NGX_CANVAS_STORE_TTL) - 1);
    ngx_canvas_store_args_add(&args, uuid, CANVAS_UUID_LEN);
    ngx_canvas_store_args_add(&args, identity->username,
                              identity->username_len);
    ngx_canvas_store_args_add(&args, identity->kind == 'g' ? "1" : "0", 1);
    ngx_canvas_store_args_add(&args, identity->is_admin ? "1" : "0", 1);
    ngx_canvas_store_args_add(&args, created, sizeof(created) - 1);

    return ngx_canvas_store_call(worker, &args, ngx_canvas_store_stored, call,
                                 slot);
}


ngx_int_t
ngx_canvas_store_session_delete(ngx_canvas_worker_t *worker,
    ngx_str_t *session, ngx_canvas_store_pt handler, void *data,
    ngx_canvas_store_call_t **slot)
{
    ngx_canvas_store_args_t   args;
    ngx_canvas_store_call_t  *call;

    call = ngx_canvas_store_alloc(worker, handler, data);
    if (call == NULL) {
        return NGX_DECLINED;
    }

    ngx_canvas_store_args_init(&args);
    ngx_canvas_store_args_add(&args, "DEL", 3);
    ngx_canvas_store_args_name(&args,
                               &worker->conf->keys[NGX_CANVAS_KEY_SESSION],
                               session->data, session->len);

    return ngx_canvas_store_call(worker, &args, ngx_canvas_store_stored, call,
                                 slot);
}


ngx_int_t
ngx_canvas_store_job(ngx_canvas_worker_t *worker,
    const ngx_canvas_store_job_t *job, ngx_canvas_store_pt handler,
    void *data, ngx_canvas_store_call_t **slot)
{
    u_char                    uuid[CANVAS_UUID_LEN];
    ngx_str_t                *keys;
    ngx_canvas_store_args_t   args;
    ngx_canvas_store_call_t  *call;

    call = ngx_canvas_store_alloc(worker, handler, data);
    if (call == NULL) {
        return NGX_DECLINED;
    }

    keys = worker->conf->keys;
    canvas_uuid_format(job->id, (char *) uuid);

    ngx_canvas_store_args_begin(&args, "canvas_job",
                                job->session ? "2" : "1");
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_JOBS]);

    if (job->session) {
        ngx_canvas_store_args_name(&args, &keys[NGX_CANVAS_KEY_SESSION],
                                   job->session->data, job->session->len);
    }

    ngx_canvas_store_args_add(&args, uuid, CANVAS_UUID_LEN);
    ngx_canvas_store_args_add(&args, job->name, ngx_strlen(job->name));
    ngx_canvas_store_args_string(&args, job->args);
    ngx_canvas_store_args_number(&args, job->ttl);
    ngx_canvas_store_args_string(&args, job->channel);
    ngx_canvas_store_args_string(&args, &keys[NGX_CANVAS_KEY_BAN]);
    ngx_canvas_store_args_add(&args, NGX_CANVAS_STORE_TTL,
                              sizeof(NGX_CANVAS_STORE_TTL) - 1);

    return ngx_canvas_store_call(worker, &args, ngx_canvas_store_stored, call,
                                 slot);
}


void
ngx_canvas_store_detach(ngx_canvas_store_call_t *call)
{
    if (call) {
        call->handler = NULL;
    }
}


/* canvas_place, up to the request id */

static void
ngx_canvas_store_place_as(ngx_canvas_store_args_t *args,
    ngx_canvas_conf_t *conf, const ngx_canvas_identity_t *identity,
    ngx_uint_t x, ngx_uint_t y, ngx_uint_t color)
{
    u_char     *p;
    u_char      request[NGX_CANVAS_STORE_REQUEST];
    u_char      uuid[CANVAS_UUID_LEN];
    ngx_str_t  *keys;

    keys = conf->keys;
    canvas_uuid_format(identity->actor, (char *) uuid);

    ngx_canvas_store_args_begin(args, "canvas_place", "8");
    ngx_canvas_store_args_page(args, conf);
    ngx_canvas_store_args_name(args, &keys[NGX_CANVAS_KEY_RATELIMIT], uuid,
                               CANVAS_UUID_LEN);
    ngx_canvas_store_args_name(args, &keys[NGX_CANVAS_KEY_BAN], uuid,
                               CANVAS_UUID_LEN);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_ACTORS]);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_UPDATES]);

    p = ngx_canvas_store_pixel(request, x, y, color);
    *p++ = identity->kind;
    p = ngx_cpymem(p, identity->actor, sizeof(identity->actor));
    p = ngx_canvas_store_u32(p, conf->cooldown);

    ngx_canvas_store_args_add(args, request, p - request);
}


/* canvas_place_session, up to the request id */

static void
ngx_canvas_store_place_by(ngx_canvas_store_args_t *args,
    ngx_canvas_conf_t *conf, ngx_str_t *session, ngx_uint_t x, ngx_uint_t y,
    ngx_uint_t color)
{
    u_char     *p;
    u_char      request[NGX_CANVAS_STORE_REQUEST];
    ngx_str_t  *keys;

    keys = conf->keys;

    ngx_canvas_store_args_begin(args, "canvas_place_session", "7");
    ngx_canvas_store_args_page(args, conf);
    ngx_canvas_store_args_name(args, &keys[NGX_CANVAS_KEY_SESSION],
                               session->data, session->len);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_ACTORS]);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_UPDATES]);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_RATELIMIT]);
    ngx_canvas_store_args_string(args, &keys[NGX_CANVAS_KEY_BAN]);

    p = ngx_canvas_store_pixel(request, x, y, color);
    p = ngx_canvas_store_u32(p, conf->cooldown);

    ngx_canvas_store_args_add(args, request, p - request);
}


static u_char *
ngx_canvas_store_pixel(u_char *p, ngx_uint_t x, ngx_uint_t y,
    ngx_uint_t color)
{
    *p++ = (u_char) (x >> 8);
    *p++ = (u_char) x;
    *p++ = (u_char) (y >> 8);
    *p++ = (u_char) y;
    *p++ = (u_char) color;

    return p;
}


static u_char *
ngx_canvas_store_u32(u_char *p, ngx_uint_t n)
{
    *p++ = (u_char) (n >> 24);
    *p++ = (u_char) (n >> 16);
    *p++ = (u_char) (n >> 8);
    *p++ = (u_char) n;

    return p;
}


static ngx_int_t
ngx_canvas_store_call(ngx_canvas_worker_t *worker,
    ngx_canvas_store_args_t *args, ngx_canvas_redis_reply_pt reply,
    ngx_canvas_store_call_t *call, ngx_canvas_store_call_t **slot)
{
    *slot = NULL;

    if (ngx_canvas_store_args_send(args, worker->commands, reply, call)
        != NGX_OK)
    {
        ngx_free(call);
        return NGX_DECLINED;
    }

    *slot = call;

    return NGX_OK;
}


static ngx_canvas_store_call_t *
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


static void
ngx_canvas_store_placed(void *data, redisReply *reply)
{
    redisReply                 *r;
    ngx_canvas_store_call_t    *call;
    ngx_canvas_store_result_t   result;

    call = data;

    ngx_memzero(&result, sizeof(ngx_canvas_store_result_t));

    result.identity = call->identity;
    result.code = ngx_canvas_store_code(call->worker, reply, &result);

    if (result.code == CANVAS_CODE_OK) {
        r = ngx_canvas_store_reply_ok(reply, call->by_session ? "iiiss"
                                                              : "iii");

        if (r == NULL) {
            result.code = CANVAS_CODE_INTERNAL;

        } else {
            result.seq = ngx_canvas_store_reply_integer(r, 1);
            result.epoch = ngx_canvas_store_reply_integer(r, 2);
            result.cooldown = ngx_canvas_store_reply_integer(r, 3);

            if (call->by_session) {
                (void) canvas_uuid_parse(r->element[4]->str,
                                         r->element[4]->len,
                                         result.identity.actor);
                result.identity.kind = r->element[5]->str[0];
            }
        }
    }

    ngx_canvas_store_finish(call, &result);
}


static void
ngx_canvas_store_identified(void *data, redisReply *reply)
{
    redisReply                 *r;
    ngx_canvas_store_call_t    *call;
    ngx_canvas_identity_t      *identity;
    ngx_canvas_store_result_t   result;

    call = data;

    ngx_memzero(&result, sizeof(ngx_canvas_store_result_t));

    identity = &result.identity;
    result.code = ngx_canvas_store_code(call->worker, reply, &result);

    if (result.code == CANVAS_CODE_OK) {
        r = ngx_canvas_store_reply_ok(reply, "ssiiiiisi");

        if (r == NULL
            || canvas_uuid_parse(r->element[1]->str, r->element[1]->len,
                                 identity->actor)
               != CANVAS_OK)
        {
            result.code = CANVAS_CODE_INTERNAL;

        } else {
            identity->username_len = ngx_canvas_store_reply_copy(r, 2,
                                                   identity->username,
                                                   sizeof(identity->username));
            identity->faction_len = ngx_canvas_store_reply_copy(r, 8,
                                                    identity->faction,
                                                    sizeof(identity->faction));
            identity->color = ngx_canvas_store_reply_color(r, 9);

            identity->kind = ngx_canvas_store_reply_integer(r, 3) ? 'g' : 'u';
            identity->is_admin = ngx_canvas_store_reply_integer(r, 4) ? 1 : 0;
            identity->banned = ngx_canvas_store_reply_integer(r, 5) ? 1 : 0;
            identity->remaining = ngx_canvas_store_reply_integer(r, 6);
            identity->pixels = ngx_canvas_store_reply_integer(r, 7);
        }
    }

    ngx_canvas_store_finish(call, &result);
}


static void
ngx_canvas_store_joined(void *data, redisReply *reply)
{
    redisReply                 *r;
    ngx_canvas_store_call_t    *call;
    ngx_canvas_identity_t      *identity;
    ngx_canvas_store_result_t   result;

    call = data;

    ngx_memzero(&result, sizeof(ngx_canvas_store_result_t));

    identity = &result.identity;
    result.code = ngx_canvas_store_code(call->worker, reply, &result);

    if (result.code == CANVAS_CODE_OK) {
        r = ngx_canvas_store_reply_ok(reply, "si");

        if (r == NULL) {
            result.code = CANVAS_CODE_INTERNAL;

        } else {
            identity->faction_len = ngx_canvas_store_reply_copy(r, 1,
                                                    identity->faction,
                                                    sizeof(identity->faction));
            result.members = ngx_canvas_store_reply_integer(r, 2);
        }
    }

    ngx_canvas_store_finish(call, &result);
}


/* an answer that carries nothing: OK, or the number of DEL */

static void
ngx_canvas_store_stored(void *data, redisReply *reply)
{
    ngx_canvas_store_call_t    *call;
    ngx_canvas_store_result_t   result;

    call = data;

    ngx_memzero(&result, sizeof(ngx_canvas_store_result_t));

    result.identity = call->identity;

    if (reply && reply->type == REDIS_REPLY_INTEGER) {
        result.code = CANVAS_CODE_OK;

    } else {
        result.code = ngx_canvas_store_code(call->worker, reply, &result);
    }

    ngx_canvas_store_finish(call, &result);
}


static void
ngx_canvas_store_finish(ngx_canvas_store_call_t *call,
    ngx_canvas_store_result_t *result)
{
    if (call->handler) {
        call->handler(call->data, result);
    }

    ngx_free(call);
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


/* the first element is OK or the name of a refusal */

static canvas_code_t
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

    if (ngx_strcmp(name->str, "NOT_INITIALISED") == 0) {
        worker->ready = 0;
        return CANVAS_CODE_UNAVAILABLE;
    }

    code = canvas_code_find(name->str, name->len);
    detail = reply->elements > 1 ? reply->element[1] : NULL;

    if (detail && detail->type == REDIS_REPLY_INTEGER) {
        result->remaining = detail->integer;

    } else if (detail && detail->type == REDIS_REPLY_STRING) {
        len = ngx_min((size_t) detail->len, sizeof(result->rule) - 1);
        ngx_memcpy(result->rule, detail->str, len);
    }

    return code;
}
