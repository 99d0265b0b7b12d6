/*
 * ctl_geometry: see the header.
 */

#include "ctl_geometry.h"

#include "ctl_pgarray.h"

#include <stdlib.h>
#include <string.h>

#define CTL_GEOMETRY_WHITE  "#FFFFFF"
#define CTL_GEOMETRY_BLACK  "#000000"


static void ctl_geometry_found(ctl_geometry_t *geometry,
    const ctl_import_t *import);
static unsigned ctl_geometry_white(const canvas_palette_t *palette);
static bool ctl_geometry_named(const char *palette, const char *name);


ctl_status_t
ctl_geometry_canvas(ctl_geometry_t *geometry, ctl_pg_t *pg)
{
    PGresult      *result;
    ctl_status_t   status;

    memset(geometry, 0, sizeof(*geometry));

    result = ctl_pg_query(pg, "SELECT palette, width, height, background "
                          "FROM current_canvas", 0, NULL);
    if (result == NULL) {
        return pg->error->status;
    }

    status = CTL_OK;

    if (PQntuples(result) != 1
        || ctl_pgarray_parse(PQgetvalue(result, 0, 0),
                             &geometry->canvas_palette) != CANVAS_OK)
    {
        status = ctl_error_set(pg->error, CTL_FAILED, "there is no canvas: "
                               "run canvas-helper migrate");
    } else {
        geometry->canvas_width = atoi(PQgetvalue(result, 0, 1));
        geometry->canvas_height = atoi(PQgetvalue(result, 0, 2));
        geometry->canvas_background = atoi(PQgetvalue(result, 0, 3));
    }

    PQclear(result);

    return status;
}


ctl_status_t
ctl_geometry_before(ctl_geometry_t *geometry, ctl_import_t *import,
    const char *palette, ctl_error_t *error)
{
    ctl_status_t       status;
    canvas_palette_t   given;

    if (palette == NULL && import->rules.form == CTL_CSV_2017) {
        palette = "2017";
    }

    if (palette == NULL || ctl_geometry_named(palette, "found")) {

        if (import->rules.form == CTL_CSV_2017) {
            return ctl_error_set(error, CTL_USAGE, "a file of the 2017 form "
                                 "names its colours by number: --palette "
                                 "2017, canvas or a FILE says which they "
                                 "are");
        }

        ctl_colors_init(&import->colors, NULL);
        return CTL_OK;
    }

    status = CTL_OK;

    if (ctl_geometry_named(palette, "canvas")) {
        given = geometry->canvas_palette;

    } else if (ctl_geometry_named(palette, "2017")) {
        ctl_colors_2017(&given);

    } else {
        status = ctl_colors_file(palette, &given, error);
    }

    if (status == CTL_OK) {
        ctl_colors_init(&import->colors, &given);
    }

    return status;
}


ctl_status_t
ctl_geometry_after(ctl_geometry_t *geometry, ctl_import_t *import,
    const char *palette, ctl_error_t *error)
{
    unsigned  i;
    bool      of_canvas;

    for (i = 0; i < CANVAS_PALETTE_MAX; i++) {
        geometry->map[i] = i;
    }

    of_canvas = ctl_geometry_named(palette, "canvas")
                || (palette == NULL && import->colors.open
                    && ctl_colors_map(&import->colors.palette,
                                      &geometry->canvas_palette,
                                      geometry->map));
    if (of_canvas) {
        geometry->palette = geometry->canvas_palette;
        geometry->background = geometry->canvas_background;
    } else {
        ctl_geometry_found(geometry, import);
    }

    geometry->width = import->rules.width;
    geometry->height = import->rules.height;

    if (import->rules.width == 0) {
        of_canvas = of_canvas
                    && import->need_width <= geometry->canvas_width
                    && import->need_height <= geometry->canvas_height;

        geometry->width = of_canvas ? geometry->canvas_width
                                    : import->need_width;
        geometry->height = of_canvas ? geometry->canvas_height
                                     : import->need_height;
    }

    if ((uint64_t) geometry->width * geometry->height > CTL_BLOCK_AREA_MAX) {
        return ctl_error_set(error, CTL_FAILED, "the coordinates of the file "
                             "need a canvas of %ux%u, more than %d pixels; "
                             "--canvas-size and --skip-bad leave out what is "
                             "outside", geometry->width, geometry->height,
                             CTL_BLOCK_AREA_MAX);
    }

    return CTL_OK;
}


/* the palette of the file, white added if it has none and there is room */
static void
ctl_geometry_found(ctl_geometry_t *geometry, const ctl_import_t *import)
{
    canvas_palette_t  *palette;

    palette = &geometry->palette;
    *palette = import->colors.palette;

    for (;;) {
        geometry->background = ctl_geometry_white(palette);

        if (geometry->background < palette->n || !import->colors.open
            || canvas_palette_add(palette, CTL_GEOMETRY_WHITE,
                                  strlen(CTL_GEOMETRY_WHITE)) != CANVAS_OK)
        {
            break;
        }
    }

    if (geometry->background == palette->n) {
        geometry->background = 0;
    }

    /* a palette has two colours */
    if (palette->n < 2) {
        canvas_palette_add(palette, CTL_GEOMETRY_BLACK,
                           strlen(CTL_GEOMETRY_BLACK));
    }
}


/* its index, or the number of colours */
static unsigned
ctl_geometry_white(const canvas_palette_t *palette)
{
    unsigned  i;

    for (i = 0; i < palette->n; i++) {
        if (palette->rgb[i][0] == 0xff && palette->rgb[i][1] == 0xff
            && palette->rgb[i][2] == 0xff)
        {
            break;
        }
    }

    return i;
}


static bool
ctl_geometry_named(const char *palette, const char *name)
{
    return palette != NULL && strcmp(palette, name) == 0;
}
