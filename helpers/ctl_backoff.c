/*
 * ctl_backoff: see the header.
 */

#include "ctl_backoff.h"

#include <stdint.h>
#include <sys/random.h>

#define CTL_BACKOFF_FIRST_MS   1000
#define CTL_BACKOFF_MAX_MS    10000
#define CTL_BACKOFF_OPEN_MS   30000
#define CTL_BACKOFF_JITTER_MS  1000


int
ctl_backoff_failed(ctl_backoff_t *backoff)
{
    int       delay;
    uint16_t  random;

    random = 0;

    /* without jitter if there is none to be had */
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0) {
        random = 0;
    }

    if (backoff->failures <= CTL_BACKOFF_THRESHOLD) {
        backoff->failures++;
    }

    if (backoff->failures >= CTL_BACKOFF_THRESHOLD) {
        delay = CTL_BACKOFF_OPEN_MS;
    } else {
        delay = CTL_BACKOFF_FIRST_MS << (backoff->failures - 1);
        delay = delay < CTL_BACKOFF_MAX_MS ? delay : CTL_BACKOFF_MAX_MS;
    }

    return delay + random % CTL_BACKOFF_JITTER_MS;
}


void
ctl_backoff_succeeded(ctl_backoff_t *backoff)
{
    backoff->failures = 0;
}


bool
ctl_backoff_opened(const ctl_backoff_t *backoff)
{
    return backoff->failures == CTL_BACKOFF_THRESHOLD;
}
