/*
 * ctl_import: an event file, read into sorted events.  Knows nothing of
 * PostgreSQL; what becomes of the events is ctl_load's.
 */

#ifndef CTL_IMPORT_H_INCLUDED
#define CTL_IMPORT_H_INCLUDED

#include "ctl_colors.h"
#include "ctl_csv.h"
#include "ctl_lines.h"
#include "ctl_pseudonym.h"
#include "ctl_sort.h"

#include <stdbool.h>

/* pixels of a canvas, as the Function library takes it */
#define CTL_IMPORT_AREA_MAX  16777216

typedef struct {
    /* set by the caller between _open and _read */
    ctl_colors_t      colors;
    unsigned          width;        /* 0: as large as the file needs */
    unsigned          height;
    bool              skip_bad;     /* count malformed lines, do not fail */

    /* after _open */
    ctl_csv_form_t    form;

    /* after _read */
    ctl_sort_t       *sort;         /* events, to be taken in order */
    unsigned          need_width;   /* largest coordinates + 1 */
    unsigned          need_height;
    uint64_t          skipped;
    char              checksum[65];

    ctl_lines_t       lines;
    ctl_pseudonym_t   pseudonym;
} ctl_import_t;

/* opens the file and reads its header; form CTL_CSV_NONE: either */
ctl_status_t ctl_import_open(ctl_import_t *import, const char *path,
    ctl_csv_form_t form, ctl_error_t *error);
void ctl_import_close(ctl_import_t *import);

ctl_status_t ctl_import_read(ctl_import_t *import, ctl_error_t *error);

#endif /* CTL_IMPORT_H_INCLUDED */
