/*
 * ctl_group: see the header.
 */

#include "ctl_group.h"

#include "canvas_event.h"

#include <string.h>

/* also the consumer: one recorder at a time, so one name */
#define CTL_GROUP_NAME  "recorder"


static void ctl_group_begin(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *command, const char *subcommand);
static ctl_status_t ctl_group_run(ctl_redis_t *redis, ctl_redis_args_t *args);
static bool ctl_group_delivered(const redisReply *groups,
    ctl_position_t *position);


ctl_status_t
ctl_group_create(ctl_redis_t *redis)
{
    ctl_status_t      status;
    ctl_redis_args_t  args = { 0 };

    /* from the start: the recorder skips what PostgreSQL has */
    ctl_group_begin(redis, &args, "XGROUP", "CREATE");
    ctl_redis_arg_text(&args, CTL_GROUP_NAME);
    ctl_redis_arg_text(&args, "0");
    ctl_redis_arg_text(&args, "MKSTREAM");

    status = ctl_group_run(redis, &args);

    return strcmp(redis->code, "BUSYGROUP") == 0 ? CTL_OK : status;
}


ctl_status_t
ctl_group_rewind(ctl_redis_t *redis, ctl_position_t position)
{
    bool               known;
    char               id[48];
    redisReply        *reply;
    ctl_position_t     last;
    ctl_redis_args_t   args = { 0 };

    ctl_group_begin(redis, &args, "XINFO", "GROUPS");

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    known = ctl_group_delivered(reply, &last);
    freeReplyObject(reply);

    if (!known || ctl_position_compare(last, position) <= 0) {
        return CTL_OK;
    }

    canvas_event_id_format(id, position.epoch, position.seq);

    ctl_group_begin(redis, &args, "XGROUP", "SETID");
    ctl_redis_arg_text(&args, CTL_GROUP_NAME);
    ctl_redis_arg_text(&args, id);

    return ctl_group_run(redis, &args);
}


ctl_status_t
ctl_group_read(ctl_redis_t *redis, unsigned count, int block_ms,
    redisReply **reply)
{
    ctl_redis_args_t  args = { 0 };

    /* who needs a list of what is not acknowledged, when PostgreSQL knows */
    ctl_redis_arg_text(&args, "XREADGROUP");
    ctl_redis_arg_text(&args, "GROUP");
    ctl_redis_arg_text(&args, CTL_GROUP_NAME);
    ctl_redis_arg_text(&args, CTL_GROUP_NAME);
    ctl_redis_arg_text(&args, "COUNT");
    ctl_redis_arg_number(&args, count);
    ctl_redis_arg_text(&args, "BLOCK");
    ctl_redis_arg_number(&args, block_ms);
    ctl_redis_arg_text(&args, "NOACK");
    ctl_redis_arg_text(&args, "STREAMS");
    ctl_redis_arg_key(redis, &args, "canvas:events");
    ctl_redis_arg_text(&args, ">");

    *reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (*reply == NULL) {
        return redis->error->status;
    }

    if ((*reply)->type == REDIS_REPLY_NIL) {
        freeReplyObject(*reply);
        *reply = NULL;
    }

    return CTL_OK;
}


ctl_status_t
ctl_group_newest(ctl_redis_t *redis, ctl_position_t *position)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };
    const redisReply  *id;

    position->epoch = 0;
    position->seq = 0;

    ctl_group_begin(redis, &args, "XINFO", "STREAM");

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    id = ctl_redis_field(reply, "last-generated-id");

    if (id != NULL) {
        canvas_event_id_parse(id->str, id->len, &position->epoch,
                              &position->seq);
    }

    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_group_trim(ctl_redis_t *redis, ctl_position_t position)
{
    char              id[48];
    ctl_redis_args_t  args = { 0 };

    canvas_event_id_format(id, position.epoch, position.seq);

    ctl_group_begin(redis, &args, "XTRIM", NULL);
    ctl_redis_arg_text(&args, "MINID");
    ctl_redis_arg_text(&args, "~");
    ctl_redis_arg_text(&args, id);

    return ctl_group_run(redis, &args);
}


/* the command, its second word if it has one, and the key */
static void
ctl_group_begin(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *command, const char *subcommand)
{
    ctl_redis_arg_text(args, command);

    if (subcommand != NULL) {
        ctl_redis_arg_text(args, subcommand);
    }

    ctl_redis_arg_key(redis, args, "canvas:events");
}


static ctl_status_t
ctl_group_run(ctl_redis_t *redis, ctl_redis_args_t *args)
{
    redisReply  *reply;

    reply = ctl_redis_call(redis, args);
    ctl_redis_args_free(args);

    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


/* the position of the last entry that our group was given */
static bool
ctl_group_delivered(const redisReply *groups, ctl_position_t *position)
{
    size_t             i;
    const redisReply  *name, *id;

    if (groups->type != REDIS_REPLY_ARRAY) {
        return false;
    }

    for (i = 0; i < groups->elements; i++) {
        name = ctl_redis_field(groups->element[i], "name");
        id = ctl_redis_field(groups->element[i], "last-delivered-id");

        if (name != NULL && id != NULL
            && strcmp(name->str, CTL_GROUP_NAME) == 0)
        {
            return canvas_event_id_parse(id->str, id->len, &position->epoch,
                                         &position->seq) == CANVAS_OK;
        }
    }

    return false;
}
