/*
 * ngx_canvas_store_log: the questions that keep the shared image in step:
 * where Redis stands (hello), the whole canvas (read), what has changed since
 * (log).  Their callers live as long as the worker.
 */

#include "ngx_canvas_store.h"
#include "ngx_canvas_store_args.h"

#include "canvas_event.h"


typedef struct {
    ngx_canvas_store_hello_pt   hello;
    ngx_canvas_store_read_pt    read;
    ngx_canvas_store_log_pt     log;
    void                       *data;
} ngx_canvas_store_query_t;


static ngx_int_t ngx_canvas_store_query(ngx_canvas_worker_t *worker,
    ngx_canvas_store_args_t *args, ngx_canvas_redis_reply_pt reply,
    ngx_canvas_store_query_t *query);
static void ngx_canvas_store_greeted(void *data, redisReply *reply);
static void ngx_canvas_store_loaded(void *data, redisReply *reply);
static void ngx_canvas_store_logged(void *data, redisReply *reply);


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

    ngx_canvas_store_args_begin(&args, "canvas_hello", 5);
    ngx_canvas_store_args_page(&args, worker->conf);
    ngx_canvas_store_args_string(&args, channel);

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

    ngx_canvas_store_args_begin(&args, "canvas_read", 5);
    ngx_canvas_store_args_page(&args, worker->conf);
    ngx_canvas_store_args_string(&args, channel);

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

    ngx_canvas_store_args_init(&args);

    /* "(" makes the range exclusive */
    p = ngx_sprintf(from, "(%uL-%uL", epoch, seq);

    ngx_canvas_store_args_add(&args, "XRANGE", 6);
    ngx_canvas_store_args_string(&args, key);
    ngx_canvas_store_args_add(&args, from, p - from);
    ngx_canvas_store_args_add(&args, "+", 1);
    ngx_canvas_store_args_add(&args, "COUNT", 5);
    ngx_canvas_store_args_number(&args, max);

    return ngx_canvas_store_query(worker, &args, ngx_canvas_store_logged,
                                  &query);
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

    if (ngx_canvas_store_args_send(args, worker->commands, reply, copy)
        != NGX_OK)
    {
        ngx_free(copy);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static void
ngx_canvas_store_greeted(void *data, redisReply *reply)
{
    redisReply                *r;
    const char                *error;
    ngx_canvas_store_query_t  *query;
    ngx_canvas_store_hello_t   hello;

    query = data;
    r = ngx_canvas_store_reply_ok(reply, "iiiiiiiisiiss");

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

    hello.version = ngx_canvas_store_reply_integer(r, 1);
    hello.epoch = ngx_canvas_store_reply_integer(r, 2);
    hello.seq = ngx_canvas_store_reply_integer(r, 3);
    hello.width = ngx_canvas_store_reply_integer(r, 4);
    hello.height = ngx_canvas_store_reply_integer(r, 5);
    hello.colors = ngx_canvas_store_reply_integer(r, 6);
    hello.cooldown = r->element[8]->type == REDIS_REPLY_INTEGER
                     ? r->element[8]->integer : -1;
    hello.game_mode.data = (u_char *) r->element[9]->str;
    hello.game_mode.len = r->element[9]->len;
    hello.week = ngx_canvas_store_reply_integer(r, 10);
    hello.year = ngx_canvas_store_reply_integer(r, 11);
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
    r = ngx_canvas_store_reply_ok(reply, "iiss");

    if (r == NULL) {
        query->read(query->data, 0, 0, CANVAS_REASON_NONE, NULL, 0);

    } else {
        query->read(query->data, ngx_canvas_store_reply_integer(r, 1),
                    ngx_canvas_store_reply_integer(r, 2),
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
