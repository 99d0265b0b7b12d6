/*
 * ctl_canvas_call: see the header.
 */

#include "ctl_canvas_call.h"

#include <string.h>

/* "page" of docs/redis.md */
static const char *const  ctl_canvas_page_keys[] = {
    "canvas:state", "canvas:seq", "canvas:epoch", "canvas:rules",
    "canvas:events"
};

#define CTL_CANVAS_PAGE_KEYS  5


void
ctl_canvas_call_begin(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *function)
{
    ctl_canvas_call_page(redis, args, function, 0);
    ctl_redis_arg_key(redis, args, "canvas:updates");
}


void
ctl_canvas_call_page(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *function, size_t more)
{
    size_t  i;

    ctl_redis_arg_text(args, "FCALL");
    ctl_redis_arg_text(args, function);
    ctl_redis_arg_number(args, CTL_CANVAS_PAGE_KEYS + more);

    for (i = 0; i < CTL_CANVAS_PAGE_KEYS; i++) {
        ctl_redis_arg_key(redis, args, ctl_canvas_page_keys[i]);
    }
}


redisReply *
ctl_canvas_call_run(ctl_redis_t *redis, ctl_redis_args_t *args, size_t elements,
    const char *expected)
{
    redisReply  *reply;

    reply = ctl_redis_call(redis, args);
    ctl_redis_args_free(args);

    return ctl_canvas_call_reply(redis, reply, elements, expected);
}


redisReply *
ctl_canvas_call_reply(ctl_redis_t *redis, redisReply *reply, size_t elements,
    const char *expected)
{
    const char  *word;

    if (reply == NULL) {
        if (strstr(redis->error->text, "Function not found") != NULL) {
            ctl_error_set(redis->error, CTL_FAILED,
                          "the Function library is not in Redis: run "
                          "canvas-helper migrate");
        }

        return NULL;
    }

    word = "";

    if (reply->type == REDIS_REPLY_ARRAY && reply->elements > 0
        && reply->element[0]->type == REDIS_REPLY_STRING)
    {
        word = reply->element[0]->str;

        if ((strcmp(word, "OK") == 0 || strcmp(word, "DONE") == 0)
            && reply->elements >= elements)
        {
            return reply;
        }
    }

    redis->code[0] = '\0';
    strncat(redis->code, word, sizeof(redis->code) - 1);

    if (strcmp(word, expected) == 0) {
        ctl_error_set(redis->error, CTL_NOT_DUE, "Redis answered %s", word);
    } else {
        ctl_error_set(redis->error, CTL_FAILED, "Redis refused with %s",
                      *word != '\0' ? word : "a malformed reply");
    }

    freeReplyObject(reply);

    return NULL;
}


uint64_t
ctl_canvas_call_number(const redisReply *reply, size_t i)
{
    return reply->element[i]->type == REDIS_REPLY_INTEGER
           ? (uint64_t) reply->element[i]->integer : 0;
}
