/*
 * ngx_canvas_redis_connect: how a connection to Redis begins (connect, AUTH,
 * SELECT, PING) and ends, and when the next one is tried.
 */

#include "ngx_canvas_redis_conn.h"


#define NGX_CANVAS_REDIS_BACKOFF_MAX  5000      /* ms */


static void ngx_canvas_redis_connect_greet(ngx_canvas_redis_t *redis);
static void ngx_canvas_redis_connect_greeted(redisAsyncContext *context,
    void *reply, void *data);
static void ngx_canvas_redis_connect_done(const redisAsyncContext *context,
    int status);
static void ngx_canvas_redis_connect_ended(const redisAsyncContext *context,
    int status);


void
ngx_canvas_redis_connect(ngx_canvas_redis_t *redis)
{
    redisAsyncContext        *context;
    ngx_canvas_redis_conf_t  *conf;

    conf = redis->conf;

    redis->state = NGX_CANVAS_REDIS_CONNECTING;

    if (conf->port) {
        context = redisAsyncConnect((char *) conf->address.data,
                                    (int) conf->port);
    } else {
        context = redisAsyncConnectUnix((char *) conf->address.data);
    }

    redis->context = context;

    if (context == NULL) {
        ngx_canvas_redis_connect_lost(redis, "out of memory");
        return;
    }

    if (context->err || ngx_canvas_redis_events_attach(redis) != NGX_OK) {
        ngx_canvas_redis_connect_lost(redis, context->err ? context->errstr
                                                  : "no connection free");
        return;
    }

    redisAsyncSetConnectCallback(context, ngx_canvas_redis_connect_done);
    redisAsyncSetDisconnectCallback(context, ngx_canvas_redis_connect_ended);

    ngx_add_timer(&redis->timer, conf->timeout);

    ngx_canvas_redis_connect_greet(redis);
}


void
ngx_canvas_redis_connect_lost(ngx_canvas_redis_t *redis, const char *why)
{
    ngx_uint_t  was_ready;
    ngx_msec_t  delay;

    if (redis->state == NGX_CANVAS_REDIS_CLOSED) {
        return;
    }

    was_ready = (redis->state == NGX_CANVAS_REDIS_READY);

    /* lost again at once is no success: a SUBSCRIBE that is not allowed */
    if (was_ready && ngx_current_msec - redis->since > redis->backoff) {
        redis->backoff = NGX_CANVAS_REDIS_BACKOFF_MIN;
    }

    redis->state = NGX_CANVAS_REDIS_WAITING;

    /* once per state change, not once per attempt */
    if (!redis->reported) {
        redis->reported = 1;
        ngx_log_error(NGX_LOG_ERR, redis->log, 0,
                      "canvas redis: %s to %V lost: %s", redis->name,
                      &redis->conf->address, why);
    }

    if (redis->timer.timer_set) {
        ngx_del_timer(&redis->timer);
    }

    ngx_canvas_redis_connect_detach(redis);

    if (was_ready && redis->handler) {
        redis->handler(redis->data, 0);
    }

    delay = redis->backoff / 2 + ngx_random() % (redis->backoff / 2 + 1);
    redis->backoff = ngx_min(redis->backoff * 2, NGX_CANVAS_REDIS_BACKOFF_MAX);

    redis->timer.cancelable = 1;
    ngx_add_timer(&redis->timer, delay);
}


void
ngx_canvas_redis_connect_detach(ngx_canvas_redis_t *redis)
{
    ngx_queue_t                 *q;
    redisAsyncContext           *context;
    ngx_canvas_redis_command_t  *command;

    context = redis->context;
    redis->context = NULL;

    if (context) {
        /* from here on our callbacks know that they are not meant */
        context->data = NULL;
    }

    ngx_canvas_redis_events_detach(redis);

    while (!ngx_queue_empty(&redis->commands)) {
        q = ngx_queue_head(&redis->commands);
        ngx_queue_remove(q);

        command = ngx_queue_data(q, ngx_canvas_redis_command_t, queue);
        command->redis = NULL;
        command->handler(command->data, NULL);
    }

    if (context) {
        /* hiredis calls back once more for each; that frees the records */
        context->ev.cleanup = NULL;
        context->ev.addRead = NULL;
        context->ev.delRead = NULL;
        context->ev.addWrite = NULL;
        context->ev.delWrite = NULL;

        redisAsyncFree(context);
    }
}


/*
 * AUTH and SELECT are sent without waiting for each other; PING at the end
 * tells that the server takes commands (it may still be loading its data).
 */

static void
ngx_canvas_redis_connect_greet(ngx_canvas_redis_t *redis)
{
    int                       argc;
    u_char                    db[NGX_INT_T_LEN];
    size_t                    argvlen[3];
    const char               *argv[3];
    ngx_canvas_redis_conf_t  *conf;

    conf = redis->conf;

    if (conf->password.len) {
        argc = 0;
        argv[argc] = "AUTH";
        argvlen[argc++] = 4;

        if (conf->user.len) {
            argv[argc] = (char *) conf->user.data;
            argvlen[argc++] = conf->user.len;
        }

        argv[argc] = (char *) conf->password.data;
        argvlen[argc++] = conf->password.len;

        redisAsyncCommandArgv(redis->context,
                              ngx_canvas_redis_connect_greeted, NULL, argc,
                              argv, argvlen);
        ngx_canvas_redis_guard_expect(&redis->guard, 0);
    }

    if (conf->db) {
        argv[0] = "SELECT";
        argvlen[0] = 6;
        argv[1] = (char *) db;
        argvlen[1] = ngx_sprintf(db, "%ui", conf->db) - db;

        redisAsyncCommandArgv(redis->context,
                              ngx_canvas_redis_connect_greeted, NULL, 2,
                              argv, argvlen);
        ngx_canvas_redis_guard_expect(&redis->guard, 0);
    }

    argv[0] = "PING";
    argvlen[0] = 4;

    redisAsyncCommandArgv(redis->context, ngx_canvas_redis_connect_greeted,
                          redis, 1, argv, argvlen);
    ngx_canvas_redis_guard_expect(&redis->guard, 0);
}


/* data: set for the last command of the greeting */

static void
ngx_canvas_redis_connect_greeted(redisAsyncContext *context, void *reply,
    void *data)
{
    redisReply          *r;
    ngx_canvas_redis_t  *redis;

    r = reply;
    redis = context->data;

    if (r == NULL || redis == NULL
        || redis->state != NGX_CANVAS_REDIS_CONNECTING)
    {
        return;
    }

    if (r->type == REDIS_REPLY_ERROR) {
        ngx_canvas_redis_connect_lost(redis, r->str);
        return;
    }

    if (data == NULL) {
        return;
    }

    ngx_del_timer(&redis->timer);

    redis->state = NGX_CANVAS_REDIS_READY;
    redis->since = ngx_current_msec;

    ngx_log_error((redis->reported ? NGX_LOG_NOTICE : NGX_LOG_INFO),
                  redis->log, 0, "canvas redis: %s connected to %V",
                  redis->name, &redis->conf->address);

    redis->reported = 0;

    if (redis->handler) {
        redis->handler(redis->data, 1);
    }
}


static void
ngx_canvas_redis_connect_done(const redisAsyncContext *context, int status)
{
    ngx_canvas_redis_t  *redis;

    redis = context->data;

    if (redis && status != REDIS_OK) {
        /* hiredis frees the context itself once this callback returned */
        redis->context = NULL;
        ngx_canvas_redis_connect_lost(redis, context->errstr);
    }
}


static void
ngx_canvas_redis_connect_ended(const redisAsyncContext *context, int status)
{
    ngx_canvas_redis_t  *redis;

    redis = context->data;

    if (redis) {
        redis->context = NULL;
        ngx_canvas_redis_connect_lost(redis, redis->guard.refused ?
                                     redis->guard.refused : context->errstr);
    }
}
