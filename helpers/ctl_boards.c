/*
 * ctl_boards: see the header.
 */

#include "ctl_boards.h"

#include <string.h>

/* members of one command */
#define CTL_BOARDS_CHUNK  1000

typedef struct {
    const char  *key;
    const char  *command;       /* ZADD: columns score, member; SADD: member */
    const char  *sql;
} ctl_board_t;


static ctl_status_t ctl_boards_one(ctl_redis_t *redis, ctl_pg_t *pg,
    const ctl_board_t *board);
static ctl_status_t ctl_boards_call(ctl_redis_t *redis,
    ctl_redis_args_t *args);


static const ctl_board_t  ctl_boards[] = {
    { "leaderboard:users", "ZADD",
      "SELECT pixels, actor_id FROM contributors_this_week "
      "WHERE kind IN ('u', 'g')" },
    { "leaderboard:agents", "ZADD",
      "SELECT pixels, actor_id FROM contributors_this_week "
      "WHERE kind = 'a'" },
    { "canvas:contributors", "SADD",
      "SELECT actor_id FROM contributors_this_week" },
    { "canvas:banned", "SADD",
      "SELECT id FROM users WHERE is_banned" },
    { NULL, NULL, NULL }
};


ctl_status_t
ctl_boards_restore(ctl_redis_t *redis, ctl_pg_t *pg)
{
    ctl_status_t        status;
    const ctl_board_t  *board;

    for (board = ctl_boards; board->key != NULL; board++) {
        status = ctl_boards_one(redis, pg, board);
        if (status != CTL_OK) {
            return status;
        }
    }

    return CTL_OK;
}


static ctl_status_t
ctl_boards_one(ctl_redis_t *redis, ctl_pg_t *pg, const ctl_board_t *board)
{
    int                row, column, n;
    PGresult          *result;
    ctl_status_t       status;
    ctl_redis_args_t   args = { 0 };

    result = ctl_pg_query(pg, board->sql, 0, NULL);
    if (result == NULL) {
        return pg->error->status;
    }

    ctl_redis_arg_text(&args, "DEL");
    ctl_redis_arg_key(redis, &args, board->key);
    status = ctl_boards_call(redis, &args);

    n = PQntuples(result);

    for (row = 0; row < n && status == CTL_OK; row++) {

        if (row % CTL_BOARDS_CHUNK == 0) {
            ctl_redis_arg_text(&args, board->command);
            ctl_redis_arg_key(redis, &args, board->key);
        }

        for (column = 0; column < PQnfields(result); column++) {
            ctl_redis_arg_text(&args, PQgetvalue(result, row, column));
        }

        if ((row + 1) % CTL_BOARDS_CHUNK == 0 || row + 1 == n) {
            status = ctl_boards_call(redis, &args);
        }
    }

    ctl_redis_args_free(&args);
    PQclear(result);

    return status;
}


static ctl_status_t
ctl_boards_call(ctl_redis_t *redis, ctl_redis_args_t *args)
{
    redisReply  *reply;

    reply = ctl_redis_call(redis, args);
    if (reply == NULL) {
        return redis->error->status;
    }

    freeReplyObject(reply);

    return CTL_OK;
}
