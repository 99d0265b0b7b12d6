/*
 * ngx_canvas_board: the boards of this week, live: ranks from Redis, names
 * from PostgreSQL, as JSON.  A board is read at most once a second and worker,
 * whoever asks how often, and shared by all who ask.
 * A name is null while PostgreSQL is away or does not know it yet.
 */

#ifndef NGX_CANVAS_BOARD_H_INCLUDED
#define NGX_CANVAS_BOARD_H_INCLUDED

#include "ngx_canvas_worker.h"

#include "canvas_board.h"

/* entries at most */
#define NGX_CANVAS_BOARD_MAX  1000

typedef struct {
    canvas_board_kind_t        kind;
    time_t                     read;        /* when */
    ngx_uint_t                 total;       /* all that are on the board */
    ngx_uint_t                 n;           /* entries that are here */
    u_char                    *text;        /* they, joined by commas */
    uint32_t                  *ends;        /* entry i ends before
                                               text + ends[i] */
} ngx_canvas_board_t;

/* board NULL: Redis is away; else it is gone when the handler returns */
typedef void (*ngx_canvas_board_pt)(void *data,
    const ngx_canvas_board_t *board);

/* one who waits; the caller sets handler and data, and owns the memory */
typedef struct {
    ngx_queue_t            queue;
    ngx_canvas_board_pt    handler;
    void                  *data;
    unsigned               waiting:1;
} ngx_canvas_board_wait_t;

/* NULL on error (logged) */
ngx_canvas_boards_t *ngx_canvas_boards_create(ngx_canvas_worker_t *worker);

/*
 * The first n entries, 1 to NGX_CANVAS_BOARD_MAX, or more of them.  NGX_OK:
 * *board, until the caller returns to the event loop.  NGX_AGAIN: the handler
 * of wait will be called exactly once, unless it is cancelled.  NGX_DECLINED:
 * Redis is away.
 */
ngx_int_t ngx_canvas_board_get(ngx_canvas_boards_t *boards,
    canvas_board_kind_t kind, ngx_uint_t n, ngx_canvas_board_wait_t *wait,
    const ngx_canvas_board_t **board);

/* the handler will not be called any more; harmless when it was */
void ngx_canvas_board_cancel(ngx_canvas_board_wait_t *wait);

/* the text of the first n entries, or of all if there are fewer */
ngx_str_t ngx_canvas_board_entries(const ngx_canvas_board_t *board,
    ngx_uint_t n);

/* at the end of the worker, behind the connections */
void ngx_canvas_boards_close(ngx_canvas_boards_t *boards);

#endif /* NGX_CANVAS_BOARD_H_INCLUDED */
