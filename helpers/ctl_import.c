/*
 * ctl_import: see the header.
 */

#include "ctl_import.h"

#include "ctl_crew.h"
#include "ctl_progress.h"

#include <inttypes.h>
#include <string.h>

/* lines between two looks at the terminal */
#define CTL_IMPORT_TICK  262144


static ctl_status_t ctl_import_header(ctl_import_t *import,
    ctl_csv_form_t form, ctl_error_t *error);
static ctl_status_t ctl_import_blocks(ctl_import_t *import, ctl_crew_t *crew,
    ctl_error_t *error);
static ctl_status_t ctl_import_block(ctl_import_t *import,
    const ctl_block_t *block, ctl_error_t *error);
static const char *ctl_import_color(ctl_import_t *import, uint32_t color,
    int *index);
static ctl_status_t ctl_import_put(ctl_import_t *import,
    const ctl_block_row_t *row, int color, ctl_error_t *error);
static ctl_status_t ctl_import_wrong(const ctl_import_t *import,
    uint32_t line, const char *wrong, ctl_error_t *error);


ctl_status_t
ctl_import_open(ctl_import_t *import, const char *path, ctl_csv_form_t form,
    ctl_error_t *error)
{
    ctl_status_t  status;

    memset(import, 0, sizeof(*import));

    status = ctl_lines_open(&import->lines, path, error);

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
    ctl_sort_close(import->sort);
    import->sort = NULL;
}


ctl_status_t
ctl_import_read(ctl_import_t *import, ctl_error_t *error)
{
    ctl_crew_t    *crew;
    ctl_status_t   status;

    import->sort = ctl_sort_open(CTL_SORT_RUN);
    if (import->sort == NULL) {
        return ctl_error_memory(error);
    }

    crew = ctl_crew_open(0, &import->rules, CTL_LINES_BLOCK, error);
    if (crew == NULL) {
        return error->status;
    }

    status = ctl_import_blocks(import, crew, error);
    ctl_crew_close(crew);

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

    status = ctl_lines_first(&import->lines, &line, &len);
    if (status != CTL_OK) {
        return ctl_lines_failed(&import->lines, 0, error);
    }

    if (line == NULL) {
        return ctl_error_set(error, CTL_FAILED, "%s is empty",
                             import->lines.name);
    }

    import->number = 1;
    import->rules.form = ctl_csv_header(line, len);

    if (import->rules.form == CTL_CSV_NONE) {
        return ctl_error_set(error, CTL_FAILED, "%s, line 1: no header of an "
                             "event file: \"%s\" (2017) or \"%s\" (2022)",
                             import->lines.name,
                             ctl_csv_header_line(CTL_CSV_2017),
                             ctl_csv_header_line(CTL_CSV_2022));
    }

    if (form != CTL_CSV_NONE && form != import->rules.form) {
        return ctl_error_set(error, CTL_FAILED, "%s, line 1: this is the "
                             "header of the %s form", import->lines.name,
                             ctl_csv_name(import->rules.form));
    }

    return CTL_OK;
}


/* what is wrong with an early line is told before the file's damage */
static ctl_status_t
ctl_import_blocks(ctl_import_t *import, ctl_crew_t *crew, ctl_error_t *error)
{
    bool           end;
    uint64_t       shown;
    ctl_block_t   *block;
    ctl_status_t   read, status;

    end = false;
    shown = 0;
    read = CTL_OK;

    for ( ;; ) {
        while (!end && (block = ctl_crew_free(crew)) != NULL) {
            read = ctl_lines_block(&import->lines, block->text, &block->len);
            end = read != CTL_OK || block->len == 0;

            if (!end) {
                ctl_crew_give(crew);
            }
        }

        block = ctl_crew_take(crew);
        if (block == NULL) {
            break;
        }

        status = ctl_import_block(import, block, error);
        if (status != CTL_OK) {
            return status;
        }

        if (import->number >= shown + CTL_IMPORT_TICK) {
            shown = import->number;
            ctl_progress("%" PRIu64 " lines read", shown);
        }
    }

    return read == CTL_OK
           ? CTL_OK : ctl_lines_failed(&import->lines, import->number, error);
}


static ctl_status_t
ctl_import_block(ctl_import_t *import, const ctl_block_t *block,
    ctl_error_t *error)
{
    int                     color;
    size_t                  i;
    const char             *wrong;
    ctl_status_t            status;
    const ctl_block_row_t  *row;

    for (i = 0; i < block->n; i++) {
        row = &block->rows[i];
        wrong = ctl_import_color(import, row->color, &color);

        if (wrong == NULL) {
            status = ctl_import_put(import, row, color, error);
            if (status != CTL_OK) {
                return status;
            }

        } else if (import->rules.skip_bad) {
            import->skipped++;

        } else {
            return ctl_import_wrong(import, row->line, wrong, error);
        }
    }

    if (block->status != CTL_OK) {
        *error = block->error;
        return block->status;
    }

    if (block->wrong != NULL) {
        return ctl_import_wrong(import, block->lines, block->wrong, error);
    }

    import->number += block->lines;
    import->skipped += block->skipped;

    return CTL_OK;
}


/* NULL, or what is wrong: which colours there are depends on their order */
static const char *
ctl_import_color(ctl_import_t *import, uint32_t color, int *index)
{
    *index = import->rules.form == CTL_CSV_2022
             ? ctl_colors_index(&import->colors, color)
             : color < import->colors.palette.n ? (int) color : -1;

    if (*index >= 0) {
        return NULL;
    }

    return import->colors.open ? "this is the 257th colour of the file"
                               : "this colour is not in the palette";
}


/* a rectangle row by row */
static ctl_status_t
ctl_import_put(ctl_import_t *import, const ctl_block_row_t *row, int color,
    ctl_error_t *error)
{
    unsigned      x, y;
    ctl_event_t   event;
    ctl_status_t  status;

    memset(&event, 0, sizeof(event));
    event.ms = row->ms;
    event.color = color;
    memcpy(event.user, row->user, sizeof(event.user));
    status = CTL_OK;

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


/* line: of the block that follows what was taken */
static ctl_status_t
ctl_import_wrong(const ctl_import_t *import, uint32_t line,
    const char *wrong, ctl_error_t *error)
{
    return ctl_error_set(error, CTL_FAILED, "%s, line %" PRIu64 ": %s; "
                         "nothing is imported (--skip-bad leaves such lines "
                         "out)", import->lines.name, import->number + line,
                         wrong);
}
