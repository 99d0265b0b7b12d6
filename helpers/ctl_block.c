/*
 * ctl_block: see the header.
 */

#include "ctl_block.h"

#include <stdlib.h>
#include <string.h>


static const char *ctl_block_line(const ctl_block_rules_t *rules,
    const char *line, size_t len, ctl_csv_row_t *row);
static ctl_status_t ctl_block_put(ctl_block_t *block,
    const ctl_csv_row_t *row, ctl_pseudonym_t *pseudonym);


ctl_status_t
ctl_block_open(ctl_block_t *block, size_t size, ctl_error_t *error)
{
    memset(block, 0, sizeof(*block));

    /* the last line may lack its end */
    block->text = malloc(size);
    block->rows = malloc((size / CTL_BLOCK_LINE_MIN + 1)
                         * sizeof(*block->rows));

    return block->text != NULL && block->rows != NULL
           ? CTL_OK : ctl_error_memory(error);
}


void
ctl_block_close(ctl_block_t *block)
{
    free(block->text);
    free(block->rows);
    memset(block, 0, sizeof(*block));
}


void
ctl_block_read(ctl_block_t *block, const ctl_block_rules_t *rules,
    ctl_pseudonym_t *pseudonym)
{
    size_t          len;
    const char     *line, *next, *last, *wrong;
    ctl_csv_row_t   row;

    block->n = 0;
    block->lines = 0;
    block->skipped = 0;
    block->wrong = NULL;
    block->status = CTL_OK;
    last = block->text + block->len;

    for (line = block->text; line < last; line = next + 1) {
        next = memchr(line, '\n', last - line);
        next = next != NULL ? next : last;
        len = next - line;
        block->lines++;

        if (len > 0 && line[len - 1] == '\r') {
            len--;
        }

        if (len == 0) {
            continue;
        }

        wrong = ctl_block_line(rules, line, len, &row);

        if (wrong == NULL) {
            block->status = ctl_block_put(block, &row, pseudonym);
            if (block->status != CTL_OK) {
                return;
            }

        } else if (rules->skip_bad) {
            block->skipped++;

        } else {
            block->wrong = wrong;
            return;
        }
    }
}


/* NULL, or what is wrong */
static const char *
ctl_block_line(const ctl_block_rules_t *rules, const char *line, size_t len,
    ctl_csv_row_t *row)
{
    const char  *wrong;

    wrong = ctl_csv_read(rules->form, line, len, row);
    if (wrong != NULL) {
        return wrong;
    }

    if (rules->width != 0
        && (row->x2 >= rules->width || row->y2 >= rules->height))
    {
        return "outside the canvas";
    }

    if ((row->x2 - row->x1 + 1u) * (row->y2 - row->y1 + 1u)
        > CTL_BLOCK_AREA_MAX)
    {
        return "a rectangle larger than any canvas";
    }

    return NULL;
}


static ctl_status_t
ctl_block_put(ctl_block_t *block, const ctl_csv_row_t *row,
    ctl_pseudonym_t *pseudonym)
{
    ctl_block_row_t  *to;

    to = &block->rows[block->n++];
    to->ms = row->ms;
    to->color = row->color;
    to->line = block->lines;
    to->x1 = row->x1;
    to->y1 = row->y1;
    to->x2 = row->x2;
    to->y2 = row->y2;

    return ctl_pseudonym_uuid(pseudonym, row->user, row->user_len, to->user,
                              &block->error);
}
