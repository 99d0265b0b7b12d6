/*
 * ngx_canvas_store: see the header; the vocabulary is docs/redis.md.
 *
 * A call's record is freed when its reply arrives, detached or not; the
 * Redis adapter promises one reply (or NULL) for every command sent.
 */

#include "ngx_canvas_store_args.h"
#include "ngx_canvas_store_call.h"

#include "canvas_id.h"


static ngx_int_t ngx_canvas_store_call(ngx_canvas_worker_t *worker,
    ngx_canvas_store_args_t *args, ngx_canvas_redis_reply_pt reply,
    ngx_canvas_store_call_t *call, ngx_canvas_store_call_t **slot);
static void ngx_canvas_store_identified(void *data, redisReply *reply);
static void ngx_canvas_store_joined(void *data, redisReply *reply);
static void ngx_canvas_store_stored(void *data, redisReply *reply);


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

    ngx_canvas_store_args_begin(&args, "canvas_identify", 8);
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

    ngx_canvas_store_args_begin(&args, "canvas_join", 8);
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

    ngx_canvas_store_args_begin(&args, "canvas_session_create", 1);
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
                                job->session ? 2 : 1);
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
