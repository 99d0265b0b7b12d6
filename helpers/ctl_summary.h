/*
 * ctl_summary: the statistics of a week, in one pass over its changes in the
 * order of the log.  Pure: no store, no clock.  The definitions are in
 * docs/sql.md, "Statistics of a week".
 *
 * Memory: ctl_tally once for the actors and once for the factions if there
 * are any, and 26 to 35 bytes an actor more.  None of it grows with the
 * number of changes but through those who made them.
 */

#ifndef CTL_SUMMARY_H_INCLUDED
#define CTL_SUMMARY_H_INCLUDED

#include "ctl_actors.h"
#include "ctl_moments.h"
#include "ctl_tally.h"

#define CTL_SUMMARY_FACTIONS  255

/* cells along the longer side of the heat map at most */
#define CTL_SUMMARY_HEAT      50

typedef struct {
    unsigned        x;
    unsigned        y;
    uint8_t         color;
    uint8_t         faction;    /* 0: none */
    bool            agent;
    const uint8_t  *actor;      /* 16 bytes; NULL: nobody placed it */
    uint64_t        seq;
    int64_t         us;         /* Unix time */
} ctl_summary_change_t;

typedef struct {
    ctl_actors_t     actors;
    ctl_tally_t      by_actor;
    ctl_tally_t      by_faction;        /* open once a faction placed */
    ctl_partners_t   members[CTL_SUMMARY_FACTIONS + 1];
    ctl_moments_t    moments;
    int64_t          best_us;           /* by_actor.best was reached */
    uint64_t         placed;
    uint64_t         system;            /* changes of nobody */
    uint64_t         colors[256];       /* placed in each colour */
    unsigned         cell;              /* pixels along a side of one */
    unsigned         heat_width;        /* cells */
    unsigned         heat_height;
    uint64_t        *heat;              /* placed in each cell, by rows */
} ctl_summary_t;

ctl_status_t ctl_summary_open(ctl_summary_t *summary, unsigned width,
    unsigned height, ctl_error_t *error);
void ctl_summary_close(ctl_summary_t *summary);

/* x and y are on the canvas */
ctl_status_t ctl_summary_change(ctl_summary_t *summary,
    const ctl_summary_change_t *change, ctl_error_t *error);

/* the canvas was emptied in the middle of the week */
void ctl_summary_reset(ctl_summary_t *summary, int64_t us);

/* after the last change; everything may be read then */
void ctl_summary_end(ctl_summary_t *summary);

#endif /* CTL_SUMMARY_H_INCLUDED */
