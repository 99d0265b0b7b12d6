/*
 * ctl_moments: see the header.
 */

#include "ctl_moments.h"

#define CTL_MOMENTS_MINUTE  INT64_C(60000000)


static void ctl_moments_clock(ctl_moments_t *moments, int64_t us);
static void ctl_moments_minute(ctl_moments_t *moments);
static void ctl_moments_sort(ctl_moments_t *moments);


static const uint64_t  ctl_moments_round[] = {
    10000, 100000, 1000000, 10000000, 100000000, 1000000000
};


void
ctl_moments_pixel(ctl_moments_t *moments, uint32_t owner, uint64_t seq,
    int64_t us)
{
    size_t  i;

    ctl_moments_clock(moments, us);

    moments->last_seq = seq;
    moments->last_owner = owner;

    if (moments->placed++ == 0) {
        ctl_moments_add(moments, "first", moments->now, seq, owner);
        moments->minute = moments->now / CTL_MOMENTS_MINUTE;
    }

    if (moments->now / CTL_MOMENTS_MINUTE != moments->minute) {
        ctl_moments_minute(moments);
    }

    moments->in_minute++;

    for (i = 0; i < sizeof(ctl_moments_round) / sizeof(uint64_t); i++) {
        if (moments->placed == ctl_moments_round[i]) {
            ctl_moments_add(moments, "pixels", moments->now,
                            moments->placed, owner);
        }
    }
}


void
ctl_moments_reset(ctl_moments_t *moments, int64_t us)
{
    ctl_moments_clock(moments, us);

    if (moments->resets++ < CTL_MOMENTS_RESETS) {
        ctl_moments_add(moments, "reset", moments->now, 0, 0);
    }
}


void
ctl_moments_end(ctl_moments_t *moments)
{
    if (moments->placed == 0) {
        return;
    }

    ctl_moments_minute(moments);
    ctl_moments_add(moments, "minute",
                    moments->best_minute * CTL_MOMENTS_MINUTE,
                    moments->in_best, 0);
    ctl_moments_add(moments, "last", moments->now, moments->last_seq,
                    moments->last_owner);
    ctl_moments_sort(moments);
}


void
ctl_moments_add(ctl_moments_t *moments, const char *what, int64_t us,
    uint64_t value, uint32_t owner)
{
    ctl_moment_t  *moment;

    if (moments->n < CTL_MOMENTS_MAX) {
        moment = &moments->moment[moments->n++];
        moment->what = what;
        moment->us = us;
        moment->value = value;
        moment->owner = owner;
    }
}


/* stands still while an older time is told */
static void
ctl_moments_clock(ctl_moments_t *moments, int64_t us)
{
    moments->now = us > moments->now ? us : moments->now;
}


/* the minute is over; of two that are equally busy the first one counts */
static void
ctl_moments_minute(ctl_moments_t *moments)
{
    if (moments->in_minute > moments->in_best) {
        moments->in_best = moments->in_minute;
        moments->best_minute = moments->minute;
    }

    moments->minute = moments->now / CTL_MOMENTS_MINUTE;
    moments->in_minute = 0;
}


/* by insertion: those of one instant stay as they were added */
static void
ctl_moments_sort(ctl_moments_t *moments)
{
    size_t        i, k;
    ctl_moment_t  moment;

    for (i = 1; i < moments->n; i++) {
        moment = moments->moment[i];

        for (k = i; k > 0 && moments->moment[k - 1].us > moment.us; k--) {
            moments->moment[k] = moments->moment[k - 1];
        }

        moments->moment[k] = moment;
    }
}
