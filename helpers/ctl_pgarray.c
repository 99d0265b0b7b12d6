/*
 * ctl_pgarray: see the header.  "#RRGGBB" needs no quotes in an array.
 */

#include "ctl_pgarray.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "#RRGGBB," */
#define CTL_PGARRAY_ITEM  8

/* sign, 19 digits and a comma */
#define CTL_PGARRAY_NUMBER  21


char *
ctl_pgarray_palette(const canvas_palette_t *palette)
{
    char      *text, *p;
    unsigned   i;

    text = malloc(palette->n * CTL_PGARRAY_ITEM + 3);
    if (text == NULL) {
        return NULL;
    }

    p = text;

    for (i = 0; i < palette->n; i++) {
        p += sprintf(p, "%c#%02X%02X%02X", i == 0 ? '{' : ',',
                     palette->rgb[i][0], palette->rgb[i][1],
                     palette->rgb[i][2]);
    }

    strcpy(p, "}");

    return text;
}


canvas_status_t
ctl_pgarray_parse(const char *text, canvas_palette_t *palette)
{
    size_t           len;
    canvas_status_t  status;

    palette->n = 0;

    while (*text == '{' || *text == ',') {
        text++;
        len = strcspn(text, ",}");

        status = canvas_palette_add(palette, text, len);
        if (status != CANVAS_OK) {
            return status;
        }

        text += len;
    }

    return palette->n > 0 ? CANVAS_OK : CANVAS_INVALID;
}


char *
ctl_pgarray_numbers(const int64_t *numbers, size_t n)
{
    char    *text, *p;
    size_t   i;

    text = malloc(n * CTL_PGARRAY_NUMBER + 3);
    if (text == NULL) {
        return NULL;
    }

    p = text;
    *p++ = '{';

    for (i = 0; i < n; i++) {
        p += sprintf(p, "%s%" PRId64, i == 0 ? "" : ",", numbers[i]);
    }

    strcpy(p, "}");

    return text;
}
