/*
 * ctl_output: a file of any length, written piece by piece, gzip or not: to a
 * temporary name beside its target that is renamed at the end, or to standard
 * output.  Readers see all of it or nothing.
 */

#ifndef CTL_OUTPUT_H_INCLUDED
#define CTL_OUTPUT_H_INCLUDED

#include "ctl_error.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <zlib.h>

#define CTL_OUTPUT_BUFFER  262144

typedef struct {
    const char  *path;              /* NULL: standard output */
    const char  *name;              /* for errors */
    int          fd;
    bool         gzip;
    z_stream     z;
    char        *buf;               /* what was not written yet */
    size_t       len;
    char        *packed;            /* gzip of it */
    char         temporary[PATH_MAX];
} ctl_output_t;

/* path "-": standard output */
ctl_status_t ctl_output_open(ctl_output_t *output, const char *path,
    bool gzip, ctl_error_t *error);

/* room for n bytes, at most 4096, to be followed by _put of as many or less */
ctl_status_t ctl_output_room(ctl_output_t *output, size_t n, char **p,
    ctl_error_t *error);
void ctl_output_put(ctl_output_t *output, size_t n);

/* everything is on disk, under its name */
ctl_status_t ctl_output_commit(ctl_output_t *output, ctl_error_t *error);

/* after a commit nothing is left to do; before it the target stays as it was */
void ctl_output_close(ctl_output_t *output);

#endif /* CTL_OUTPUT_H_INCLUDED */
