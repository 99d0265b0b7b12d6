/*
 * ctl_archive: an archived week as a picture.
 */

#ifndef CTL_ARCHIVE_H_INCLUDED
#define CTL_ARCHIVE_H_INCLUDED

#include "ctl.h"
#include "ctl_image.h"

/* how the week ended; CTL_FAILED: no such archive */
ctl_status_t ctl_archive_read(ctl_t *ctl, const char *archive,
    ctl_image_t *image);

#endif /* CTL_ARCHIVE_H_INCLUDED */
