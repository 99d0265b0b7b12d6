/*
 * ngx_canvas_redis_events: hiredis' descriptor on nginx's event loop.
 *
 * hiredis 0.14 reads at most 16 KB a call: the descriptor is added
 * level-triggered, an edge would be missed.
 */

#include "ngx_canvas_redis_conn.h"


static void ngx_canvas_redis_events_add_read(void *data);
static void ngx_canvas_redis_events_del_read(void *data);
static void ngx_canvas_redis_events_add_write(void *data);
static void ngx_canvas_redis_events_del_write(void *data);
static void ngx_canvas_redis_events_cleanup(void *data);
static void ngx_canvas_redis_events_read_handler(ngx_event_t *ev);
static void ngx_canvas_redis_events_write_handler(ngx_event_t *ev);


ngx_int_t
ngx_canvas_redis_events_attach(ngx_canvas_redis_t *redis)
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
    c->read->handler = ngx_canvas_redis_events_read_handler;
    c->write->handler = ngx_canvas_redis_events_write_handler;

    redis->connection = c;

    context->ev.data = redis;
    context->ev.addRead = ngx_canvas_redis_events_add_read;
    context->ev.delRead = ngx_canvas_redis_events_del_read;
    context->ev.addWrite = ngx_canvas_redis_events_add_write;
    context->ev.delWrite = ngx_canvas_redis_events_del_write;
    context->ev.cleanup = ngx_canvas_redis_events_cleanup;
    context->data = redis;

    ngx_canvas_redis_guard_attach(&redis->guard, &context->c);

    return NGX_OK;
}


void
ngx_canvas_redis_events_detach(ngx_canvas_redis_t *redis)
{
    ngx_connection_t  *c;

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


void
ngx_canvas_redis_events_pause(ngx_canvas_redis_t *redis, ngx_uint_t pause)
{
    redis->paused = pause;

    if (pause) {
        ngx_canvas_redis_events_del_read(redis);

    } else {
        ngx_canvas_redis_events_add_read(redis);
    }
}


void
ngx_canvas_redis_events_hold(ngx_canvas_redis_t *redis)
{
    redis->held = 1;
}


void
ngx_canvas_redis_events_flush(ngx_canvas_redis_t *redis)
{
    redis->held = 0;

    if (redis->context && redis->state == NGX_CANVAS_REDIS_READY) {
        redisAsyncHandleWrite(redis->context);
    }
}


/* what hiredis asks of an event loop */

static void
ngx_canvas_redis_events_add_read(void *data)
{
    ngx_canvas_redis_t  *redis = data;

    ngx_connection_t  *c = redis->connection;

    if (c && !c->read->active && !redis->paused) {
        (void) ngx_add_event(c->read, NGX_READ_EVENT, NGX_LEVEL_EVENT);
    }
}


static void
ngx_canvas_redis_events_del_read(void *data)
{
    ngx_connection_t  *c = ((ngx_canvas_redis_t *) data)->connection;

    if (c && c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
    }
}


static void
ngx_canvas_redis_events_add_write(void *data)
{
    ngx_canvas_redis_t  *redis = data;

    ngx_connection_t  *c = redis->connection;

    if (c && !c->write->active && !redis->held) {
        (void) ngx_add_event(c->write, NGX_WRITE_EVENT, NGX_LEVEL_EVENT);
    }
}


static void
ngx_canvas_redis_events_del_write(void *data)
{
    ngx_connection_t  *c = ((ngx_canvas_redis_t *) data)->connection;

    if (c && c->write->active) {
        (void) ngx_del_event(c->write, NGX_WRITE_EVENT, 0);
    }
}


static void
ngx_canvas_redis_events_cleanup(void *data)
{
    ngx_canvas_redis_events_detach(data);
}


static void
ngx_canvas_redis_events_read_handler(ngx_event_t *ev)
{
    ngx_connection_t    *c = ev->data;
    ngx_canvas_redis_t  *redis = c->data;

    if (redis->context) {
        redisAsyncHandleRead(redis->context);
    }
}


static void
ngx_canvas_redis_events_write_handler(ngx_event_t *ev)
{
    ngx_connection_t    *c = ev->data;
    ngx_canvas_redis_t  *redis = c->data;

    if (redis->context) {
        redisAsyncHandleWrite(redis->context);
    }
}
