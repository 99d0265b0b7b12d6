/*
 * ngx_canvas_redis: see the header.
 *
 * hiredis 0.14 reads at most 16 KB a call and knows no timers: its descriptor
 * is added level-triggered and the timers are ours.  One timer serves three
 * purposes, one at a time: the delay before a connect, the time limit of
 * connect and greeting, the time limit of the oldest command on its way.
 */

#include "ngx_canvas_redis.h"
#include "ngx_canvas_redis_guard.h"

#include <hiredis/async.h>


#define NGX_CANVAS_REDIS_BACKOFF_MIN  50        /* ms */
#define NGX_CANVAS_REDIS_BACKOFF_MAX  5000


typedef enum {
    NGX_CANVAS_REDIS_WAITING = 0,   /* for the next attempt */
    NGX_CANVAS_REDIS_CONNECTING,    /* connect, AUTH, SELECT */
    NGX_CANVAS_REDIS_READY,
    NGX_CANVAS_REDIS_CLOSED
} ngx_canvas_redis_state_e;


typedef struct ngx_canvas_redis_command_s  ngx_canvas_redis_command_t;

struct ngx_canvas_redis_command_s {
    ngx_queue_t                  queue;
    ngx_canvas_redis_t          *redis;
    ngx_canvas_redis_reply_pt    handler;
    void                        *data;
    ngx_msec_t                   sent;
    unsigned                     subscription:1;
};


struct ngx_canvas_redis_s {
    ngx_canvas_redis_conf_t     *conf;
    ngx_log_t                   *log;
    const char                  *name;
    ngx_canvas_redis_state_pt    handler;
    void                        *data;

    redisAsyncContext           *context;
    ngx_canvas_redis_guard_t     guard;
    ngx_connection_t            *connection;    /* of the context's fd */
    ngx_event_t                  timer;
    ngx_queue_t                  commands;      /* on their way, oldest first */
    ngx_msec_t                   backoff;
    ngx_msec_t                   since;         /* it is ready */
    ngx_canvas_redis_state_e     state;
    unsigned                     reported:1;    /* the loss is in the log */
};


static void ngx_canvas_redis_connect(ngx_canvas_redis_t *redis);
static ngx_int_t ngx_canvas_redis_attach(ngx_canvas_redis_t *redis);
static void ngx_canvas_redis_greet(ngx_canvas_redis_t *redis);
static void ngx_canvas_redis_greeted(redisAsyncContext *context, void *reply,
    void *data);
static void ngx_canvas_redis_on_connect(const redisAsyncContext *context,
    int status);
static void ngx_canvas_redis_on_disconnect(const redisAsyncContext *context,
    int status);
static void ngx_canvas_redis_lost(ngx_canvas_redis_t *redis, const char *why);
static void ngx_canvas_redis_detach(ngx_canvas_redis_t *redis);
static void ngx_canvas_redis_reply(redisAsyncContext *context, void *reply,
    void *data);
static void ngx_canvas_redis_arm(ngx_canvas_redis_t *redis);
static void ngx_canvas_redis_timeout(ngx_event_t *ev);

static void ngx_canvas_redis_add_read(void *data);
static void ngx_canvas_redis_del_read(void *data);
static void ngx_canvas_redis_add_write(void *data);
static void ngx_canvas_redis_del_write(void *data);
static void ngx_canvas_redis_cleanup(void *data);
static void ngx_canvas_redis_read_handler(ngx_event_t *ev);
static void ngx_canvas_redis_write_handler(ngx_event_t *ev);


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
    ngx_canvas_redis_reply_pt handler, void *data, int argc,
    const char **argv, const size_t *argvlen)
{
    ngx_canvas_redis_command_t  *command;

    if (redis->state != NGX_CANVAS_REDIS_READY) {
        return NGX_DECLINED;
    }

    command = ngx_alloc(sizeof(ngx_canvas_redis_command_t), redis->log);
    if (command == NULL) {
        return NGX_DECLINED;
    }

    command->redis = redis;
    command->handler = handler;
    command->data = data;
    command->sent = ngx_current_msec;
    command->subscription = argvlen[0] >= 9
                            && ngx_strncasecmp((u_char *) argv[0],
                                               (u_char *) "subscribe", 9) == 0;

    if (redisAsyncCommandArgv(redis->context, ngx_canvas_redis_reply, command,
                              argc, argv, argvlen)
        != REDIS_OK)
    {
        ngx_free(command);
        return NGX_DECLINED;
    }

    ngx_canvas_redis_guard_expect(&redis->guard, command->subscription);

    ngx_queue_insert_tail(&redis->commands, &command->queue);
    ngx_canvas_redis_arm(redis);

    return NGX_OK;
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
        ngx_canvas_redis_lost(redis, why);
    }
}


void
ngx_canvas_redis_close(ngx_canvas_redis_t *redis)
{
    redis->handler = NULL;
    redis->state = NGX_CANVAS_REDIS_CLOSED;

    if (redis->timer.timer_set) {
        ngx_del_timer(&redis->timer);
    }

    ngx_canvas_redis_detach(redis);
}


static void
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
        ngx_canvas_redis_lost(redis, "out of memory");
        return;
    }

    if (context->err || ngx_canvas_redis_attach(redis) != NGX_OK) {
        ngx_canvas_redis_lost(redis, context->err ? context->errstr
                                                  : "no connection free");
        return;
    }

    redisAsyncSetConnectCallback(context, ngx_canvas_redis_on_connect);
    redisAsyncSetDisconnectCallback(context, ngx_canvas_redis_on_disconnect);

    ngx_add_timer(&redis->timer, conf->timeout);

    ngx_canvas_redis_greet(redis);
}


/* puts hiredis' descriptor on nginx's event loop */

static ngx_int_t
ngx_canvas_redis_attach(ngx_canvas_redis_t *redis)
{
    ngx_connection_t   *c;
    redisAsyncContext  *context;

    context = redis->context;

    c = ngx_get_connection(context->c.fd, redis->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = redis;
    c->log = redis->log;
    c->read->log = redis->log;
    c->write->log = redis->log;
    c->read->handler = ngx_canvas_redis_read_handler;
    c->write->handler = ngx_canvas_redis_write_handler;

    redis->connection = c;

    context->ev.data = redis;
    context->ev.addRead = ngx_canvas_redis_add_read;
    context->ev.delRead = ngx_canvas_redis_del_read;
    context->ev.addWrite = ngx_canvas_redis_add_write;
    context->ev.delWrite = ngx_canvas_redis_del_write;
    context->ev.cleanup = ngx_canvas_redis_cleanup;
    context->data = redis;

    ngx_canvas_redis_guard_attach(&redis->guard, &context->c);

    return NGX_OK;
}


/*
 * AUTH and SELECT are sent without waiting for each other; PING at the end
 * tells that the server takes commands (it may still be loading its data).
 */

static void
ngx_canvas_redis_greet(ngx_canvas_redis_t *redis)
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

        redisAsyncCommandArgv(redis->context, ngx_canvas_redis_greeted, NULL,
                              argc, argv, argvlen);
        ngx_canvas_redis_guard_expect(&redis->guard, 0);
    }

    if (conf->db) {
        argv[0] = "SELECT";
        argvlen[0] = 6;
        argv[1] = (char *) db;
        argvlen[1] = ngx_sprintf(db, "%ui", conf->db) - db;

        redisAsyncCommandArgv(redis->context, ngx_canvas_redis_greeted, NULL,
                              2, argv, argvlen);
        ngx_canvas_redis_guard_expect(&redis->guard, 0);
    }

    argv[0] = "PING";
    argvlen[0] = 4;

    redisAsyncCommandArgv(redis->context, ngx_canvas_redis_greeted, redis,
                          1, argv, argvlen);
    ngx_canvas_redis_guard_expect(&redis->guard, 0);
}


/* data: set for the last command of the greeting */

static void
ngx_canvas_redis_greeted(redisAsyncContext *context, void *reply, void *data)
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
        ngx_canvas_redis_lost(redis, r->str);
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
ngx_canvas_redis_on_connect(const redisAsyncContext *context, int status)
{
    ngx_canvas_redis_t  *redis;

    redis = context->data;

    if (redis && status != REDIS_OK) {
        /* hiredis frees the context itself once this callback returned */
        redis->context = NULL;
        ngx_canvas_redis_lost(redis, context->errstr);
    }
}


static void
ngx_canvas_redis_on_disconnect(const redisAsyncContext *context, int status)
{
    ngx_canvas_redis_t  *redis;

    redis = context->data;

    if (redis) {
        redis->context = NULL;
        ngx_canvas_redis_lost(redis, redis->guard.refused ?
                                     redis->guard.refused : context->errstr);
    }
}


/* ends this connection, tells the owner, and plans the next attempt */

static void
ngx_canvas_redis_lost(ngx_canvas_redis_t *redis, const char *why)
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

    ngx_canvas_redis_detach(redis);

    if (was_ready && redis->handler) {
        redis->handler(redis->data, 0);
    }

    delay = redis->backoff / 2 + ngx_random() % (redis->backoff / 2 + 1);
    redis->backoff = ngx_min(redis->backoff * 2, NGX_CANVAS_REDIS_BACKOFF_MAX);

    redis->timer.cancelable = 1;
    ngx_add_timer(&redis->timer, delay);
}


/* every command on its way is answered with NULL */

static void
ngx_canvas_redis_detach(ngx_canvas_redis_t *redis)
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

    ngx_canvas_redis_cleanup(redis);

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


static void
ngx_canvas_redis_reply(redisAsyncContext *context, void *reply, void *data)
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
        ngx_canvas_redis_lost(redis, "connect timed out");
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

        ngx_canvas_redis_lost(redis, "reply timed out");
        return;

    default: /* NGX_CANVAS_REDIS_CLOSED */
        return;
    }
}


/* what hiredis asks of an event loop; level-triggered, see above */

static void
ngx_canvas_redis_add_read(void *data)
{
    ngx_connection_t  *c = ((ngx_canvas_redis_t *) data)->connection;

    if (c && !c->read->active) {
        (void) ngx_add_event(c->read, NGX_READ_EVENT, NGX_LEVEL_EVENT);
    }
}


static void
ngx_canvas_redis_del_read(void *data)
{
    ngx_connection_t  *c = ((ngx_canvas_redis_t *) data)->connection;

    if (c && c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
    }
}


static void
ngx_canvas_redis_add_write(void *data)
{
    ngx_connection_t  *c = ((ngx_canvas_redis_t *) data)->connection;

    if (c && !c->write->active) {
        (void) ngx_add_event(c->write, NGX_WRITE_EVENT, NGX_LEVEL_EVENT);
    }
}


static void
ngx_canvas_redis_del_write(void *data)
{
    ngx_connection_t  *c = ((ngx_canvas_redis_t *) data)->connection;

    if (c && c->write->active) {
        (void) ngx_del_event(c->write, NGX_WRITE_EVENT, 0);
    }
}


/* gives nginx's connection back; hiredis closes the descriptor itself */

static void
ngx_canvas_redis_cleanup(void *data)
{
    ngx_connection_t    *c;
    ngx_canvas_redis_t  *redis;

    redis = data;
    c = redis->connection;

    if (c == NULL) {
        return;
    }

    redis->connection = NULL;

    if (c->read->active || c->write->active) {
        (void) ngx_del_conn(c, 0);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }

    c->read->closed = 1;
    c->write->closed = 1;

    ngx_free_connection(c);
    c->fd = (ngx_socket_t) -1;
}


static void
ngx_canvas_redis_read_handler(ngx_event_t *ev)
{
    ngx_connection_t    *c = ev->data;
    ngx_canvas_redis_t  *redis = c->data;

    if (redis->context) {
        redisAsyncHandleRead(redis->context);
    }
}


static void
ngx_canvas_redis_write_handler(ngx_event_t *ev)
{
    ngx_connection_t    *c = ev->data;
    ngx_canvas_redis_t  *redis = c->data;

    if (redis->context) {
        redisAsyncHandleWrite(redis->context);
    }
}
