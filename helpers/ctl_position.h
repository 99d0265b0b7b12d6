/*
 * ctl_position: a place in the log, (epoch, seq), ordered in that order.
 */

#ifndef CTL_POSITION_H_INCLUDED
#define CTL_POSITION_H_INCLUDED

#include <stdint.h>

typedef struct {
    uint64_t  epoch;
    uint64_t  seq;
} ctl_position_t;

/* negative, 0 or positive as a is before, at or behind b */
static inline int
ctl_position_compare(ctl_position_t a, ctl_position_t b)
{
    if (a.epoch != b.epoch) {
        return a.epoch < b.epoch ? -1 : 1;
    }

    return (a.seq > b.seq) - (a.seq < b.seq);
}

#endif /* CTL_POSITION_H_INCLUDED */
