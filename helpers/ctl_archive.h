/*
 * ctl_archive: an archived week as a PNG.
 */

#ifndef CTL_ARCHIVE_H_INCLUDED
#define CTL_ARCHIVE_H_INCLUDED

#include "ctl.h"

/* *png is malloc()ed; scale 1 to 64; CTL_FAILED: no such archive */
ctl_status_t ctl_archive_png(ctl_t *ctl, const char *archive, unsigned scale,
    uint8_t **png, size_t *len);

/* writes <archive_dir>/<archive>.png; *url is malloc()ed */
ctl_status_t ctl_archive_publish(ctl_t *ctl, const char *archive,
    char **url);

/* packed is read with the bits that palette needs */
ctl_status_t ctl_archive_draw(const uint8_t *packed, size_t packed_len,
    unsigned width, unsigned height, const canvas_palette_t *palette,
    unsigned scale, uint8_t **png, size_t *len, ctl_error_t *error);

#endif /* CTL_ARCHIVE_H_INCLUDED */
