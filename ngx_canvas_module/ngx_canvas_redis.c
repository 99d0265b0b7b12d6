/*
 * ngx_canvas_redis: see the header.
 *
 * hiredis knows no timers, so they are ours.  One timer serves three purposes,
 * one at a time: the delay before a connect, the time limit of connect and
 * greeting, the time limit of the oldest command on its way.
 */

#include "ngx_canvas_redis_conn.h"


static ngx_canvas_redis_command_t *ngx_canvas_redis_command_alloc(
    ngx_canvas_redis_t *redis, ngx_canvas_redis_reply_pt handler, void *data);
static ngx_int_t ngx_canvas_redis_sent(ngx_canvas_redis_t *redis,
    ngx_canvas_redis_command_t *command, int rc);
static void ngx_canvas_redis_replied(redisAsyncContext *context, void *reply,
    void *data);
static void ngx_canvas_redis_arm(ngx_canvas_redis_t *redis);
static void ngx_canvas_redis_timeout(ngx_event_t *ev);


ngx_canvas_redis_t *
ngx_canvas_redis_create(ngx_pool_t *pool, ngx_log_t *log,
    ngx_canvas_redis_conf_t *conf, const char *name,
    ngx_canvas_redis_state_pt state, void *data)
{
    ngx_canvas_redis_t  *redis;

    redis = ngx_pcalloc(pool, sizeof(ngx_canvas_redis_t));
    if (redis == NULL) {
        return NULL;
    }

    redis->conf = conf;
    redis->log = log;
    redis->name = name;
    redis->handler = state;
    redis->data = data;
    redis->backoff = NGX_CANVAS_REDIS_BACKOFF_MIN;

    ngx_queue_init(&redis->commands);

    redis->timer.handler = ngx_canvas_redis_timeout;
    redis->timer.data = redis;
    redis->timer.log = log;
    redis->timer.cancelable = 1;

    /* not at once: the owner is still being put together */
    ngx_add_timer(&redis->timer, 1);

    return redis;
}


ngx_int_t
ngx_canvas_redis_command(ngx_canvas_redis_t *redis,
    ngx_canvas_redis_reply_pt handler, void *data, const u_char *text,
    size_t len)
{
    ngx_canvas_redis_command_t  *command;

    command = ngx_canvas_redis_command_alloc(redis, handler, data);
    if (command == NULL) {
        return NGX_DECLINED;
    }

    return ngx_canvas_redis_sent(redis, command,
        redisAsyncFormattedCommand(redis->context, ngx_canvas_redis_replied,
                                   command, (const char *) text, len));
}


ngx_int_t
ngx_canvas_redis_subscribe(ngx_canvas_redis_t *redis,
    ngx_canvas_redis_reply_pt handler, void *data, ngx_str_t *channel)
{
    ngx_canvas_redis_command_t  *command;

    command = ngx_canvas_redis_command_alloc(redis, handler, data);
    if (command == NULL) {
        return NGX_DECLINED;
    }

    command->subscription = 1;

    return ngx_canvas_redis_sent(redis, command,
        redisAsyncCommand(redis->context, ngx_canvas_redis_replied, command,
                          "SUBSCRIBE %b", channel->data, channel->len));
}


ngx_uint_t
ngx_canvas_redis_connected(ngx_canvas_redis_t *redis)
{
    return redis->state == NGX_CANVAS_REDIS_READY;
}


void
ngx_canvas_redis_reset(ngx_canvas_redis_t *redis, const char *why)
{
    if (redis->state == NGX_CANVAS_REDIS_CONNECTING
        || redis->state == NGX_CANVAS_REDIS_READY)
    {
        ngx_canvas_redis_connect_lost(redis, why);
    }
}


void
ngx_canvas_redis_hold(ngx_canvas_redis_t *redis)
{
    ngx_canvas_redis_events_hold(redis);
}


void
ngx_canvas_redis_flush(ngx_canvas_redis_t *redis)
{
    ngx_canvas_redis_events_flush(redis);
}


void
ngx_canvas_redis_pause(ngx_canvas_redis_t *redis, ngx_uint_t pause)
{
    ngx_canvas_redis_events_pause(redis, pause);
}


void
ngx_canvas_redis_close(ngx_canvas_redis_t *redis)
{
    redis->handler = NULL;
    redis->state = NGX_CANVAS_REDIS_CLOSED;

    if (redis->timer.timer_set) {
        ngx_del_timer(&redis->timer);
    }

    ngx_canvas_redis_connect_detach(redis);
}


/* NULL: not connected, or out of memory */

static ngx_canvas_redis_command_t *
ngx_canvas_redis_command_alloc(ngx_canvas_redis_t *redis,
    ngx_canvas_redis_reply_pt handler, void *data)
{
    ngx_canvas_redis_command_t  *command;

    if (redis->state != NGX_CANVAS_REDIS_READY) {
        return NULL;
    }

    command = ngx_alloc(sizeof(ngx_canvas_redis_command_t), redis->log);
    if (command == NULL) {
        return NULL;
    }

    command->redis = redis;
    command->handler = handler;
    command->data = data;
    command->sent = ngx_current_msec;
    command->subscription = 0;

    return command;
}


/* rc is what hiredis said to the command */

static ngx_int_t
ngx_canvas_redis_sent(ngx_canvas_redis_t *redis,
    ngx_canvas_redis_command_t *command, int rc)
{
    if (rc != REDIS_OK) {
        ngx_free(command);
        return NGX_DECLINED;
    }

    ngx_canvas_redis_guard_expect(&redis->guard, command->subscription);

    ngx_queue_insert_tail(&redis->commands, &command->queue);
    ngx_canvas_redis_arm(redis);

    return NGX_OK;
}


static void
ngx_canvas_redis_replied(redisAsyncContext *context, void *reply, void *data)
{
    ngx_canvas_redis_t          *redis;
    ngx_canvas_redis_command_t  *command;

    command = data;
    redis = command->redis;

    if (redis == NULL) {
        /* answered already when the connection was given up */
        ngx_free(command);
        return;
    }

    if (command->subscription && reply) {
        command->handler(command->data, reply);
        return;
    }

    ngx_queue_remove(&command->queue);

    command->handler(command->data, reply);
    ngx_free(command);

    if (context->data) {
        ngx_canvas_redis_arm(redis);
    }
}


/* the timer always belongs to the oldest command that awaits its reply */

static void
ngx_canvas_redis_arm(ngx_canvas_redis_t *redis)
{
    ngx_queue_t                 *q;
    ngx_msec_int_t               left;
    ngx_canvas_redis_command_t  *command;

    if (redis->state != NGX_CANVAS_REDIS_READY) {
        return;
    }

    q = ngx_queue_head(&redis->commands);
    command = ngx_queue_data(q, ngx_canvas_redis_command_t, queue);

    if (q == ngx_queue_sentinel(&redis->commands) || command->subscription) {

        if (redis->timer.timer_set) {
            ngx_del_timer(&redis->timer);
        }

        return;
    }

    if (redis->timer.timer_set) {
        /* set for an older command: checked again when it fires */
        return;
    }

    left = (ngx_msec_int_t) (command->sent + redis->conf->timeout
                             - ngx_current_msec);

    redis->timer.cancelable = 0;
    ngx_add_timer(&redis->timer, ngx_max(left, 1));
}


static void
ngx_canvas_redis_timeout(ngx_event_t *ev)
{
    ngx_queue_t                 *q;
    ngx_canvas_redis_t          *redis;
    ngx_canvas_redis_command_t  *command;

    redis = ev->data;

    switch (redis->state) {

    case NGX_CANVAS_REDIS_WAITING:
        ngx_canvas_redis_connect(redis);
        return;

    case NGX_CANVAS_REDIS_CONNECTING:
        ngx_canvas_redis_connect_lost(redis, "connect timed out");
        return;

    case NGX_CANVAS_REDIS_READY:

        if (ngx_queue_empty(&redis->commands)) {
            return;
        }

        q = ngx_queue_head(&redis->commands);
        command = ngx_queue_data(q, ngx_canvas_redis_command_t, queue);

        if ((ngx_msec_int_t) (ngx_current_msec - command->sent)
            < (ngx_msec_int_t) redis->conf->timeout)
        {
            ngx_canvas_redis_arm(redis);
            return;
        }

        ngx_canvas_redis_connect_lost(redis, "reply timed out");
        return;

    default: /* NGX_CANVAS_REDIS_CLOSED */
        return;
    }
}
