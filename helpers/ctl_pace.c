/*
 * ctl_pace: see the header.
 */

#include "ctl_pace.h"


static void ctl_pace_moment(ctl_pace_t *pace);


void
ctl_pace_begin(ctl_pace_t *pace, bool by_events, unsigned frames,
    int64_t from, int64_t to, uint64_t events)
{
    pace->by_events = by_events;
    pace->frames = frames;
    pace->from = by_events ? 0 : from;
    pace->span = by_events ? (int64_t) events : to - from;
    pace->next = 0;

    ctl_pace_moment(pace);
}


bool
ctl_pace_due(ctl_pace_t *pace, int64_t us, uint64_t done)
{
    if (pace->next >= pace->frames) {
        return false;
    }

    /* a change at the very moment is part of the frame */
    if (pace->by_events ? pace->at > (int64_t) done : pace->at >= us) {
        return false;
    }

    pace->next++;
    ctl_pace_moment(pace);

    return true;
}


bool
ctl_pace_rest(ctl_pace_t *pace)
{
    if (pace->next >= pace->frames) {
        return false;
    }

    pace->next++;

    return true;
}


static void
ctl_pace_moment(ctl_pace_t *pace)
{
    int64_t  steps, step;

    if (pace->next + 1 >= pace->frames) {
        pace->at = INT64_MAX;           /* everything */
        return;
    }

    steps = (int64_t) pace->frames - 1;
    step = pace->next;

    /* span * step / steps, which may be more than 64 bits on the way */
    pace->at = pace->from + pace->span / steps * step
               + pace->span % steps * step / steps;
}
