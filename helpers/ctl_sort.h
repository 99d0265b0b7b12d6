/*
 * ctl_sort: events in order of time, those of one millisecond in the order
 * they came in.  Up to CTL_SORT_RUN of them are held in memory; beyond that
 * sorted runs go to an unnamed file in $TMPDIR and are merged.
 */

#ifndef CTL_SORT_H_INCLUDED
#define CTL_SORT_H_INCLUDED

#include "ctl_error.h"

#include <stddef.h>
#include <stdint.h>

/* events in memory: 128 MB, and as much again while they are sorted */
#define CTL_SORT_RUN   4194304

/* runs of a file at most: two milliards of events, 64 GB */
#define CTL_SORT_RUNS  512

typedef struct {
    int64_t   ms;
    uint8_t   user[16];
    uint16_t  x;
    uint16_t  y;
    uint8_t   color;
    uint8_t   unused[3];
} ctl_event_t;

typedef struct ctl_sort_s  ctl_sort_t;

/* run: events in memory, CTL_SORT_RUN but in tests; NULL: out of memory */
ctl_sort_t *ctl_sort_open(size_t run);
void ctl_sort_close(ctl_sort_t *sort);

ctl_status_t ctl_sort_put(ctl_sort_t *sort, const ctl_event_t *event,
    ctl_error_t *error);

/* after the last put */
ctl_status_t ctl_sort_begin(ctl_sort_t *sort, ctl_error_t *error);

/* *event is NULL at the end; valid until the next call */
ctl_status_t ctl_sort_get(ctl_sort_t *sort, const ctl_event_t **event,
    ctl_error_t *error);

uint64_t ctl_sort_count(const ctl_sort_t *sort);

#endif /* CTL_SORT_H_INCLUDED */
