/*
 * ctl_child: a process that goes on in this program, for what must neither
 * wait for its parent nor outlive it.  It shares nothing with the parent but
 * standard input and error: whoever forks gives it connections of its own.
 */

#ifndef CTL_CHILD_H_INCLUDED
#define CTL_CHILD_H_INCLUDED

#include <stdbool.h>
#include <sys/types.h>

/*
 * 0: in the child, which gets `signal` when its parent dies, has no signal
 * blocked and no descriptor open but 0 to 2, of which 1 is out (below 0: that
 * of the parent).  The child ends with exit().  -1: errno says why.
 */
pid_t ctl_child_fork(int signal, int out);

/* true: it has ended, and is gone; its wait status is in *state */
bool ctl_child_ended(pid_t pid, int *state);

/* SIGTERM; SIGKILL when it is still there ms later */
void ctl_child_end(pid_t pid, int ms);

#endif /* CTL_CHILD_H_INCLUDED */
