/*
 * ngx_canvas_turn: how long a turn of the event loop was, from the first work
 * for a canvas in it to its end, in wall time, which has the waiting for a core
 * in it, and in CPU time, which is what the worker itself did.  nginx's own
 * clock counts milliseconds, and coarse ones at that.
 */

#ifndef NGX_CANVAS_TURN_H_INCLUDED
#define NGX_CANVAS_TURN_H_INCLUDED

#include "ngx_canvas_counters.h"

#include <ngx_event.h>

typedef struct {
    ngx_event_t             event;      /* at the end of the turn */
    uint64_t                began;      /* us */
    uint64_t                cpu;        /* us of this thread by then */
    ngx_canvas_counters_t  *counters;
    unsigned                waited:1;
} ngx_canvas_turn_t;

/* microseconds of the monotonic clock */
uint64_t ngx_canvas_clock(void);

void ngx_canvas_turn_init(ngx_canvas_turn_t *turn,
    ngx_canvas_counters_t *counters, ngx_log_t *log);

/* work begins; only the first call of a turn counts */
void ngx_canvas_turn_begin(ngx_canvas_turn_t *turn);

#endif /* NGX_CANVAS_TURN_H_INCLUDED */
