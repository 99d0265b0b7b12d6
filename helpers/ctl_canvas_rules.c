/*
 * ctl_canvas_rules: the part of ctl_canvas.h about the rules of the running
 * week, and about what they change by themselves.
 */

#include "ctl_canvas.h"

#include "ctl_canvas_call.h"

#include <string.h>


static void ctl_canvas_rules_decayed(const redisReply *reply,
    ctl_canvas_decay_t *decay);


/* refusals of canvas_decay that its caller acts upon */
static const struct {
    const char          *word;
    ctl_canvas_faded_e   faded;
} ctl_canvas_refusals[] = {
    { "CONFLICT", CTL_CANVAS_FADED_CONFLICT },
    { "BEHIND", CTL_CANVAS_FADED_BEHIND },
    { "FORBIDDEN", CTL_CANVAS_FADED_FORBIDDEN },
    { NULL, CTL_CANVAS_FADED }
};


ctl_status_t
ctl_canvas_rules(ctl_redis_t *redis, const ctl_canvas_page_t *page,
    bool forget, bool *changed)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_canvas_call_page(redis, &args, "canvas_rules", 2);
    ctl_redis_arg_key(redis, &args, "canvas:actors");
    ctl_redis_arg_key(redis, &args, "canvas:factions");
    ctl_redis_arg_key(redis, &args, "canvas:updates");
    ctl_redis_arg_text(&args, page->game_mode);
    ctl_redis_arg_text(&args, page->week_number);
    ctl_redis_arg_text(&args, page->year);
    ctl_redis_arg_text(&args, page->rules);
    ctl_redis_arg_text(&args, forget ? "1" : "0");

    reply = ctl_canvas_call_run(redis, &args, 4, "CONFLICT");
    if (reply == NULL) {
        return redis->error->status;
    }

    *changed = ctl_canvas_call_number(reply, 3) == 1;
    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_decay(ctl_redis_t *redis, const uint8_t *pixels, size_t n,
    ctl_canvas_decay_t *decay)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_canvas_call_begin(redis, &args, "canvas_decay");
    ctl_redis_arg_number(&args, decay->at.epoch);
    ctl_redis_arg_number(&args, decay->at.seq);
    ctl_redis_arg_number(&args, decay->color);
    ctl_redis_arg(&args, (const char *) pixels, n * 4);

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply != NULL && reply->type == REDIS_REPLY_ARRAY
        && reply->elements > 0
        && reply->element[0]->type == REDIS_REPLY_STRING)
    {
        ctl_canvas_rules_decayed(reply, decay);

        if (decay->faded != CTL_CANVAS_FADED) {
            freeReplyObject(reply);
            return CTL_OK;
        }
    }

    reply = ctl_canvas_call_reply(redis, reply, 4, "");
    if (reply == NULL) {
        return redis->error->status;
    }

    decay->faded = CTL_CANVAS_FADED;
    decay->at.seq = ctl_canvas_call_number(reply, 2);
    decay->n = ctl_canvas_call_number(reply, 3);
    freeReplyObject(reply);

    return CTL_OK;
}


/* CTL_CANVAS_FADED when it is none of these refusals */
static void
ctl_canvas_rules_decayed(const redisReply *reply, ctl_canvas_decay_t *decay)
{
    size_t  i;

    for (i = 0; ctl_canvas_refusals[i].word != NULL; i++) {
        if (strcmp(reply->element[0]->str, ctl_canvas_refusals[i].word) == 0) {
            break;
        }
    }

    decay->faded = ctl_canvas_refusals[i].faded;
    decay->n = 0;

    if (decay->faded == CTL_CANVAS_FADED_CONFLICT && reply->elements > 1) {
        decay->at.epoch = ctl_canvas_call_number(reply, 1);
    }
}
