/*
 * ngx_canvas_fanout: what goes over all sockets of a worker, one job at a
 * time: the changes (from, to] of a sweep, a text, or another epoch; and what
 * one socket needs next.  The part of ngx_canvas_broadcast that works; that
 * one is its front to everybody else.
 *
 * seq is the point of the log up to which every socket that follows has been
 * sent the changes; it becomes `to` when the sweep is over.  A socket that
 * joins meanwhile stands at `from` and is put behind the sweep.
 */

#ifndef NGX_CANVAS_FANOUT_H_INCLUDED
#define NGX_CANVAS_FANOUT_H_INCLUDED

#include "ngx_canvas_broadcast.h"
#include "ngx_canvas_catchup.h"
#include "ngx_canvas_sweep.h"
#include "ngx_canvas_turn.h"

#include "canvas_tick.h"

#define NGX_CANVAS_BROADCAST_BUFFER  16384

/* texts that wait for their turn; beyond: not told */
#define NGX_CANVAS_FANOUT_TEXTS      64

/* of them, those of others: what the canvas itself has to say finds room */
#define NGX_CANVAS_FANOUT_NOTICES    48

typedef enum {
    NGX_CANVAS_JOB_NONE = 0,
    NGX_CANVAS_JOB_CHANGES,
    NGX_CANVAS_JOB_TEXT,
    NGX_CANVAS_JOB_EPOCH
} ngx_canvas_job_e;

typedef struct {
    ngx_canvas_frame_t     *frame;
    unsigned                channels;   /* of those who get it; 0: all */
    ngx_uint_t              key;        /* 0: stays when another comes */
} ngx_canvas_fanout_text_t;

struct ngx_canvas_broadcast_s {
    ngx_canvas_worker_t    *worker;
    ngx_canvas_counters_t  *counters;
    ngx_canvas_views_t     *views;
    ngx_canvas_catchup_t   *catchup;
    ngx_canvas_encoder_t    encoder;
    ngx_uint_t              n;          /* sockets */
    ngx_uint_t              viewports;  /* of them */

    uint64_t                epoch;
    uint64_t                seq;
    ngx_uint_t              loads;      /* of the image that seq is of */
    uint32_t                life;       /* epochs and images so far */

    ngx_canvas_job_e        job;
    ngx_canvas_sweep_t      sweep;
    uint64_t                from;       /* of the changes */
    uint64_t                to;
    ngx_canvas_frame_t     *epoch_frame;

    /* those that wait; the first is the job */
    ngx_canvas_fanout_text_t  texts[NGX_CANVAS_FANOUT_TEXTS];
    ngx_uint_t              texts_n;
    uint32_t                text;       /* number of the first */

    unsigned                paused:1;   /* publications wait for the tick */
    unsigned                full:1;     /* told so since a text had room */
    ngx_event_t             timer;      /* the tick */
    ngx_event_t             post;       /* a job or a slice of it */
    ngx_event_t             online;     /* counts told */
    ngx_uint_t              told;
    canvas_tick_t           tick;
    ngx_canvas_turn_t       turn;

    canvas_change_t         changes[NGX_CANVAS_ENCODE_MAX];
    u_char                  buffer[NGX_CANVAS_BROADCAST_BUFFER];
};

/* the handler of timer and post: begins a job, or does a slice of it */
void ngx_canvas_fanout_run(ngx_event_t *ev);

/* everybody who follows stands here */
void ngx_canvas_fanout_stand(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_position_t *position);

/* the seq that all sockets come to: a sweep may have passed some already */
uint64_t ngx_canvas_fanout_aim(ngx_canvas_broadcast_t *broadcast);

/* queues what a socket needs next: the epoch, the sweep's frame, or a piece
 * of what it has missed; as ngx_canvas_session_queue() */
ngx_int_t ngx_canvas_fanout_feed(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);

/* queues the text of the job, unless it is not for this socket or that has
 * been told: NGX_DONE */
ngx_int_t ngx_canvas_fanout_tell_text(ngx_canvas_broadcast_t *broadcast,
    ngx_canvas_session_t *session);

#endif /* NGX_CANVAS_FANOUT_H_INCLUDED */
