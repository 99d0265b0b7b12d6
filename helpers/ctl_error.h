/*
 * ctl_error: how a command fails.  A ctl_status_t is the exit code itself;
 * whoever detects a failure writes the one sentence that the user reads into
 * the ctl_error_t it was given and returns the status.  Nothing below the
 * commands prints.
 */

#ifndef CTL_ERROR_H_INCLUDED
#define CTL_ERROR_H_INCLUDED

typedef enum {
    CTL_OK = 0,
    CTL_FAILED = 1,
    CTL_USAGE = 2,
    CTL_NOT_DUE = 3,        /* also: another run holds the lock */
    CTL_TEMPORARY = 75      /* EX_TEMPFAIL: try again later */
} ctl_status_t;

typedef struct {
    ctl_status_t  status;
    char          text[768];
} ctl_error_t;

/* sets status and sentence (made one line), returns the status */
ctl_status_t ctl_error_set(ctl_error_t *error, ctl_status_t status,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* CTL_FAILED, "out of memory" */
ctl_status_t ctl_error_memory(ctl_error_t *error);

#endif /* CTL_ERROR_H_INCLUDED */
