/*
 * ngx_canvas_store_board: the best of a board and how many are on it, asked
 * together: one round trip.
 */

#include "ngx_canvas_store.h"
#include "ngx_canvas_store_args.h"


typedef struct {
    ngx_canvas_store_board_pt   handler;
    void                       *data;
    ngx_uint_t                  awaited;    /* replies */
    ngx_uint_t                  total;
    unsigned                    failed:1;
} ngx_canvas_store_board_t;


static void ngx_canvas_store_board_total(void *data, redisReply *reply);
static void ngx_canvas_store_board_best(void *data, redisReply *reply);
static void ngx_canvas_store_board_entries(ngx_canvas_store_board_t *board,
    redisReply *reply);
static void ngx_canvas_store_board_done(ngx_canvas_store_board_t *board,
    redisReply *reply);


ngx_int_t
ngx_canvas_store_board(ngx_canvas_worker_t *worker, ngx_canvas_key_e key,
    ngx_uint_t max, ngx_canvas_store_board_pt handler, void *data)
{
    ngx_str_t                 *name;
    ngx_canvas_store_args_t    args;
    ngx_canvas_store_board_t  *board;

    board = ngx_calloc(sizeof(ngx_canvas_store_board_t), worker->log);
    if (board == NULL) {
        return NGX_DECLINED;
    }

    board->handler = handler;
    board->data = data;
    board->awaited = 2;

    name = &worker->conf->keys[key];

    ngx_canvas_store_args_init(&args);
    ngx_canvas_store_args_add(&args, "ZCARD", 5);
    ngx_canvas_store_args_string(&args, name);

    if (ngx_canvas_store_args_send(&args, worker->commands,
                                   ngx_canvas_store_board_total, board)
        != NGX_OK)
    {
        ngx_free(board);
        return NGX_DECLINED;
    }

    ngx_canvas_store_args_init(&args);
    ngx_canvas_store_args_add(&args, "ZREVRANGE", 9);
    ngx_canvas_store_args_string(&args, name);
    ngx_canvas_store_args_number(&args, 0);
    ngx_canvas_store_args_number(&args, max - 1);
    ngx_canvas_store_args_add(&args, "WITHSCORES", 10);

    if (ngx_canvas_store_args_send(&args, worker->commands,
                                   ngx_canvas_store_board_best, board)
        != NGX_OK)
    {
        board->awaited = 1;
        board->failed = 1;
    }

    return NGX_OK;
}


static void
ngx_canvas_store_board_total(void *data, redisReply *reply)
{
    ngx_canvas_store_board_t *board = data;

    if (reply && reply->type == REDIS_REPLY_INTEGER && reply->integer >= 0) {
        board->total = reply->integer;

    } else {
        board->failed = 1;
    }

    ngx_canvas_store_board_done(board, NULL);
}


static void
ngx_canvas_store_board_best(void *data, redisReply *reply)
{
    ngx_canvas_store_board_t *board = data;

    if (reply == NULL || reply->type != REDIS_REPLY_ARRAY) {
        board->failed = 1;
    }

    ngx_canvas_store_board_done(board, reply);
}


/* commands of one connection are answered in their order: entries come last */

static void
ngx_canvas_store_board_done(ngx_canvas_store_board_t *board, redisReply *reply)
{
    if (--board->awaited) {
        return;
    }

    if (!board->failed) {
        ngx_canvas_store_board_entries(board, reply);
    }

    board->handler(board->data, NULL, NULL,
                   board->failed ? -1 : (ngx_int_t) board->total);

    ngx_free(board);
}


/* member, score, member, score ... */

static void
ngx_canvas_store_board_entries(ngx_canvas_store_board_t *board,
    redisReply *reply)
{
    size_t       i;
    ngx_str_t    member, score;
    redisReply  *name, *number;

    for (i = 0; i + 1 < reply->elements; i += 2) {
        name = reply->element[i];
        number = reply->element[i + 1];

        if (name->type != REDIS_REPLY_STRING
            || number->type != REDIS_REPLY_STRING)
        {
            continue;
        }

        member.data = (u_char *) name->str;
        member.len = name->len;

        score.data = (u_char *) number->str;
        score.len = number->len;

        board->handler(board->data, &member, &score, 0);
    }
}
