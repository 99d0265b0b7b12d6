/*
 * ctl_backoff: how long to wait before a store is tried again.  Exponential
 * with jitter: 1, 2, 4 ... s, at most 10 s, plus up to 1 s.  After five
 * failures in a row the circuit is open: one attempt every 30 s, until one
 * succeeds (seed 003, "Retry Strategy" and "Circuit Breaker").
 */

#ifndef CTL_BACKOFF_H_INCLUDED
#define CTL_BACKOFF_H_INCLUDED

#include <stdbool.h>

#define CTL_BACKOFF_THRESHOLD  5

typedef struct {
    unsigned  failures;         /* in a row; all zero at first */
} ctl_backoff_t;

/* counts a failure and returns the wait in ms */
int ctl_backoff_failed(ctl_backoff_t *backoff);
void ctl_backoff_succeeded(ctl_backoff_t *backoff);

/* the circuit has just opened: worth a line in the log */
bool ctl_backoff_opened(const ctl_backoff_t *backoff);

#endif /* CTL_BACKOFF_H_INCLUDED */
