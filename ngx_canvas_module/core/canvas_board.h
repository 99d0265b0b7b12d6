/*
 * canvas_board: a board of the week: its best as Redis tells them, and as the
 * JSON that clients read, over HTTP and in notices.  An entry is one of
 *
 *   {"rank":1,"userId":"<uuid>","username":"..."|null,"pixels":12}
 *   {"rank":1,"agentId":"<uuid>","name":"..."|null,"pixels":12}
 *   {"rank":1,"faction":"red","pixels":12}
 *
 * Who have equally many share a rank, and the next one is counted from the
 * top: 1, 1, 3.
 */

#ifndef CANVAS_BOARD_H_INCLUDED
#define CANVAS_BOARD_H_INCLUDED

#include "canvas_status.h"

/* bytes of a member, a UUID or a faction, with its NUL */
#define CANVAS_BOARD_MEMBER  65

typedef enum {
    CANVAS_BOARD_USERS = 0,
    CANVAS_BOARD_AGENTS,
    CANVAS_BOARD_FACTIONS,
    CANVAS_BOARDS
} canvas_board_kind_t;

typedef struct {
    char      member[CANVAS_BOARD_MEMBER];
    uint64_t  pixels;
} canvas_board_entry_t;

/* "users", "agents", "factions" */
const char *canvas_board_name(canvas_board_kind_t kind);

/* by its name; CANVAS_BOARDS: none is called so */
canvas_board_kind_t canvas_board_find(const char *name);

/* 1: members are UUIDs, whose names somebody else knows */
int canvas_board_named(canvas_board_kind_t kind);

/* a member and its score, a decimal number; CANVAS_INVALID: neither */
canvas_status_t canvas_board_read(canvas_board_entry_t *entry,
    canvas_board_kind_t kind, const char *member, size_t member_len,
    const char *score, size_t score_len);

/* the members as PostgreSQL writes an array of UUIDs, and a NUL, which the
 * length leaves out; the length alone with buf == NULL */
size_t canvas_board_ids(char *buf, const canvas_board_entry_t *entries,
    size_t n);

/*
 * The entries, joined by commas, best first; the length alone with buf ==
 * NULL.  names: a JSON string or null a line, in the same order, may be too
 * few: the rest have none.  ends: NULL, or for each entry where it ends.
 */
size_t canvas_board_json(char *buf, canvas_board_kind_t kind,
    const canvas_board_entry_t *entries, size_t n, const char *names,
    size_t names_len, uint32_t *ends);

#endif /* CANVAS_BOARD_H_INCLUDED */
