/*
 * ctl_block: a block of lines of an event file, read into rows.  Knows the
 * block alone, so that blocks may be read at the same time; colours, which
 * depend on what came before, are left to ctl_import.
 */

#ifndef CTL_BLOCK_H_INCLUDED
#define CTL_BLOCK_H_INCLUDED

#include "ctl_csv.h"
#include "ctl_pseudonym.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* pixels of a canvas, as the Function library takes it */
#define CTL_BLOCK_AREA_MAX  16777216

/* "0,a,0,0,0" and its end: no line that is a row is shorter */
#define CTL_BLOCK_LINE_MIN  10

typedef struct {
    ctl_csv_form_t  form;
    unsigned        width;          /* 0: any */
    unsigned        height;
    bool            skip_bad;       /* count malformed lines, do not end */
} ctl_block_rules_t;

typedef struct {
    int64_t   ms;
    uint8_t   user[16];
    uint32_t  color;                /* as the form has it */
    uint32_t  line;                 /* of the block, from 1 */
    uint16_t  x1;
    uint16_t  y1;
    uint16_t  x2;
    uint16_t  y2;
} ctl_block_row_t;

typedef struct {
    char             *text;         /* whole lines */
    size_t            len;

    ctl_block_row_t  *rows;
    size_t            n;
    uint32_t          lines;        /* that were looked at */
    uint32_t          skipped;
    const char       *wrong;        /* with the last of these, or NULL */
    ctl_status_t      status;
    ctl_error_t       error;        /* when status is not CTL_OK */
} ctl_block_t;

/* a block of up to size bytes */
ctl_status_t ctl_block_open(ctl_block_t *block, size_t size,
    ctl_error_t *error);
void ctl_block_close(ctl_block_t *block);

/*
 * Reads len bytes of text; a malformed line ends that, if the rules say so.
 * status: whether users could be named.
 */
void ctl_block_read(ctl_block_t *block, const ctl_block_rules_t *rules,
    ctl_pseudonym_t *pseudonym);

#endif /* CTL_BLOCK_H_INCLUDED */
