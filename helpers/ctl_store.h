/*
 * ctl_store: where pictures and films of archives are put for visitors: a
 * folder that nginx serves (archive_dir, archive_url), or, when s3_bucket is
 * set, a bucket of an S3-compatible storage (ctl_s3).  Either way an object
 * is there as a whole or not at all, and may be put again.
 */

#ifndef CTL_STORE_H_INCLUDED
#define CTL_STORE_H_INCLUDED

#include "ctl_s3.h"

/* all zero: closed */
typedef struct {
    const ctl_conf_t  *conf;
    ctl_s3_t           s3;
} ctl_store_t;

/* CTL_USAGE: settings of s3_* that do not go together */
ctl_status_t ctl_store_open(ctl_store_t *store, const ctl_conf_t *conf,
    ctl_error_t *error);
void ctl_store_close(ctl_store_t *store);

/*
 * Puts len bytes under a name of letters, digits, "-" and "."; tries times
 * at most where that may help.  *url is malloc()ed.  CTL_TEMPORARY: the
 * storage is away.
 */
ctl_status_t ctl_store_put(ctl_store_t *store, const char *name,
    const char *type, const void *data, size_t len, unsigned tries,
    char **url, ctl_error_t *error);

#endif /* CTL_STORE_H_INCLUDED */
