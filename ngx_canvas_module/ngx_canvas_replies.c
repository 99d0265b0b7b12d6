/*
 * ngx_canvas_replies: see the header.  A publication that nobody hears is
 * gone: who waits needs a time limit of its own.
 */

#include "ngx_canvas_replies.h"

#include <sys/random.h>

#include "canvas_id.h"


/* random bytes that name the channel */
#define NGX_CANVAS_REPLIES_TOKEN  16

/* "<UUID> <status> " */
#define NGX_CANVAS_REPLIES_HEAD   (CANVAS_UUID_LEN + 1 + 3 + 1)


struct ngx_canvas_replies_s {
    ngx_canvas_worker_t  *worker;
    ngx_queue_t           awaited;
    ngx_str_t             channel;
    unsigned              subscribed:1;
};


static void ngx_canvas_replies_message(void *data, redisReply *reply);
static void ngx_canvas_replies_take(ngx_canvas_replies_t *replies,
    u_char *text, size_t len);


ngx_canvas_replies_t *
ngx_canvas_replies_create(ngx_canvas_worker_t *worker)
{
    u_char                *p, token[NGX_CANVAS_REPLIES_TOKEN];
    ngx_str_t             *prefix;
    ngx_canvas_replies_t  *replies;

    prefix = &worker->conf->keys[NGX_CANVAS_KEY_REPLIES];

    replies = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_replies_t));
    p = ngx_pnalloc(worker->pool, prefix->len + 2 * sizeof(token));

    if (replies == NULL || p == NULL
        || getrandom(token, sizeof(token), 0) != (ssize_t) sizeof(token))
    {
        return NULL;
    }

    replies->worker = worker;
    replies->channel.data = p;
    replies->channel.len = prefix->len + 2 * sizeof(token);

    p = ngx_cpymem(p, prefix->data, prefix->len);
    canvas_hex_format(token, sizeof(token), (char *) p);

    ngx_queue_init(&replies->awaited);

    return replies;
}


void
ngx_canvas_replies_subscribe(ngx_canvas_replies_t *replies)
{
    (void) ngx_canvas_redis_subscribe(replies->worker->subscription,
                                      ngx_canvas_replies_message, replies,
                                      &replies->channel);
}


ngx_str_t *
ngx_canvas_replies_channel(ngx_canvas_replies_t *replies)
{
    return replies->subscribed ? &replies->channel : NULL;
}


void
ngx_canvas_replies_await(ngx_canvas_replies_t *replies,
    ngx_canvas_awaited_t *awaited)
{
    ngx_queue_insert_tail(&replies->awaited, &awaited->queue);
}


void
ngx_canvas_replies_forget(ngx_canvas_awaited_t *awaited)
{
    ngx_queue_remove(&awaited->queue);
}


/* [subscribe|message, channel, count|payload]; NULL: the connection is lost */

static void
ngx_canvas_replies_message(void *data, redisReply *reply)
{
    ngx_canvas_replies_t  *replies;

    replies = data;

    if (reply == NULL) {
        replies->subscribed = 0;
        return;
    }

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) {
        return;
    }

    if (reply->element[2]->type != REDIS_REPLY_STRING) {
        replies->subscribed = 1;
        return;
    }

    ngx_canvas_replies_take(replies, (u_char *) reply->element[2]->str,
                            reply->element[2]->len);
}


/* "<UUID> <status> <json>"; one that nobody waits for any more is nothing */

static void
ngx_canvas_replies_take(ngx_canvas_replies_t *replies, u_char *text,
    size_t len)
{
    u_char                 id[16];
    ngx_int_t              status;
    ngx_queue_t           *q;
    ngx_canvas_awaited_t  *awaited;

    if (len < NGX_CANVAS_REPLIES_HEAD
        || canvas_uuid_parse((char *) text, CANVAS_UUID_LEN, id) != CANVAS_OK)
    {
        return;
    }

    status = ngx_atoi(text + CANVAS_UUID_LEN + 1, 3);

    if (status < 100 || status > 599) {
        return;
    }

    for (q = ngx_queue_head(&replies->awaited);
         q != ngx_queue_sentinel(&replies->awaited);
         q = ngx_queue_next(q))
    {
        awaited = ngx_queue_data(q, ngx_canvas_awaited_t, queue);

        if (ngx_memcmp(awaited->id, id, 16) == 0) {
            awaited->handler(awaited->data, (ngx_uint_t) status,
                             text + NGX_CANVAS_REPLIES_HEAD,
                             len - NGX_CANVAS_REPLIES_HEAD);
            return;
        }
    }
}
