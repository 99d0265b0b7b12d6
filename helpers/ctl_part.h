/*
 * ctl_part: one part of an import at a time on a connection of its own, each
 * in a transaction: a table is made, filled and indexed (docs/sql.md).  The
 * indexes are the server's work alone: the caller fills another part through
 * another connection meanwhile.
 */

#ifndef CTL_PART_H_INCLUDED
#define CTL_PART_H_INCLUDED

#include "ctl_pg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* an event, numbered and with the colour it overwrote */
typedef struct {
    uint64_t        epoch;
    uint64_t        seq;
    uint64_t        id;
    int64_t         ms;
    const uint8_t  *user;           /* 16 bytes */
    uint16_t        x;
    uint16_t        y;
    uint8_t         color;
    uint8_t         old_color;
} ctl_part_row_t;

typedef struct {
    ctl_pg_t   pg;
    char       import[16];          /* of the session that attaches it */
    char       number[16];
    bool       indexing;
    char      *rows;                /* COPY data on its way */
    size_t     len;
} ctl_part_t;

/*
 * A connection like that of main, whose session is the import's.  _close ends
 * it, with what was not committed.
 */
ctl_status_t ctl_part_open(ctl_part_t *part, const ctl_pg_t *main);
void ctl_part_close(ctl_part_t *part);

/* part number n, from 1, when the one before it is done */
ctl_status_t ctl_part_begin(ctl_part_t *part, unsigned n);
ctl_status_t ctl_part_put(ctl_part_t *part, const ctl_part_row_t *row);

/* no more rows: from and to (ms, exclusive) are its bounds */
ctl_status_t ctl_part_end(ctl_part_t *part, int64_t from, int64_t to);

/* waits for the indexes and commits; nothing to wait for is fine */
ctl_status_t ctl_part_wait(ctl_part_t *part);

#endif /* CTL_PART_H_INCLUDED */
