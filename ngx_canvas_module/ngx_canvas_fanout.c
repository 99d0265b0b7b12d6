/*
 * ngx_canvas_fanout: see the header.
 */

#include "ngx_canvas_fanout.h"


/* frames of a catch-up before the socket has to take some */
#define NGX_CANVAS_FANOUT_AHEAD  4


static void ngx_canvas_fanout_begin(ngx_canvas_broadcast_t *broadcast);
static void ngx_canvas_fanout_changes(ngx_canvas_broadcast_t *broadcast);
static void ngx_canvas_fanout_epoch(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_position_t *position);
static void ngx_canvas_fanout_end(ngx_canvas_broadcast_t *broadcast);
static void ngx_canvas_fanout_visit_changes(void *data,
    ngx_canvas_session_t *session);
static void ngx_canvas_fanout_visit_text(void *data,
    ngx_canvas_session_t *session);
static void ngx_canvas_fanout_visit_epoch(void *data,
    ngx_canvas_session_t *session);
static ngx_int_t ngx_canvas_fanout_tell_epoch(
    ngx_canvas_broadcast_t *broadcast, ngx_canvas_session_t *session);
static ngx_uint_t ngx_canvas_fanout_follows(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);
static ngx_int_t ngx_canvas_fanout_piece(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);
static ngx_int_t ngx_canvas_fanout_resync(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);


/* by ngx_canvas_job_e */

static const ngx_canvas_sweep_pt  ngx_canvas_fanout_visits[] = {
    NULL,
    ngx_canvas_fanout_visit_changes,
    ngx_canvas_fanout_visit_text,
    ngx_canvas_fanout_visit_epoch
};


void
ngx_canvas_fanout_run(ngx_event_t *ev)
{
    uint64_t                 us;
    ngx_canvas_broadcast_t  *broadcast;

    broadcast = ev->data;

    ngx_canvas_turn_begin(&broadcast->turn);

    if (broadcast->paused && ev == &broadcast->timer) {
        /* the next turn reads what has come meanwhile, then it is swept */
        broadcast->paused = 0;
        ngx_canvas_redis_pause(broadcast->worker->subscription, 0);

        if (!broadcast->post.posted) {
            ngx_post_event(&broadcast->post, &ngx_posted_next_events);
        }

        return;
    }

    if (!broadcast->job) {
        ngx_canvas_fanout_begin(broadcast);
    }

    if (!broadcast->job) {
        return;
    }

    us = ngx_canvas_sweep_slice(&broadcast->sweep,
                                ngx_canvas_fanout_visits[broadcast->job],
                                broadcast);

    if (broadcast->job == NGX_CANVAS_JOB_CHANGES) {
        canvas_tick_slice(&broadcast->tick, us);
    }

    ngx_canvas_count(broadcast->counters, NGX_CANVAS_COUNT_SLICES, 1);
    ngx_canvas_gauge_raise(broadcast->counters,
                           NGX_CANVAS_COUNT_SLICE_LONGEST, us);

    if (broadcast->sweep.view == NULL) {
        ngx_canvas_fanout_end(broadcast);
        return;
    }

    if (!broadcast->post.posted) {
        ngx_post_event(&broadcast->post, &ngx_posted_next_events);
    }
}


void
ngx_canvas_fanout_stand(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_position_t *position)
{
    if (broadcast->epoch != position->epoch
        || broadcast->loads != position->loads)
    {
        ngx_canvas_catchup_forget(broadcast->catchup);
    }

    broadcast->epoch = position->epoch;
    broadcast->seq = position->seq;
    broadcast->loads = position->loads;

    ngx_canvas_views_reset(broadcast->views, position->seq);
}


uint64_t
ngx_canvas_fanout_aim(ngx_canvas_broadcast_t *broadcast)
{
    return broadcast->job == NGX_CANVAS_JOB_CHANGES ? broadcast->to
                                                    : broadcast->seq;
}


ngx_int_t
ngx_canvas_fanout_feed(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    ngx_int_t            rc;
    ngx_uint_t           i;
    ngx_canvas_frame_t  *frame;

    if (session->life != broadcast->life) {
        return ngx_canvas_fanout_tell_epoch(broadcast, session);
    }

    if (session->closing) {
        return NGX_OK;
    }

    if (ngx_canvas_fanout_follows(broadcast, session)) {
        frame = ngx_canvas_views_frame(broadcast->views, session->view,
                                       session->wire, &broadcast->encoder);
        if (frame == NULL) {
            return NGX_ERROR;
        }

        rc = ngx_canvas_session_queue(session, frame);

        if (rc == NGX_OK) {
            session->seq = broadcast->to;
            ngx_canvas_count(broadcast->counters, NGX_CANVAS_COUNT_UPDATES,
                             frame->changes);
        }

        return rc;
    }

    rc = NGX_OK;

    for (i = 0; i < NGX_CANVAS_FANOUT_AHEAD && rc == NGX_OK
         && session->seq < session->view->touched; i++)
    {
        rc = ngx_canvas_fanout_piece(broadcast, session);
    }

    return rc;
}


ngx_int_t
ngx_canvas_fanout_tell_text(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    ngx_canvas_fanout_text_t  *text;

    if (session->text == broadcast->text) {
        return NGX_DONE;
    }

    session->text = broadcast->text;
    text = &broadcast->texts[0];

    if (text->channels && !(text->channels & session->channels)) {
        return NGX_DONE;
    }

    return ngx_canvas_session_queue(session, text->frame);
}


static void
ngx_canvas_fanout_begin(ngx_canvas_broadcast_t *broadcast)
{
    if (broadcast->texts_n) {
        broadcast->text++;
        broadcast->job = NGX_CANVAS_JOB_TEXT;
        ngx_canvas_sweep_begin(&broadcast->sweep, broadcast->views, 0);
        return;
    }

    if (!broadcast->timer.timer_set) {
        ngx_canvas_fanout_changes(broadcast);
    }
}


/* takes what is new from the ring */

static void
ngx_canvas_fanout_changes(ngx_canvas_broadcast_t *broadcast)
{
    size_t                  n;
    canvas_status_t         status;
    ngx_canvas_position_t   position;

    status = ngx_canvas_shm_since(broadcast->worker->shm, broadcast->epoch,
                                  broadcast->seq, broadcast->changes,
                                  NGX_CANVAS_ENCODE_MAX, &n, &position);

    if (!position.valid) {
        return;
    }

    if (broadcast->n == 0) {
        ngx_canvas_fanout_stand(broadcast, &position);
        return;
    }

    if (status != CANVAS_OK || position.loads != broadcast->loads) {

        if (position.epoch != broadcast->epoch
            && position.epoch != broadcast->worker->week.epoch)
        {
            /* another worker was quicker: our hello, which tells the week,
             * is on its way and wakes us again */
            return;
        }

        ngx_canvas_fanout_epoch(broadcast, &position);
        return;
    }

    if (n == 0) {
        return;
    }

    broadcast->from = broadcast->seq;
    broadcast->to = broadcast->seq + n;
    broadcast->job = NGX_CANVAS_JOB_CHANGES;

    ngx_canvas_views_begin(broadcast->views, broadcast->changes, n,
                           broadcast->from);
    ngx_canvas_sweep_begin(&broadcast->sweep, broadcast->views,
                           broadcast->to);
    ngx_canvas_count(broadcast->counters, NGX_CANVAS_COUNT_SWEEPS, 1);
}


/* another epoch, or the image was replaced: everybody fetches it again */

static void
ngx_canvas_fanout_epoch(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_position_t *position)
{
    size_t              len;
    char                text[CANVAS_PROTO_REPLY_MAX];
    canvas_reason_t     reason;
    ngx_canvas_week_t  *week;

    reason = position->epoch == broadcast->epoch ? CANVAS_REASON_RESTART
                                                 : position->reason;
    week = &broadcast->worker->week;

    len = canvas_proto_epoch(text, reason, position->epoch, position->seq,
                             week->week, week->year,
                             (char *) week->game_mode);

    broadcast->epoch_frame = ngx_canvas_frame_message(CANVAS_WS_OP_TEXT, text,
                                                      len,
                                                      broadcast->worker->log);

    if (broadcast->epoch_frame == NULL) {
        ngx_add_timer(&broadcast->timer, broadcast->tick.now);
        return;
    }

    ngx_canvas_fanout_stand(broadcast, position);
    broadcast->life++;

    broadcast->job = NGX_CANVAS_JOB_EPOCH;
    ngx_canvas_sweep_begin(&broadcast->sweep, broadcast->views, 0);
}


static void
ngx_canvas_fanout_end(ngx_canvas_broadcast_t *broadcast)
{
    ngx_uint_t        i;
    ngx_canvas_job_e  job;

    job = broadcast->job;
    broadcast->job = NGX_CANVAS_JOB_NONE;

    if (job == NGX_CANVAS_JOB_CHANGES) {
        ngx_canvas_views_end(broadcast->views);
        broadcast->seq = broadcast->to;

        if (broadcast->to - broadcast->from < NGX_CANVAS_ENCODE_MAX) {
            /*
             * What comes from now on waits for the tick to end, which is not
             * told by the time at which this slice began.
             */
            ngx_time_update();
            ngx_add_timer(&broadcast->timer,
                          canvas_tick_end(&broadcast->tick));
            ngx_canvas_gauge(broadcast->counters, NGX_CANVAS_COUNT_TICK,
                             broadcast->tick.now);
        }

    } else if (job == NGX_CANVAS_JOB_TEXT) {
        ngx_canvas_frame_release(broadcast->texts[0].frame);
        broadcast->texts_n--;

        for (i = 0; i < broadcast->texts_n; i++) {
            broadcast->texts[i] = broadcast->texts[i + 1];
        }

    } else {
        ngx_canvas_frame_release(broadcast->epoch_frame);
        broadcast->epoch_frame = NULL;
    }

    if (!broadcast->post.posted
        && (broadcast->texts_n || !broadcast->timer.timer_set))
    {
        ngx_post_event(&broadcast->post, &ngx_posted_next_events);
    }
}


/* the short way for a socket that follows and for which nothing waits */

static void
ngx_canvas_fanout_visit_changes(void *data, ngx_canvas_session_t *session)
{
    ngx_int_t                rc;
    ngx_uint_t               follows;
    ngx_canvas_frame_t      *frame;
    ngx_canvas_broadcast_t  *broadcast;

    broadcast = data;
    follows = ngx_canvas_fanout_follows(broadcast, session);

    if (session->output.n || !session->plain || session->dead || !follows) {

        /* who is behind gets more when all of the last has been written, so
         * that who asks for the whole ring does not hold it in memory */

        if ((follows || session->output.n == 0)
            && ngx_canvas_fanout_feed(broadcast, session) == NGX_ERROR)
        {
            session->dead = 1;
        }

        (void) ngx_canvas_session_flush(session);
        return;
    }

    frame = ngx_canvas_views_frame(broadcast->views, session->view,
                                   session->wire, &broadcast->encoder);

    rc = frame ? ngx_canvas_output_direct(&session->output,
                                          session->connection, frame)
               : NGX_ERROR;

    if (rc == NGX_ERROR) {
        session->dead = 1;

    } else {
        session->seq = broadcast->to;
        ngx_canvas_count(broadcast->counters, NGX_CANVAS_COUNT_UPDATES,
                         frame->changes);
    }

    if (rc != NGX_OK) {
        (void) ngx_canvas_session_flush(session);
    }
}


static void
ngx_canvas_fanout_visit_text(void *data, ngx_canvas_session_t *session)
{
    ngx_int_t  rc;

    rc = ngx_canvas_fanout_tell_text(data, session);

    if (rc == NGX_DONE) {
        return;
    }

    if (rc == NGX_ERROR) {
        session->dead = 1;
    }

    (void) ngx_canvas_session_flush(session);
}


static void
ngx_canvas_fanout_visit_epoch(void *data, ngx_canvas_session_t *session)
{
    if (ngx_canvas_fanout_tell_epoch(data, session) == NGX_ERROR) {
        session->dead = 1;
    }

    (void) ngx_canvas_session_flush(session);
}


/* the first thing that a socket hears of another epoch; its job has not ended
 * before all have heard it */

static ngx_int_t
ngx_canvas_fanout_tell_epoch(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    uint64_t  dropped;

    if (session->life == broadcast->life) {
        return NGX_OK;
    }

    (void) ngx_canvas_output_drop(&session->output, &dropped);

    session->life = broadcast->life;
    session->epoch = broadcast->epoch;
    session->seq = broadcast->seq;

    ngx_canvas_count(broadcast->counters, NGX_CANVAS_COUNT_RESYNCS, 1);

    return ngx_canvas_session_queue(session, broadcast->epoch_frame);
}


/* 1: the frame of this sweep is what the socket needs next */

static ngx_uint_t
ngx_canvas_fanout_follows(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    ngx_canvas_view_t  *view;

    view = session->view;

    return broadcast->job == NGX_CANVAS_JOB_CHANGES
           && view->touched == broadcast->to
           && session->seq >= view->before
           && session->seq <= broadcast->from
           && session->life == broadcast->life
           && !session->closing;
}


/* one frame of a catch-up, or a resync */

static ngx_int_t
ngx_canvas_fanout_piece(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    ngx_int_t                  rc;
    ngx_canvas_frame_t        *frame;
    ngx_canvas_catchup_ask_t   ask;

    ask.epoch = session->epoch;
    ask.from = session->seq;
    ask.to = ngx_canvas_fanout_aim(broadcast);
    ask.wire = session->wire;
    ask.view = session->view == ngx_canvas_views_whole(broadcast->views)
               ? NULL : session->view;

    rc = ngx_canvas_catchup(broadcast->catchup, &ask, &frame);

    if (rc == NGX_DECLINED) {
        /* too far behind, or the image was replaced: the job that tells
         * everybody is still to come */
        return ngx_canvas_fanout_resync(broadcast, session);
    }

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (frame == NULL) {
        session->seq = ask.to;
        return NGX_OK;
    }

    rc = ngx_canvas_session_queue(session, frame);

    if (rc == NGX_OK) {
        session->seq = ask.to;
        ngx_canvas_count(broadcast->counters, NGX_CANVAS_COUNT_UPDATES,
                         frame->changes);
    }

    ngx_canvas_frame_release(frame);

    return rc;
}


static ngx_int_t
ngx_canvas_fanout_resync(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    char                 text[CANVAS_PROTO_REPLY_MAX];
    size_t               len;
    ngx_int_t            rc;
    ngx_canvas_frame_t  *frame;

    session->epoch = broadcast->epoch;
    session->seq = ngx_canvas_fanout_aim(broadcast);

    len = canvas_proto_resync(text, session->seq, session->epoch);

    frame = ngx_canvas_frame_message(CANVAS_WS_OP_TEXT, text, len,
                                     broadcast->worker->log);
    if (frame == NULL) {
        return NGX_ERROR;
    }

    ngx_canvas_count(broadcast->counters, NGX_CANVAS_COUNT_RESYNCS, 1);

    rc = ngx_canvas_session_queue(session, frame);

    ngx_canvas_frame_release(frame);

    return rc;
}
