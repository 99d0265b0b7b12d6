/*
 * ctl_standings: see the header.  What was told last is known by its hash,
 * in the keeper's memory: one that has just begun tells everything once.
 */

#include "ctl_standings.h"

#include "ctl_canvas.h"

#include "canvas_text.h"

#include <stdlib.h>
#include <string.h>

#define CTL_STANDINGS_TOP   10

/* FNV-1a, 64 bits */
#define CTL_STANDINGS_BASIS  UINT64_C(14695981039346656037)
#define CTL_STANDINGS_PRIME  UINT64_C(1099511628211)

typedef struct {
    canvas_board_kind_t    kind;
    canvas_board_entry_t   entries[CTL_STANDINGS_TOP];
    size_t                 n;
    PGresult              *names;           /* NULL: none are asked for */
} ctl_standings_t;


static ctl_status_t ctl_standings_board(ctl_t *ctl, canvas_board_kind_t kind);
static ctl_status_t ctl_standings_read(ctl_redis_t *redis,
    ctl_standings_t *board);
static ctl_status_t ctl_standings_names(ctl_pg_t *pg, ctl_standings_t *board);
static char *ctl_standings_json(const ctl_standings_t *board);
static size_t ctl_standings_write(const ctl_standings_t *board, char *buf);
static uint64_t ctl_standings_hash(const char *json);


ctl_status_t
ctl_standings_tell(ctl_t *ctl)
{
    int           kind;
    ctl_status_t  status;

    status = CTL_OK;

    for (kind = 0; kind < CANVAS_BOARDS && status == CTL_OK; kind++) {
        status = ctl_standings_board(ctl, (canvas_board_kind_t) kind);
    }

    return status;
}


static ctl_status_t
ctl_standings_board(ctl_t *ctl, canvas_board_kind_t kind)
{
    char             *json;
    uint64_t          hash;
    ctl_status_t      status;
    ctl_standings_t   board;

    board.kind = kind;
    board.n = 0;
    board.names = NULL;

    status = ctl_standings_read(&ctl->redis, &board);

    if (status == CTL_OK) {
        status = ctl_standings_names(&ctl->pg, &board);
    }

    if (status != CTL_OK) {
        return status;
    }

    json = ctl_standings_json(&board);
    PQclear(board.names);

    if (json == NULL) {
        return ctl_error_set(&ctl->error, CTL_TEMPORARY, "out of memory");
    }

    hash = ctl_standings_hash(json);

    if (hash != ctl->standings[kind]) {
        status = ctl_canvas_notice(&ctl->redis, 'l', json);
    }

    if (status == CTL_OK) {
        ctl->standings[kind] = hash;
    }

    free(json);

    return status;
}


/* member, score, member, score ...: what is neither is left out */
static ctl_status_t
ctl_standings_read(ctl_redis_t *redis, ctl_standings_t *board)
{
    size_t             i;
    redisReply        *reply, **e;
    const char        *name;
    ctl_redis_args_t   args = { 0 };

    static const char *const  keys[] = {
        [CANVAS_BOARD_USERS] = "leaderboard:users",
        [CANVAS_BOARD_AGENTS] = "leaderboard:agents",
        [CANVAS_BOARD_FACTIONS] = "leaderboard:factions"
    };

    name = keys[board->kind];

    ctl_redis_arg_text(&args, "ZREVRANGE");
    ctl_redis_arg_key(redis, &args, name);
    ctl_redis_arg_number(&args, 0);
    ctl_redis_arg_number(&args, CTL_STANDINGS_TOP - 1);
    ctl_redis_arg_text(&args, "WITHSCORES");

    reply = ctl_redis_call(redis, &args);
    ctl_redis_args_free(&args);

    if (reply == NULL) {
        return redis->error->status;
    }

    for (i = 0; i + 1 < reply->elements && board->n < CTL_STANDINGS_TOP;
         i += 2)
    {
        e = &reply->element[i];

        if (canvas_board_read(&board->entries[board->n], board->kind,
                              e[0]->str, e[0]->len, e[1]->str, e[1]->len)
            == CANVAS_OK)
        {
            board->n++;
        }
    }

    freeReplyObject(reply);

    return CTL_OK;
}


static ctl_status_t
ctl_standings_names(ctl_pg_t *pg, ctl_standings_t *board)
{
    char         ids[CTL_STANDINGS_TOP * CANVAS_BOARD_MEMBER + sizeof("{}")];
    const char  *values[2];

    if (board->n == 0 || !canvas_board_named(board->kind)) {
        return CTL_OK;
    }

    (void) canvas_board_ids(ids, board->entries, board->n);

    values[0] = canvas_board_name(board->kind);
    values[1] = ids;

    board->names = ctl_pg_query(pg, "SELECT api_leaderboard_names($1::text, "
                                "$2::uuid[])", 2, values);

    return board->names ? CTL_OK : pg->error->status;
}


static char *
ctl_standings_json(const ctl_standings_t *board)
{
    char    *json;
    size_t   len;

    len = ctl_standings_write(board, NULL);

    json = malloc(len + 1);
    if (json == NULL) {
        return NULL;
    }

    (void) ctl_standings_write(board, json);
    json[len] = '\0';

    return json;
}


/* the length alone with buf == NULL */
static size_t
ctl_standings_write(const ctl_standings_t *board, char *buf)
{
    const char     *names;
    canvas_text_t   text;

    text.buf = buf;
    text.len = 0;

    names = board->names ? PQgetvalue(board->names, 0, 0) : "";

    canvas_text_const(&text, "{\"type\":\"leaderboard\",\"kind\":");
    canvas_text_string(&text, canvas_board_name(board->kind));
    canvas_text_const(&text, ",\"entries\":[");

    text.len += canvas_board_json(buf ? buf + text.len : NULL, board->kind,
                                  board->entries, board->n, names,
                                  strlen(names), NULL);

    canvas_text_const(&text, "]}");

    return text.len;
}


static uint64_t
ctl_standings_hash(const char *json)
{
    uint64_t  hash;

    hash = CTL_STANDINGS_BASIS;

    for ( /* void */ ; *json != '\0'; json++) {
        hash = (hash ^ (unsigned char) *json) * CTL_STANDINGS_PRIME;
    }

    return hash;
}
