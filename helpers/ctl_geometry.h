/*
 * ctl_geometry: which palette and size an event file gets.  The choice begins
 * before the file is read, as far as the caller was told, and ends after it.
 */

#ifndef CTL_GEOMETRY_H_INCLUDED
#define CTL_GEOMETRY_H_INCLUDED

#include "ctl_import.h"
#include "ctl_pg.h"

typedef struct {
    /* of the running canvas */
    canvas_palette_t   canvas_palette;
    unsigned           canvas_width;
    unsigned           canvas_height;
    unsigned           canvas_background;

    /* the result */
    canvas_palette_t   palette;
    unsigned           width;
    unsigned           height;
    unsigned           background;
    uint8_t            map[CANVAS_PALETTE_MAX];     /* of import's colours */
} ctl_geometry_t;

/* reads what the running canvas has */
ctl_status_t ctl_geometry_canvas(ctl_geometry_t *geometry, ctl_pg_t *pg);

/*
 * Before the file is read.  palette: "canvas", "2017", "found" or the path of
 * a file with a colour a line; NULL: the 2017 form has its own, of the 2022
 * form they are collected.
 */
ctl_status_t ctl_geometry_before(ctl_geometry_t *geometry,
    ctl_import_t *import, const char *palette, ctl_error_t *error);

/*
 * After it.  Colours that were collected, all of them the canvas's: its
 * palette and background are taken, and its size if nothing is outside.
 * Otherwise white is the background, or else colour 0.
 */
ctl_status_t ctl_geometry_after(ctl_geometry_t *geometry,
    ctl_import_t *import, const char *palette, ctl_error_t *error);

#endif /* CTL_GEOMETRY_H_INCLUDED */
