/*
 * canvas_tick: see the header.
 */

#include "canvas_tick.h"


void
canvas_tick_init(canvas_tick_t *tick, uint32_t least)
{
    tick->least = least;
    tick->now = least;
    tick->busy = 0;
}


void
canvas_tick_slice(canvas_tick_t *tick, uint64_t us)
{
    tick->busy += us;
}


uint32_t
canvas_tick_end(canvas_tick_t *tick)
{
    uint64_t  busy, next, most;

    most = tick->least > CANVAS_TICK_MAX ? tick->least : CANVAS_TICK_MAX;

    next = 3 * ((tick->busy + 999) / 1000) / 2;

    if (next < tick->now - tick->now / 4) {
        next = tick->now - tick->now / 4;
    }

    if (next < tick->least) {
        next = tick->least;
    }

    tick->now = (uint32_t) (next < most ? next : most);

    /* a tick that ends early is a write more for each socket */
    busy = tick->busy / 1000;
    tick->busy = 0;

    /* a sweep longer than two thirds of the longest tick */
    if (busy > 2 * tick->now / 3) {
        busy = 2 * tick->now / 3;
    }

    return tick->now - (uint32_t) busy;
}
