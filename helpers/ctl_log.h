/*
 * ctl_log: lines of the daemon on stderr, "<time> [<level>] <text>", where
 * systemd or a redirection picks them up.  Levels as nginx uses them.
 */

#ifndef CTL_LOG_H_INCLUDED
#define CTL_LOG_H_INCLUDED

typedef enum {
    CTL_LOG_ALERT = 0,      /* a bug, or data that is gone */
    CTL_LOG_ERROR,
    CTL_LOG_WARN,
    CTL_LOG_NOTICE,
    CTL_LOG_INFO
} ctl_log_level_t;

void ctl_log(ctl_log_level_t level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* CTL_LOG_H_INCLUDED */
