/*
 * ctl_canvas: see the header.
 */

#include "ctl_canvas.h"

#include "canvas_event.h"
#include "ctl_canvas_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static void ctl_canvas_arg_page(ctl_redis_args_t *args,
    const ctl_canvas_page_t *page);
static void ctl_canvas_arg_mode(ctl_redis_args_t *args,
    const ctl_canvas_page_t *page);
static void ctl_canvas_arg_closing(ctl_redis_t *redis,
    ctl_redis_args_t *args, uint64_t epoch, const char *name);


/* what canvas_turn takes behind the page, before and after the closing keys */
static const char *const  ctl_canvas_turn_keys[] = {
    "canvas:contributors", "leaderboard:users", "leaderboard:agents",
    "leaderboard:factions", "canvas:rotation:lock"
};

static const char *const  ctl_canvas_closing_keys[] = {
    "state", "rules"
};

static const char *const  ctl_canvas_turn_more_keys[] = {
    "canvas:actors", "canvas:folded", "canvas:factions"
};

#define CTL_CANVAS_TURN_KEYS       5
#define CTL_CANVAS_CLOSING_KEYS    2
#define CTL_CANVAS_TURN_MORE_KEYS  3

static const char *const  ctl_canvas_fold_keys[] = {
    "leaderboard:users", "leaderboard:agents", "leaderboard:factions",
    "canvas:contributors", "canvas:folded"
};

#define CTL_CANVAS_FOLD_KEYS  5

#define CTL_CANVAS_LOAD_TRIES    3


ctl_status_t
ctl_canvas_hello(ctl_redis_t *redis, ctl_canvas_hello_t *hello)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_canvas_call_begin(redis, &args, "canvas_hello");

    reply = ctl_canvas_call_run(redis, &args, 14, "NOT_INITIALISED");
    if (reply == NULL) {
        return redis->error->status;
    }

    hello->epoch = ctl_canvas_call_number(reply, 2);
    hello->seq = ctl_canvas_call_number(reply, 3);
    hello->width = ctl_canvas_call_number(reply, 4);
    hello->height = ctl_canvas_call_number(reply, 5);
    hello->colors = ctl_canvas_call_number(reply, 6);
    hello->background = ctl_canvas_call_number(reply, 7);

    snprintf(hello->game_mode, sizeof(hello->game_mode), "%s",
             reply->element[9]->type == REDIS_REPLY_STRING
             ? reply->element[9]->str : "");

    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_first_epoch(ctl_redis_t *redis, uint64_t *epoch)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_redis_arg_text(&args, "HGET");
    ctl_redis_arg_key(redis, &args, "canvas:rules");
    ctl_redis_arg_text(&args, "first_epoch");

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    *epoch = reply->type == REDIS_REPLY_STRING
             ? strtoull(reply->str, NULL, 10) : 0;
    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_read(ctl_redis_t *redis, ctl_canvas_image_t *image)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    memset(image, 0, sizeof(*image));
    ctl_canvas_call_begin(redis, &args, "canvas_read");

    reply = ctl_canvas_call_run(redis, &args, 5, "NOT_INITIALISED");
    if (reply == NULL) {
        return redis->error->status;
    }

    image->reply = reply;
    image->epoch = ctl_canvas_call_number(reply, 1);
    image->seq = ctl_canvas_call_number(reply, 2);
    image->state = (uint8_t *) reply->element[4]->str;
    image->len = reply->element[4]->len;

    return CTL_OK;
}


void
ctl_canvas_image_free(ctl_canvas_image_t *image)
{
    if (image->reply != NULL) {
        freeReplyObject(image->reply);
        memset(image, 0, sizeof(*image));
    }
}


ctl_status_t
ctl_canvas_init(ctl_redis_t *redis, const ctl_canvas_page_t *page)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_canvas_call_begin(redis, &args, "canvas_init");
    ctl_canvas_arg_page(&args, page);

    reply = ctl_canvas_call_run(redis, &args, 3, "CONFLICT");
    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_load(ctl_redis_t *redis, const ctl_canvas_page_t *page,
    const ctl_canvas_image_t *image, bool again, ctl_position_t *at)
{
    char               id[48];
    int                tries;
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    for (tries = 0; tries < CTL_CANVAS_LOAD_TRIES; tries++) {

        ctl_canvas_call_begin(redis, &args, "canvas_load");
        ctl_canvas_arg_page(&args, page);
        ctl_redis_arg_number(&args, at->epoch);

        if (again) {
            ctl_redis_arg(&args, id, canvas_event_id_format(id, image->epoch,
                                                            image->seq));
        } else {
            ctl_redis_arg_number(&args, image->seq);
        }

        ctl_redis_arg(&args, (const char *) image->state, image->len);
        ctl_redis_arg_number(&args, page->started_ms);

        reply = ctl_redis_call(redis, &args);

        if (reply != NULL && reply->type == REDIS_REPLY_ARRAY
            && reply->elements == 2
            && strcmp(reply->element[0]->str, "CONFLICT") == 0)
        {
            at->epoch = ctl_canvas_call_number(reply, 1) + 1;
            freeReplyObject(reply);
            continue;
        }

        ctl_redis_args_free(&args);
        reply = ctl_canvas_call_reply(redis, reply, 3, "");

        if (reply == NULL) {
            return redis->error->status;
        }

        at->epoch = ctl_canvas_call_number(reply, 1);
        at->seq = ctl_canvas_call_number(reply, 2);
        freeReplyObject(reply);

        return CTL_OK;
    }

    ctl_redis_args_free(&args);

    return ctl_error_set(redis->error, CTL_NOT_DUE,
                         "Redis keeps beginning epochs");
}


ctl_status_t
ctl_canvas_turn(ctl_redis_t *redis, const ctl_canvas_page_t *page,
    const ctl_canvas_turn_t *turn, uint64_t *epoch, uint64_t *seq)
{
    size_t             i;
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_canvas_call_page(redis, &args, "canvas_turn",
                         CTL_CANVAS_TURN_KEYS + CTL_CANVAS_CLOSING_KEYS
                         + CTL_CANVAS_TURN_MORE_KEYS);

    for (i = 0; i < CTL_CANVAS_TURN_KEYS; i++) {
        ctl_redis_arg_key(redis, &args, ctl_canvas_turn_keys[i]);
    }

    for (i = 0; i < CTL_CANVAS_CLOSING_KEYS; i++) {
        ctl_canvas_arg_closing(redis, &args, turn->closing_epoch,
                               ctl_canvas_closing_keys[i]);
    }

    for (i = 0; i < CTL_CANVAS_TURN_MORE_KEYS; i++) {
        ctl_redis_arg_key(redis, &args, ctl_canvas_turn_more_keys[i]);
    }

    ctl_redis_arg_key(redis, &args, "canvas:updates");
    ctl_redis_arg_text(&args, turn->token);
    ctl_redis_arg_number(&args, turn->closing_epoch);
    ctl_redis_arg_text(&args, "rotate");
    ctl_canvas_arg_mode(&args, page);
    ctl_redis_arg_text(&args, "");        /* the marker describes the page */

    reply = ctl_canvas_call_run(redis, &args, 3, "FORBIDDEN");

    if (reply == NULL && redis->error->status == CTL_NOT_DUE) {
        return ctl_error_set(redis->error, CTL_NOT_DUE,
                             "another rotation took the lock in Redis");
    }

    if (reply == NULL) {
        return redis->error->status;
    }

    *epoch = ctl_canvas_call_number(reply, 1);
    *seq = ctl_canvas_call_number(reply, 2);
    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_closing(ctl_redis_t *redis, uint64_t closing_epoch,
    ctl_canvas_image_t *image)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    memset(image, 0, sizeof(*image));

    ctl_redis_arg_text(&args, "GET");
    ctl_canvas_arg_closing(redis, &args, closing_epoch, "state");

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    if (reply->type != REDIS_REPLY_STRING) {
        freeReplyObject(reply);
        return ctl_error_set(redis->error, CTL_NOT_DUE,
                             "Redis has no page of epoch %" PRIu64
                             " to archive", closing_epoch);
    }

    image->reply = reply;
    image->epoch = closing_epoch;
    image->state = (uint8_t *) reply->str;
    image->len = reply->len;

    return CTL_OK;
}


ctl_status_t
ctl_canvas_closing_delete(ctl_redis_t *redis, uint64_t closing_epoch)
{
    size_t             i;
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_redis_arg_text(&args, "DEL");

    for (i = 0; i < CTL_CANVAS_CLOSING_KEYS; i++) {
        ctl_canvas_arg_closing(redis, &args, closing_epoch,
                               ctl_canvas_closing_keys[i]);
    }

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_lock(ctl_redis_t *redis, const char *token, int ms)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_redis_arg_text(&args, "SET");
    ctl_redis_arg_key(redis, &args, "canvas:rotation:lock");
    ctl_redis_arg_text(&args, token);
    ctl_redis_arg_text(&args, "PX");
    ctl_redis_arg_number(&args, ms);

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_unlock(ctl_redis_t *redis, const char *token)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_redis_arg_text(&args, "EVAL");
    ctl_redis_arg_text(&args, "return redis.call('GET', KEYS[1]) == ARGV[1] "
                              "and redis.call('DEL', KEYS[1]) or 0");
    ctl_redis_arg_text(&args, "1");
    ctl_redis_arg_key(redis, &args, "canvas:rotation:lock");
    ctl_redis_arg_text(&args, token);

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_folded(ctl_redis_t *redis, ctl_position_t *position, bool *known)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    ctl_redis_arg_text(&args, "GET");
    ctl_redis_arg_key(redis, &args, "canvas:folded");

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    *known = reply->type == REDIS_REPLY_STRING
             && canvas_event_id_parse(reply->str, reply->len,
                                      &position->epoch, &position->seq)
                == CANVAS_OK;
    freeReplyObject(reply);

    return CTL_OK;
}


void
ctl_canvas_fold_begin(ctl_redis_t *redis, ctl_redis_args_t *args,
    ctl_position_t from, ctl_position_t to)
{
    char    id[48];
    size_t  i;

    ctl_redis_arg_text(args, "FCALL");
    ctl_redis_arg_text(args, "canvas_fold");
    ctl_redis_arg_number(args, CTL_CANVAS_FOLD_KEYS);

    for (i = 0; i < CTL_CANVAS_FOLD_KEYS; i++) {
        ctl_redis_arg_key(redis, args, ctl_canvas_fold_keys[i]);
    }

    ctl_redis_arg(args, id, canvas_event_id_format(id, from.epoch, from.seq));
    ctl_redis_arg(args, id, canvas_event_id_format(id, to.epoch, to.seq));
}


ctl_status_t
ctl_canvas_fold(ctl_redis_t *redis, ctl_redis_args_t *args,
    ctl_position_t *folded)
{
    redisReply        *reply;
    const redisReply  *id;

    reply = ctl_redis_call(redis, args);

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY
        || reply->elements != 2
        || reply->element[0]->type != REDIS_REPLY_STRING
        || (strcmp(reply->element[0]->str, "OK") != 0
            && strcmp(reply->element[0]->str, "CONFLICT") != 0))
    {
        reply = ctl_canvas_call_reply(redis, reply, 2, "");
    }

    if (reply == NULL) {
        return redis->error->status;
    }

    id = reply->element[1];

    if (id->type != REDIS_REPLY_STRING
        || canvas_event_id_parse(id->str, id->len, &folded->epoch,
                                 &folded->seq) != CANVAS_OK)
    {
        freeReplyObject(reply);
        return ctl_error_set(redis->error, CTL_FAILED,
                             "canvas_fold answered no position");
    }

    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_canvas_notice(ctl_redis_t *redis, char audience, const char *json)
{
    size_t             len;
    char              *text;
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    if (json[strcspn(json, "\r\n")] != '\0') {
        return ctl_error_set(redis->error, CTL_FAILED,
                             "a notice of more than one line");
    }

    len = strlen(json) + 2;
    text = malloc(len + 1);
    if (text == NULL) {
        return ctl_error_memory(redis->error);
    }

    snprintf(text, len + 1, "n%c%s", audience, json);

    ctl_redis_arg_text(&args, "PUBLISH");
    ctl_redis_arg_key(redis, &args, "canvas:updates");
    ctl_redis_arg(&args, text, len);

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);
    free(text);

    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


static void
ctl_canvas_arg_page(ctl_redis_args_t *args, const ctl_canvas_page_t *page)
{
    ctl_redis_arg_number(args, page->width);
    ctl_redis_arg_number(args, page->height);
    ctl_redis_arg_number(args, page->colors);
    ctl_redis_arg_number(args, page->background);
    ctl_canvas_arg_mode(args, page);
}


static void
ctl_canvas_arg_mode(ctl_redis_args_t *args, const ctl_canvas_page_t *page)
{
    ctl_redis_arg_text(args, page->game_mode);
    ctl_redis_arg_text(args, page->week_number);
    ctl_redis_arg_text(args, page->year);
    ctl_redis_arg_text(args, page->rules);
    ctl_redis_arg_text(args, page->cooldown_ms);
}


static void
ctl_canvas_arg_closing(ctl_redis_t *redis, ctl_redis_args_t *args,
    uint64_t epoch, const char *name)
{
    char  key[64];

    snprintf(key, sizeof(key), "canvas:closing:%" PRIu64 ":%s", epoch, name);
    ctl_redis_arg_key(redis, args, key);
}
