/*
 * ctl_redis: see the header.
 */

#include "ctl_redis.h"

#include "ctl_file.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* longer than any Function takes; reads with BLOCK wait less than this */
#define CTL_REDIS_TIMEOUT_S  10


static ctl_status_t ctl_redis_open(ctl_redis_t *redis);
static ctl_status_t ctl_redis_login(ctl_redis_t *redis);
static ctl_status_t ctl_redis_select(ctl_redis_t *redis);
static redisReply *ctl_redis_lost(ctl_redis_t *redis);
static redisReply *ctl_redis_refused(ctl_redis_t *redis, redisReply *reply);
static bool ctl_redis_reserve(ctl_redis_args_t *args, size_t len);


/* refusals that go away by themselves */
static const char *const  ctl_redis_temporary[] = {
    "LOADING", "BUSY", "OOM", "MISCONF", "MASTERDOWN", "READONLY",
    "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", NULL
};


ctl_status_t
ctl_redis_connect(ctl_redis_t *redis)
{
    ctl_status_t  status;

    if (redis->context != NULL) {
        return CTL_OK;
    }

    status = ctl_redis_open(redis);

    if (status == CTL_OK) {
        status = ctl_redis_login(redis);
    }

    if (status == CTL_OK) {
        status = ctl_redis_select(redis);
    }

    if (status != CTL_OK) {
        ctl_redis_close(redis);
    }

    return status;
}


void
ctl_redis_close(ctl_redis_t *redis)
{
    if (redis->context != NULL) {
        redisFree(redis->context);
        redis->context = NULL;
    }
}


static ctl_status_t
ctl_redis_open(ctl_redis_t *redis)
{
    int             port;
    char            host[256];
    const char     *address, *colon;
    struct timeval  timeout;

    timeout.tv_sec = CTL_REDIS_TIMEOUT_S;
    timeout.tv_usec = 0;
    address = redis->conf->redis;

    if (strncmp(address, "unix:", 5) == 0) {
        redis->context = redisConnectUnixWithTimeout(address + 5, timeout);

    } else {
        colon = strrchr(address, ':');
        port = colon != NULL ? atoi(colon + 1) : 0;

        if (port < 1 || port > 65535
            || (size_t) (colon - address) >= sizeof(host))
        {
            return ctl_error_set(redis->error, CTL_USAGE,
                                 "setting redis = \"%s\": expected "
                                 "unix:/path or host:port", address);
        }

        snprintf(host, sizeof(host), "%.*s", (int) (colon - address),
                 address);
        redis->context = redisConnectWithTimeout(host, port, timeout);
    }

    if (redis->context == NULL) {
        return ctl_error_memory(redis->error);
    }

    if (redis->context->err != 0) {
        return ctl_error_set(redis->error, CTL_TEMPORARY,
                             "cannot connect to Redis at %s: %s; is it "
                             "running, and is setting \"redis\" right?",
                             address, redis->context->errstr);
    }

    redisSetTimeout(redis->context, timeout);

    return CTL_OK;
}


static ctl_status_t
ctl_redis_login(ctl_redis_t *redis)
{
    char         *password;
    size_t        len;
    redisReply   *reply;
    const char   *path;
    ctl_status_t  status;

    path = redis->conf->redis_password_file;
    if (*path == '\0') {
        return CTL_OK;
    }

    status = ctl_file_read(path, &password, &len, redis->error);
    if (status != CTL_OK) {
        return status;
    }

    password[strcspn(password, "\r\n")] = '\0';

    if (*redis->conf->redis_user != '\0') {
        reply = ctl_redis_words(redis, "AUTH", redis->conf->redis_user,
                                password, NULL);
    } else {
        reply = ctl_redis_words(redis, "AUTH", password, NULL);
    }

    explicit_bzero(password, len);
    free(password);

    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


static ctl_status_t
ctl_redis_select(ctl_redis_t *redis)
{
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    if (redis->conf->redis_db == 0) {
        return CTL_OK;
    }

    ctl_redis_arg_text(&args, "SELECT");
    ctl_redis_arg_number(&args, redis->conf->redis_db);

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


redisReply *
ctl_redis_call(ctl_redis_t *redis, ctl_redis_args_t *args)
{
    size_t        i, begin, *len;
    redisReply   *reply;
    const char  **argv;

    redis->code[0] = '\0';

    argv = malloc((args->n + 1) * sizeof(char *));
    len = malloc((args->n + 1) * sizeof(size_t));
    reply = NULL;

    if (argv == NULL || len == NULL || args->failed) {
        ctl_error_memory(redis->error);
        goto done;
    }

    if (ctl_redis_connect(redis) != CTL_OK) {
        goto done;
    }

    for (begin = 0, i = 0; i < args->n; i++) {
        argv[i] = args->data + begin;
        len[i] = args->end[i] - begin;
        begin = args->end[i];
    }

    reply = redisCommandArgv(redis->context, args->n, argv, len);

    if (reply == NULL) {
        reply = ctl_redis_lost(redis);

    } else if (reply->type == REDIS_REPLY_ERROR) {
        reply = ctl_redis_refused(redis, reply);
    }

done:

    free(argv);
    free(len);
    args->n = 0;
    args->used = 0;

    return reply;
}


redisReply *
ctl_redis_words(ctl_redis_t *redis, const char *word, ...)
{
    va_list            words;
    redisReply        *reply;
    ctl_redis_args_t   args = { 0 };

    va_start(words, word);

    for ( /* void */ ; word != NULL; word = va_arg(words, const char *)) {
        ctl_redis_arg_text(&args, word);
    }

    va_end(words);

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    return reply;
}


ctl_status_t
ctl_redis_time(ctl_redis_t *redis, uint64_t *ms)
{
    redisReply  *reply;

    reply = ctl_redis_words(redis, "TIME", NULL);
    if (reply == NULL) {
        return redis->error->status;
    }

    *ms = 0;

    if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2) {
        *ms = strtoull(reply->element[0]->str, NULL, 10) * 1000
              + strtoull(reply->element[1]->str, NULL, 10) / 1000;
    }

    freeReplyObject(reply);

    return CTL_OK;
}


const redisReply *
ctl_redis_field(const redisReply *map, const char *name)
{
    size_t             i;
    const redisReply  *key, *value;

    if (map->type != REDIS_REPLY_ARRAY) {
        return NULL;
    }

    for (i = 0; i + 1 < map->elements; i += 2) {
        key = map->element[i];
        value = map->element[i + 1];

        if (key->type == REDIS_REPLY_STRING && strcmp(key->str, name) == 0
            && value->type == REDIS_REPLY_STRING)
        {
            return value;
        }
    }

    return NULL;
}


/* the outcome of the command is unknown */
static redisReply *
ctl_redis_lost(ctl_redis_t *redis)
{
    ctl_error_set(redis->error, CTL_TEMPORARY,
                  "connection to Redis at %s lost: %s", redis->conf->redis,
                  redis->context->errstr);
    ctl_redis_close(redis);

    return NULL;
}


static redisReply *
ctl_redis_refused(ctl_redis_t *redis, redisReply *reply)
{
    size_t        i;
    ctl_status_t  status;

    snprintf(redis->code, sizeof(redis->code), "%.*s",
             (int) strcspn(reply->str, " "), reply->str);

    status = CTL_FAILED;

    for (i = 0; ctl_redis_temporary[i] != NULL; i++) {
        if (strcmp(redis->code, ctl_redis_temporary[i]) == 0) {
            status = CTL_TEMPORARY;
        }
    }

    ctl_error_set(redis->error, status, "Redis at %s refused: %s",
                  redis->conf->redis, reply->str);
    freeReplyObject(reply);

    return NULL;
}


void
ctl_redis_arg(ctl_redis_args_t *args, const char *data, size_t len)
{
    if (!ctl_redis_reserve(args, len)) {
        args->failed = true;
        return;
    }

    memcpy(args->data + args->used, data, len);
    args->used += len;
    args->end[args->n++] = args->used;
}


void
ctl_redis_arg_text(ctl_redis_args_t *args, const char *text)
{
    ctl_redis_arg(args, text, strlen(text));
}


void
ctl_redis_arg_number(ctl_redis_args_t *args, uint64_t number)
{
    char  text[24];

    ctl_redis_arg(args, text, snprintf(text, sizeof(text), "%" PRIu64,
                                       number));
}


void
ctl_redis_arg_key(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *name)
{
    size_t  n;

    /* two arguments, joined by forgetting the end of the first */
    n = args->n;
    ctl_redis_arg_text(args, redis->conf->redis_prefix);
    ctl_redis_arg_text(args, name);

    if (!args->failed) {
        args->end[n] = args->used;
        args->n = n + 1;
    }
}


void
ctl_redis_args_free(ctl_redis_args_t *args)
{
    free(args->data);
    free(args->end);
    memset(args, 0, sizeof(*args));
}


static bool
ctl_redis_reserve(ctl_redis_args_t *args, size_t len)
{
    char    *data;
    size_t   size, max, *end;

    if (args->used + len > args->size || args->data == NULL) {
        size = 2 * (args->used + len) + 256;
        data = realloc(args->data, size);
        if (data == NULL) {
            return false;
        }

        args->data = data;
        args->size = size;
    }

    if (args->n == args->max) {
        max = 2 * args->max + 16;
        end = realloc(args->end, max * sizeof(size_t));
        if (end == NULL) {
            return false;
        }

        args->end = end;
        args->max = max;
    }

    return true;
}
