/*
 * ngx_canvas_broadcast: see the header.
 *
 * seq is the point of the log up to which every socket that follows has been
 * sent the changes.  A sweep carries the sockets that stand at `from` to `to`
 * with shared frames; seq becomes `to` when the sweep is over.  A socket that
 * joins meanwhile stands at `from` and is put behind the sweep.
 */

#include "ngx_canvas_broadcast.h"


/* changes of one shared frame; also of one catch-up */
#define NGX_CANVAS_BROADCAST_CHANGES  1024

/* sockets of one slice */
#define NGX_CANVAS_BROADCAST_SLICE    256

#define NGX_CANVAS_BROADCAST_BUFFER   16384

/* "online" at most this often, ms */
#define NGX_CANVAS_BROADCAST_ONLINE   5000


struct ngx_canvas_broadcast_s {
    ngx_canvas_worker_t   *worker;

    ngx_queue_t            sessions;
    ngx_uint_t             n;

    uint64_t               epoch;
    uint64_t               seq;

    ngx_event_t            timer;       /* the tick */
    ngx_event_t            post;        /* a sweep or a slice of it */
    ngx_event_t            online;      /* counts told */
    ngx_uint_t             told;

    ngx_uint_t             sweeping;
    ngx_queue_t           *next;        /* of the sweep */
    uint64_t               from;
    uint64_t               to;
    ngx_canvas_frame_t    *frames[NGX_CANVAS_WIRE_MAX];

    canvas_change_t        changes[NGX_CANVAS_BROADCAST_CHANGES];
    u_char                 buffer[NGX_CANVAS_BROADCAST_BUFFER];
};


static void ngx_canvas_broadcast_tick(ngx_event_t *ev);
static void ngx_canvas_broadcast_run(ngx_event_t *ev);
static void ngx_canvas_broadcast_begin(ngx_canvas_broadcast_t *broadcast);
static void ngx_canvas_broadcast_turn(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_position_t *position);
static void ngx_canvas_broadcast_slice(ngx_canvas_broadcast_t *broadcast);
static ngx_int_t ngx_canvas_broadcast_feed(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);
static ngx_canvas_frame_t *ngx_canvas_broadcast_encode(
    ngx_canvas_broadcast_t *broadcast, ngx_canvas_wire_e wire, size_t n,
    uint64_t from);
static uint64_t ngx_canvas_broadcast_aim(ngx_canvas_broadcast_t *broadcast);
static ngx_int_t ngx_canvas_broadcast_resync(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);
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
    ngx_queue_init(&broadcast->sessions);

    broadcast->timer.handler = ngx_canvas_broadcast_tick;
    broadcast->timer.data = broadcast;
    broadcast->timer.log = worker->log;
    broadcast->timer.cancelable = 1;

    broadcast->post.handler = ngx_canvas_broadcast_run;
    broadcast->post.data = broadcast;
    broadcast->post.log = worker->log;

    broadcast->online.handler = ngx_canvas_broadcast_count;
    broadcast->online.data = broadcast;
    broadcast->online.log = worker->log;
    broadcast->online.cancelable = 1;

    ngx_add_timer(&broadcast->online, NGX_CANVAS_BROADCAST_ONLINE);

    return broadcast;
}


void
ngx_canvas_broadcast_wake(ngx_canvas_broadcast_t *broadcast)
{
    if (broadcast->sweeping || broadcast->timer.timer_set
        || broadcast->post.posted)
    {
        return;
    }

    /* after the events of this turn: what came together goes together */
    ngx_post_event(&broadcast->post, &ngx_posted_events);
}


void
ngx_canvas_broadcast_text(ngx_canvas_broadcast_t *broadcast,
    const void *text, size_t len)
{
    ngx_queue_t           *q, *next;
    ngx_canvas_frame_t    *frame;
    ngx_canvas_session_t  *session;

    if (broadcast->n == 0) {
        return;
    }

    frame = ngx_canvas_frame_message(CANVAS_WS_OP_TEXT, text, len,
                                     broadcast->worker->log);
    if (frame == NULL) {
        return;
    }

    for (q = ngx_queue_head(&broadcast->sessions);
         q != ngx_queue_sentinel(&broadcast->sessions);
         q = next)
    {
        next = ngx_queue_next(q);
        session = ngx_queue_data(q, ngx_canvas_session_t, queue);

        if (ngx_canvas_session_queue(session, frame) == NGX_ERROR) {
            session->dead = 1;
        }

        (void) ngx_canvas_session_flush(session);
    }

    ngx_canvas_frame_release(frame);
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

    if (broadcast->n == 0 && !broadcast->sweeping) {
        /* nobody listened: no need to begin anywhere else */
        broadcast->epoch = position.epoch;
        broadcast->seq = position.seq;
    }

    session->epoch = broadcast->epoch;
    session->seq = broadcast->seq;

    ngx_queue_insert_tail(&broadcast->sessions, &session->queue);
    broadcast->n++;
    session->open = 1;

    ngx_canvas_shm_online_set(broadcast->worker->shm, broadcast->n);

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

    if (broadcast->next == &session->queue) {
        broadcast->next = ngx_queue_next(&session->queue);
    }

    ngx_queue_remove(&session->queue);
    broadcast->n--;

    ngx_canvas_shm_online_set(broadcast->worker->shm, broadcast->n);
}


/*
 * Chunk by chunk: the next one is made when the one before has been written,
 * so that a socket that asks for the whole ring does not hold it in memory.
 */

ngx_int_t
ngx_canvas_broadcast_catch_up(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    size_t               n;
    uint64_t             aim;
    ngx_int_t            rc;
    ngx_canvas_frame_t  *frame;

    if (session->epoch != broadcast->epoch) {
        return ngx_canvas_broadcast_resync(broadcast, session);
    }

    aim = ngx_canvas_broadcast_aim(broadcast);

    if (session->seq >= aim || session->output.n) {
        return NGX_OK;
    }

    n = ngx_min(aim - session->seq, NGX_CANVAS_BROADCAST_CHANGES);

    if (ngx_canvas_shm_since(broadcast->worker->shm, session->epoch,
                             session->seq, broadcast->changes, n, &n, NULL)
        != CANVAS_OK
        || n == 0)
    {
        /* too far behind, or the image was replaced: the sweep that tells
         * everybody is still to come */
        return ngx_canvas_broadcast_resync(broadcast, session);
    }

    frame = ngx_canvas_broadcast_encode(broadcast, session->wire, n,
                                        session->seq);
    if (frame == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_canvas_session_queue(session, frame);

    if (rc == NGX_OK && session->seq == frame->from) {
        session->seq = frame->to;
    }

    ngx_canvas_frame_release(frame);

    return rc;
}


ngx_uint_t
ngx_canvas_broadcast_behind(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    return session->epoch != broadcast->epoch
           || session->seq < ngx_canvas_broadcast_aim(broadcast);
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
    *size = NGX_CANVAS_BROADCAST_BUFFER;

    return broadcast->buffer;
}


static void
ngx_canvas_broadcast_tick(ngx_event_t *ev)
{
    ngx_canvas_broadcast_run(ev);
}


static void
ngx_canvas_broadcast_run(ngx_event_t *ev)
{
    ngx_canvas_broadcast_t  *broadcast;

    broadcast = ev->data;

    if (!broadcast->sweeping) {
        ngx_canvas_broadcast_begin(broadcast);
    }

    if (broadcast->sweeping) {
        ngx_canvas_broadcast_slice(broadcast);
    }
}


/* takes what is new from the ring and begins a sweep with it */

static void
ngx_canvas_broadcast_begin(ngx_canvas_broadcast_t *broadcast)
{
    size_t                  n;
    ngx_uint_t              i;
    canvas_status_t         status;
    ngx_canvas_position_t   position;

    status = ngx_canvas_shm_since(broadcast->worker->shm, broadcast->epoch,
                                  broadcast->seq, broadcast->changes,
                                  NGX_CANVAS_BROADCAST_CHANGES, &n, &position);

    if (!position.valid) {
        return;
    }

    if (broadcast->n == 0) {
        broadcast->epoch = position.epoch;
        broadcast->seq = position.seq;
        return;
    }

    if (status != CANVAS_OK) {

        if (position.epoch != broadcast->epoch
            && position.epoch != broadcast->worker->week.epoch)
        {
            /* another worker was quicker: our hello, which tells the week,
             * is on its way and wakes us again */
            return;
        }

        ngx_canvas_broadcast_turn(broadcast, &position);
        return;
    }

    if (n == 0) {
        return;
    }

    broadcast->from = broadcast->seq;
    broadcast->to = broadcast->seq + n;

    for (i = 0; i < NGX_CANVAS_WIRE_MAX; i++) {
        broadcast->frames[i] = ngx_canvas_broadcast_encode(broadcast, i, n,
                                                           broadcast->from);
    }

    broadcast->next = ngx_queue_head(&broadcast->sessions);
    broadcast->sweeping = 1;
}


/* another epoch, or the image was replaced: everybody fetches it again */

static void
ngx_canvas_broadcast_turn(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_position_t *position)
{
    size_t                len;
    char                  text[CANVAS_PROTO_REPLY_MAX];
    uint64_t              dropped;
    ngx_queue_t          *q;
    canvas_reason_t       reason;
    ngx_canvas_week_t    *week;
    ngx_canvas_session_t *session;

    reason = position->epoch == broadcast->epoch ? CANVAS_REASON_RESTART
                                                 : position->reason;
    week = &broadcast->worker->week;

    broadcast->epoch = position->epoch;
    broadcast->seq = position->seq;

    for (q = ngx_queue_head(&broadcast->sessions);
         q != ngx_queue_sentinel(&broadcast->sessions);
         q = ngx_queue_next(q))
    {
        session = ngx_queue_data(q, ngx_canvas_session_t, queue);

        (void) ngx_canvas_output_drop(&session->output, &dropped);
        session->epoch = position->epoch;
        session->seq = position->seq;
    }

    len = canvas_proto_epoch(text, reason, position->epoch, position->seq,
                             week->week, week->year,
                             (char *) week->game_mode);

    ngx_canvas_broadcast_text(broadcast, text, len);
}


static void
ngx_canvas_broadcast_slice(ngx_canvas_broadcast_t *broadcast)
{
    ngx_uint_t             i;
    ngx_queue_t           *q;
    ngx_canvas_session_t  *session;

    for (i = 0; i < NGX_CANVAS_BROADCAST_SLICE; i++) {
        q = broadcast->next;

        if (q == ngx_queue_sentinel(&broadcast->sessions)) {
            break;
        }

        broadcast->next = ngx_queue_next(q);
        session = ngx_queue_data(q, ngx_canvas_session_t, queue);

        if (ngx_canvas_broadcast_feed(broadcast, session) == NGX_ERROR) {
            session->dead = 1;
        }

        (void) ngx_canvas_session_flush(session);
    }

    if (broadcast->next != ngx_queue_sentinel(&broadcast->sessions)) {
        ngx_post_event(&broadcast->post, &ngx_posted_next_events);
        return;
    }

    for (i = 0; i < NGX_CANVAS_WIRE_MAX; i++) {
        if (broadcast->frames[i]) {
            ngx_canvas_frame_release(broadcast->frames[i]);
            broadcast->frames[i] = NULL;
        }
    }

    broadcast->next = NULL;
    broadcast->sweeping = 0;
    broadcast->seq = broadcast->to;

    if (broadcast->to - broadcast->from == NGX_CANVAS_BROADCAST_CHANGES) {
        /* a whole frame: there is more already */
        ngx_post_event(&broadcast->post, &ngx_posted_next_events);
        return;
    }

    /* what comes from now on waits for the tick to end */
    ngx_add_timer(&broadcast->timer, broadcast->worker->conf->tick);
}


/* carries one socket to `to`: with the shared frame if it stands at `from` */

static ngx_int_t
ngx_canvas_broadcast_feed(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    ngx_int_t            rc;
    ngx_canvas_frame_t  *frame;

    if (session->closing || session->seq >= broadcast->to) {
        return NGX_OK;
    }

    frame = broadcast->frames[session->wire];

    if (session->epoch == broadcast->epoch
        && session->seq == broadcast->from && frame)
    {
        rc = ngx_canvas_session_queue(session, frame);

        if (rc == NGX_OK && session->seq == broadcast->from) {
            session->seq = broadcast->to;
        }

        return rc;
    }

    /* behind, or ahead of `from` because its canvas was newer */
    return ngx_canvas_broadcast_catch_up(broadcast, session);
}


/* n changes of broadcast->changes, the first of which is from + 1 */

static ngx_canvas_frame_t *
ngx_canvas_broadcast_encode(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_wire_e wire, size_t n, uint64_t from)
{
    size_t               size;
    ngx_canvas_frame_t  *frame;

    if (wire == NGX_CANVAS_WIRE_JSON) {
        size = canvas_proto_update_frames(NULL, broadcast->changes, n,
                                          from + 1);
    } else {
        size = CANVAS_WS_HEAD_MAX
               + canvas_proto_updates_binary(NULL, broadcast->changes, n,
                                             from + n);
    }

    frame = ngx_canvas_frame_alloc(size, broadcast->worker->log);
    if (frame == NULL) {
        return NULL;
    }

    frame->from = from;
    frame->to = from + n;

    if (wire == NGX_CANVAS_WIRE_JSON) {
        frame->len = canvas_proto_update_frames(frame->data,
                                                broadcast->changes, n,
                                                from + 1);
        return frame;
    }

    frame->len = canvas_ws_head(frame->data, CANVAS_WS_OP_BINARY,
                                canvas_proto_updates_binary(NULL,
                                                            broadcast->changes,
                                                            n, from + n));
    frame->len += canvas_proto_updates_binary(frame->data + frame->len,
                                              broadcast->changes, n, from + n);

    return frame;
}


/* a sweep may have passed a socket already: its end is what all come to */

static uint64_t
ngx_canvas_broadcast_aim(ngx_canvas_broadcast_t *broadcast)
{
    return broadcast->sweeping ? broadcast->to : broadcast->seq;
}


static ngx_int_t
ngx_canvas_broadcast_resync(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session)
{
    char                 text[CANVAS_PROTO_REPLY_MAX];
    size_t               len;
    ngx_int_t            rc;
    ngx_canvas_frame_t  *frame;

    session->epoch = broadcast->epoch;
    session->seq = ngx_canvas_broadcast_aim(broadcast);

    len = canvas_proto_resync(text, session->seq, session->epoch);

    frame = ngx_canvas_frame_message(CANVAS_WS_OP_TEXT, text, len,
                                     broadcast->worker->log);
    if (frame == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_canvas_session_queue(session, frame);

    ngx_canvas_frame_release(frame);

    return rc;
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
