/*
 * ctl_fold: the leaderboards and contributors in Redis follow the log in
 * PostgreSQL.  canvas:folded says how far they count; canvas_fold adds what
 * is behind it, and moves it, in one step: exactly once, whoever dies when.
 *
 * Usually the counts of the batches are at hand; after a failure, a turn of
 * the page, or somebody else's fold they are read from the log again.
 */

#ifndef CTL_FOLD_H_INCLUDED
#define CTL_FOLD_H_INCLUDED

#include "canvas_event.h"
#include "ctl_counts.h"
#include "ctl_pg.h"
#include "ctl_position.h"
#include "ctl_redis.h"

typedef struct {
    ctl_position_t   at;            /* canvas:folded, as far as we know */
    ctl_position_t   to;            /* counts reach from there to here */
    bool             whole;         /* false: counts lack something */
    ctl_counts_t     counts;
} ctl_fold_t;

/* fold is all zero; done: what is recorded */
ctl_status_t ctl_fold_begin(ctl_fold_t *fold, ctl_redis_t *redis,
    ctl_pg_t *pg, ctl_position_t done);

/* n events were recorded; they are all that is between the positions */
void ctl_fold_add(ctl_fold_t *fold, const canvas_event_t *events, size_t n,
    ctl_position_t before, ctl_position_t done);

/* brings the boards to done, which is recorded */
ctl_status_t ctl_fold_run(ctl_fold_t *fold, ctl_redis_t *redis, ctl_pg_t *pg,
    ctl_position_t done);

void ctl_fold_end(ctl_fold_t *fold);

#endif /* CTL_FOLD_H_INCLUDED */
