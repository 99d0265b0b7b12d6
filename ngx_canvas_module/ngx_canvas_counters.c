/*
 * ngx_canvas_counters: see the header.
 */

#include "ngx_canvas_counters.h"


#define ngx_canvas_counter(count, name, help)                                 \
    { NGX_CANVAS_COUNT_##count, "canvas_" name "_total", "", "counter", help, \
      0, 1 }

#define ngx_canvas_counter_of(count, name, labels, help)                      \
    { NGX_CANVAS_COUNT_##count, "canvas_" name "_total", labels, "counter",   \
      help, 0, 1 }

#define ngx_canvas_gauge_of(count, name, labels, help)                        \
    { NGX_CANVAS_COUNT_##count, "canvas_" name, labels, "gauge", help, 0, 1 }

#define ngx_canvas_seconds(count, name, scale, help)                          \
    { NGX_CANVAS_COUNT_##count, "canvas_" name "_seconds", "", "gauge", help, \
      1, scale }

#define NGX_CANVAS_HELP_SOCKETS  "Open WebSockets by the form of their updates"
#define NGX_CANVAS_HELP_PLACED   "Placements that were judged"
#define NGX_CANVAS_HELP_JOBS     "Jobs that were given to the keeper"


/* rows of one name stand together */

static const ngx_canvas_count_row_t  ngx_canvas_count_rows[] = {

    ngx_canvas_gauge_of(SOCKETS_JSON, "sockets", "{wire=\"json\"}",
                        NGX_CANVAS_HELP_SOCKETS),
    ngx_canvas_gauge_of(SOCKETS_BINARY, "sockets", "{wire=\"binary\"}",
                        NGX_CANVAS_HELP_SOCKETS),
    ngx_canvas_gauge_of(SOCKETS_JSON_DEFLATE, "sockets",
                        "{wire=\"json_deflate\"}", NGX_CANVAS_HELP_SOCKETS),
    ngx_canvas_gauge_of(SOCKETS_BINARY_DEFLATE, "sockets",
                        "{wire=\"binary_deflate\"}", NGX_CANVAS_HELP_SOCKETS),

    ngx_canvas_gauge_of(VIEWPORTS, "viewport_sockets", "",
                        "Open WebSockets with a viewport"),
    ngx_canvas_gauge_of(VIEWS, "viewports", "",
                        "Different viewports, counted once a worker"),

    ngx_canvas_seconds(TICK, "tick", 1000,
                       "Time between two sweeps now, of the slowest worker"),
    ngx_canvas_seconds(SLICE_LONGEST, "slice_longest", 1000000,
                       "Longest slice of a sweep since the workers started"),
    ngx_canvas_seconds(TURN_LONGEST, "turn_longest", 1000000,
                       "Longest turn of an event loop with a slice in it"),
    ngx_canvas_seconds(TURN_CPU_LONGEST, "turn_cpu_longest", 1000000,
                       "Most CPU time of such a turn"),

    ngx_canvas_counter(CONNECTS, "connects", "WebSockets opened"),
    ngx_canvas_counter_of(PLACED, "placements", "{result=\"accepted\"}",
                          NGX_CANVAS_HELP_PLACED),
    ngx_canvas_counter_of(REFUSED, "placements", "{result=\"refused\"}",
                          NGX_CANVAS_HELP_PLACED),

    ngx_canvas_counter(UPDATES, "updates_delivered",
                       "Changes queued for sockets"),
    ngx_canvas_counter(MESSAGES, "frames_sent",
                       "Frames written; the updates of a tick are one"),
    ngx_canvas_counter(BYTES, "bytes_sent", "Bytes of them"),

    ngx_canvas_counter(SWEEPS, "sweeps", "Sweeps over the sockets"),
    ngx_canvas_counter(SLICES, "slices", "Slices of the sweeps"),
    ngx_canvas_counter(ENCODES, "encodes", "Batches of updates encoded"),

    ngx_canvas_counter(CATCHUPS, "catchups",
                       "Batches for sockets that were behind the others"),
    ngx_canvas_counter(DROPPED, "frames_dropped",
                       "Batches dropped because a client did not read"),
    ngx_canvas_counter(RESYNCS, "resyncs",
                       "Times a socket was told to fetch the canvas again"),
    ngx_canvas_counter(UNREAD, "closed_unread",
                       "Sockets closed because the client did not read"),

    ngx_canvas_counter_of(JOBS, "jobs", "{result=\"answered\"}",
                          NGX_CANVAS_HELP_JOBS),
    ngx_canvas_counter_of(JOBS_UNANSWERED, "jobs", "{result=\"unanswered\"}",
                          NGX_CANVAS_HELP_JOBS),

    { 0, NULL, NULL, NULL, NULL, 0, 0 }
};


const ngx_canvas_count_row_t *
ngx_canvas_counters_rows(void)
{
    return ngx_canvas_count_rows;
}


void
ngx_canvas_counters_clear(ngx_canvas_counters_t *counters)
{
    const ngx_canvas_count_row_t  *row;

    for (row = ngx_canvas_count_rows; row->name; row++) {
        if (row->type[0] == 'g') {
            ngx_canvas_gauge(counters, row->count, 0);
        }
    }
}


uint64_t
ngx_canvas_counters_value(ngx_canvas_counters_t *counters,
    const ngx_canvas_count_row_t *row)
{
    uint64_t    value, total;
    ngx_uint_t  i;

    total = 0;

    for (i = 0; i < NGX_MAX_PROCESSES; i++) {
        value = counters->values[i][row->count];

        if (!row->largest) {
            total += value;

        } else if (value > total) {
            total = value;
        }
    }

    return total;
}
