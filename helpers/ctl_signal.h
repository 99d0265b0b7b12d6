/*
 * ctl_signal: SIGTERM and SIGINT as a descriptor, so that a daemon ends
 * between two batches and not inside one.
 */

#ifndef CTL_SIGNAL_H_INCLUDED
#define CTL_SIGNAL_H_INCLUDED

#include "ctl_error.h"

#include <stdbool.h>

typedef struct {
    int  fd;
} ctl_signal_t;

ctl_status_t ctl_signal_open(ctl_signal_t *signals, ctl_error_t *error);
void ctl_signal_close(ctl_signal_t *signals);

/* waits up to ms; true: asked to end (and true from then on) */
bool ctl_signal_wait(const ctl_signal_t *signals, int ms);

#endif /* CTL_SIGNAL_H_INCLUDED */
