/*
 * ctl_progress: see the header.
 */

#include "ctl_progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* return to column 1, erase the line (ECMA-48 EL) */
#define CTL_PROGRESS_CLEAR  "\r\033[2K"


void
ctl_progress(const char *format, ...)
{
    va_list  args;

    if (!isatty(STDERR_FILENO)) {
        return;
    }

    fputs(CTL_PROGRESS_CLEAR, stderr);

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);

    fflush(stderr);
}


void
ctl_progress_end(void)
{
    if (isatty(STDERR_FILENO)) {
        fputs(CTL_PROGRESS_CLEAR, stderr);
    }
}
