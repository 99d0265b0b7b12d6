/*
 * ngx_canvas_leaderboard: see the header.  Waits for the board
 * (ngx_canvas_board) and answers with the part of it that was asked for.
 */

#include "ngx_canvas_leaderboard.h"

#include "ngx_canvas_board.h"
#include "ngx_canvas_reply.h"


#define NGX_CANVAS_LEADERBOARD_LIMIT  100


typedef struct {
    ngx_http_request_t        *r;
    const ngx_canvas_route_t  *route;
    ngx_uint_t                 limit;
    ngx_canvas_board_wait_t    wait;
} ngx_canvas_leaderboard_t;


static void ngx_canvas_leaderboard_cleanup(void *data);
static void ngx_canvas_leaderboard_ready(void *data,
    const ngx_canvas_board_t *board);
static ngx_int_t ngx_canvas_leaderboard_reply(
    ngx_canvas_leaderboard_t *leaderboard, const ngx_canvas_board_t *board);


ngx_int_t
ngx_canvas_leaderboard(ngx_http_request_t *r, const ngx_canvas_route_t *route,
    const char *const *values)
{
    ngx_int_t                  rc;
    ngx_http_cleanup_t        *cln;
    ngx_canvas_worker_t       *worker;
    const ngx_canvas_board_t  *board;
    canvas_board_kind_t        kind;
    ngx_canvas_leaderboard_t  *leaderboard;

    cln = ngx_http_cleanup_add(r, sizeof(ngx_canvas_leaderboard_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    leaderboard = cln->data;
    ngx_memzero(leaderboard, sizeof(ngx_canvas_leaderboard_t));

    cln->handler = ngx_canvas_leaderboard_cleanup;

    leaderboard->r = r;
    leaderboard->route = route;
    leaderboard->wait.handler = ngx_canvas_leaderboard_ready;
    leaderboard->wait.data = leaderboard;

    kind = values[0] ? canvas_board_find(values[0])
                     : CANVAS_BOARD_USERS;

    leaderboard->limit = values[1] ? (ngx_uint_t) ngx_atoi((u_char *) values[1],
                                                      ngx_strlen(values[1]))
                                   : NGX_CANVAS_LEADERBOARD_LIMIT;

    worker = ngx_canvas_of(r)->worker;

    rc = worker ? ngx_canvas_board_get(worker->boards, kind,
                                       leaderboard->limit, &leaderboard->wait,
                                       &board)
                : NGX_DECLINED;

    if (rc == NGX_OK) {
        return ngx_canvas_leaderboard_reply(leaderboard, board);
    }

    if (rc == NGX_DECLINED) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    r->main->count++;

    if (!r->discard_body) {
        /* ends the request when the client closes the connection */
        r->read_event_handler = ngx_http_test_reading;
    }

    return NGX_DONE;
}


static void
ngx_canvas_leaderboard_cleanup(void *data)
{
    ngx_canvas_leaderboard_t *leaderboard = data;

    ngx_canvas_board_cancel(&leaderboard->wait);
}


static void
ngx_canvas_leaderboard_ready(void *data, const ngx_canvas_board_t *board)
{
    ngx_canvas_leaderboard_t *leaderboard = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = leaderboard->r;
    c = r->connection;

    rc = board ? ngx_canvas_leaderboard_reply(leaderboard, board)
               : ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_canvas_leaderboard_reply(ngx_canvas_leaderboard_t *leaderboard,
    const ngx_canvas_board_t *board)
{
    u_char              *body, *p;
    ngx_tm_t             tm;
    ngx_str_t            entries;
    ngx_canvas_reply_t   reply;

    entries = ngx_canvas_board_entries(board, leaderboard->limit);

    body = ngx_pnalloc(leaderboard->r->pool, entries.len + NGX_INT_T_LEN
                       + sizeof("{\"kind\":\"factions\",\"entries\":[],"
                                "\"total\":,\"updatedAt\":"
                                "\"1970-01-01T00:00:00Z\"}"));
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_gmtime(board->read, &tm);

    p = ngx_sprintf(body, "{\"kind\":\"%s\",\"entries\":[%V],\"total\":%ui,"
                    "\"updatedAt\":\"%4d-%02d-%02dT%02d:%02d:%02dZ\"}",
                    canvas_board_name(board->kind), &entries,
                    board->total, tm.ngx_tm_year, tm.ngx_tm_mon,
                    tm.ngx_tm_mday, tm.ngx_tm_hour, tm.ngx_tm_min,
                    tm.ngx_tm_sec);

    ngx_memzero(&reply, sizeof(ngx_canvas_reply_t));

    reply.status = NGX_HTTP_OK;
    reply.max_age = leaderboard->route->max_age;

    return ngx_canvas_reply(leaderboard->r, &reply, body, p - body);
}
