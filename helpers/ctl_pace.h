/*
 * ctl_pace: which frame of a film shows the canvas at which moment.  Frame 0
 * is the beginning, the last one the end, the others lie evenly between:
 * over time, or over the number of changes.
 */

#ifndef CTL_PACE_H_INCLUDED
#define CTL_PACE_H_INCLUDED

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool       by_events;
    unsigned   frames;          /* at least 1; one alone shows the end */
    int64_t    from;            /* us, or 0 */
    int64_t    span;            /* us, or changes in all */
    unsigned   next;            /* frame that is not complete yet */
    int64_t    at;              /* its moment */
} ctl_pace_t;

/* from and to in us; events: how many changes there will be */
void ctl_pace_begin(ctl_pace_t *pace, bool by_events, unsigned frames,
    int64_t from, int64_t to, uint64_t events);

/*
 * True, and next counted on: that frame shows what there is before a change
 * at us, of which done came before.  Asked until it is false.
 */
bool ctl_pace_due(ctl_pace_t *pace, int64_t us, uint64_t done);

/* the same when no change follows any more */
bool ctl_pace_rest(ctl_pace_t *pace);

#endif /* CTL_PACE_H_INCLUDED */
