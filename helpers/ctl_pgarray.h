/*
 * ctl_pgarray: a palette as PostgreSQL's text[], there and back.
 */

#ifndef CTL_PGARRAY_H_INCLUDED
#define CTL_PGARRAY_H_INCLUDED

#include "canvas_palette.h"

/* "{#FF4500,...}", malloc()ed; NULL: out of memory */
char *ctl_pgarray_palette(const canvas_palette_t *palette);

/* CANVAS_INVALID if an element is no #RRGGBB */
canvas_status_t ctl_pgarray_parse(const char *text,
    canvas_palette_t *palette);

#endif /* CTL_PGARRAY_H_INCLUDED */
