/*
 * ngx_canvas_board: the boards of this week, live: ranks from Redis, names
 * from PostgreSQL, as JSON.  A board is read at most once a second and worker,
 * whoever asks how often, and shared by all who ask.
 *
 * An entry is, by the kind of the board, one of
 *
 *   {"rank":1,"userId":"<uuid>","username":"..."|null,"pixels":12}
 *   {"rank":1,"agentId":"<uuid>","name":"..."|null,"pixels":12}
 *   {"rank":1,"faction":"red","pixels":12}
 *
 * Who have equally many share a rank, and the next one is counted from the
 * top: 1, 1, 3.  A name is null while PostgreSQL is away or does not know it
 * yet.
 */

#ifndef NGX_CANVAS_BOARD_H_INCLUDED
#define NGX_CANVAS_BOARD_H_INCLUDED

#include "ngx_canvas_worker.h"

/* entries at most */
#define NGX_CANVAS_BOARD_MAX  1000

typedef enum {
    NGX_CANVAS_BOARD_USERS = 0,
    NGX_CANVAS_BOARD_AGENTS,
    NGX_CANVAS_BOARD_FACTIONS,
    NGX_CANVAS_BOARDS
} ngx_canvas_board_kind_e;

typedef struct {
    ngx_canvas_board_kind_e    kind;
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

/* "users", "agents", "factions" */
const char *ngx_canvas_board_name(ngx_canvas_board_kind_e kind);

/* by its name; NGX_CANVAS_BOARDS: none is called so */
ngx_canvas_board_kind_e ngx_canvas_board_find(const char *name);

/* NULL on error (logged) */
ngx_canvas_boards_t *ngx_canvas_boards_create(ngx_canvas_worker_t *worker);

/*
 * The first n entries, 1 to NGX_CANVAS_BOARD_MAX, or more of them.  NGX_OK:
 * *board, until the caller returns to the event loop.  NGX_AGAIN: the handler
 * of wait will be called exactly once, unless it is cancelled.  NGX_DECLINED:
 * Redis is away.
 */
ngx_int_t ngx_canvas_board_get(ngx_canvas_boards_t *boards,
    ngx_canvas_board_kind_e kind, ngx_uint_t n, ngx_canvas_board_wait_t *wait,
    const ngx_canvas_board_t **board);

/* the handler will not be called any more; harmless when it was */
void ngx_canvas_board_cancel(ngx_canvas_board_wait_t *wait);

/* the text of the first n entries, or of all if there are fewer */
ngx_str_t ngx_canvas_board_entries(const ngx_canvas_board_t *board,
    ngx_uint_t n);

/* at the end of the worker, behind the connections */
void ngx_canvas_boards_close(ngx_canvas_boards_t *boards);

#endif /* NGX_CANVAS_BOARD_H_INCLUDED */
