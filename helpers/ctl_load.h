/*
 * ctl_load: sorted events into PostgreSQL, in the transaction of the caller:
 * numbered from 1, with the colours they overwrote, staged a table an ISO
 * week (docs/sql.md).  What they become is the caller's next statement.
 */

#ifndef CTL_LOAD_H_INCLUDED
#define CTL_LOAD_H_INCLUDED

#include "canvas_palette.h"
#include "ctl_pg.h"
#include "ctl_sort.h"

typedef struct {
    /* set by the caller */
    ctl_pg_t       *pg;
    ctl_sort_t     *sort;
    uint64_t        epoch;
    unsigned        width;          /* every event is inside */
    unsigned        height;
    unsigned        background;
    const uint8_t  *map;            /* colour of an event -> index */

    /* results */
    uint64_t        events;
    int64_t         first_ms;
    int64_t         last_ms;
    uint8_t        *pixels;         /* at the end, one byte each */

    char           *rows;           /* COPY data on its way */
    size_t          len;
    int64_t         week_end;       /* ms; of the table that is open */
} ctl_load_t;

ctl_status_t ctl_load_run(ctl_load_t *load);

/* frees what _run left, whatever it returned */
void ctl_load_free(ctl_load_t *load);

#endif /* CTL_LOAD_H_INCLUDED */
