/*
 * ngx_canvas_sync: see the header.  Every worker does all of this; who comes
 * first with a change applies it, the others find it done.
 *
 * One question at a time is on its way: hello, then, when needed, log or
 * read.  What asks for another meanwhile sets `again`.
 */

#include "ngx_canvas_broadcast.h"
#include "ngx_canvas_notice.h"
#include "ngx_canvas_replies.h"
#include "ngx_canvas_store.h"
#include "ngx_canvas_sync.h"

#include "canvas_proto.h"
#include "redis/canvas_lua.h"


/* between two questions where Redis stands, ms */
#define NGX_CANVAS_SYNC_INTERVAL  2000

/* entries of the log in one answer */
#define NGX_CANVAS_SYNC_LOG       1000

/* checks in a row that found missing changes before the subscription is
 * taken for dead */
#define NGX_CANVAS_SYNC_DEAF      2

/* checks in a row that found Redis behind before that is believed */
#define NGX_CANVAS_SYNC_OLDER     3


struct ngx_canvas_sync_s {
    ngx_canvas_worker_t  *worker;
    ngx_event_t           timer;

    uint64_t              epoch;        /* what the last hello said */
    uint64_t              seq;
    uint64_t              asked;        /* the log is read from here */
    ngx_uint_t            deaf;
    ngx_uint_t            older;
    uint64_t              stood;        /* the image at the last check */

    unsigned              asking:1;
    unsigned              again:1;
    unsigned              urgent:1;     /* do not wait for publications */
    unsigned              complained:1;
};


static void ngx_canvas_sync_timer(ngx_event_t *ev);
static void ngx_canvas_sync_ask(ngx_canvas_sync_t *sync);
static void ngx_canvas_sync_hello(void *data, ngx_canvas_store_hello_t *hello,
    const char *error);
static void ngx_canvas_sync_past(ngx_canvas_sync_t *sync,
    ngx_canvas_store_hello_t *hello, ngx_canvas_position_t *position);
static ngx_int_t ngx_canvas_sync_fits(ngx_canvas_sync_t *sync,
    ngx_canvas_store_hello_t *hello);
static void ngx_canvas_sync_week(ngx_canvas_sync_t *sync,
    ngx_canvas_store_hello_t *hello);
static void ngx_canvas_sync_complain(ngx_canvas_sync_t *sync,
    const char *error);
static void ngx_canvas_sync_compare(ngx_canvas_sync_t *sync);
static void ngx_canvas_sync_log(ngx_canvas_sync_t *sync,
    ngx_canvas_position_t *position);
static void ngx_canvas_sync_logged(void *data, canvas_event_t *event,
    ngx_int_t n);
static void ngx_canvas_sync_read(ngx_canvas_sync_t *sync);
static void ngx_canvas_sync_loaded(void *data, uint64_t epoch, uint64_t seq,
    canvas_reason_t reason, const u_char *packed, size_t len);
static void ngx_canvas_sync_done(ngx_canvas_sync_t *sync);
static void ngx_canvas_sync_message(void *data, redisReply *reply);
static canvas_status_t ngx_canvas_sync_apply(ngx_canvas_sync_t *sync,
    canvas_event_t *event);


ngx_canvas_sync_t *
ngx_canvas_sync_create(ngx_canvas_worker_t *worker)
{
    ngx_canvas_sync_t  *sync;

    sync = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_sync_t));
    if (sync == NULL) {
        return NULL;
    }

    sync->worker = worker;

    sync->timer.handler = ngx_canvas_sync_timer;
    sync->timer.data = sync;
    sync->timer.log = worker->log;
    sync->timer.cancelable = 1;

    ngx_add_timer(&sync->timer, NGX_CANVAS_SYNC_INTERVAL);

    return sync;
}


void
ngx_canvas_sync_commands_state(void *data, ngx_uint_t connected)
{
    ngx_canvas_sync_t  *sync;

    sync = data;

    if (!connected) {
        sync->worker->ready = 0;
        return;
    }

    sync->urgent = 1;
    ngx_canvas_sync_ask(sync);
}


void
ngx_canvas_sync_subscription_state(void *data, ngx_uint_t connected)
{
    ngx_str_t          *channel;
    ngx_canvas_sync_t  *sync;

    sync = data;

    if (!connected) {
        return;
    }

    channel = &sync->worker->conf->keys[NGX_CANVAS_KEY_UPDATES];

    (void) ngx_canvas_redis_subscribe(sync->worker->subscription,
                                      ngx_canvas_sync_message, sync, channel);

    ngx_canvas_replies_subscribe(sync->worker->replies);
}


static void
ngx_canvas_sync_timer(ngx_event_t *ev)
{
    ngx_canvas_sync_t  *sync;

    sync = ev->data;

    ngx_canvas_sync_ask(sync);

    ngx_add_timer(ev, NGX_CANVAS_SYNC_INTERVAL);
}


static void
ngx_canvas_sync_ask(ngx_canvas_sync_t *sync)
{
    if (sync->asking) {
        sync->again = 1;
        return;
    }

    if (ngx_canvas_store_hello(sync->worker, ngx_canvas_sync_hello, sync)
        == NGX_OK)
    {
        sync->asking = 1;
    }
}


static void
ngx_canvas_sync_hello(void *data, ngx_canvas_store_hello_t *hello,
    const char *error)
{
    uint64_t                epoch, seq;
    ngx_canvas_sync_t      *sync;
    ngx_canvas_position_t   position;

    sync = data;

    if (hello == NULL || ngx_canvas_sync_fits(sync, hello) != NGX_OK) {

        if (hello == NULL && error) {
            ngx_canvas_sync_complain(sync, error);
        }

        sync->worker->ready = 0;
        ngx_canvas_sync_done(sync);
        return;
    }

    if (sync->complained) {
        sync->complained = 0;
        ngx_log_error(NGX_LOG_NOTICE, sync->worker->log, 0,
                      "canvas sync: canvas \"%V\" is served again",
                      &sync->worker->conf->name);
    }

    ngx_canvas_sync_week(sync, hello);
    sync->worker->ready = 1;

    /* publications of these changes may still be on their way: what the
     * last hello said has to be here by now */

    epoch = sync->epoch;
    seq = sync->seq;

    sync->epoch = hello->epoch;
    sync->seq = hello->seq;

    ngx_canvas_shm_position(sync->worker->shm, &position);

    ngx_canvas_sync_past(sync, hello, &position);

    if (!position.valid || position.epoch != hello->epoch) {
        ngx_canvas_sync_read(sync);
        return;
    }

    if (sync->urgent || (epoch == hello->epoch && position.seq < seq)) {

        if (!sync->urgent && position.seq < seq
            && ++sync->deaf >= NGX_CANVAS_SYNC_DEAF)
        {
            sync->deaf = 0;
            ngx_canvas_redis_reset(sync->worker->subscription,
                                   "publications are missing");
        }

        ngx_canvas_sync_compare(sync);
        return;
    }

    sync->deaf = 0;
    ngx_canvas_sync_done(sync);
}


/*
 * Redis lost its past (wiped and begun anew): it stands at an older epoch, or
 * behind an image that does not move.  Believed only when it stays so: a
 * hello may be older than what another worker has applied meanwhile.
 */

static void
ngx_canvas_sync_past(ngx_canvas_sync_t *sync, ngx_canvas_store_hello_t *hello,
    ngx_canvas_position_t *position)
{
    ngx_uint_t  behind;

    behind = position->valid
             && (position->epoch > hello->epoch
                 || (position->epoch == hello->epoch
                     && position->seq > hello->seq
                     && position->seq == sync->stood));

    sync->stood = position->seq;
    sync->older = behind ? sync->older + 1 : 0;

    if (sync->older < NGX_CANVAS_SYNC_OLDER) {
        return;
    }

    sync->older = 0;

    ngx_log_error(NGX_LOG_ERR, sync->worker->log, 0,
                  "canvas sync: Redis stands at %uL-%uL, behind %uL-%uL here: "
                  "taking what Redis has", hello->epoch, hello->seq,
                  position->epoch, position->seq);

    ngx_canvas_shm_forget(sync->worker->shm, position->epoch);
    position->valid = 0;
}


/* does the canvas in Redis fit this configuration, and the library us? */

static ngx_int_t
ngx_canvas_sync_fits(ngx_canvas_sync_t *sync, ngx_canvas_store_hello_t *hello)
{
    ngx_canvas_conf_t  *conf;

    conf = sync->worker->conf;

    if (hello->version == CANVAS_LUA_VERSION
        && hello->width == conf->width
        && hello->height == conf->height
        && hello->colors == conf->palette.n)
    {
        return NGX_OK;
    }

    if (sync->complained) {
        return NGX_DECLINED;
    }

    sync->complained = 1;

    if (hello->version != CANVAS_LUA_VERSION) {
        ngx_log_error(NGX_LOG_ERR, sync->worker->log, 0,
                      "canvas sync: Function library canvas has version %ui, "
                      "%d is needed: run \"canvas-helper migrate\"",
                      hello->version, CANVAS_LUA_VERSION);
        return NGX_DECLINED;
    }

    ngx_log_error(NGX_LOG_ERR, sync->worker->log, 0,
                  "canvas sync: canvas \"%V\" is %uix%ui with %ui colours in "
                  "Redis but %uix%ui with %ui in nginx.conf: make them agree",
                  &conf->name, hello->width, hello->height, hello->colors,
                  conf->width, conf->height, (ngx_uint_t) conf->palette.n);

    return NGX_DECLINED;
}


/* takes the rules over; clients hear of it when they have changed */

static void
ngx_canvas_sync_week(ngx_canvas_sync_t *sync, ngx_canvas_store_hello_t *hello)
{
    size_t              len;
    u_char             *text, *p;
    ngx_uint_t          changed;
    ngx_msec_t          cooldown;
    ngx_canvas_week_t  *week;

    week = &sync->worker->week;

    cooldown = hello->cooldown < 0 ? sync->worker->conf->cooldown
                                   : (ngx_msec_t) hello->cooldown;

    len = ngx_min(hello->game_mode.len, sizeof(week->game_mode) - 1);

    changed = cooldown != week->cooldown
              || hello->rules.len != week->json.len
              || ngx_memcmp(hello->rules.data, week->json.data,
                            week->json.len)
                 != 0
              || ngx_strlen(week->game_mode) != len
              || ngx_memcmp(week->game_mode, hello->game_mode.data, len) != 0;

    week->epoch = hello->epoch;
    week->cooldown = cooldown;
    week->week = hello->week;
    week->year = hello->year;

    if (!changed) {
        return;
    }

    ngx_memcpy(week->game_mode, hello->game_mode.data, len);
    week->game_mode[len] = '\0';

    p = ngx_alloc(hello->rules.len + 1, sync->worker->log);
    if (p == NULL) {
        return;
    }

    ngx_memcpy(p, hello->rules.data, hello->rules.len);

    if (week->json.data) {
        ngx_free(week->json.data);
    }

    week->json.data = p;
    week->json.len = hello->rules.len;

    text = ngx_alloc(CANVAS_PROTO_REPLY_MAX + week->json.len,
                     sync->worker->log);
    if (text == NULL) {
        return;
    }

    p = ngx_sprintf(text, "{\"type\":\"rules\",\"cooldown\":");
    p += canvas_proto_seconds((char *) p, cooldown);
    p = ngx_sprintf(p, ",\"gameMode\":\"%s\",\"rules\":%V}",
                    week->game_mode, &week->json);

    ngx_canvas_broadcast_text(sync->worker->broadcast, text, p - text);

    ngx_free(text);
}


static void
ngx_canvas_sync_complain(ngx_canvas_sync_t *sync, const char *error)
{
    const char  *advice;

    if (sync->complained) {
        return;
    }

    sync->complained = 1;

    advice = ngx_strcmp(error, "NOT_INITIALISED") == 0
             ? "there is no canvas: run \"canvas-helper migrate\" (or "
               "\"restore\" after a loss of Redis)"
             : ngx_strstr(error, "not found")
               ? "the Function library is missing: run "
                 "\"canvas-helper migrate\""
               : "see the message";

    ngx_log_error(NGX_LOG_ERR, sync->worker->log, 0,
                  "canvas sync: canvas_hello refused: %s; %s", error, advice);
}


/* brings the image to where the last hello stood */

static void
ngx_canvas_sync_compare(ngx_canvas_sync_t *sync)
{
    ngx_canvas_position_t  position;

    ngx_canvas_shm_position(sync->worker->shm, &position);

    if (!position.valid || position.epoch != sync->epoch) {
        ngx_canvas_sync_read(sync);

    } else if (position.seq < sync->seq) {
        ngx_canvas_sync_log(sync, &position);

    } else {
        sync->urgent = 0;
        ngx_canvas_sync_done(sync);
    }
}


static void
ngx_canvas_sync_log(ngx_canvas_sync_t *sync, ngx_canvas_position_t *position)
{
    sync->asked = position->seq;

    if (ngx_canvas_store_log(sync->worker, position->epoch, position->seq,
                             NGX_CANVAS_SYNC_LOG, ngx_canvas_sync_logged, sync)
        != NGX_OK)
    {
        ngx_canvas_sync_done(sync);
    }
}


static void
ngx_canvas_sync_logged(void *data, canvas_event_t *event, ngx_int_t n)
{
    ngx_canvas_sync_t      *sync;
    ngx_canvas_position_t   position;

    sync = data;

    if (event) {
        if (event->type == CANVAS_EVENT_PIXEL) {
            (void) ngx_canvas_sync_apply(sync, event);
        }

        return;
    }

    ngx_canvas_broadcast_wake(sync->worker->broadcast);

    if (n < 0) {
        ngx_canvas_sync_done(sync);
        return;
    }

    ngx_canvas_shm_position(sync->worker->shm, &position);

    if (position.epoch == sync->epoch && position.seq < sync->seq
        && (n < NGX_CANVAS_SYNC_LOG || position.seq == sync->asked))
    {
        /* the stream does not reach back that far any more */
        ngx_canvas_sync_read(sync);
        return;
    }

    ngx_canvas_sync_compare(sync);
}


static void
ngx_canvas_sync_read(ngx_canvas_sync_t *sync)
{
    if (ngx_canvas_store_read(sync->worker, ngx_canvas_sync_loaded, sync)
        != NGX_OK)
    {
        ngx_canvas_sync_done(sync);
    }
}


static void
ngx_canvas_sync_loaded(void *data, uint64_t epoch, uint64_t seq,
    canvas_reason_t reason, const u_char *packed, size_t len)
{
    canvas_status_t     status;
    ngx_canvas_sync_t  *sync;

    sync = data;

    if (packed) {
        status = ngx_canvas_shm_load(sync->worker->shm, epoch, seq, reason,
                                     packed, len, sync->worker->conf->bits);

        if (status == CANVAS_OK) {
            ngx_log_error(NGX_LOG_INFO, sync->worker->log, 0,
                          "canvas sync: canvas \"%V\" read at epoch %uL, "
                          "seq %uL", &sync->worker->conf->name, epoch, seq);

        } else if (status != CANVAS_DONE) {
            ngx_log_error(NGX_LOG_ERR, sync->worker->log, 0,
                          "canvas sync: canvas of %uz bytes in Redis does "
                          "not fit %uix%ui", len, sync->worker->conf->width,
                          sync->worker->conf->height);
        }

        ngx_canvas_broadcast_wake(sync->worker->broadcast);
        sync->urgent = 0;
    }

    ngx_canvas_sync_done(sync);
}


static void
ngx_canvas_sync_done(ngx_canvas_sync_t *sync)
{
    sync->asking = 0;

    /* another worker may have moved the image while this one was deaf */
    ngx_canvas_broadcast_wake(sync->worker->broadcast);

    if (sync->again) {
        sync->again = 0;
        ngx_canvas_sync_ask(sync);
    }
}


/* a message of the subscription: [subscribe|message, channel, payload] */

static void
ngx_canvas_sync_message(void *data, redisReply *reply)
{
    size_t              len;
    const char         *text;
    canvas_event_t      event;
    canvas_status_t     status;
    ngx_canvas_sync_t  *sync;

    sync = data;

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY
        || reply->elements != 3)
    {
        return;
    }

    if (reply->element[2]->type != REDIS_REPLY_STRING) {
        /* subscribed: from here on nothing is missed, before it all may be */
        sync->urgent = 1;
        ngx_canvas_sync_ask(sync);
        return;
    }

    text = reply->element[2]->str;
    len = reply->element[2]->len;

    while ((status = canvas_event_next(&text, &len, &event)) != CANVAS_DONE) {

        if (status != CANVAS_OK) {
            ngx_log_error(NGX_LOG_ERR, sync->worker->log, 0,
                          "canvas sync: malformed publication");
            sync->urgent = 1;
            ngx_canvas_sync_ask(sync);
            continue;
        }

        if (event.type == CANVAS_EVENT_NOTICE) {
            ngx_canvas_notice_publish(sync->worker->notices, &event);
            continue;
        }

        if (event.type != CANVAS_EVENT_PIXEL) {
            /* another epoch or other rules: hello tells all of it */
            sync->urgent = 1;
            ngx_canvas_sync_ask(sync);
            continue;
        }

        status = ngx_canvas_sync_apply(sync, &event);

        if (status == CANVAS_GAP || status == CANVAS_STALE) {
            sync->urgent = 1;
            ngx_canvas_sync_ask(sync);
        }
    }

    ngx_canvas_broadcast_wake(sync->worker->broadcast);
}


static canvas_status_t
ngx_canvas_sync_apply(ngx_canvas_sync_t *sync, canvas_event_t *event)
{
    canvas_change_t  change;

    ngx_memzero(&change, sizeof(canvas_change_t));

    change.x = event->x;
    change.y = event->y;
    change.color = event->color;
    change.kind = event->kind;
    ngx_memcpy(change.actor, event->actor, sizeof(change.actor));

    return ngx_canvas_shm_apply(sync->worker->shm, event->epoch, event->seq,
                                &change);
}
