/*
 * canvas_tick: how long changes are collected until the next sweep over the
 * sockets.  No clock: the caller measures how long a sweep was at work.
 *
 * A tick is from the beginning of one sweep to that of the next: the configured
 * one, or half as long again as the last sweep was at work when that is longer,
 * so that sweeps get two thirds of the time at most.  It grows at once and
 * falls by a quarter a sweep, and never exceeds CANVAS_TICK_MAX (or the
 * configured one, if that is longer).
 */

#ifndef CANVAS_TICK_H_INCLUDED
#define CANVAS_TICK_H_INCLUDED

#include <stdint.h>

#define CANVAS_TICK_MAX  500        /* ms */

typedef struct {
    uint32_t  least;                /* ms, configured */
    uint32_t  now;                  /* ms */
    uint64_t  busy;                 /* us of the current sweep */
} canvas_tick_t;

void canvas_tick_init(canvas_tick_t *tick, uint32_t least);

/* a slice of the sweep took so long, us */
void canvas_tick_slice(canvas_tick_t *tick, uint64_t us);

/* the sweep is over: ms until the next one, a third of a tick or more */
uint32_t canvas_tick_end(canvas_tick_t *tick);

#endif /* CANVAS_TICK_H_INCLUDED */
