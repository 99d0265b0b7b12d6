/*
 * ngx_canvas_board: see the header.
 *
 * A board is kept in two depths, so that those who ask for a page of it do
 * not make Redis list a thousand.  One question a depth is on its way at a
 * time: first Redis', then, with what came, PostgreSQL's.
 */

#include "ngx_canvas_board.h"
#include "ngx_canvas_routes.h"
#include "ngx_canvas_store.h"


/* ms that a board is shared for */
#define NGX_CANVAS_BOARD_FRESH  1000

typedef struct {
    ngx_canvas_boards_t       *boards;
    ngx_uint_t                 depth;
    ngx_canvas_board_t         board;
    ngx_msec_t                 taken;
    uint64_t                   epoch;     /* in which it was asked for */
    ngx_queue_t                waiting;   /* of ngx_canvas_board_wait_t */

    /* while it is read */
    canvas_board_entry_t      *entries;   /* depth of them */
    ngx_uint_t                 n;
    ngx_uint_t                 total;
    void                      *query;

    unsigned                   valid:1;   /* board was read at taken */
    unsigned                   asking:1;
} ngx_canvas_board_depth_t;

static const ngx_uint_t  ngx_canvas_board_depths[] = {
    100, NGX_CANVAS_BOARD_MAX
};

#define NGX_CANVAS_BOARD_DEPTHS                                               \
    (sizeof(ngx_canvas_board_depths) / sizeof(ngx_canvas_board_depths[0]))

struct ngx_canvas_boards_s {
    ngx_canvas_worker_t       *worker;
    ngx_canvas_board_depth_t   depths[CANVAS_BOARDS]
                                     [NGX_CANVAS_BOARD_DEPTHS];
};


static ngx_int_t ngx_canvas_board_ask(ngx_canvas_board_depth_t *depth);
static void ngx_canvas_board_ranked(void *data, ngx_str_t *member,
    ngx_str_t *score, ngx_int_t total);
static ngx_int_t ngx_canvas_board_names(ngx_canvas_board_depth_t *depth);
static void ngx_canvas_board_named(void *data, ngx_canvas_pg_status_e status,
    const u_char *value, size_t len);
static void ngx_canvas_board_done(ngx_canvas_board_depth_t *depth,
    const u_char *names, size_t len);
static ngx_int_t ngx_canvas_board_compose(ngx_canvas_board_depth_t *depth,
    const u_char *names, size_t len);
static void ngx_canvas_board_answer(ngx_canvas_board_depth_t *depth);


/* by canvas_board_kind_t */

static const ngx_canvas_key_e  ngx_canvas_board_keys[] = {
    NGX_CANVAS_KEY_USERS,
    NGX_CANVAS_KEY_AGENTS,
    NGX_CANVAS_KEY_FACTIONS
};


ngx_canvas_boards_t *
ngx_canvas_boards_create(ngx_canvas_worker_t *worker)
{
    ngx_uint_t                 i, kind;
    ngx_canvas_boards_t       *boards;
    ngx_canvas_board_depth_t  *depth;

    boards = ngx_pcalloc(worker->pool, sizeof(ngx_canvas_boards_t));
    if (boards == NULL) {
        return NULL;
    }

    boards->worker = worker;

    for (kind = 0; kind < CANVAS_BOARDS; kind++) {

        for (i = 0; i < NGX_CANVAS_BOARD_DEPTHS; i++) {
            depth = &boards->depths[kind][i];

            depth->boards = boards;
            depth->depth = ngx_canvas_board_depths[i];
            depth->board.kind = kind;
            ngx_queue_init(&depth->waiting);
        }
    }

    return boards;
}


ngx_int_t
ngx_canvas_board_get(ngx_canvas_boards_t *boards,
    canvas_board_kind_t kind, ngx_uint_t n, ngx_canvas_board_wait_t *wait,
    const ngx_canvas_board_t **board)
{
    ngx_uint_t                 i;
    ngx_canvas_board_depth_t  *depth;

    i = 0;

    while (ngx_canvas_board_depths[i] < n) {
        i++;
    }

    depth = &boards->depths[kind][i];

    if (depth->valid && depth->epoch == boards->worker->week.epoch
        && ngx_current_msec - depth->taken < NGX_CANVAS_BOARD_FRESH)
    {
        *board = &depth->board;
        return NGX_OK;
    }

    if (!depth->asking && ngx_canvas_board_ask(depth) != NGX_OK) {
        return NGX_DECLINED;
    }

    ngx_queue_insert_tail(&depth->waiting, &wait->queue);
    wait->waiting = 1;

    return NGX_AGAIN;
}


void
ngx_canvas_board_cancel(ngx_canvas_board_wait_t *wait)
{
    if (wait->waiting) {
        ngx_queue_remove(&wait->queue);
        wait->waiting = 0;
    }
}


ngx_str_t
ngx_canvas_board_entries(const ngx_canvas_board_t *board, ngx_uint_t n)
{
    ngx_str_t  text;

    n = ngx_min(n, board->n);

    text.data = board->text;
    text.len = n ? board->ends[n - 1] : 0;

    return text;
}


void
ngx_canvas_boards_close(ngx_canvas_boards_t *boards)
{
    ngx_uint_t           i, kind;
    ngx_canvas_board_t  *board;

    for (kind = 0; kind < CANVAS_BOARDS; kind++) {

        for (i = 0; i < NGX_CANVAS_BOARD_DEPTHS; i++) {
            board = &boards->depths[kind][i].board;

            if (board->ends) {
                ngx_free(board->ends);
                board->ends = NULL;
            }
        }
    }
}


static ngx_int_t
ngx_canvas_board_ask(ngx_canvas_board_depth_t *depth)
{
    ngx_canvas_worker_t  *worker;

    worker = depth->boards->worker;

    depth->entries = ngx_alloc(depth->depth * sizeof(canvas_board_entry_t),
                               worker->log);
    if (depth->entries == NULL) {
        return NGX_ERROR;
    }

    depth->n = 0;

    if (ngx_canvas_store_board(worker,
                               ngx_canvas_board_keys[depth->board.kind],
                               depth->depth, ngx_canvas_board_ranked, depth)
        != NGX_OK)
    {
        ngx_free(depth->entries);
        return NGX_ERROR;
    }

    depth->asking = 1;
    depth->epoch = worker->week.epoch;

    return NGX_OK;
}


/* Redis tells: each entry, and at last how many there are */

static void
ngx_canvas_board_ranked(void *data, ngx_str_t *member, ngx_str_t *score,
    ngx_int_t total)
{
    ngx_canvas_board_depth_t *depth = data;

    if (member) {

        if (depth->n < depth->depth
            && canvas_board_read(&depth->entries[depth->n], depth->board.kind,
                                 (char *) member->data, member->len,
                                 (char *) score->data, score->len)
               == CANVAS_OK)
        {
            depth->n++;
        }

        return;
    }

    if (total < 0) {
        depth->valid = 0;
        depth->asking = 0;
        ngx_free(depth->entries);
        ngx_canvas_board_answer(depth);
        return;
    }

    depth->total = total;

    if (ngx_canvas_board_names(depth) != NGX_OK) {
        ngx_canvas_board_done(depth, NULL, 0);
    }
}


/* NGX_DECLINED: there are none to ask for, or nobody to ask */

static ngx_int_t
ngx_canvas_board_names(ngx_canvas_board_depth_t *depth)
{
    char                 *ids;
    ngx_int_t             rc;
    const char           *values[2];
    canvas_board_kind_t   kind;
    ngx_canvas_worker_t  *worker;

    worker = depth->boards->worker;
    kind = depth->board.kind;

    if (!canvas_board_named(kind) || depth->n == 0 || worker->pg == NULL) {
        return NGX_DECLINED;
    }

    ids = ngx_alloc(canvas_board_ids(NULL, depth->entries, depth->n) + 1,
                    worker->log);
    if (ids == NULL) {
        return NGX_DECLINED;
    }

    (void) canvas_board_ids(ids, depth->entries, depth->n);

    values[0] = canvas_board_name(kind);
    values[1] = ids;

    rc = ngx_canvas_pg_query(worker->pg, NGX_CANVAS_SQL_BOARD_NAMES, values,
                             ngx_canvas_board_named, depth, &depth->query);

    ngx_free(ids);

    return rc == NGX_OK ? NGX_OK : NGX_DECLINED;
}


static void
ngx_canvas_board_named(void *data, ngx_canvas_pg_status_e status,
    const u_char *value, size_t len)
{
    ngx_canvas_board_depth_t *depth = data;

    ngx_canvas_board_done(depth, value,
                          status == NGX_CANVAS_PG_OK ? len : 0);
}


/* names: a JSON string or null a line; len 0: none are known */

static void
ngx_canvas_board_done(ngx_canvas_board_depth_t *depth, const u_char *names,
    size_t len)
{
    depth->asking = 0;
    depth->valid = ngx_canvas_board_compose(depth, names, len) == NGX_OK;
    depth->taken = ngx_current_msec;

    ngx_free(depth->entries);

    ngx_canvas_board_answer(depth);
}


static ngx_int_t
ngx_canvas_board_compose(ngx_canvas_board_depth_t *depth, const u_char *names,
    size_t len)
{
    size_t               size, text;
    uint32_t            *ends;
    ngx_canvas_board_t  *board;

    board = &depth->board;

    size = depth->n * sizeof(uint32_t);
    text = canvas_board_json(NULL, board->kind, depth->entries, depth->n,
                             (char *) names, len, NULL);

    ends = ngx_alloc(size + text + 1, depth->boards->worker->log);
    if (ends == NULL) {
        return NGX_ERROR;
    }

    if (board->ends) {
        ngx_free(board->ends);
    }

    board->ends = ends;
    board->text = (u_char *) ends + size;
    board->n = depth->n;
    board->total = depth->total;
    board->read = ngx_time();

    (void) canvas_board_json((char *) board->text, board->kind,
                             depth->entries, depth->n, (char *) names, len,
                             ends);

    return NGX_OK;
}


/* any handler may cancel others that wait */

static void
ngx_canvas_board_answer(ngx_canvas_board_depth_t *depth)
{
    ngx_queue_t               waiting, *q;
    ngx_canvas_board_wait_t  *wait;

    ngx_queue_init(&waiting);

    if (!ngx_queue_empty(&depth->waiting)) {
        ngx_queue_add(&waiting, &depth->waiting);
        ngx_queue_init(&depth->waiting);
    }

    while (!ngx_queue_empty(&waiting)) {
        q = ngx_queue_head(&waiting);
        wait = ngx_queue_data(q, ngx_canvas_board_wait_t, queue);

        ngx_canvas_board_cancel(wait);

        wait->handler(wait->data, depth->valid ? &depth->board : NULL);
    }
}
