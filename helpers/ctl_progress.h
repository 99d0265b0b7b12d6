/*
 * ctl_progress: what a long command is doing, on stderr, and only when that
 * is a terminal.  One line that is written over.
 */

#ifndef CTL_PROGRESS_H_INCLUDED
#define CTL_PROGRESS_H_INCLUDED

void ctl_progress(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* takes the line away */
void ctl_progress_end(void);

#endif /* CTL_PROGRESS_H_INCLUDED */
