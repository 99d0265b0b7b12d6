/*
 * ctl_turned: the image of a page that was turned, on its way from Redis
 * into the archive.
 */

#ifndef CTL_TURNED_H_INCLUDED
#define CTL_TURNED_H_INCLUDED

#include "ctl.h"

/*
 * gzip of the packed image, as text of a bytea, malloc()ed.  From the closing
 * keys in Redis, or, should Redis have lost them, replayed from the log,
 * which has to be recorded up to new_epoch.
 */
ctl_status_t ctl_turned_image(ctl_t *ctl, uint64_t closing_epoch,
    uint64_t new_epoch, char **bytea);

/* the image that the rotation's row keeps, as base64, malloc()ed */
ctl_status_t ctl_turned_base64(ctl_t *ctl, const char *rotation,
    char **base64);

#endif /* CTL_TURNED_H_INCLUDED */
