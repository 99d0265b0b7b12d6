/*
 * ctl_archive: see the header.
 */

#include "ctl_archive.h"

#include "canvas_grid.h"
#include "canvas_png.h"
#include "ctl_file.h"
#include "ctl_pgarray.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* zlib's best: an archive is written once and served for years */
#define CTL_ARCHIVE_LEVEL  9


ctl_status_t
ctl_archive_png(ctl_t *ctl, const char *archive, unsigned scale,
    uint8_t **png, size_t *len)
{
    size_t              packed_len;
    PGresult           *result;
    ctl_status_t        status;
    unsigned char      *packed;
    canvas_palette_t    palette;
    const char *const   values[] = { archive };

    result = ctl_pg_query(&ctl->pg,
                          "SELECT decode(canvas_data, 'base64'), width, "
                          "height, palette FROM canvas_archives "
                          "WHERE id = $1", 1, values);
    if (result == NULL) {
        return ctl->error.status;
    }

    packed = NULL;

    if (PQntuples(result) != 1) {
        status = ctl_error_set(&ctl->error, CTL_FAILED, "no archive %s",
                               archive);

    } else if (ctl_pgarray_parse(PQgetvalue(result, 0, 3), &palette)
               != CANVAS_OK)
    {
        status = ctl_error_set(&ctl->error, CTL_FAILED,
                               "archive %s has a damaged palette", archive);

    } else {
        packed = PQunescapeBytea(
                     (unsigned char *) PQgetvalue(result, 0, 0),
                     &packed_len);

        status = packed == NULL ? ctl_error_memory(&ctl->error)
                 : ctl_archive_draw(packed, packed_len,
                                    atoi(PQgetvalue(result, 0, 1)),
                                    atoi(PQgetvalue(result, 0, 2)), &palette,
                                    scale, png, len, &ctl->error);
    }

    PQfreemem(packed);
    PQclear(result);

    return status;
}


ctl_status_t
ctl_archive_publish(ctl_t *ctl, const char *archive, char **url)
{
    char          *path;
    size_t         len;
    uint8_t       *png;
    ctl_status_t   status;

    status = ctl_archive_png(ctl, archive, 1, &png, &len);
    if (status != CTL_OK) {
        return status;
    }

    path = NULL;
    *url = NULL;

    if (asprintf(&path, "%s/%s.png", ctl->conf.archive_dir, archive) < 0
        || asprintf(url, "%s/%s.png", ctl->conf.archive_url, archive) < 0)
    {
        free(path);
        free(png);
        return ctl_error_memory(&ctl->error);
    }

    status = ctl_file_directory(ctl->conf.archive_dir, &ctl->error);

    if (status == CTL_OK) {
        status = ctl_file_write(path, png, len, 0644, &ctl->error);
    }

    if (status != CTL_OK) {
        free(*url);
    }

    free(path);
    free(png);

    return status;
}


ctl_status_t
ctl_archive_draw(const uint8_t *packed, size_t packed_len, unsigned width,
    unsigned height, const canvas_palette_t *palette, unsigned scale,
    uint8_t **png, size_t *len, ctl_error_t *error)
{
    size_t            n;
    uint8_t          *pixels;
    unsigned          bits;
    canvas_status_t   rc;

    n = (size_t) width * height;
    bits = canvas_palette_bits(palette);

    if (packed_len != canvas_grid_packed_size(n, bits)) {
        return ctl_error_set(error, CTL_FAILED,
                             "a canvas of %ux%u with %u colours has %zu "
                             "bytes, this one %zu", width, height,
                             palette->n, canvas_grid_packed_size(n, bits),
                             packed_len);
    }

    pixels = malloc(n);
    if (pixels == NULL) {
        return ctl_error_memory(error);
    }

    canvas_grid_unpack(pixels, packed, n, bits);

    rc = canvas_png_encode(pixels, width, height, palette, scale,
                           CTL_ARCHIVE_LEVEL, png, len);
    free(pixels);

    switch (rc) {

    case CANVAS_OK:
        return CTL_OK;

    case CANVAS_NO_MEMORY:
        return ctl_error_memory(error);

    default:
        return ctl_error_set(error, CTL_FAILED,
                             "cannot draw %ux%u at scale %u with %u colours",
                             width, height, scale, palette->n);
    }
}
