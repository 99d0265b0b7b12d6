/*
 * ngx_canvas_metrics: GET /metrics, the counters of all workers in the text
 * format 0.0.4 of Prometheus.  What is counted is the table of
 * ngx_canvas_counters; here are only the few values that are states.
 */

#include "ngx_canvas_counters.h"
#include "ngx_canvas_handlers.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_worker.h"


/* HELP, TYPE and the value of the longest row are shorter */
#define NGX_CANVAS_METRICS_ROW   320

#define NGX_CANVAS_METRICS_TYPE  "text/plain; version=0.0.4; charset=utf-8"


typedef struct {
    const char  *name;
    const char  *help;
    uint64_t   (*value)(ngx_canvas_worker_t *worker);
} ngx_canvas_metrics_state_t;


static u_char *ngx_canvas_metrics_states_text(u_char *p, u_char *last,
    ngx_canvas_worker_t *worker);
static u_char *ngx_canvas_metrics_rows_text(u_char *p, u_char *last,
    ngx_canvas_counters_t *counters);
static u_char *ngx_canvas_metrics_row(u_char *p, u_char *last,
    const ngx_canvas_count_row_t *row, uint64_t value);
static uint64_t ngx_canvas_metrics_seq(ngx_canvas_worker_t *worker);
static uint64_t ngx_canvas_metrics_epoch(ngx_canvas_worker_t *worker);
static uint64_t ngx_canvas_metrics_redis(ngx_canvas_worker_t *worker);
static uint64_t ngx_canvas_metrics_postgres(ngx_canvas_worker_t *worker);


static const ngx_canvas_metrics_state_t  ngx_canvas_metrics_states[] = {

    { "canvas_seq", "Number of the last change in the served image",
      ngx_canvas_metrics_seq },

    { "canvas_epoch", "Epoch of the served image",
      ngx_canvas_metrics_epoch },

    { "canvas_redis_up", "1 when the worker that answers has Redis",
      ngx_canvas_metrics_redis },

    { "canvas_postgres_up", "1 when the worker that answers has PostgreSQL",
      ngx_canvas_metrics_postgres },

    { NULL, NULL, NULL }
};


ngx_int_t
ngx_canvas_metrics_handler(ngx_http_request_t *r)
{
    size_t                         size;
    u_char                        *body, *p;
    ngx_canvas_reply_t             reply;
    ngx_canvas_worker_t           *worker;
    const ngx_canvas_count_row_t  *row;

    worker = ngx_canvas_of(r)->worker;

    if (worker == NULL) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_canvas_reply_allow(r, "GET, HEAD");
    }

    size = sizeof(ngx_canvas_metrics_states)
           / sizeof(ngx_canvas_metrics_states[0]) * NGX_CANVAS_METRICS_ROW;

    for (row = ngx_canvas_counters_rows(); row->name; row++) {
        size += NGX_CANVAS_METRICS_ROW;
    }

    body = ngx_pnalloc(r->pool, size);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_canvas_metrics_states_text(body, body + size, worker);
    p = ngx_canvas_metrics_rows_text(p, body + size, worker->shm->counters);

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = NGX_HTTP_OK;
    ngx_str_set(&reply.type, NGX_CANVAS_METRICS_TYPE);
    reply.max_age = -1;

    return ngx_canvas_reply(r, &reply, body, p - body);
}


static u_char *
ngx_canvas_metrics_states_text(u_char *p, u_char *last,
    ngx_canvas_worker_t *worker)
{
    ngx_uint_t                         i;
    const ngx_canvas_metrics_state_t  *state;

    for (i = 0; ngx_canvas_metrics_states[i].name; i++) {
        state = &ngx_canvas_metrics_states[i];

        p = ngx_slprintf(p, last, "# HELP %s %s\n# TYPE %s gauge\n%s %uL\n",
                         state->name, state->help, state->name, state->name,
                         state->value(worker));
    }

    return p;
}


static u_char *
ngx_canvas_metrics_rows_text(u_char *p, u_char *last,
    ngx_canvas_counters_t *counters)
{
    const char                    *name;
    const ngx_canvas_count_row_t  *row;

    name = "";

    for (row = ngx_canvas_counters_rows(); row->name; row++) {

        if (ngx_strcmp(row->name, name) != 0) {
            name = row->name;
            p = ngx_slprintf(p, last, "# HELP %s %s\n# TYPE %s %s\n",
                             row->name, row->help, row->name, row->type);
        }

        p = ngx_canvas_metrics_row(p, last, row,
                                   ngx_canvas_counters_value(counters, row));
    }

    return p;
}


/* a scale is a power of ten: so many digits stand behind the point */

static u_char *
ngx_canvas_metrics_row(u_char *p, u_char *last,
    const ngx_canvas_count_row_t *row, uint64_t value)
{
    p = ngx_slprintf(p, last, "%s%s ", row->name, row->labels);

    switch (row->scale) {

    case 1:
        return ngx_slprintf(p, last, "%uL\n", value);

    case 1000:
        return ngx_slprintf(p, last, "%uL.%03uL\n", value / 1000,
                            value % 1000);

    default: /* 1000000 */
        return ngx_slprintf(p, last, "%uL.%06uL\n", value / 1000000,
                            value % 1000000);
    }
}


static uint64_t
ngx_canvas_metrics_seq(ngx_canvas_worker_t *worker)
{
    ngx_canvas_position_t  position;

    ngx_canvas_shm_position(worker->shm, &position);

    return position.seq;
}


static uint64_t
ngx_canvas_metrics_epoch(ngx_canvas_worker_t *worker)
{
    ngx_canvas_position_t  position;

    ngx_canvas_shm_position(worker->shm, &position);

    return position.epoch;
}


static uint64_t
ngx_canvas_metrics_redis(ngx_canvas_worker_t *worker)
{
    return ngx_canvas_redis_connected(worker->commands);
}


static uint64_t
ngx_canvas_metrics_postgres(ngx_canvas_worker_t *worker)
{
    return worker->pg && ngx_canvas_pg_connected(worker->pg);
}
