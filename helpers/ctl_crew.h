/*
 * ctl_crew: threads, one a core, that read blocks of an event file
 * (ctl_block).  The caller fills blocks and takes them back in the same order;
 * a ring of them is all there is, so nobody runs ahead far.
 */

#ifndef CTL_CREW_H_INCLUDED
#define CTL_CREW_H_INCLUDED

#include "ctl_block.h"

typedef struct ctl_crew_s  ctl_crew_t;

/*
 * threads 0: as many as there are cores for this process.  rules must outlive
 * the crew; size: bytes of a block.  NULL: see error.
 */
ctl_crew_t *ctl_crew_open(unsigned threads, const ctl_block_rules_t *rules,
    size_t size, ctl_error_t *error);

/* what was given and not taken is forgotten */
void ctl_crew_close(ctl_crew_t *crew);

/* a block for the caller to fill, or NULL: take one first */
ctl_block_t *ctl_crew_free(ctl_crew_t *crew);

/* it is filled, and its turn comes */
void ctl_crew_give(ctl_crew_t *crew);

/*
 * The one given first, as soon as it is read; the caller's until it asks for
 * a free one.  NULL: all were taken.
 */
ctl_block_t *ctl_crew_take(ctl_crew_t *crew);

#endif /* CTL_CREW_H_INCLUDED */
