/*
 * ngx_canvas_pg_conn: see the header.
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

#include "ngx_canvas_pg_connect.h"
#include "ngx_canvas_pg_result.h"
#include "ngx_canvas_pg_socket.h"


#define NGX_CANVAS_PG_BACKOFF_MIN  100      /* ms */
#define NGX_CANVAS_PG_BACKOFF_MAX  10000


static ngx_int_t ngx_canvas_pg_conn_results(ngx_canvas_pg_conn_t *conn);
static ngx_int_t ngx_canvas_pg_conn_answered(ngx_canvas_pg_conn_t *conn,
    PGresult *result);
static void ngx_canvas_pg_conn_lost(ngx_canvas_pg_conn_t *conn,
    const char *why);
static void ngx_canvas_pg_conn_report(ngx_canvas_pg_conn_t *conn,
    const char *why);
static void ngx_canvas_pg_conn_end(ngx_canvas_pg_conn_t *conn);

static void ngx_canvas_pg_conn_poll(ngx_canvas_pg_conn_t *conn);
static void ngx_canvas_pg_conn_read_handler(ngx_event_t *ev);
static void ngx_canvas_pg_conn_write_handler(ngx_event_t *ev);
static void ngx_canvas_pg_conn_arm(ngx_canvas_pg_conn_t *conn);
static void ngx_canvas_pg_conn_timer_handler(ngx_event_t *ev);


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
    conn->read_handler = ngx_canvas_pg_conn_read_handler;
    conn->write_handler = ngx_canvas_pg_conn_write_handler;

    ngx_queue_init(&conn->queries);

    conn->timer.handler = ngx_canvas_pg_conn_timer_handler;
    conn->timer.data = conn;
    conn->timer.log = log;
    conn->timer.cancelable = 1;

    ngx_add_timer(&conn->timer, 1);
}


ngx_uint_t
ngx_canvas_pg_conn_hopeful(ngx_canvas_pg_conn_t *conn)
{
    return conn->state != NGX_CANVAS_PG_CONN_CLOSED && !conn->reported;
}


ngx_int_t
ngx_canvas_pg_conn_send(ngx_canvas_pg_conn_t *conn,
    ngx_canvas_pg_query_t *query)
{
    const ngx_canvas_pg_statement_t  *st;

    st = &conn->statements[query->statement];

    if (!PQsendQueryPrepared(conn->pg, st->name, st->nparams, query->values,
                             NULL, NULL, 1)
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

    conn->changed(conn->data);
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
             ? ngx_canvas_pg_connect_result(conn, result)
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

    conn->changed(conn->data);
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
ngx_canvas_pg_conn_poll(ngx_canvas_pg_conn_t *conn)
{
    if (ngx_canvas_pg_connect_poll(conn) != NGX_OK) {
        ngx_canvas_pg_conn_lost(conn, PQerrorMessage(conn->pg));
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

        if (ngx_canvas_pg_connect(conn) != NGX_OK) {
            ngx_canvas_pg_conn_lost(conn, PQerrorMessage(conn->pg));
        }

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
