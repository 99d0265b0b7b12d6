/*
 * ctl_log: see the header.  A line is one write, so that lines of several
 * processes in one file do not mix.
 */

#include "ctl_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>


static const char *const  ctl_log_levels[] = {
    "alert", "error", "warn", "notice", "info"
};


void
ctl_log(ctl_log_level_t level, const char *format, ...)
{
    struct timespec  now;
    struct tm        tm;
    va_list          args;
    char             line[1024];
    size_t           len;
    int              n;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);

    len = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
    len += snprintf(line + len, sizeof(line) - len, ".%03ldZ [%s] ",
                    now.tv_nsec / 1000000, ctl_log_levels[level]);

    va_start(args, format);
    n = vsnprintf(line + len, sizeof(line) - len - 1, format, args);
    va_end(args);

    if (n < 0) {
        return;
    }

    len += (size_t) n < sizeof(line) - len - 1 ? (size_t) n
                                               : sizeof(line) - len - 2;
    line[len++] = '\n';

    if (write(STDERR_FILENO, line, len) < 0) {
        return;                     /* nowhere left to say so */
    }
}
