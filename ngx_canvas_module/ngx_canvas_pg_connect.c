/*
 * ngx_canvas_pg_connect: see the header.
 */

#include "ngx_canvas_pg_connect.h"

#include "ngx_canvas_pg_result.h"
#include "ngx_canvas_pg_socket.h"


static ngx_int_t ngx_canvas_pg_connect_prepare(ngx_canvas_pg_conn_t *conn);
static void ngx_canvas_pg_connect_ready(ngx_canvas_pg_conn_t *conn);
static void ngx_canvas_pg_connect_notice(void *data, const char *message);


ngx_int_t
ngx_canvas_pg_connect(ngx_canvas_pg_conn_t *conn)
{
    conn->state = NGX_CANVAS_PG_CONN_CONNECTING;
    conn->pg = PQconnectStart((char *) conn->conf->conninfo.data);

    if (conn->pg == NULL || PQstatus(conn->pg) == CONNECTION_BAD) {
        return NGX_ERROR;
    }

    PQsetNoticeProcessor(conn->pg, ngx_canvas_pg_connect_notice, conn);

    ngx_add_timer(&conn->timer, conn->conf->timeout);

    return ngx_canvas_pg_socket_attach(conn, NGX_WRITE_EVENT);
}


/*
 * libpq may close the socket and open another under the same number, so it
 * is watched anew after each step.
 */

ngx_int_t
ngx_canvas_pg_connect_poll(ngx_canvas_pg_conn_t *conn)
{
    ngx_int_t                  event;
    PostgresPollingStatusType  status;

    ngx_canvas_pg_socket_detach(conn);

    status = PQconnectPoll(conn->pg);

    if (status == PGRES_POLLING_FAILED) {
        return NGX_ERROR;
    }

    event = (status == PGRES_POLLING_WRITING) ? NGX_WRITE_EVENT
                                              : NGX_READ_EVENT;

    if (ngx_canvas_pg_socket_attach(conn, event) != NGX_OK) {
        return NGX_ERROR;
    }

    if (status == PGRES_POLLING_OK) {
        return ngx_canvas_pg_connect_prepare(conn);
    }

    return NGX_OK;
}


ngx_int_t
ngx_canvas_pg_connect_result(ngx_canvas_pg_conn_t *conn, PGresult *result)
{
    switch (PQresultStatus(result)) {

    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        return NGX_OK;

    case PGRES_PIPELINE_SYNC:
        ngx_canvas_pg_connect_ready(conn);
        return NGX_OK;

    default:
        return NGX_ERROR;
    }
}


/*
 * The server itself ends a query that outlives its client's patience: when
 * we give a connection up its process would not notice before the end.
 */

static ngx_int_t
ngx_canvas_pg_connect_prepare(ngx_canvas_pg_conn_t *conn)
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
ngx_canvas_pg_connect_ready(ngx_canvas_pg_conn_t *conn)
{
    ngx_uint_t  level;

    ngx_del_timer(&conn->timer);

    conn->state = NGX_CANVAS_PG_CONN_READY;

    level = conn->reported ? NGX_LOG_NOTICE : NGX_LOG_INFO;
    ngx_log_error(level, conn->log, 0, "canvas postgres: connected");

    conn->reported = 0;

    conn->changed(conn->data);
}


static void
ngx_canvas_pg_connect_notice(void *data, const char *message)
{
    u_char                 text[NGX_CANVAS_PG_TEXT];
    ngx_canvas_pg_conn_t  *conn = data;

    ngx_canvas_pg_result_text(text, message);
    ngx_log_error(NGX_LOG_INFO, conn->log, 0, "canvas postgres: %s", text);
}
