/*
 * ngx_canvas_store: see the header; the vocabulary is docs/redis.md.
 *
 * A call's record is freed when its reply arrives, detached or not; the
 * Redis adapter promises one reply (or NULL) for every command sent.
 */

#include "ngx_canvas_store.h"

#include "canvas_event.h"
#include "canvas_id.h"


#define NGX_CANVAS_STORE_ARGS         24
#define NGX_CANVAS_STORE_SESSION_TTL  "86400"   /* 24 hours, seed 003 */


/* a command under construction; text holds the arguments made on the way */
typedef struct {
    int           argc;
    const char   *argv[NGX_CANVAS_STORE_ARGS];
    size_t        argvlen[NGX_CANVAS_STORE_ARGS];
    u_char       *last;
    u_char        text[512];
} ngx_canvas_store_args_t;


struct ngx_canvas_store_call_s {
    ngx_canvas_store_pt         handler;    /* NULL: detached */
    void                       *data;
    ngx_canvas_worker_t        *worker;
    ngx_canvas_identity_t       identity;   /* of place and session_create */
    unsigned                    by_session:1;
};


typedef struct {
    ngx_canvas_store_hello_pt   hello;
    ngx_canvas_store_read_pt    read;
    ngx_canvas_store_log_pt     log;
    void                       *data;
} ngx_canvas_store_query_t;


static void ngx_canvas_store_begin(ngx_canvas_store_args_t *args,
    const char *function, const char *nkeys);
static void ngx_canvas_store_page(ngx_canvas_store_args_t *args,
    ngx_canvas_conf_t *conf);
static void ngx_canvas_store_arg(ngx_canvas_store_args_t *args,
    const void *data, size_t len);
static void ngx_canvas_store_name(ngx_canvas_store_args_t *args,
    ngx_str_t *prefix, const void *rest, size_t len);
static void ngx_canvas_store_number(ngx_canvas_store_args_t *args,
    uint64_t n);
static ngx_int_t ngx_canvas_store_call(ngx_canvas_worker_t *worker,
    ngx_canvas_store_args_t *args, ngx_canvas_redis_reply_pt reply,
    ngx_canvas_store_call_t *call, ngx_canvas_store_call_t **slot);
static ngx_canvas_store_call_t *ngx_canvas_store_alloc(
    ngx_canvas_worker_t *worker, ngx_canvas_store_pt handler, void *data);
static ngx_int_t ngx_canvas_store_query(ngx_canvas_worker_t *worker,
    ngx_canvas_store_args_t *args, ngx_canvas_redis_reply_pt reply,
    ngx_canvas_store_query_t *query);

static void ngx_canvas_store_placed(void *data, redisReply *reply);
static void ngx_canvas_store_identified(void *data, redisReply *reply);
static void ngx_canvas_store_stored(void *data, redisReply *reply);
static void ngx_canvas_store_finish(ngx_canvas_store_call_t *call,
    ngx_canvas_store_result_t *result);
static void ngx_canvas_store_greeted(void *data, redisReply *reply);
static void ngx_canvas_store_loaded(void *data, redisReply *reply);
static void ngx_canvas_store_logged(void *data, redisReply *reply);
static canvas_code_t ngx_canvas_store_code(ngx_canvas_worker_t *worker,
    redisReply *reply, ngx_canvas_store_result_t *result);
static redisReply *ngx_canvas_store_ok(redisReply *reply, const char *shape);
static uint64_t ngx_canvas_store_integer(redisReply *reply, ngx_uint_t i);


ngx_int_t
ngx_canvas_store_place(ngx_canvas_worker_t *worker,
    ngx_canvas_identity_t *identity, ngx_str_t *session, ngx_uint_t x,
    ngx_uint_t y, ngx_uint_t color, ngx_str_t *request_id,
    ngx_canvas_store_pt handler, void *data, ngx_canvas_store_call_t **slot)
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

    ngx_canvas_store_begin(&args, identity ? "canvas_place"
                                           : "canvas_place_session", "9");
    ngx_canvas_store_page(&args, worker->conf);

    ngx_canvas_store_arg(&args, keys[NGX_CANVAS_KEY_CONTRIBUTORS].data,
                         keys[NGX_CANVAS_KEY_CONTRIBUTORS].len);

    if (identity) {
        call->identity = *identity;
        canvas_uuid_format(identity->actor, (char *) uuid);

        keys += identity->kind == 'a' ? NGX_CANVAS_KEY_AGENTS
                                      : NGX_CANVAS_KEY_USERS;
    } else {
        call->by_session = 1;
        keys += NGX_CANVAS_KEY_USERS;
    }

    ngx_canvas_store_arg(&args, keys->data, keys->len);

    keys = worker->conf->keys;

    ngx_canvas_store_arg(&args, keys[NGX_CANVAS_KEY_BANNED].data,
                         keys[NGX_CANVAS_KEY_BANNED].len);

    if (identity) {
        ngx_canvas_store_name(&args, &keys[NGX_CANVAS_KEY_RATELIMIT], uuid,
                              CANVAS_UUID_LEN);
    } else {
        ngx_canvas_store_name(&args, &keys[NGX_CANVAS_KEY_SESSION],
                              session->data, session->len);
    }

    ngx_canvas_store_arg(&args, keys[NGX_CANVAS_KEY_UPDATES].data,
                         keys[NGX_CANVAS_KEY_UPDATES].len);
    ngx_canvas_store_number(&args, x);
    ngx_canvas_store_number(&args, y);
    ngx_canvas_store_number(&args, color);

    if (identity) {
        ngx_canvas_store_arg(&args, uuid, CANVAS_UUID_LEN);
        ngx_canvas_store_arg(&args, &identity->kind, 1);
    } else {
        ngx_canvas_store_arg(&args, keys[NGX_CANVAS_KEY_RATELIMIT].data,
                             keys[NGX_CANVAS_KEY_RATELIMIT].len);
    }

    ngx_canvas_store_arg(&args, request_id->data, request_id->len);
    ngx_canvas_store_number(&args, worker->conf->cooldown);

    if (identity == NULL) {
        ngx_canvas_store_arg(&args, NGX_CANVAS_STORE_SESSION_TTL,
                             sizeof(NGX_CANVAS_STORE_SESSION_TTL) - 1);
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

    ngx_canvas_store_begin(&args, "canvas_identify", "3");
    ngx_canvas_store_name(&args, &keys[NGX_CANVAS_KEY_SESSION],
                          session->data, session->len);
    ngx_canvas_store_arg(&args, keys[NGX_CANVAS_KEY_BANNED].data,
                         keys[NGX_CANVAS_KEY_BANNED].len);
    ngx_canvas_store_arg(&args, keys[NGX_CANVAS_KEY_USERS].data,
                         keys[NGX_CANVAS_KEY_USERS].len);
    ngx_canvas_store_arg(&args, keys[NGX_CANVAS_KEY_RATELIMIT].data,
                         keys[NGX_CANVAS_KEY_RATELIMIT].len);
    ngx_canvas_store_arg(&args, NGX_CANVAS_STORE_SESSION_TTL,
                         sizeof(NGX_CANVAS_STORE_SESSION_TTL) - 1);

    return ngx_canvas_store_call(worker, &args, ngx_canvas_store_identified,
                                 call, slot);
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

    ngx_canvas_store_begin(&args, "canvas_session_create", "1");
    ngx_canvas_store_name(&args, &worker->conf->keys[NGX_CANVAS_KEY_SESSION],
                          session->data, session->len);
    ngx_canvas_store_arg(&args, NGX_CANVAS_STORE_SESSION_TTL,
                         sizeof(NGX_CANVAS_STORE_SESSION_TTL) - 1);
    ngx_canvas_store_arg(&args, uuid, CANVAS_UUID_LEN);
    ngx_canvas_store_arg(&args, identity->username, identity->username_len);
    ngx_canvas_store_arg(&args, identity->kind == 'g' ? "1" : "0", 1);
    ngx_canvas_store_arg(&args, identity->is_admin ? "1" : "0", 1);
    ngx_canvas_store_arg(&args, created, sizeof(created) - 1);

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

    args.argc = 0;
    args.last = args.text;

    ngx_canvas_store_arg(&args, "DEL", 3);
    ngx_canvas_store_name(&args, &worker->conf->keys[NGX_CANVAS_KEY_SESSION],
                          session->data, session->len);

    return ngx_canvas_store_call(worker, &args, ngx_canvas_store_stored, call,
                                 slot);
}


ngx_int_t
ngx_canvas_store_hello(ngx_canvas_worker_t *worker,
    ngx_canvas_store_hello_pt handler, void *data)
{
    ngx_str_t                 *channel;
    ngx_canvas_store_args_t    args;
    ngx_canvas_store_query_t   query;

    ngx_memzero(&query, sizeof(ngx_canvas_store_query_t));

    query.hello = handler;
    query.data = data;

    channel = &worker->conf->keys[NGX_CANVAS_KEY_UPDATES];

    ngx_canvas_store_begin(&args, "canvas_hello", "5");
    ngx_canvas_store_page(&args, worker->conf);
    ngx_canvas_store_arg(&args, channel->data, channel->len);

    return ngx_canvas_store_query(worker, &args, ngx_canvas_store_greeted,
                                  &query);
}


ngx_int_t
ngx_canvas_store_read(ngx_canvas_worker_t *worker,
    ngx_canvas_store_read_pt handler, void *data)
{
    ngx_str_t                 *channel;
    ngx_canvas_store_args_t    args;
    ngx_canvas_store_query_t   query;

    ngx_memzero(&query, sizeof(ngx_canvas_store_query_t));

    query.read = handler;
    query.data = data;

    channel = &worker->conf->keys[NGX_CANVAS_KEY_UPDATES];

    ngx_canvas_store_begin(&args, "canvas_read", "5");
    ngx_canvas_store_page(&args, worker->conf);
    ngx_canvas_store_arg(&args, channel->data, channel->len);

    return ngx_canvas_store_query(worker, &args, ngx_canvas_store_loaded,
                                  &query);
}


ngx_int_t
ngx_canvas_store_log(ngx_canvas_worker_t *worker, uint64_t epoch,
    uint64_t seq, ngx_uint_t max, ngx_canvas_store_log_pt handler, void *data)
{
    u_char                     from[2 * NGX_INT64_LEN + 2];
    u_char                    *p;
    ngx_str_t                 *key;
    ngx_canvas_store_args_t    args;
    ngx_canvas_store_query_t   query;

    ngx_memzero(&query, sizeof(ngx_canvas_store_query_t));

    query.log = handler;
    query.data = data;

    key = &worker->conf->keys[NGX_CANVAS_KEY_EVENTS];

    args.argc = 0;
    args.last = args.text;

    /* "(" makes the range exclusive */
    p = ngx_sprintf(from, "(%uL-%uL", epoch, seq);

    ngx_canvas_store_arg(&args, "XRANGE", 6);
    ngx_canvas_store_arg(&args, key->data, key->len);
    ngx_canvas_store_arg(&args, from, p - from);
    ngx_canvas_store_arg(&args, "+", 1);
    ngx_canvas_store_arg(&args, "COUNT", 5);
    ngx_canvas_store_number(&args, max);

    return ngx_canvas_store_query(worker, &args, ngx_canvas_store_logged,
                                  &query);
}


void
ngx_canvas_store_detach(ngx_canvas_store_call_t *call)
{
    if (call) {
        call->handler = NULL;
    }
}


static void
ngx_canvas_store_begin(ngx_canvas_store_args_t *args, const char *function,
    const char *nkeys)
{
    args->argc = 0;
    args->last = args->text;

    ngx_canvas_store_arg(args, "FCALL", 5);
    ngx_canvas_store_arg(args, function, ngx_strlen(function));
    ngx_canvas_store_arg(args, nkeys, 1);
}


static void
ngx_canvas_store_page(ngx_canvas_store_args_t *args, ngx_canvas_conf_t *conf)
{
    ngx_uint_t  i;

    for (i = NGX_CANVAS_KEY_STATE; i <= NGX_CANVAS_KEY_EVENTS; i++) {
        ngx_canvas_store_arg(args, conf->keys[i].data, conf->keys[i].len);
    }
}


static void
ngx_canvas_store_arg(ngx_canvas_store_args_t *args, const void *data,
    size_t len)
{
    args->argv[args->argc] = data;
    args->argvlen[args->argc++] = len;
}


/* prefix: at most 128 bytes, checked in the configuration; rest: 64 */

static void
ngx_canvas_store_name(ngx_canvas_store_args_t *args, ngx_str_t *prefix,
    const void *rest, size_t len)
{
    u_char  *p;

    p = args->last;

    args->last = ngx_cpymem(p, prefix->data, prefix->len);
    args->last = ngx_cpymem(args->last, rest, len);

    ngx_canvas_store_arg(args, p, args->last - p);
}


static void
ngx_canvas_store_number(ngx_canvas_store_args_t *args, uint64_t n)
{
    u_char  *p;

    p = args->last;
    args->last = ngx_sprintf(p, "%uL", n);

    ngx_canvas_store_arg(args, p, args->last - p);
}


static ngx_int_t
ngx_canvas_store_call(ngx_canvas_worker_t *worker,
    ngx_canvas_store_args_t *args, ngx_canvas_redis_reply_pt reply,
    ngx_canvas_store_call_t *call, ngx_canvas_store_call_t **slot)
{
    *slot = NULL;

    if (ngx_canvas_redis_command(worker->commands, reply, call, args->argc,
                                 args->argv, args->argvlen)
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


static ngx_int_t
ngx_canvas_store_query(ngx_canvas_worker_t *worker,
    ngx_canvas_store_args_t *args, ngx_canvas_redis_reply_pt reply,
    ngx_canvas_store_query_t *query)
{
    ngx_canvas_store_query_t  *copy;

    copy = ngx_alloc(sizeof(ngx_canvas_store_query_t), worker->log);
    if (copy == NULL) {
        return NGX_DECLINED;
    }

    *copy = *query;

    if (ngx_canvas_redis_command(worker->commands, reply, copy, args->argc,
                                 args->argv, args->argvlen)
        != NGX_OK)
    {
        ngx_free(copy);
        return NGX_DECLINED;
    }

    return NGX_OK;
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
        r = ngx_canvas_store_ok(reply, call->by_session ? "iiiss" : "iii");

        if (r == NULL) {
            result.code = CANVAS_CODE_INTERNAL;

        } else {
            result.seq = ngx_canvas_store_integer(r, 1);
            result.epoch = ngx_canvas_store_integer(r, 2);
            result.cooldown = ngx_canvas_store_integer(r, 3);

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
    redisReply                 *r, *name;
    ngx_canvas_store_call_t    *call;
    ngx_canvas_identity_t      *identity;
    ngx_canvas_store_result_t   result;

    call = data;

    ngx_memzero(&result, sizeof(ngx_canvas_store_result_t));

    identity = &result.identity;
    result.code = ngx_canvas_store_code(call->worker, reply, &result);

    if (result.code == CANVAS_CODE_OK) {
        r = ngx_canvas_store_ok(reply, "ssiiiii");

        if (r == NULL
            || canvas_uuid_parse(r->element[1]->str, r->element[1]->len,
                                 identity->actor)
               != CANVAS_OK)
        {
            result.code = CANVAS_CODE_INTERNAL;

        } else {
            name = r->element[2];
            identity->username_len = ngx_min((size_t) name->len,
                                             sizeof(identity->username));
            ngx_memcpy(identity->username, name->str, identity->username_len);

            identity->kind = ngx_canvas_store_integer(r, 3) ? 'g' : 'u';
            identity->is_admin = ngx_canvas_store_integer(r, 4) ? 1 : 0;
            identity->banned = ngx_canvas_store_integer(r, 5) ? 1 : 0;
            identity->remaining = ngx_canvas_store_integer(r, 6);
            identity->pixels = ngx_canvas_store_integer(r, 7);
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


static void
ngx_canvas_store_greeted(void *data, redisReply *reply)
{
    redisReply                *r;
    const char                *error;
    ngx_canvas_store_query_t  *query;
    ngx_canvas_store_hello_t   hello;

    query = data;
    r = ngx_canvas_store_ok(reply, "iiiiiiiisiiss");

    if (r == NULL) {
        error = NULL;

        if (reply && reply->type == REDIS_REPLY_ERROR) {
            error = reply->str;

        } else if (reply && reply->type == REDIS_REPLY_ARRAY
                   && reply->elements
                   && reply->element[0]->type == REDIS_REPLY_STRING)
        {
            error = reply->element[0]->str;
        }

        query->hello(query->data, NULL, error);
        ngx_free(query);
        return;
    }

    hello.version = ngx_canvas_store_integer(r, 1);
    hello.epoch = ngx_canvas_store_integer(r, 2);
    hello.seq = ngx_canvas_store_integer(r, 3);
    hello.width = ngx_canvas_store_integer(r, 4);
    hello.height = ngx_canvas_store_integer(r, 5);
    hello.colors = ngx_canvas_store_integer(r, 6);
    hello.cooldown = r->element[8]->type == REDIS_REPLY_INTEGER
                     ? r->element[8]->integer : -1;
    hello.game_mode.data = (u_char *) r->element[9]->str;
    hello.game_mode.len = r->element[9]->len;
    hello.week = ngx_canvas_store_integer(r, 10);
    hello.year = ngx_canvas_store_integer(r, 11);
    hello.reason = canvas_reason_find(r->element[12]->str,
                                      r->element[12]->len);
    hello.rules.data = (u_char *) r->element[13]->str;
    hello.rules.len = r->element[13]->len;

    query->hello(query->data, &hello, NULL);
    ngx_free(query);
}


static void
ngx_canvas_store_loaded(void *data, redisReply *reply)
{
    redisReply                *r;
    ngx_canvas_store_query_t  *query;

    query = data;
    r = ngx_canvas_store_ok(reply, "iiss");

    if (r == NULL) {
        query->read(query->data, 0, 0, CANVAS_REASON_NONE, NULL, 0);

    } else {
        query->read(query->data, ngx_canvas_store_integer(r, 1),
                    ngx_canvas_store_integer(r, 2),
                    canvas_reason_find(r->element[3]->str, r->element[3]->len),
                    (u_char *) r->element[4]->str, r->element[4]->len);
    }

    ngx_free(query);
}


static void
ngx_canvas_store_logged(void *data, redisReply *reply)
{
    size_t                     i;
    redisReply                *entry, *fields;
    canvas_event_t             event;
    ngx_canvas_store_query_t  *query;

    query = data;

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY) {
        query->log(query->data, NULL, -1);
        ngx_free(query);
        return;
    }

    for (i = 0; i < reply->elements; i++) {
        entry = reply->element[i];

        if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2) {
            break;
        }

        fields = entry->element[1];

        if (entry->element[0]->type != REDIS_REPLY_STRING
            || fields->type != REDIS_REPLY_ARRAY || fields->elements != 2
            || fields->element[1]->type != REDIS_REPLY_STRING
            || canvas_event_id_parse(entry->element[0]->str,
                                     entry->element[0]->len,
                                     &event.epoch, &event.seq)
               != CANVAS_OK
            || canvas_event_parse(fields->element[1]->str,
                                  fields->element[1]->len, &event)
               != CANVAS_OK)
        {
            break;
        }

        query->log(query->data, &event, 0);
    }

    query->log(query->data, NULL, i == reply->elements ? (ngx_int_t) i : -1);
    ngx_free(query);
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
        ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                      "canvas redis: command refused: %s", reply->str);
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


/*
 * The reply if it is an array that begins with OK and goes on as shape says
 * (i: an integer, or the text of one; s: a string), else NULL.
 */

static redisReply *
ngx_canvas_store_ok(redisReply *reply, const char *shape)
{
    int     type;
    size_t  i;

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY
        || reply->elements < ngx_strlen(shape) + 1
        || reply->element[0]->type != REDIS_REPLY_STRING
        || ngx_strcmp(reply->element[0]->str, "OK") != 0)
    {
        return NULL;
    }

    for (i = 0; shape[i]; i++) {
        type = reply->element[i + 1]->type;

        if (type != REDIS_REPLY_STRING
            && (shape[i] == 's' || type != REDIS_REPLY_INTEGER))
        {
            return NULL;
        }
    }

    return reply;
}


/* integers come as such, hash fields as their text */

static uint64_t
ngx_canvas_store_integer(redisReply *reply, ngx_uint_t i)
{
    ngx_int_t    n;
    redisReply  *r;

    r = reply->element[i];

    if (r->type == REDIS_REPLY_INTEGER) {
        return r->integer < 0 ? 0 : (uint64_t) r->integer;
    }

    if (r->type == REDIS_REPLY_STRING) {
        n = ngx_atoi((u_char *) r->str, r->len);
        return n == NGX_ERROR ? 0 : (uint64_t) n;
    }

    return 0;
}
