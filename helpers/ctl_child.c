/*
 * ctl_child: see the header.
 */

#include "ctl_child.h"

#include "ctl_clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CTL_CHILD_POLL_MS  10


static void ctl_child_begin(pid_t parent, int number, int out);


pid_t
ctl_child_fork(int number, int out)
{
    pid_t  pid, parent;

    parent = getpid();
    pid = fork();

    if (pid == 0) {
        ctl_child_begin(parent, number, out);
    }

    return pid;
}


static void
ctl_child_begin(pid_t parent, int number, int out)
{
    sigset_t  none;

    /* the parent may have died before the signal was asked for */
    if (prctl(PR_SET_PDEATHSIG, number) != 0 || getppid() != parent
        || (out >= 0 && dup2(out, STDOUT_FILENO) < 0)
        || close_range(STDERR_FILENO + 1, ~0U, 0) != 0)
    {
        _exit(EXIT_FAILURE);
    }

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}


bool
ctl_child_ended(pid_t pid, int *state)
{
    pid_t  ended;

    do {
        ended = waitpid(pid, state, WNOHANG);
    } while (ended < 0 && errno == EINTR);

    return ended != 0;
}


void
ctl_child_end(pid_t pid, int ms)
{
    int              state;
    int64_t          deadline;
    struct timespec  pause = { 0, CTL_CHILD_POLL_MS * 1000000 };

    kill(pid, SIGTERM);
    deadline = ctl_clock_ms() + ms;

    while (!ctl_child_ended(pid, &state)) {

        if (ctl_clock_ms() >= deadline) {
            kill(pid, SIGKILL);
        }

        nanosleep(&pause, NULL);
    }
}
