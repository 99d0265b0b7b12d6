/*
 * ctl_counts: how many pixels each actor, and each faction, placed, for a
 * stretch of the log: a hash table that grows, open addressing.
 */

#ifndef CTL_COUNTS_H_INCLUDED
#define CTL_COUNTS_H_INCLUDED

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t    actor[16];
    uint32_t   pixels;          /* 0: the slot is free */
    char       kind;            /* as in the log */
} ctl_count_t;

/* all zero: empty */
typedef struct {
    ctl_count_t  *slots;
    size_t        size;         /* a power of two, or 0 */
    size_t        used;
    uint32_t      factions[256];    /* by place in the list, from 1 */
} ctl_counts_t;

/* faction 0: none.  false: out of memory, nothing was counted */
bool ctl_counts_add(ctl_counts_t *counts, const uint8_t actor[16],
    char kind, uint8_t faction);

void ctl_counts_clear(ctl_counts_t *counts);
void ctl_counts_free(ctl_counts_t *counts);

#endif /* CTL_COUNTS_H_INCLUDED */
