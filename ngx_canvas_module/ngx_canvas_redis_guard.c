/*
 * ngx_canvas_redis_guard: see the header.
 */

#include "ngx_canvas_redis_guard.h"


/* elements of one array; the longest that is asked for has 1000 */
#define NGX_CANVAS_REDIS_GUARD_ELEMENTS  65536

/* [subscribe|message, channel, count|payload] */
#define NGX_CANVAS_REDIS_GUARD_MESSAGE   3


static void *ngx_canvas_redis_guard_string(const redisReadTask *task,
    char *data, size_t len);
static void *ngx_canvas_redis_guard_array(const redisReadTask *task,
    int elements);
static void *ngx_canvas_redis_guard_integer(const redisReadTask *task,
    long long value);
static void *ngx_canvas_redis_guard_nil(const redisReadTask *task);
static ngx_canvas_redis_guard_t *ngx_canvas_redis_guard_admit(
    const redisReadTask *task, int type, int elements);
static ngx_uint_t ngx_canvas_redis_guard_first(ngx_canvas_redis_guard_t *guard,
    int type, int elements);
static ngx_uint_t ngx_canvas_redis_guard_word(const redisReadTask *task,
    const char *data, size_t len);


void
ngx_canvas_redis_guard_attach(ngx_canvas_redis_guard_t *guard,
    redisContext *context)
{
    guard->functions.createString = ngx_canvas_redis_guard_string;
    guard->functions.createArray = ngx_canvas_redis_guard_array;
    guard->functions.createInteger = ngx_canvas_redis_guard_integer;
    guard->functions.createNil = ngx_canvas_redis_guard_nil;
    guard->functions.freeObject = ngx_canvas_redis_reply_free;

    guard->awaited = 0;
    guard->refused = NULL;
    guard->subscribed = 0;
    guard->message = 0;

    context->reader->fn = &guard->functions;
    context->reader->privdata = guard;
}


void
ngx_canvas_redis_guard_expect(ngx_canvas_redis_guard_t *guard,
    ngx_uint_t subscription)
{
    if (subscription) {
        guard->subscribed = 1;

    } else {
        guard->awaited++;
    }
}


static void *
ngx_canvas_redis_guard_string(const redisReadTask *task, char *data,
    size_t len)
{
    ngx_canvas_redis_guard_t  *guard;

    guard = ngx_canvas_redis_guard_admit(task, task->type, 0);

    if (guard && guard->message && task->parent && task->idx == 0
        && !ngx_canvas_redis_guard_word(task, data, len))
    {
        guard->refused = "malformed message";
        return NULL;
    }

    return guard ? ngx_canvas_redis_reply_string(&guard->memory, task, data,
                                                 len)
                 : NULL;
}


static void *
ngx_canvas_redis_guard_array(const redisReadTask *task, int elements)
{
    ngx_canvas_redis_guard_t  *guard;

    guard = ngx_canvas_redis_guard_admit(task, REDIS_REPLY_ARRAY, elements);

    return guard ? ngx_canvas_redis_reply_array(&guard->memory, task, elements)
                 : NULL;
}


static void *
ngx_canvas_redis_guard_integer(const redisReadTask *task, long long value)
{
    ngx_canvas_redis_guard_t  *guard;

    guard = ngx_canvas_redis_guard_admit(task, REDIS_REPLY_INTEGER, 0);

    return guard ? ngx_canvas_redis_reply_integer(&guard->memory, task, value)
                 : NULL;
}


static void *
ngx_canvas_redis_guard_nil(const redisReadTask *task)
{
    ngx_canvas_redis_guard_t  *guard;

    guard = ngx_canvas_redis_guard_admit(task, REDIS_REPLY_NIL, 0);

    return guard ? ngx_canvas_redis_reply_nil(&guard->memory, task) : NULL;
}


/* NULL: refused */

static ngx_canvas_redis_guard_t *
ngx_canvas_redis_guard_admit(const redisReadTask *task, int type, int elements)
{
    ngx_canvas_redis_guard_t  *guard;

    guard = task->privdata;

    if (elements > NGX_CANVAS_REDIS_GUARD_ELEMENTS) {
        guard->refused = "reply is too long";

    } else if (task->parent == NULL) {

        if (!ngx_canvas_redis_guard_first(guard, type, elements)) {
            guard->refused = "reply that nobody asked for";
        }

    } else if (guard->message
               && type != REDIS_REPLY_STRING
               && (task->idx < 2 || type != REDIS_REPLY_INTEGER))
    {
        guard->refused = "malformed message";
    }

    return guard->refused ? NULL : guard;
}


/* the whole of a reply, or the array that holds it */

static ngx_uint_t
ngx_canvas_redis_guard_first(ngx_canvas_redis_guard_t *guard, int type,
    int elements)
{
    guard->message = 0;

    if (guard->awaited) {
        guard->awaited--;
        return 1;
    }

    if (type == REDIS_REPLY_ERROR) {
        /* "max number of clients reached": hiredis tells it */
        return 1;
    }

    guard->message = guard->subscribed && type == REDIS_REPLY_ARRAY
                     && elements == NGX_CANVAS_REDIS_GUARD_MESSAGE;

    return guard->message;
}


/* what a message begins with; an unsubscribe was never asked for */

static ngx_uint_t
ngx_canvas_redis_guard_word(const redisReadTask *task, const char *data,
    size_t len)
{
    return task->type == REDIS_REPLY_STRING
           && ((len == 7 && ngx_strncmp(data, "message", 7) == 0)
               || (len == 9 && ngx_strncmp(data, "subscribe", 9) == 0));
}
