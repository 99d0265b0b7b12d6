/*
 * ctl_pgarray: arrays of PostgreSQL: a palette as text[], there and back, and
 * numbers as bigint[].
 */

#ifndef CTL_PGARRAY_H_INCLUDED
#define CTL_PGARRAY_H_INCLUDED

#include "canvas_palette.h"

#include <stddef.h>
#include <stdint.h>

/* "{#FF4500,...}", malloc()ed; NULL: out of memory */
char *ctl_pgarray_palette(const canvas_palette_t *palette);

/* CANVAS_INVALID if an element is no #RRGGBB */
canvas_status_t ctl_pgarray_parse(const char *text,
    canvas_palette_t *palette);

/* "{1,-2,...}", malloc()ed; NULL: out of memory */
char *ctl_pgarray_numbers(const int64_t *numbers, size_t n);

#endif /* CTL_PGARRAY_H_INCLUDED */
