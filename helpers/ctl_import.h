/*
 * ctl_import: an event file, read on all cores into sorted events.  Knows
 * nothing of PostgreSQL; what becomes of the events is ctl_load's.
 */

#ifndef CTL_IMPORT_H_INCLUDED
#define CTL_IMPORT_H_INCLUDED

#include "ctl_block.h"
#include "ctl_colors.h"
#include "ctl_lines.h"
#include "ctl_sort.h"

typedef struct {
    /* set by the caller between _open and _read; rules.form is known then */
    ctl_block_rules_t  rules;       /* no size: as large as the file needs */
    ctl_colors_t       colors;

    /* after _read */
    ctl_sort_t        *sort;        /* events, to be taken in order */
    unsigned           need_width;  /* largest coordinates + 1 */
    unsigned           need_height;
    uint64_t           skipped;
    char               checksum[65];

    ctl_lines_t        lines;
    uint64_t           number;      /* of lines that became events */
} ctl_import_t;

/* opens the file and reads its header; form CTL_CSV_NONE: either */
ctl_status_t ctl_import_open(ctl_import_t *import, const char *path,
    ctl_csv_form_t form, ctl_error_t *error);
void ctl_import_close(ctl_import_t *import);

ctl_status_t ctl_import_read(ctl_import_t *import, ctl_error_t *error);

#endif /* CTL_IMPORT_H_INCLUDED */
