/*
 * ngx_canvas_pg_conn: see the header.
 *
 * While connecting libpq may close its socket and open another under the same
 * number, so it is watched anew after each PQconnectPoll().
 *
 * Every query is followed by a sync of its own: its error skips nothing but
 * itself.  One timer serves three purposes, one at a time: the pause before
 * a connect, the limit of connecting and preparing, the limit of the oldest
 * query on its way.
 *
 * A connection is given up from its own events and timer alone, never from
 * within a call of its users, so that handlers may send queries.
 */

#include "ngx_canvas_pg_conn.h"

#include "ngx_canvas_pg_result.h"
#include "ngx_canvas_pg_socket.h"


#define NGX_CANVAS_PG_BACKOFF_MIN  100      /* ms */
#define NGX_CANVAS_PG_BACKOFF_MAX  10000


static void ngx_canvas_pg_conn_connect(ngx_canvas_pg_conn_t *conn);
static void ngx_canvas_pg_conn_poll(ngx_canvas_pg_conn_t *conn);
static ngx_int_t ngx_canvas_pg_conn_attach(ngx_canvas_pg_conn_t *conn,
    ngx_int_t event);
static ngx_int_t ngx_canvas_pg_conn_prepare(ngx_canvas_pg_conn_t *conn);
static void ngx_canvas_pg_conn_ready(ngx_canvas_pg_conn_t *conn);
static ngx_int_t ngx_canvas_pg_conn_results(ngx_canvas_pg_conn_t *conn);
static ngx_int_t ngx_canvas_pg_conn_prepared(ngx_canvas_pg_conn_t *conn,
    PGresult *result);
static ngx_int_t ngx_canvas_pg_conn_answered(ngx_canvas_pg_conn_t *conn,
    PGresult *result);
static void ngx_canvas_pg_conn_lost(ngx_canvas_pg_conn_t *conn,
    const char *why);
static void ngx_canvas_pg_conn_report(ngx_canvas_pg_conn_t *conn,
    const char *why);
static void ngx_canvas_pg_conn_end(ngx_canvas_pg_conn_t *conn);

static void ngx_canvas_pg_conn_read_handler(ngx_event_t *ev);
static void ngx_canvas_pg_conn_write_handler(ngx_event_t *ev);
static void ngx_canvas_pg_conn_arm(ngx_canvas_pg_conn_t *conn);
static void ngx_canvas_pg_conn_timer_handler(ngx_event_t *ev);
static void ngx_canvas_pg_conn_notice(void *data, const char *message);


void
ngx_canvas_pg_conn_init(ngx_canvas_pg_conn_t *conn, ngx_log_t *log,
    ngx_canvas_pg_conf_t *conf, const ngx_canvas_pg_statement_t *statements,
    ngx_uint_t n)
{
    conn->conf = conf;
    conn->log = log;
    conn->statements = statements;
    conn->nstatements = n;
    conn->backoff = NGX_CANVAS_PG_BACKOFF_MIN;

    ngx_queue_init(&conn->queries);

    conn->timer.handler = ngx_canvas_pg_conn_timer_handler;
    conn->timer.data = conn;
    conn->timer.log = log;
    conn->timer.cancelable = 1;

    ngx_add_timer(&conn->timer, 1);
}


ngx_int_t
ngx_canvas_pg_conn_send(ngx_canvas_pg_conn_t *conn,
    ngx_canvas_pg_query_t *query, ngx_uint_t statement,
    const char *const *values)
{
    const ngx_canvas_pg_statement_t  *st;

    st = &conn->statements[statement];

    if (!PQsendQueryPrepared(conn->pg, st->name, st->nparams, values, NULL,
                             NULL, 0)
        || !PQpipelineSync(conn->pg))
    {
        conn->failed = 1;
        ngx_post_event(conn->connection->write, &ngx_posted_events);
        return NGX_ERROR;
    }

    query->sent = ngx_current_msec;

    ngx_queue_insert_tail(&conn->queries, &query->queue);
    conn->nqueries++;

    /* what the socket did not take */
    ngx_post_event(conn->connection->write, &ngx_posted_events);

    ngx_canvas_pg_conn_arm(conn);

    return NGX_OK;
}


void
ngx_canvas_pg_conn_close(ngx_canvas_pg_conn_t *conn)
{
    conn->state = NGX_CANVAS_PG_CONN_CLOSED;

    ngx_canvas_pg_conn_end(conn);
}


static void
ngx_canvas_pg_conn_connect(ngx_canvas_pg_conn_t *conn)
{
    conn->state = NGX_CANVAS_PG_CONN_CONNECTING;
    conn->pg = PQconnectStart((char *) conn->conf->conninfo.data);

    if (conn->pg == NULL) {
        ngx_canvas_pg_conn_lost(conn, "out of memory");
        return;
    }

    if (PQstatus(conn->pg) == CONNECTION_BAD) {
        ngx_canvas_pg_conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }

    PQsetNoticeProcessor(conn->pg, ngx_canvas_pg_conn_notice, conn);

    if (ngx_canvas_pg_conn_attach(conn, NGX_WRITE_EVENT) != NGX_OK) {
        ngx_canvas_pg_conn_lost(conn, "cannot watch the socket");
        return;
    }

    ngx_add_timer(&conn->timer, conn->conf->timeout);
}


static void
ngx_canvas_pg_conn_poll(ngx_canvas_pg_conn_t *conn)
{
    ngx_int_t                  event;
    PostgresPollingStatusType  status;

    ngx_canvas_pg_socket_detach(conn);

    status = PQconnectPoll(conn->pg);

    if (status == PGRES_POLLING_FAILED) {
        ngx_canvas_pg_conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }

    event = (status == PGRES_POLLING_WRITING) ? NGX_WRITE_EVENT
                                              : NGX_READ_EVENT;

    if (ngx_canvas_pg_conn_attach(conn, event) != NGX_OK) {
        ngx_canvas_pg_conn_lost(conn, "cannot watch the socket");
        return;
    }

    if (status == PGRES_POLLING_OK
        && ngx_canvas_pg_conn_prepare(conn) != NGX_OK)
    {
        ngx_canvas_pg_conn_lost(conn, PQerrorMessage(conn->pg));
    }
}


static ngx_int_t
ngx_canvas_pg_conn_attach(ngx_canvas_pg_conn_t *conn, ngx_int_t event)
{
    return ngx_canvas_pg_socket_attach(conn, event,
                                       ngx_canvas_pg_conn_read_handler,
                                       ngx_canvas_pg_conn_write_handler);
}


/*
 * The server itself ends a query that outlives its client's patience: when
 * we give a connection up its process would not notice before the end.
 */

static ngx_int_t
ngx_canvas_pg_conn_prepare(ngx_canvas_pg_conn_t *conn)
{
    u_char                            timeout[NGX_INT_T_LEN + 1];
    ngx_uint_t                        i;
    const char                       *values[1];
    const ngx_canvas_pg_statement_t  *st;

    conn->state = NGX_CANVAS_PG_CONN_PREPARING;

    if (PQsetnonblocking(conn->pg, 1) != 0 || !PQenterPipelineMode(conn->pg)) {
        return NGX_ERROR;
    }

    *ngx_sprintf(timeout, "%M", conn->conf->timeout) = '\0';
    values[0] = (char *) timeout;

    if (!PQsendQueryParams(conn->pg,
                           "SELECT set_config('statement_timeout', $1, false)",
                           1, NULL, values, NULL, NULL, 0))
    {
        return NGX_ERROR;
    }

    for (i = 0; i < conn->nstatements; i++) {
        st = &conn->statements[i];

        if (!PQsendPrepare(conn->pg, st->name, st->sql, st->nparams, NULL)) {
            return NGX_ERROR;
        }
    }

    if (!PQpipelineSync(conn->pg)) {
        return NGX_ERROR;
    }

    return ngx_canvas_pg_socket_flush(conn);
}


static void
ngx_canvas_pg_conn_ready(ngx_canvas_pg_conn_t *conn)
{
    ngx_uint_t  level;

    ngx_del_timer(&conn->timer);

    conn->state = NGX_CANVAS_PG_CONN_READY;

    level = conn->reported ? NGX_LOG_NOTICE : NGX_LOG_INFO;
    ngx_log_error(level, conn->log, 0, "canvas postgres: connected");

    conn->reported = 0;
}


/* gives out what has come; NGX_ERROR: the connection was given up */

static ngx_int_t
ngx_canvas_pg_conn_results(ngx_canvas_pg_conn_t *conn)
{
    PGresult   *result;
    ngx_int_t   rc;
    ngx_uint_t  nulls;

    nulls = 0;

    /* NULL ends the results of one query; twice: nothing is on its way */

    while (nulls < 2 && !PQisBusy(conn->pg)) {

        result = PQgetResult(conn->pg);

        if (result == NULL) {
            nulls++;
            continue;
        }

        nulls = 0;

        rc = conn->state == NGX_CANVAS_PG_CONN_PREPARING
             ? ngx_canvas_pg_conn_prepared(conn, result)
             : ngx_canvas_pg_conn_answered(conn, result);

        if (rc != NGX_OK) {
            ngx_canvas_pg_conn_lost(conn, PQresultErrorMessage(result));
            PQclear(result);
            return NGX_ERROR;
        }

        PQclear(result);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_canvas_pg_conn_prepared(ngx_canvas_pg_conn_t *conn, PGresult *result)
{
    switch (PQresultStatus(result)) {

    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        return NGX_OK;

    case PGRES_PIPELINE_SYNC:
        ngx_canvas_pg_conn_ready(conn);
        return NGX_OK;

    default:
        return NGX_ERROR;
    }
}


static ngx_int_t
ngx_canvas_pg_conn_answered(ngx_canvas_pg_conn_t *conn, PGresult *result)
{
    ngx_queue_t            *q;
    ngx_canvas_pg_query_t  *query;

    if (ngx_queue_empty(&conn->queries)) {
        return NGX_ERROR;
    }

    q = ngx_queue_head(&conn->queries);
    query = ngx_queue_data(q, ngx_canvas_pg_query_t, queue);

    if (PQresultStatus(result) != PGRES_PIPELINE_SYNC) {
        ngx_canvas_pg_result(query, result, conn->log);
        return NGX_OK;
    }

    ngx_queue_remove(q);
    conn->nqueries--;
    conn->backoff = NGX_CANVAS_PG_BACKOFF_MIN;

    ngx_canvas_pg_result_none(query, NGX_CANVAS_PG_FAILED);
    ngx_free(query);

    ngx_canvas_pg_conn_arm(conn);

    return NGX_OK;
}


/* ends this connection and plans the next one; why may span lines */

static void
ngx_canvas_pg_conn_lost(ngx_canvas_pg_conn_t *conn, const char *why)
{
    ngx_msec_t  delay;

    ngx_canvas_pg_conn_report(conn, why);

    conn->state = NGX_CANVAS_PG_CONN_WAITING;

    ngx_canvas_pg_conn_end(conn);

    delay = conn->backoff / 2 + ngx_random() % (conn->backoff / 2 + 1);
    conn->backoff = ngx_min(conn->backoff * 2, NGX_CANVAS_PG_BACKOFF_MAX);

    conn->timer.cancelable = 1;
    ngx_add_timer(&conn->timer, delay);
}


/* once a reason, not once an attempt */

static void
ngx_canvas_pg_conn_report(ngx_canvas_pg_conn_t *conn, const char *why)
{
    u_char    text[NGX_CANVAS_PG_TEXT];
    uint32_t  reason;

    ngx_canvas_pg_result_text(text, why);
    reason = ngx_crc32_short(text, ngx_strlen(text));

    if (conn->reported && conn->reason == reason) {
        return;
    }

    conn->reported = 1;
    conn->reason = reason;

    ngx_log_error(NGX_LOG_ERR, conn->log, 0,
                  "canvas postgres: not connected: %s", text);
}


/* the state is set by the caller: the handlers called here see it */

static void
ngx_canvas_pg_conn_end(ngx_canvas_pg_conn_t *conn)
{
    ngx_queue_t            *q;
    ngx_canvas_pg_query_t  *query;

    if (conn->timer.timer_set) {
        ngx_del_timer(&conn->timer);
    }

    ngx_canvas_pg_socket_detach(conn);

    if (conn->pg) {
        PQfinish(conn->pg);
        conn->pg = NULL;
    }

    conn->failed = 0;

    while (!ngx_queue_empty(&conn->queries)) {
        q = ngx_queue_head(&conn->queries);
        query = ngx_queue_data(q, ngx_canvas_pg_query_t, queue);

        ngx_queue_remove(q);
        conn->nqueries--;

        ngx_canvas_pg_result_none(query, NGX_CANVAS_PG_LOST);
        ngx_free(query);
    }
}


static void
ngx_canvas_pg_conn_read_handler(ngx_event_t *ev)
{
    ngx_connection_t      *c = ev->data;
    ngx_canvas_pg_conn_t  *conn = c->data;

    if (c->close) {
        /* worker_shutdown_timeout */
        ngx_canvas_pg_conn_close(conn);
        return;
    }

    if (conn->state == NGX_CANVAS_PG_CONN_CONNECTING) {
        ngx_canvas_pg_conn_poll(conn);
        return;
    }

    if (!PQconsumeInput(conn->pg)) {
        ngx_canvas_pg_conn_lost(conn, PQerrorMessage(conn->pg));
        return;
    }

    if (ngx_canvas_pg_conn_results(conn) != NGX_OK) {
        return;
    }

    /* a server that waits for us to read takes input again now */

    if (ngx_canvas_pg_socket_flush(conn) != NGX_OK) {
        ngx_canvas_pg_conn_lost(conn, PQerrorMessage(conn->pg));
    }
}


static void
ngx_canvas_pg_conn_write_handler(ngx_event_t *ev)
{
    ngx_connection_t      *c = ev->data;
    ngx_canvas_pg_conn_t  *conn = c->data;

    if (conn->state == NGX_CANVAS_PG_CONN_CONNECTING) {
        ngx_canvas_pg_conn_poll(conn);
        return;
    }

    if (conn->failed || ngx_canvas_pg_socket_flush(conn) != NGX_OK) {
        ngx_canvas_pg_conn_lost(conn, PQerrorMessage(conn->pg));
    }
}


/*
 * The timer belongs to the oldest query on its way.  Only then it holds an
 * exiting worker back: a request waits for the result.
 */

static void
ngx_canvas_pg_conn_arm(ngx_canvas_pg_conn_t *conn)
{
    ngx_queue_t            *q;
    ngx_msec_int_t          left;
    ngx_canvas_pg_query_t  *query;

    if (ngx_queue_empty(&conn->queries)) {

        if (conn->timer.timer_set) {
            ngx_del_timer(&conn->timer);
        }

        return;
    }

    if (conn->timer.timer_set) {
        /* set for an older query: looked at again when it fires */
        return;
    }

    q = ngx_queue_head(&conn->queries);
    query = ngx_queue_data(q, ngx_canvas_pg_query_t, queue);

    left = (ngx_msec_int_t) (query->sent + conn->conf->timeout
                             - ngx_current_msec);

    conn->timer.cancelable = 0;
    ngx_add_timer(&conn->timer, ngx_max(left, 1));
}


static void
ngx_canvas_pg_conn_timer_handler(ngx_event_t *ev)
{
    ngx_queue_t            *q;
    ngx_canvas_pg_conn_t   *conn;
    ngx_canvas_pg_query_t  *query;

    conn = ev->data;

    switch (conn->state) {

    case NGX_CANVAS_PG_CONN_WAITING:
        ngx_canvas_pg_conn_connect(conn);
        return;

    case NGX_CANVAS_PG_CONN_CONNECTING:
    case NGX_CANVAS_PG_CONN_PREPARING:
        ngx_canvas_pg_conn_lost(conn, "connect timed out");
        return;

    case NGX_CANVAS_PG_CONN_READY:

        if (ngx_queue_empty(&conn->queries)) {
            return;
        }

        q = ngx_queue_head(&conn->queries);
        query = ngx_queue_data(q, ngx_canvas_pg_query_t, queue);

        if ((ngx_msec_int_t) (ngx_current_msec - query->sent)
            < (ngx_msec_int_t) conn->conf->timeout)
        {
            ngx_canvas_pg_conn_arm(conn);
            return;
        }

        ngx_canvas_pg_conn_lost(conn, "query timed out");
        return;

    default: /* NGX_CANVAS_PG_CONN_CLOSED */
        return;
    }
}


static void
ngx_canvas_pg_conn_notice(void *data, const char *message)
{
    u_char                 text[NGX_CANVAS_PG_TEXT];
    ngx_canvas_pg_conn_t  *conn = data;

    ngx_canvas_pg_result_text(text, message);
    ngx_log_error(NGX_LOG_INFO, conn->log, 0, "canvas postgres: %s", text);
}
