/*
 * ngx_canvas_pg: see the header.  A query goes at once to the connection with
 * the fewest queries on their way; the sum of all pipelines is bounded.
 *
 * While no connection is ready queries are declined at once: a server that
 * is away, or answers nobody in time, costs its clients no waiting (the pause
 * between attempts grows until a query succeeds).  Only where nothing has
 * gone wrong yet, in a worker that has just begun, queries wait for the first
 * connection: a reload is not to be seen.
 */

#include "ngx_canvas_pg.h"

#include "ngx_canvas_pg_conn.h"
#include "ngx_canvas_pg_result.h"


struct ngx_canvas_pg_s {
    ngx_log_t              *log;
    ngx_uint_t              queue;      /* limit of queries, in all states */
    ngx_uint_t              nwaiting;
    ngx_queue_t             waiting;    /* for the first connection */
    ngx_uint_t              n;
    ngx_canvas_pg_conn_t   *conns;
};


static ngx_canvas_pg_query_t *ngx_canvas_pg_query_create(ngx_canvas_pg_t *pg,
    ngx_uint_t statement, const char *const *values);
static void ngx_canvas_pg_changed(void *data);
static ngx_canvas_pg_conn_t *ngx_canvas_pg_choose(ngx_canvas_pg_t *pg,
    ngx_uint_t *total);
static ngx_uint_t ngx_canvas_pg_hopeful(ngx_canvas_pg_t *pg);


ngx_int_t
ngx_canvas_pg_valid(ngx_str_t *conninfo)
{
    PQconninfoOption  *options;

    options = PQconninfoParse((char *) conninfo->data, NULL);

    if (options == NULL) {
        return NGX_ERROR;
    }

    PQconninfoFree(options);

    return NGX_OK;
}


ngx_canvas_pg_t *
ngx_canvas_pg_create(ngx_pool_t *pool, ngx_log_t *log,
    ngx_canvas_pg_conf_t *conf, const ngx_canvas_pg_statement_t *statements,
    ngx_uint_t n)
{
    ngx_uint_t        i;
    ngx_canvas_pg_t  *pg;

    if (ngx_canvas_pg_valid(&conf->conninfo) != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "canvas postgres: malformed connection string");
        return NULL;
    }

    pg = ngx_palloc(pool, sizeof(ngx_canvas_pg_t));
    if (pg == NULL) {
        return NULL;
    }

    pg->log = log;
    pg->queue = conf->queue;
    pg->nwaiting = 0;
    ngx_queue_init(&pg->waiting);
    pg->n = conf->connections;

    pg->conns = ngx_pcalloc(pool, pg->n * sizeof(ngx_canvas_pg_conn_t));
    if (pg->conns == NULL) {
        return NULL;
    }

    for (i = 0; i < pg->n; i++) {
        pg->conns[i].changed = ngx_canvas_pg_changed;
        pg->conns[i].data = pg;

        ngx_canvas_pg_conn_init(&pg->conns[i], log, conf, statements, n);
    }

    return pg;
}


ngx_int_t
ngx_canvas_pg_query(ngx_canvas_pg_t *pg, ngx_uint_t statement,
    const char *const *values, ngx_canvas_pg_result_pt handler, void *data,
    void **cancel)
{
    ngx_uint_t              total;
    ngx_canvas_pg_conn_t   *conn;
    ngx_canvas_pg_query_t  *query;

    conn = ngx_canvas_pg_choose(pg, &total);

    if (conn == NULL && !ngx_canvas_pg_hopeful(pg)) {
        return NGX_DECLINED;
    }

    if (total >= pg->queue) {
        return NGX_BUSY;
    }

    query = ngx_canvas_pg_query_create(pg, statement, values);
    if (query == NULL) {
        return NGX_DECLINED;
    }

    query->handler = handler;
    query->data = data;
    query->cancel = cancel;

    if (conn == NULL) {
        ngx_queue_insert_tail(&pg->waiting, &query->queue);
        pg->nwaiting++;

    } else if (ngx_canvas_pg_conn_send(conn, query) != NGX_OK) {
        ngx_free(query);
        return NGX_DECLINED;
    }

    *cancel = query;

    return NGX_OK;
}


/*
 * The query stays in the pipeline and in the count until the server is done
 * with it: clients that leave must not make room for ever more work.
 */

void
ngx_canvas_pg_cancel(void *query)
{
    ngx_canvas_pg_query_t  *q = query;

    q->handler = NULL;
    q->cancel = NULL;
}


ngx_uint_t
ngx_canvas_pg_connected(ngx_canvas_pg_t *pg)
{
    ngx_uint_t  total;

    return ngx_canvas_pg_choose(pg, &total) != NULL;
}


void
ngx_canvas_pg_close(ngx_canvas_pg_t *pg)
{
    ngx_uint_t  i;

    for (i = 0; i < pg->n; i++) {
        ngx_canvas_pg_conn_close(&pg->conns[i]);
    }
}


/* the values are in the same block of memory */

static ngx_canvas_pg_query_t *
ngx_canvas_pg_query_create(ngx_canvas_pg_t *pg, ngx_uint_t statement,
    const char *const *values)
{
    int                     i, n;
    char                   *p;
    size_t                  size;
    ngx_canvas_pg_query_t  *query;

    n = pg->conns[0].statements[statement].nparams;
    size = sizeof(ngx_canvas_pg_query_t);

    for (i = 0; i < n; i++) {
        size += values[i] ? ngx_strlen(values[i]) + 1 : 0;
    }

    query = ngx_calloc(size, pg->log);
    if (query == NULL) {
        return NULL;
    }

    query->statement = statement;
    p = (char *) query + sizeof(ngx_canvas_pg_query_t);

    for (i = 0; i < n; i++) {

        if (values[i]) {
            query->values[i] = p;
            p = (char *) ngx_cpymem(p, values[i], ngx_strlen(values[i]) + 1);
        }
    }

    return query;
}


/* a connection tells: queries that wait may go, or have no hope any more */

static void
ngx_canvas_pg_changed(void *data)
{
    ngx_uint_t              total;
    ngx_queue_t            *q;
    ngx_canvas_pg_t        *pg = data;
    ngx_canvas_pg_conn_t   *conn;
    ngx_canvas_pg_query_t  *query;

    while (!ngx_queue_empty(&pg->waiting)) {

        conn = ngx_canvas_pg_choose(pg, &total);

        if (conn == NULL && ngx_canvas_pg_hopeful(pg)) {
            return;
        }

        q = ngx_queue_head(&pg->waiting);
        query = ngx_queue_data(q, ngx_canvas_pg_query_t, queue);

        ngx_queue_remove(q);
        pg->nwaiting--;

        if (query->handler && conn
            && ngx_canvas_pg_conn_send(conn, query) == NGX_OK)
        {
            continue;
        }

        ngx_canvas_pg_result_none(query, NGX_CANVAS_PG_LOST);
        ngx_free(query);
    }
}


/* the ready connection with the fewest queries; total: all there are */

static ngx_canvas_pg_conn_t *
ngx_canvas_pg_choose(ngx_canvas_pg_t *pg, ngx_uint_t *total)
{
    ngx_uint_t             i;
    ngx_canvas_pg_conn_t  *conn, *best;

    best = NULL;
    *total = pg->nwaiting;

    for (i = 0; i < pg->n; i++) {
        conn = &pg->conns[i];
        *total += conn->nqueries;

        if (conn->state != NGX_CANVAS_PG_CONN_READY || conn->failed) {
            continue;
        }

        if (best == NULL || conn->nqueries < best->nqueries) {
            best = conn;
        }
    }

    return best;
}


static ngx_uint_t
ngx_canvas_pg_hopeful(ngx_canvas_pg_t *pg)
{
    ngx_uint_t  i;

    for (i = 0; i < pg->n; i++) {

        if (ngx_canvas_pg_conn_hopeful(&pg->conns[i])) {
            return 1;
        }
    }

    return 0;
}
