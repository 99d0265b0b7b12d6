/*
 * ctl_clock: how late it is on a clock that nobody sets.
 */

#ifndef CTL_CLOCK_H_INCLUDED
#define CTL_CLOCK_H_INCLUDED

#include <stdint.h>
#include <time.h>

/* ms since some moment in the past */
static inline int64_t
ctl_clock_ms(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif /* CTL_CLOCK_H_INCLUDED */
