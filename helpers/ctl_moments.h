/*
 * ctl_moments: what is worth telling of a week: its first and last pixel,
 * round numbers, its busiest minute, each reset.  A clock that was set back
 * stands still here.
 */

#ifndef CTL_MOMENTS_H_INCLUDED
#define CTL_MOMENTS_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

/* resets that are remembered: the first ones */
#define CTL_MOMENTS_RESETS  8
#define CTL_MOMENTS_MAX     (CTL_MOMENTS_RESETS + 16)

typedef struct {
    const char  *what;          /* "first", "pixels", "reset", "minute" ... */
    int64_t      us;
    uint64_t     value;         /* pixels; of first and last: the seq */
    uint32_t     owner;         /* actor; 0: it does not matter whose */
} ctl_moment_t;

/* all zero before the first pixel */
typedef struct {
    ctl_moment_t  moment[CTL_MOMENTS_MAX];
    size_t        n;
    uint64_t      placed;
    int64_t       now;
    uint32_t      resets;
    uint64_t      last_seq;
    uint32_t      last_owner;
    int64_t       minute;       /* the one that runs */
    uint64_t      in_minute;
    int64_t       best_minute;
    uint64_t      in_best;
} ctl_moments_t;

void ctl_moments_pixel(ctl_moments_t *moments, uint32_t owner, uint64_t seq,
    int64_t us);
void ctl_moments_reset(ctl_moments_t *moments, int64_t us);

/* after the last pixel; the moments are then in order of time */
void ctl_moments_end(ctl_moments_t *moments);

/* adds one; ignored when there are CTL_MOMENTS_MAX */
void ctl_moments_add(ctl_moments_t *moments, const char *what, int64_t us,
    uint64_t value, uint32_t owner);

#endif /* CTL_MOMENTS_H_INCLUDED */
