/*
 * ctl_import: see the header.
 */

#include "ctl_import.h"

#include "ctl_progress.h"

#include <inttypes.h>
#include <string.h>

/* lines between two looks at the terminal */
#define CTL_IMPORT_TICK  262144


static ctl_status_t ctl_import_header(ctl_import_t *import,
    ctl_csv_form_t form, ctl_error_t *error);
static ctl_status_t ctl_import_line(ctl_import_t *import, const char *line,
    size_t len, ctl_error_t *error);
static const char *ctl_import_check(ctl_import_t *import,
    const ctl_csv_row_t *row, int *color);
static ctl_status_t ctl_import_put(ctl_import_t *import,
    const ctl_csv_row_t *row, int color, ctl_error_t *error);


ctl_status_t
ctl_import_open(ctl_import_t *import, const char *path, ctl_csv_form_t form,
    ctl_error_t *error)
{
    ctl_status_t  status;

    memset(import, 0, sizeof(*import));

    status = ctl_lines_open(&import->lines, path, error);

    if (status == CTL_OK) {
        status = ctl_pseudonym_open(&import->pseudonym, NULL, error);
    }

    if (status == CTL_OK) {
        status = ctl_import_header(import, form, error);
    }

    if (status != CTL_OK) {
        ctl_import_close(import);
    }

    return status;
}


void
ctl_import_close(ctl_import_t *import)
{
    ctl_lines_close(&import->lines);
    ctl_pseudonym_close(&import->pseudonym);
    ctl_sort_close(import->sort);
    import->sort = NULL;
}


ctl_status_t
ctl_import_read(ctl_import_t *import, ctl_error_t *error)
{
    size_t         len;
    const char    *line;
    ctl_status_t   status;

    import->sort = ctl_sort_open(CTL_SORT_RUN);
    if (import->sort == NULL) {
        return ctl_error_memory(error);
    }

    for ( ;; ) {
        status = ctl_lines_next(&import->lines, &line, &len, error);

        if (status != CTL_OK || line == NULL) {
            break;
        }

        status = len > 0 ? ctl_import_line(import, line, len, error) : CTL_OK;
        if (status != CTL_OK) {
            break;
        }

        if (import->lines.number % CTL_IMPORT_TICK == 0) {
            ctl_progress("%" PRIu64 " lines read", import->lines.number);
        }
    }

    if (status == CTL_OK) {
        status = ctl_lines_checksum(&import->lines, import->checksum, error);
    }

    if (status == CTL_OK && ctl_sort_count(import->sort) == 0) {
        status = ctl_error_set(error, CTL_FAILED, "%s has no event",
                               import->lines.name);
    }

    if (status == CTL_OK) {
        ctl_progress("sorting");
        status = ctl_sort_begin(import->sort, error);
    }

    ctl_progress_end();

    return status;
}


static ctl_status_t
ctl_import_header(ctl_import_t *import, ctl_csv_form_t form,
    ctl_error_t *error)
{
    size_t         len;
    const char    *line;
    ctl_status_t   status;

    status = ctl_lines_next(&import->lines, &line, &len, error);
    if (status != CTL_OK) {
        return status;
    }

    if (line == NULL) {
        return ctl_error_set(error, CTL_FAILED, "%s is empty",
                             import->lines.name);
    }

    import->form = ctl_csv_header(line, len);

    if (import->form == CTL_CSV_NONE) {
        return ctl_error_set(error, CTL_FAILED, "%s, line 1: no header of an "
                             "event file: \"%s\" (2017) or \"%s\" (2022)",
                             import->lines.name,
                             ctl_csv_header_line(CTL_CSV_2017),
                             ctl_csv_header_line(CTL_CSV_2022));
    }

    if (form != CTL_CSV_NONE && form != import->form) {
        return ctl_error_set(error, CTL_FAILED, "%s, line 1: this is the "
                             "header of the %s form", import->lines.name,
                             ctl_csv_name(import->form));
    }

    return CTL_OK;
}


static ctl_status_t
ctl_import_line(ctl_import_t *import, const char *line, size_t len,
    ctl_error_t *error)
{
    int             color;
    const char     *wrong;
    ctl_csv_row_t   row;

    wrong = ctl_csv_read(import->form, line, len, &row);

    if (wrong == NULL) {
        wrong = ctl_import_check(import, &row, &color);
    }

    if (wrong == NULL) {
        return ctl_import_put(import, &row, color, error);
    }

    if (import->skip_bad) {
        import->skipped++;
        return CTL_OK;
    }

    return ctl_error_set(error, CTL_FAILED, "%s, line %" PRIu64 ": %s; "
                         "nothing is imported (--skip-bad leaves such lines "
                         "out)", import->lines.name, import->lines.number,
                         wrong);
}


static const char *
ctl_import_check(ctl_import_t *import, const ctl_csv_row_t *row, int *color)
{
    if (import->width != 0
        && (row->x2 >= import->width || row->y2 >= import->height))
    {
        return "outside the canvas";
    }

    if ((row->x2 - row->x1 + 1u) * (row->y2 - row->y1 + 1u)
        > CTL_IMPORT_AREA_MAX)
    {
        return "a rectangle larger than any canvas";
    }

    *color = import->form == CTL_CSV_2022
             ? ctl_colors_index(&import->colors, row->color)
             : row->color < import->colors.palette.n ? (int) row->color : -1;

    if (*color >= 0) {
        return NULL;
    }

    return import->colors.open ? "this is the 257th colour of the file"
                               : "this colour is not in the palette";
}


/* a rectangle row by row */
static ctl_status_t
ctl_import_put(ctl_import_t *import, const ctl_csv_row_t *row, int color,
    ctl_error_t *error)
{
    unsigned      x, y;
    ctl_event_t   event;
    ctl_status_t  status;

    memset(&event, 0, sizeof(event));
    event.ms = row->ms;
    event.color = color;

    status = ctl_pseudonym_uuid(&import->pseudonym, row->user, row->user_len,
                                event.user, error);

    for (y = row->y1; y <= row->y2 && status == CTL_OK; y++) {
        for (x = row->x1; x <= row->x2 && status == CTL_OK; x++) {
            event.x = x;
            event.y = y;
            status = ctl_sort_put(import->sort, &event, error);
        }
    }

    if (row->x2 >= import->need_width) {
        import->need_width = row->x2 + 1;
    }

    if (row->y2 >= import->need_height) {
        import->need_height = row->y2 + 1;
    }

    return status;
}
