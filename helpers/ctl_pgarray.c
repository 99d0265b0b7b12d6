/*
 * ctl_pgarray: see the header.  "#RRGGBB" needs no quotes in an array.
 */

#include "ctl_pgarray.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "#RRGGBB," */
#define CTL_PGARRAY_ITEM  8


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
