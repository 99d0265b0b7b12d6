/*
 * ngx_canvas_turn: see the header.
 */

#include "ngx_canvas_turn.h"


static uint64_t ngx_canvas_turn_time(clockid_t clock);
static void ngx_canvas_turn_end(ngx_event_t *ev);


uint64_t
ngx_canvas_clock(void)
{
    return ngx_canvas_turn_time(CLOCK_MONOTONIC);
}


void
ngx_canvas_turn_init(ngx_canvas_turn_t *turn, ngx_canvas_counters_t *counters,
    ngx_log_t *log)
{
    turn->counters = counters;
    turn->event.handler = ngx_canvas_turn_end;
    turn->event.data = turn;
    turn->event.log = log;
}


void
ngx_canvas_turn_begin(ngx_canvas_turn_t *turn)
{
    if (!turn->event.posted) {
        turn->began = ngx_canvas_clock();
        turn->cpu = ngx_canvas_turn_time(CLOCK_THREAD_CPUTIME_ID);
        ngx_post_event(&turn->event, &ngx_posted_events);
    }
}


static uint64_t
ngx_canvas_turn_time(clockid_t clock)
{
    struct timespec  ts;

    (void) clock_gettime(clock, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


/*
 * What else was posted in this turn comes first.  A turn cannot have worked
 * for longer than it was: that clock, a system call, is asked when it may say
 * something new.
 */

static void
ngx_canvas_turn_end(ngx_event_t *ev)
{
    uint64_t                took;
    ngx_canvas_turn_t      *turn;
    ngx_canvas_counters_t  *counters;

    turn = ev->data;
    counters = turn->counters;

    if (!turn->waited && !ngx_queue_empty(&ngx_posted_events)) {
        turn->waited = 1;
        ngx_post_event(ev, &ngx_posted_events);
        return;
    }

    turn->waited = 0;

    took = ngx_canvas_clock() - turn->began;
    ngx_canvas_gauge_raise(counters, NGX_CANVAS_COUNT_TURN_LONGEST, took);

    if (took > counters->values[ngx_process_slot]
                               [NGX_CANVAS_COUNT_TURN_CPU_LONGEST])
    {
        ngx_canvas_gauge_raise(counters, NGX_CANVAS_COUNT_TURN_CPU_LONGEST,
                               ngx_canvas_turn_time(CLOCK_THREAD_CPUTIME_ID)
                               - turn->cpu);
    }
}
