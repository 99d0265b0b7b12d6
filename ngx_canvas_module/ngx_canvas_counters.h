/*
 * ngx_canvas_counters: numbers that every worker keeps in a slot of its own
 * in shared memory, and that GET /metrics adds up over all of them.  Only the
 * process of a slot writes it, so nothing locks.
 *
 * Counters rise for ever: the next process of a slot goes on with them.
 * Gauges are of a living process: it begins and ends with zero.
 */

#ifndef NGX_CANVAS_COUNTERS_H_INCLUDED
#define NGX_CANVAS_COUNTERS_H_INCLUDED

#include <ngx_config.h>
#include <ngx_core.h>

typedef enum {
    NGX_CANVAS_COUNT_SOCKETS_JSON = 0,      /* in the order of the wires */
    NGX_CANVAS_COUNT_SOCKETS_BINARY,
    NGX_CANVAS_COUNT_SOCKETS_JSON_DEFLATE,
    NGX_CANVAS_COUNT_SOCKETS_BINARY_DEFLATE,
    NGX_CANVAS_COUNT_VIEWPORTS,
    NGX_CANVAS_COUNT_VIEWS,
    NGX_CANVAS_COUNT_TICK,
    NGX_CANVAS_COUNT_SLICE_LONGEST,
    NGX_CANVAS_COUNT_TURN_LONGEST,
    NGX_CANVAS_COUNT_TURN_CPU_LONGEST,

    NGX_CANVAS_COUNT_CONNECTS,
    NGX_CANVAS_COUNT_PLACED,
    NGX_CANVAS_COUNT_REFUSED,
    NGX_CANVAS_COUNT_UPDATES,
    NGX_CANVAS_COUNT_MESSAGES,
    NGX_CANVAS_COUNT_BYTES,
    NGX_CANVAS_COUNT_SWEEPS,
    NGX_CANVAS_COUNT_SLICES,
    NGX_CANVAS_COUNT_ENCODES,
    NGX_CANVAS_COUNT_CATCHUPS,
    NGX_CANVAS_COUNT_DROPPED,
    NGX_CANVAS_COUNT_RESYNCS,
    NGX_CANVAS_COUNT_UNREAD,
    NGX_CANVAS_COUNT_JOBS,
    NGX_CANVAS_COUNT_JOBS_UNANSWERED,

    NGX_CANVAS_COUNT_MAX
} ngx_canvas_count_e;

typedef struct {
    uint64_t               values[NGX_MAX_PROCESSES][NGX_CANVAS_COUNT_MAX];
} ngx_canvas_counters_t;

/* how a row of the table below is made from the slots, and in which unit */
typedef struct {
    ngx_canvas_count_e     count;
    const char            *name;
    const char            *labels;      /* {wire="json"}; "" for none */
    const char            *type;        /* counter or gauge */
    const char            *help;
    unsigned               largest:1;   /* of the slots instead of the sum */
    ngx_uint_t             scale;       /* values of one unit: 1000 for ms */
} ngx_canvas_count_row_t;

/* the table, in the order in which it is shown; ends with name NULL */
const ngx_canvas_count_row_t *ngx_canvas_counters_rows(void);

static ngx_inline void
ngx_canvas_count(ngx_canvas_counters_t *counters, ngx_canvas_count_e count,
    uint64_t n)
{
    counters->values[ngx_process_slot][count] += n;
}

static ngx_inline void
ngx_canvas_gauge(ngx_canvas_counters_t *counters, ngx_canvas_count_e count,
    uint64_t value)
{
    counters->values[ngx_process_slot][count] = value;
}

/* of a gauge that shows the largest value so far */
static ngx_inline void
ngx_canvas_gauge_raise(ngx_canvas_counters_t *counters,
    ngx_canvas_count_e count, uint64_t value)
{
    if (counters->values[ngx_process_slot][count] < value) {
        counters->values[ngx_process_slot][count] = value;
    }
}

/* the gauges of this process' slot: at its beginning and its end */
void ngx_canvas_counters_clear(ngx_canvas_counters_t *counters);

/* of all slots */
uint64_t ngx_canvas_counters_value(ngx_canvas_counters_t *counters,
    const ngx_canvas_count_row_t *row);

#endif /* NGX_CANVAS_COUNTERS_H_INCLUDED */
