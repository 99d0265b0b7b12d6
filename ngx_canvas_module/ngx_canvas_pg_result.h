/*
 * ngx_canvas_pg_result: what a PGresult means to the owner of a query.
 */

#ifndef NGX_CANVAS_PG_RESULT_H_INCLUDED
#define NGX_CANVAS_PG_RESULT_H_INCLUDED

#include "ngx_canvas_pg_conn.h"

/* bytes of a message in the log, with its NUL */
#define NGX_CANVAS_PG_TEXT  512

/* calls the handler, unless it was called before or query is cancelled */
void ngx_canvas_pg_result(ngx_canvas_pg_query_t *query, PGresult *result,
    ngx_log_t *log);

/* the same for a query that has no result */
void ngx_canvas_pg_result_none(ngx_canvas_pg_query_t *query,
    ngx_canvas_pg_status_e status);

/* writes libpq's message, which may span lines, as one line into text
 * (NGX_CANVAS_PG_TEXT bytes), cut where it is longer */
void ngx_canvas_pg_result_text(u_char *text, const char *message);

#endif /* NGX_CANVAS_PG_RESULT_H_INCLUDED */
