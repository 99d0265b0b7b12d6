/*
 * ctl_rows: events as COPY ... (FORMAT binary) of PostgreSQL takes them.
 *
 *   19 bytes   signature, flags, no extension
 *   a row      u16 10, then 10 fields: i32 length (-1: null), bytes
 *    2 bytes   0xffff
 *
 * Numbers are big-endian, a time is i64 microseconds since 2000-01-01 UTC.
 */

#ifndef CTL_ROWS_H_INCLUDED
#define CTL_ROWS_H_INCLUDED

#include "canvas_event.h"

#include <stddef.h>

/* the fields, in this order */
#define CTL_ROWS_COLUMNS                                                     \
    "epoch, seq, x, y, color, old_color, user_id, agent_id, created_at, "     \
    "faction"

/* bytes of n rows at most: one of user_id and agent_id is null, or both */
#define ctl_rows_size(n)  (19 + (size_t) (n) * (2 + 10 * 4 + 54) + 2)

/* writes them; the length */
size_t ctl_rows_write(char *buf, const canvas_event_t *events, size_t n);

#endif /* CTL_ROWS_H_INCLUDED */
