/*
 * ctl_tally: what each owner did on a canvas, counted in one pass over its
 * changes: placed and overwritten pixels, territories, neighbours.  An owner
 * is a number above 0, an actor or a faction; 0 is nobody.  The definitions
 * are in docs/sql.md, "Statistics of a week".
 *
 * Memory: that of ctl_territory, 64 bytes an owner, and 5 to 11 bytes for
 * each pair of owners of which one placed beside the other.
 */

#ifndef CTL_TALLY_H_INCLUDED
#define CTL_TALLY_H_INCLUDED

#include "ctl_partners.h"
#include "ctl_territory.h"

typedef struct {
    uint32_t        placed;
    uint32_t        overwritten;    /* of these, changed later by anybody */
    uint32_t        largest;        /* area at any moment */
    uint32_t        final;          /* area at the end */
    uint32_t        collaborations; /* placed beside another's pixel */
    ctl_partners_t  partners;       /* these others */
    uint64_t        last_seq;
    int64_t         last_us;
} ctl_tally_owner_t;

typedef struct {
    ctl_territory_t     territory;
    ctl_tally_owner_t  *owner;      /* by number */
    uint32_t            n;          /* highest number, and one */
    uint32_t            size;
    uint32_t            best;       /* the largest area anybody ever had */
    uint32_t            best_owner; /* who had it first */
} ctl_tally_t;

/* all zero is a closed one */
ctl_status_t ctl_tally_open(ctl_tally_t *tally, unsigned width,
    unsigned height, ctl_error_t *error);
void ctl_tally_close(ctl_tally_t *tally);

/* a change by owner; false: out of memory */
bool ctl_tally_place(ctl_tally_t *tally, unsigned x, unsigned y,
    uint32_t owner, uint64_t seq, int64_t us);

/* the canvas was emptied: every pixel that is owned is overwritten */
void ctl_tally_clear(ctl_tally_t *tally);

/* after the last change: sets final */
void ctl_tally_end(ctl_tally_t *tally);

#endif /* CTL_TALLY_H_INCLUDED */
