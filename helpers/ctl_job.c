/*
 * ctl_job: see the header.
 */

#include "ctl_job.h"

#include "canvas_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* also the consumer: one keeper at a time, so one name */
#define CTL_JOB_GROUP   "keeper"
#define CTL_JOB_STREAM  "canvas:jobs"


static ctl_status_t ctl_job_read(ctl_redis_t *redis, int block_ms,
    const char *after, ctl_job_t *job);
static ctl_status_t ctl_job_group(ctl_redis_t *redis);
static void ctl_job_take(ctl_job_t *job, redisReply *reply);
static const redisReply *ctl_job_entry(const redisReply *reply);
static void ctl_job_error(canvas_text_t *text, canvas_code_t code,
    const char *sentence, const char *more);
static ctl_status_t ctl_job_run(ctl_redis_t *redis, ctl_redis_args_t *args);


ctl_status_t
ctl_job_resume(ctl_redis_t *redis, const char *after, ctl_job_t *job)
{
    ctl_status_t  status;

    status = ctl_job_read(redis, 0, after, job);
    job->again = true;

    return status;
}


ctl_status_t
ctl_job_next(ctl_redis_t *redis, int block_ms, ctl_job_t *job)
{
    return ctl_job_read(redis, block_ms, ">", job);
}


static ctl_status_t
ctl_job_read(ctl_redis_t *redis, int block_ms, const char *after,
    ctl_job_t *job)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    memset(job, 0, sizeof(*job));

    ctl_redis_arg_text(&args, "XREADGROUP");
    ctl_redis_arg_text(&args, "GROUP");
    ctl_redis_arg_text(&args, CTL_JOB_GROUP);
    ctl_redis_arg_text(&args, CTL_JOB_GROUP);
    ctl_redis_arg_text(&args, "COUNT");
    ctl_redis_arg_number(&args, 1);

    if (block_ms > 0) {
        ctl_redis_arg_text(&args, "BLOCK");
        ctl_redis_arg_number(&args, block_ms);
    }

    ctl_redis_arg_text(&args, "STREAMS");
    ctl_redis_arg_key(redis, &args, CTL_JOB_STREAM);
    ctl_redis_arg_text(&args, after);

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL && strcmp(redis->code, "NOGROUP") == 0) {
        return ctl_job_group(redis);
    }

    if (reply == NULL) {
        return redis->error->status;
    }

    ctl_job_take(job, reply);

    return CTL_OK;
}


static ctl_status_t
ctl_job_group(ctl_redis_t *redis)
{
    ctl_status_t      status;
    ctl_redis_args_t  args = { 0 };

    ctl_redis_arg_text(&args, "XGROUP");
    ctl_redis_arg_text(&args, "CREATE");
    ctl_redis_arg_key(redis, &args, CTL_JOB_STREAM);
    ctl_redis_arg_text(&args, CTL_JOB_GROUP);
    ctl_redis_arg_text(&args, "0");
    ctl_redis_arg_text(&args, "MKSTREAM");

    status = ctl_job_run(redis, &args);

    return strcmp(redis->code, "BUSYGROUP") == 0 ? CTL_OK : status;
}


/* a field that is missing is ""; the name of no job, so it is refused */
static void
ctl_job_take(ctl_job_t *job, redisReply *reply)
{
    size_t             i;
    const redisReply  *entry, *value;

    const struct {
        const char   *name;
        const char  **text;
    } texts[] = {
        { "id", &job->id },
        { "job", &job->name },
        { "args", &job->args },
        { "actor", &job->actor },
        { "kind", &job->kind },
        { "username", &job->username },
        { "is_admin", &job->is_admin },
        { "reply", &job->channel }
    };

    entry = ctl_job_entry(reply);

    if (entry == NULL) {
        freeReplyObject(reply);
        return;
    }

    job->reply = reply;
    job->entry = entry->element[0]->str;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        value = ctl_redis_field(entry->element[1], texts[i].name);
        *texts[i].text = value != NULL ? value->str : "";
    }

    value = ctl_redis_field(entry->element[1], "expires");
    job->expires = value != NULL ? strtoll(value->str, NULL, 10) : 0;
}


/* [[stream, [[id, fields]]]]; fields are nil when the entry was deleted */
static const redisReply *
ctl_job_entry(const redisReply *reply)
{
    const redisReply  *stream, *entry;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1) {
        return NULL;
    }

    stream = reply->element[0];

    if (stream->type != REDIS_REPLY_ARRAY || stream->elements != 2
        || stream->element[1]->type != REDIS_REPLY_ARRAY
        || stream->element[1]->elements != 1)
    {
        return NULL;
    }

    entry = stream->element[1]->element[0];

    return entry->type == REDIS_REPLY_ARRAY && entry->elements == 2
           && entry->element[0]->type == REDIS_REPLY_STRING ? entry : NULL;
}


ctl_status_t
ctl_job_left(ctl_redis_t *redis, const ctl_job_t *job, int64_t *left)
{
    redisReply  *reply;

    reply = ctl_redis_words(redis, "TIME", NULL);
    if (reply == NULL) {
        return redis->error->status;
    }

    *left = 0;

    if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2) {
        *left = job->expires
                - strtoll(reply->element[0]->str, NULL, 10) * 1000
                - strtoll(reply->element[1]->str, NULL, 10) / 1000;
    }

    *left = *left < 0 ? 0 : *left;
    freeReplyObject(reply);

    return CTL_OK;
}


ctl_status_t
ctl_job_answer(ctl_redis_t *redis, const ctl_job_t *job, unsigned status,
    const char *json)
{
    size_t             len;
    char              *text;
    ctl_redis_args_t   args = { 0 };

    len = strlen(job->id) + strlen(json) + 16;
    text = malloc(len);
    if (text == NULL) {
        return ctl_error_memory(redis->error);
    }

    len = snprintf(text, len, "%s %03u %s", job->id, status % 1000, json);

    ctl_redis_arg_text(&args, "PUBLISH");
    ctl_redis_arg_text(&args, job->channel);
    ctl_redis_arg(&args, text, len);
    free(text);

    return ctl_job_run(redis, &args);
}


ctl_status_t
ctl_job_refuse(ctl_redis_t *redis, const ctl_job_t *job, canvas_code_t code,
    const char *sentence, const char *more)
{
    ctl_status_t   status;
    canvas_text_t  text = { 0 };

    if (sentence == NULL) {
        sentence = canvas_code_sentence(code);
    }

    ctl_job_error(&text, code, sentence, more);

    text.buf = malloc(text.len + 1);
    if (text.buf == NULL) {
        return ctl_error_memory(redis->error);
    }

    text.len = 0;
    ctl_job_error(&text, code, sentence, more);
    text.buf[text.len] = '\0';

    status = ctl_job_answer(redis, job, canvas_code_http(code), text.buf);
    free(text.buf);

    return status;
}


/* as every error of nginx; more is an object, whose members are taken over */
static void
ctl_job_error(canvas_text_t *text, canvas_code_t code, const char *sentence,
    const char *more)
{
    canvas_text_const(text, "{\"error\":");
    canvas_text_string(text, sentence);
    canvas_text_const(text, ",\"code\":");
    canvas_text_string(text, canvas_code_name(code));

    if (strcmp(more, "{}") != 0) {
        canvas_text_const(text, ",");
        canvas_text_add(text, more + 1, strlen(more) - 1);

    } else {
        canvas_text_const(text, "}");
    }
}


ctl_status_t
ctl_job_done(ctl_redis_t *redis, ctl_job_t *job)
{
    ctl_status_t      status;
    ctl_redis_args_t  args = { 0 };

    ctl_redis_arg_text(&args, "XACK");
    ctl_redis_arg_key(redis, &args, CTL_JOB_STREAM);
    ctl_redis_arg_text(&args, CTL_JOB_GROUP);
    ctl_redis_arg_text(&args, job->entry);

    status = ctl_job_run(redis, &args);

    if (status == CTL_OK) {
        ctl_redis_arg_text(&args, "XDEL");
        ctl_redis_arg_key(redis, &args, CTL_JOB_STREAM);
        ctl_redis_arg_text(&args, job->entry);

        status = ctl_job_run(redis, &args);
    }

    ctl_job_free(job);

    return status;
}


void
ctl_job_free(ctl_job_t *job)
{
    if (job->reply != NULL) {
        freeReplyObject(job->reply);
        job->reply = NULL;
    }
}


static ctl_status_t
ctl_job_run(ctl_redis_t *redis, ctl_redis_args_t *args)
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
