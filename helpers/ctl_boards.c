/*
 * ctl_boards: see the header.  The new keys are written beside the old ones
 * and take their place in one transaction, which fails when canvas:folded
 * changed meanwhile: somebody folded, or the page was turned.
 */

#include "ctl_boards.h"

#include "canvas_event.h"
#include "canvas_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* members of one command */
#define CTL_BOARDS_CHUNK  1000
#define CTL_BOARDS_TRIES  10

/* of a key that is being written */
#define CTL_BOARDS_NEW    ":new"

/* columns of ctl_boards_sql */
enum {
    CTL_BOARDS_EPOCH,
    CTL_BOARDS_SEQ,
    CTL_BOARDS_KIND,
    CTL_BOARDS_MEMBER,
    CTL_BOARDS_PIXELS,
    CTL_BOARDS_COLOR,
    CTL_BOARDS_FACTION
};

typedef struct {
    const char  *key;
    const char  *command;
    const char  *kinds;
    void       (*arg)(ctl_redis_args_t *args, const PGresult *result,
                      int row);
    bool         actors;        /* of what a restore alone writes */
} ctl_board_t;


static ctl_status_t ctl_boards_swap(ctl_redis_t *redis,
    const PGresult *result, bool actors, bool *swapped);
static ctl_status_t ctl_boards_write(ctl_redis_t *redis,
    const PGresult *result, const ctl_board_t *board, bool *empty);
static ctl_status_t ctl_boards_replace(ctl_redis_t *redis,
    const ctl_board_t *board, bool empty);
static void ctl_boards_scored(ctl_redis_args_t *args, const PGresult *result,
    int row);
static void ctl_boards_member(ctl_redis_args_t *args, const PGresult *result,
    int row);
static void ctl_boards_counted(ctl_redis_args_t *args,
    const PGresult *result, int row);
static void ctl_boards_actor(ctl_redis_args_t *args, const PGresult *result,
    int row);
static uint8_t ctl_boards_byte(const PGresult *result, int row, int column);
static void ctl_boards_arg_new(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *key);
static ctl_status_t ctl_boards_call(ctl_redis_t *redis,
    ctl_redis_args_t *args);


static const ctl_board_t  ctl_boards[] = {
    { "leaderboard:users", "ZADD", "ug", ctl_boards_scored, false },
    { "leaderboard:agents", "ZADD", "a", ctl_boards_scored, false },
    { "leaderboard:factions", "ZADD", "f", ctl_boards_scored, false },
    { "canvas:contributors", "SADD", "uga", ctl_boards_member, false },
    { "canvas:actors", "HSET", "r", ctl_boards_actor, true },
    { "canvas:factions", "HSET", "m", ctl_boards_counted, true },
    { NULL, NULL, NULL, NULL, false }
};

/*
 * One row at least.  Kinds: those of fold_counts(); if asked for, r: what is
 * kept of an actor, m: the members of a faction.
 */
static const char  ctl_boards_sql[] =
    "WITH actors AS (SELECT * FROM restore_actors() WHERE $1::boolean) "
    "SELECT coalesce(f.to_epoch, 0), coalesce(f.to_seq, 0), f.kind, "
    "       f.member, f.pixels, NULL::integer, NULL::integer "
    "  FROM (VALUES (1)) AS one LEFT JOIN fold_counts(0, 0) f ON true "
    " UNION ALL "
    "SELECT 0, 0, 'r', a.actor_id::text, a.pixels, a.color, a.faction - 1 "
    "  FROM actors a "
    " UNION ALL "
    "SELECT 0, 0, 'm', f.name, count(*), NULL, NULL "
    "  FROM actors a "
    "  JOIN unnest(page_factions()) WITH ORDINALITY AS f (name, n) "
    "       ON f.n = a.faction "
    " GROUP BY f.name";


ctl_status_t
ctl_boards_restore(ctl_redis_t *redis, ctl_pg_t *pg, bool actors,
    ctl_position_t *at)
{
    int                tries;
    bool               swapped;
    PGresult          *result;
    ctl_status_t       status;
    const char        *values[] = { actors ? "true" : "false" };
    ctl_redis_args_t   args = { 0 };

    for (tries = 0; tries < CTL_BOARDS_TRIES; tries++) {

        ctl_redis_arg_text(&args, "WATCH");
        ctl_redis_arg_key(redis, &args, "canvas:folded");
        status = ctl_boards_call(redis, &args);
        ctl_redis_args_free(&args);

        if (status != CTL_OK) {
            return status;
        }

        result = ctl_pg_query(pg, ctl_boards_sql, 1, values);
        if (result == NULL) {
            return pg->error->status;
        }

        at->epoch = strtoull(PQgetvalue(result, 0, CTL_BOARDS_EPOCH), NULL,
                             10);
        at->seq = strtoull(PQgetvalue(result, 0, CTL_BOARDS_SEQ), NULL, 10);

        status = ctl_boards_swap(redis, result, actors, &swapped);
        PQclear(result);

        if (status != CTL_OK || swapped) {
            return status;
        }
    }

    return ctl_error_set(redis->error, CTL_TEMPORARY,
                         "others keep changing the boards");
}


ctl_status_t
ctl_boards_ban(ctl_redis_t *redis, ctl_pg_t *pg)
{
    int                row;
    char               key[64];
    PGresult          *result;
    ctl_status_t       status;
    ctl_redis_args_t   args = { 0 };

    result = ctl_pg_query(pg, "SELECT id FROM users WHERE is_banned", 0,
                          NULL);
    if (result == NULL) {
        return pg->error->status;
    }

    status = CTL_OK;

    for (row = 0; row < PQntuples(result) && status == CTL_OK; row++) {
        snprintf(key, sizeof(key), "banned:%s", PQgetvalue(result, row, 0));
        ctl_redis_arg_text(&args, "SET");
        ctl_redis_arg_key(redis, &args, key);
        ctl_redis_arg_text(&args, "banned");
        status = ctl_boards_call(redis, &args);
    }

    ctl_redis_args_free(&args);
    PQclear(result);

    return status;
}


/* *swapped false: canvas:folded changed, nothing was replaced */
static ctl_status_t
ctl_boards_swap(ctl_redis_t *redis, const PGresult *result, bool actors,
    bool *swapped)
{
    bool               empty[sizeof(ctl_boards) / sizeof(ctl_boards[0])];
    size_t             i;
    redisReply        *reply;
    ctl_status_t       status;
    ctl_redis_args_t   args = { 0 };
    char               id[48];

    status = CTL_OK;

    for (i = 0; ctl_boards[i].key != NULL && status == CTL_OK; i++) {
        if (actors || !ctl_boards[i].actors) {
            status = ctl_boards_write(redis, result, &ctl_boards[i],
                                      &empty[i]);
        }
    }

    if (status == CTL_OK) {
        ctl_redis_arg_text(&args, "MULTI");
        status = ctl_boards_call(redis, &args);
    }

    for (i = 0; ctl_boards[i].key != NULL && status == CTL_OK; i++) {
        if (actors || !ctl_boards[i].actors) {
            status = ctl_boards_replace(redis, &ctl_boards[i], empty[i]);
        }
    }

    if (status == CTL_OK) {
        canvas_event_id_format(id,
            strtoull(PQgetvalue(result, 0, CTL_BOARDS_EPOCH), NULL, 10),
            strtoull(PQgetvalue(result, 0, CTL_BOARDS_SEQ), NULL, 10));

        ctl_redis_arg_text(&args, "SET");
        ctl_redis_arg_key(redis, &args, "canvas:folded");
        ctl_redis_arg_text(&args, id);
        status = ctl_boards_call(redis, &args);
    }

    ctl_redis_args_free(&args);

    if (status != CTL_OK) {
        ctl_redis_close(redis);         /* and with it the transaction */
        return status;
    }

    reply = ctl_redis_words(redis, "EXEC", NULL);
    if (reply == NULL) {
        return redis->error->status;
    }

    *swapped = reply->type == REDIS_REPLY_ARRAY;
    freeReplyObject(reply);

    return CTL_OK;
}


/* the rows of its kinds, beside the key that is in use */
static ctl_status_t
ctl_boards_write(ctl_redis_t *redis, const PGresult *result,
    const ctl_board_t *board, bool *empty)
{
    int                row, n;
    ctl_status_t       status;
    ctl_redis_args_t   args = { 0 };

    ctl_redis_arg_text(&args, "DEL");
    ctl_boards_arg_new(redis, &args, board->key);
    status = ctl_boards_call(redis, &args);

    n = 0;
    *empty = true;

    for (row = 0; row < PQntuples(result) && status == CTL_OK; row++) {

        if (PQgetisnull(result, row, CTL_BOARDS_MEMBER)
            || strstr(board->kinds, PQgetvalue(result, row, CTL_BOARDS_KIND))
               == NULL)
        {
            continue;
        }

        if (n == 0) {
            ctl_redis_arg_text(&args, board->command);
            ctl_boards_arg_new(redis, &args, board->key);
        }

        board->arg(&args, result, row);
        *empty = false;

        if (++n == CTL_BOARDS_CHUNK) {
            status = ctl_boards_call(redis, &args);
            n = 0;
        }
    }

    if (n > 0 && status == CTL_OK) {
        status = ctl_boards_call(redis, &args);
    }

    ctl_redis_args_free(&args);

    return status;
}


/* inside the transaction */
static ctl_status_t
ctl_boards_replace(ctl_redis_t *redis, const ctl_board_t *board, bool empty)
{
    ctl_status_t      status;
    ctl_redis_args_t  args = { 0 };

    if (empty) {
        ctl_redis_arg_text(&args, "DEL");
    } else {
        ctl_redis_arg_text(&args, "RENAME");
        ctl_boards_arg_new(redis, &args, board->key);
    }

    ctl_redis_arg_key(redis, &args, board->key);
    status = ctl_boards_call(redis, &args);
    ctl_redis_args_free(&args);

    return status;
}


static void
ctl_boards_scored(ctl_redis_args_t *args, const PGresult *result, int row)
{
    ctl_redis_arg_text(args, PQgetvalue(result, row, CTL_BOARDS_PIXELS));
    ctl_boards_member(args, result, row);
}


static void
ctl_boards_member(ctl_redis_args_t *args, const PGresult *result, int row)
{
    ctl_redis_arg_text(args, PQgetvalue(result, row, CTL_BOARDS_MEMBER));
}


static void
ctl_boards_counted(ctl_redis_args_t *args, const PGresult *result, int row)
{
    ctl_boards_member(args, result, row);
    ctl_redis_arg_text(args, PQgetvalue(result, row, CTL_BOARDS_PIXELS));
}


/* as docs/redis.md draws it: pixels, colour, faction, there is a colour, 0 */
static void
ctl_boards_actor(ctl_redis_args_t *args, const PGresult *result, int row)
{
    char      *uuid;
    uint8_t    actor[16], value[8] = { 0 };
    uint32_t   pixels;

    uuid = PQgetvalue(result, row, CTL_BOARDS_MEMBER);
    canvas_uuid_parse(uuid, strlen(uuid), actor);

    pixels = strtoul(PQgetvalue(result, row, CTL_BOARDS_PIXELS), NULL, 10);
    value[0] = pixels >> 24;
    value[1] = pixels >> 16;
    value[2] = pixels >> 8;
    value[3] = pixels;
    value[4] = ctl_boards_byte(result, row, CTL_BOARDS_COLOR);
    value[5] = ctl_boards_byte(result, row, CTL_BOARDS_FACTION);
    value[6] = 1;

    ctl_redis_arg(args, (char *) actor, sizeof(actor));
    ctl_redis_arg(args, (char *) value, sizeof(value));
}


/* 255: none */
static uint8_t
ctl_boards_byte(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column)
           ? 255 : (uint8_t) atoi(PQgetvalue(result, row, column));
}


static void
ctl_boards_arg_new(ctl_redis_t *redis, ctl_redis_args_t *args,
    const char *key)
{
    char  name[64];

    snprintf(name, sizeof(name), "%s" CTL_BOARDS_NEW, key);
    ctl_redis_arg_key(redis, args, name);
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
