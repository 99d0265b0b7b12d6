/*
 * ngx_canvas_pg_result: see the header.
 */

#include "ngx_canvas_pg_result.h"


typedef struct {
    const char              *class;     /* first two characters of SQLSTATE */
    ngx_canvas_pg_status_e   status;
} ngx_canvas_pg_class_t;


static void ngx_canvas_pg_result_give(ngx_canvas_pg_query_t *query,
    ngx_canvas_pg_status_e status, const u_char *value, size_t len);
static ngx_canvas_pg_status_e ngx_canvas_pg_result_error(PGresult *result,
    ngx_log_t *log);


/* PostgreSQL's manual, appendix A; all others: NGX_CANVAS_PG_FAILED */

static const ngx_canvas_pg_class_t  ngx_canvas_pg_classes[] = {
    { "22", NGX_CANVAS_PG_INVALID },    /* data exception */
    { "23", NGX_CANVAS_PG_INVALID },    /* integrity constraint violation */
    { "08", NGX_CANVAS_PG_LOST },       /* connection exception */
    { "53", NGX_CANVAS_PG_LOST },       /* insufficient resources */
    { "57", NGX_CANVAS_PG_LOST },       /* shutdown, statement timeout */
    { NULL, NGX_CANVAS_PG_FAILED }
};


void
ngx_canvas_pg_result(ngx_canvas_pg_query_t *query, PGresult *result,
    ngx_log_t *log)
{
    switch (PQresultStatus(result)) {

    case PGRES_TUPLES_OK:

        if (PQntuples(result) == 0 || PQnfields(result) == 0
            || PQgetisnull(result, 0, 0))
        {
            ngx_canvas_pg_result_none(query, NGX_CANVAS_PG_NULL);
            return;
        }

        ngx_canvas_pg_result_give(query, NGX_CANVAS_PG_OK,
                                  (u_char *) PQgetvalue(result, 0, 0),
                                  PQgetlength(result, 0, 0));
        return;

    case PGRES_COMMAND_OK:
        ngx_canvas_pg_result_none(query, NGX_CANVAS_PG_NULL);
        return;

    default:
        ngx_canvas_pg_result_none(query,
                                  ngx_canvas_pg_result_error(result, log));
        return;
    }
}


void
ngx_canvas_pg_result_none(ngx_canvas_pg_query_t *query,
    ngx_canvas_pg_status_e status)
{
    ngx_canvas_pg_result_give(query, status, NULL, 0);
}


void
ngx_canvas_pg_result_text(u_char *text, const char *message)
{
    u_char      *p, *last;
    ngx_uint_t   space;

    p = text;
    last = text + NGX_CANVAS_PG_TEXT - 2;
    space = 0;

    for ( /* void */ ; *message && p < last; message++) {

        if ((u_char) *message <= ' ') {
            space = 1;
            continue;
        }

        if (space && p > text) {
            *p++ = ' ';
        }

        space = 0;
        *p++ = (u_char) *message;
    }

    *p = '\0';
}


static void
ngx_canvas_pg_result_give(ngx_canvas_pg_query_t *query,
    ngx_canvas_pg_status_e status, const u_char *value, size_t len)
{
    ngx_canvas_pg_result_pt  handler;

    handler = query->handler;

    if (handler == NULL) {
        return;
    }

    /* from here on there is nothing to cancel */

    query->handler = NULL;
    *query->cancel = NULL;

    handler(query->data, status, value, len);
}


static ngx_canvas_pg_status_e
ngx_canvas_pg_result_error(PGresult *result, ngx_log_t *log)
{
    u_char                        text[NGX_CANVAS_PG_TEXT];
    ngx_uint_t                    level;
    const char                   *state;
    ngx_canvas_pg_status_e        status;
    const ngx_canvas_pg_class_t  *class;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    /* without a state it is libpq that speaks, of a broken connection */
    status = state ? NGX_CANVAS_PG_FAILED : NGX_CANVAS_PG_LOST;

    for (class = ngx_canvas_pg_classes; state && class->class; class++) {

        if (ngx_strncmp(state, class->class, 2) == 0) {
            status = class->status;
            break;
        }
    }

    ngx_canvas_pg_result_text(text, PQresultErrorMessage(result));

    level = (status == NGX_CANVAS_PG_INVALID) ? NGX_LOG_INFO : NGX_LOG_ERR;
    ngx_log_error(level, log, 0, "canvas postgres: query failed: %s", text);

    return status;
}
