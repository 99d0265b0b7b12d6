/*
 * ctl_load: sorted events into PostgreSQL: numbered from 1, with the colours
 * they overwrote, staged in parts (docs/sql.md), each of one ISO week.  While
 * the server indexes a part the next one is on its way through another
 * connection.  What the parts become is the caller's next statement; until
 * then they are nothing, and import_clear() takes them away.
 */

#ifndef CTL_LOAD_H_INCLUDED
#define CTL_LOAD_H_INCLUDED

#include "canvas_palette.h"
#include "ctl_part.h"
#include "ctl_pg.h"
#include "ctl_sort.h"
#include "ctl_users.h"

#define CTL_LOAD_JOBS_MAX  16

/* events of a part, unless the caller sets it: about an eighth of all, but */
#define CTL_LOAD_PART_MIN  262144
#define CTL_LOAD_PART_MAX  4194304

typedef struct {
    /* set by the caller */
    ctl_pg_t       *pg;             /* holds the lock of imports */
    ctl_sort_t     *sort;
    uint64_t        epoch;
    unsigned        jobs;           /* connections beside pg */
    uint64_t        part_events;    /* 0: see above */
    unsigned        width;          /* every event is inside */
    unsigned        height;
    unsigned        background;
    const uint8_t  *map;            /* colour of an event -> index */

    /* results */
    uint64_t        events;
    int64_t         first_ms;
    int64_t         last_ms;
    int64_t        *parts;          /* when each one begins, ms */
    size_t          nparts;
    uint8_t        *pixels;         /* at the end, one byte each */

    ctl_part_t      job[CTL_LOAD_JOBS_MAX];
    ctl_part_t     *open;           /* takes the rows; NULL: none */
    uint64_t        first_events;   /* of the first part */
    uint64_t        left_events;    /* that the open part still takes */
    uint64_t        first_id;
    int64_t         week_end;       /* ms; of the part that is open */
    ctl_users_t     users;
} ctl_load_t;

ctl_status_t ctl_load_run(ctl_load_t *load);

/* frees what _run left, whatever it returned */
void ctl_load_free(ctl_load_t *load);

#endif /* CTL_LOAD_H_INCLUDED */
