/*
 * ngx_canvas_broadcast: see the header.  The front: who is there, what they
 * want to see, and what wakes the work of ngx_canvas_fanout.
 */

#include "ngx_canvas_fanout.h"


/* "online" at most this often, ms */
#define NGX_CANVAS_BROADCAST_ONLINE  5000


static void ngx_canvas_broadcast_event(ngx_event_t *event,
    ngx_event_handler_pt handler, ngx_canvas_broadcast_t *broadcast);
static void ngx_canvas_broadcast_append(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_frame_t *frame, unsigned channels, ngx_uint_t key,
    ngx_uint_t max);
static void ngx_canvas_broadcast_move(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session, ngx_canvas_view_t *view);
static void ngx_canvas_broadcast_count(ngx_event_t *ev);


ngx_canvas_broadcast_t *
ngx_canvas_broadcast_create(ngx_canvas_worker_t *worker)
{
    ngx_canvas_broadcast_t  *broadcast;

    broadcast = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_broadcast_t));
    if (broadcast == NULL) {
        return NULL;
    }

    broadcast->worker = worker;
    broadcast->counters = worker->shm->counters;
    broadcast->encoder.counters = worker->shm->counters;
    broadcast->encoder.log = worker->log;

    broadcast->views = ngx_canvas_views_create(worker->pool,
                                               worker->conf->width,
                                               worker->conf->height);

    broadcast->catchup = ngx_canvas_catchup_create(worker->pool, worker->shm,
                                                   &broadcast->encoder);

    if (broadcast->views == NULL || broadcast->catchup == NULL) {
        return NULL;
    }

    ngx_canvas_broadcast_event(&broadcast->timer, ngx_canvas_fanout_run,
                               broadcast);
    ngx_canvas_broadcast_event(&broadcast->post, ngx_canvas_fanout_run,
                               broadcast);
    ngx_canvas_broadcast_event(&broadcast->online, ngx_canvas_broadcast_count,
                               broadcast);

    canvas_tick_init(&broadcast->tick, worker->conf->tick);
    ngx_canvas_gauge(broadcast->counters, NGX_CANVAS_COUNT_TICK,
                     broadcast->tick.now);
    ngx_canvas_turn_init(&broadcast->turn, broadcast->counters, worker->log);

    ngx_add_timer(&broadcast->online, NGX_CANVAS_BROADCAST_ONLINE);

    return broadcast;
}


void
ngx_canvas_broadcast_wake(ngx_canvas_broadcast_t *broadcast)
{
    ngx_canvas_turn_begin(&broadcast->turn);

    if (broadcast->timer.timer_set) {
        /* nobody needs the others before the tick is over */
        ngx_canvas_redis_pause(broadcast->worker->subscription, 1);
        broadcast->paused = 1;
        return;
    }

    if (broadcast->job || broadcast->post.posted) {
        return;
    }

    /* after the events of this turn: what came together goes together */
    ngx_post_event(&broadcast->post, &ngx_posted_events);
}


void
ngx_canvas_broadcast_text(ngx_canvas_broadcast_t *broadcast,
    const void *text, size_t len)
{
    ngx_canvas_frame_t  *frame;

    if (broadcast->n == 0) {
        return;
    }

    frame = ngx_canvas_frame_message(CANVAS_WS_OP_TEXT, text, len,
                                     broadcast->worker->log);
    if (frame == NULL) {
        return;
    }

    ngx_canvas_broadcast_append(broadcast, frame, 0, 0,
                                NGX_CANVAS_FANOUT_TEXTS);

    ngx_canvas_frame_release(frame);
}


void
ngx_canvas_broadcast_notice(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_frame_t *frame, unsigned channels, ngx_uint_t key)
{
    ngx_uint_t                 i;
    ngx_canvas_fanout_text_t  *text;

    if (broadcast->n == 0) {
        return;
    }

    /* the first may be under way to the sockets */

    for (i = 1; key && i < broadcast->texts_n; i++) {
        text = &broadcast->texts[i];

        if (text->key == key) {
            ngx_canvas_frame_release(text->frame);
            text->frame = frame;
            frame->refs++;
            return;
        }
    }

    ngx_canvas_broadcast_append(broadcast, frame, channels, key,
                                NGX_CANVAS_FANOUT_NOTICES);
}


ngx_int_t
ngx_canvas_broadcast_join(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session, ngx_uint_t resume, uint64_t since,
    uint64_t epoch)
{
    size_t                  n;
    canvas_change_t         change;
    canvas_status_t         status;
    ngx_canvas_position_t   position;

    status = ngx_canvas_shm_since(broadcast->worker->shm, epoch, since,
                                  &change, 1, &n, &position);

    if (broadcast->n == 0 && !broadcast->job) {
        /* nobody listened: no need to begin anywhere else */
        ngx_canvas_fanout_stand(broadcast, &position);
    }

    session->epoch = broadcast->epoch;
    session->seq = broadcast->seq;
    session->life = broadcast->life;
    session->text = broadcast->text;
    session->plain = session->connection->ssl == NULL;
    session->output.counters = broadcast->counters;

    session->view = ngx_canvas_views_whole(broadcast->views);
    ngx_queue_insert_tail(&session->view->sessions, &session->queue);
    session->view->n++;
    broadcast->n++;
    session->open = 1;

    ngx_canvas_shm_online_set(broadcast->worker->shm, broadcast->n);
    ngx_canvas_count(broadcast->counters,
                     NGX_CANVAS_COUNT_SOCKETS_JSON + session->wire, 1);
    ngx_canvas_count(broadcast->counters, NGX_CANVAS_COUNT_CONNECTS, 1);

    if (!resume) {
        return NGX_OK;
    }

    if (status != CANVAS_OK || epoch != broadcast->epoch) {
        return NGX_DECLINED;
    }

    session->seq = since;

    return NGX_OK;
}


void
ngx_canvas_broadcast_leave(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    if (!session->open) {
        return;
    }

    session->open = 0;

    ngx_canvas_broadcast_move(broadcast, session, NULL);
    broadcast->n--;

    ngx_canvas_shm_online_set(broadcast->worker->shm, broadcast->n);
    ngx_canvas_count(broadcast->counters,
                     NGX_CANVAS_COUNT_SOCKETS_JSON + session->wire, -1);
}


ngx_int_t
ngx_canvas_broadcast_view(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session, int64_t x, int64_t y, int64_t width,
    int64_t height)
{
    uint64_t            aim;
    ngx_canvas_view_t  *view;

    aim = ngx_canvas_fanout_aim(broadcast);

    if (width == 0) {
        view = ngx_canvas_views_whole(broadcast->views);

    } else {

        if (!ngx_canvas_views_valid(broadcast->views, x, y, width, height)) {
            return NGX_DECLINED;
        }

        view = ngx_canvas_views_get(broadcast->views, x, y, width, height,
                                    aim, broadcast->worker->log);
        if (view == NULL) {
            return NGX_ERROR;
        }
    }

    if (view == session->view) {
        return NGX_OK;
    }

    /* the old view was not touched since, the new one may have been */

    if (!ngx_canvas_broadcast_behind(broadcast, session)
        && session->seq < aim)
    {
        session->seq = aim;
    }

    /* the job may have passed one view and not the other */

    if (broadcast->job == NGX_CANVAS_JOB_TEXT
        && ngx_canvas_fanout_tell_text(broadcast, session) == NGX_ERROR)
    {
        session->dead = 1;
    }

    ngx_canvas_broadcast_move(broadcast, session, view);

    return NGX_OK;
}


ngx_int_t
ngx_canvas_broadcast_catch_up(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    return ngx_canvas_fanout_feed(broadcast, session);
}


ngx_uint_t
ngx_canvas_broadcast_behind(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    return session->life != broadcast->life
           || session->seq < session->view->touched;
}


uint64_t
ngx_canvas_broadcast_seq(ngx_canvas_broadcast_t *broadcast)
{
    return broadcast->seq;
}


ngx_uint_t
ngx_canvas_broadcast_online(ngx_canvas_broadcast_t *broadcast)
{
    return broadcast->n;
}


u_char *
ngx_canvas_broadcast_buffer(ngx_canvas_broadcast_t *broadcast, size_t *size)
{
    ngx_canvas_turn_begin(&broadcast->turn);

    *size = NGX_CANVAS_BROADCAST_BUFFER;

    return broadcast->buffer;
}


static void
ngx_canvas_broadcast_event(ngx_event_t *event, ngx_event_handler_pt handler,
    ngx_canvas_broadcast_t *broadcast)
{
    event->handler = handler;
    event->data = broadcast;
    event->log = broadcast->worker->log;
    event->cancelable = 1;
}


/* takes its own reference, unless max wait already */

static void
ngx_canvas_broadcast_append(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_frame_t *frame, unsigned channels, ngx_uint_t key,
    ngx_uint_t max)
{
    ngx_canvas_fanout_text_t  *text;

    if (broadcast->texts_n >= max) {

        if (!broadcast->full) {
            broadcast->full = 1;
            ngx_log_error(NGX_LOG_ERR, broadcast->worker->log, 0,
                          "canvas broadcast: %ui texts wait already, others "
                          "are not told", broadcast->texts_n);
        }

        return;
    }

    broadcast->full = 0;

    text = &broadcast->texts[broadcast->texts_n++];

    text->frame = frame;
    text->channels = channels;
    text->key = key;
    frame->refs++;

    if (!broadcast->job && !broadcast->post.posted) {
        ngx_post_event(&broadcast->post, &ngx_posted_events);
    }
}


/* into another view, or out of all; a view without sockets goes */

static void
ngx_canvas_broadcast_move(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session, ngx_canvas_view_t *view)
{
    ngx_canvas_view_t  *old, *whole;

    old = session->view;
    whole = ngx_canvas_views_whole(broadcast->views);

    ngx_canvas_sweep_skip(&broadcast->sweep, session);
    ngx_queue_remove(&session->queue);
    old->n--;

    if (old != whole) {
        broadcast->viewports--;

        if (old->n == 0) {
            ngx_canvas_sweep_skip_view(&broadcast->sweep, old);
            ngx_canvas_views_put(broadcast->views, old);
        }
    }

    session->view = view;

    if (view) {
        ngx_queue_insert_tail(&view->sessions, &session->queue);
        view->n++;
        broadcast->viewports += view != whole;
    }

    ngx_canvas_gauge(broadcast->counters, NGX_CANVAS_COUNT_VIEWPORTS,
                     broadcast->viewports);
    ngx_canvas_gauge(broadcast->counters, NGX_CANVAS_COUNT_VIEWS,
                     ngx_canvas_views_count(broadcast->views));
}


/* {"type":"online"}: when the count of all workers has changed */

static void
ngx_canvas_broadcast_count(ngx_event_t *ev)
{
    u_char                   text[64], *p;
    ngx_uint_t               n;
    ngx_canvas_broadcast_t  *broadcast;

    broadcast = ev->data;
    n = ngx_canvas_shm_online(broadcast->worker->shm);

    if (n != broadcast->told) {
        broadcast->told = n;
        p = ngx_sprintf(text, "{\"type\":\"online\",\"count\":%ui}", n);
        ngx_canvas_broadcast_text(broadcast, text, p - text);
    }

    if (!ngx_exiting) {
        ngx_add_timer(&broadcast->online, NGX_CANVAS_BROADCAST_ONLINE);
    }
}
