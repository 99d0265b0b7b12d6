/*
 * ctl_signal: see the header.
 */

#include "ctl_signal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>


ctl_status_t
ctl_signal_open(ctl_signal_t *signals, ctl_error_t *error)
{
    sigset_t  set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);

    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0
        || (signals->fd = signalfd(-1, &set, SFD_CLOEXEC)) < 0)
    {
        return ctl_error_set(error, CTL_FAILED, "signalfd: %s",
                             strerror(errno));
    }

    return CTL_OK;
}


void
ctl_signal_close(ctl_signal_t *signals)
{
    close(signals->fd);
}


bool
ctl_signal_wait(const ctl_signal_t *signals, int ms)
{
    struct pollfd  pfd;

    pfd.fd = signals->fd;
    pfd.events = POLLIN;

    /* never read: a signal that came stays readable */
    return poll(&pfd, 1, ms) > 0;
}
