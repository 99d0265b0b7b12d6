/*
 * canvas_stored: see the header.  However much the data would inflate to, no
 * more is made of it than the canvas needs.
 */

#include "canvas_stored.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "canvas_grid.h"
#include "canvas_num.h"


#define CANVAS_STORED_WINDOW  (15 + 16)     /* gzip's head and tail */
#define CANVAS_STORED_COLOR   (sizeof("#RRGGBB") - 1)

/* a canvas has at most so many columns, and rows */
#define CANVAS_STORED_SIDE    65535


static const char *canvas_stored_form(canvas_stored_t *stored,
    const char *p, const char *last);
static const char *canvas_stored_number(const char *p, const char *last,
    uint64_t max, uint64_t *value);
static canvas_status_t canvas_stored_palette(canvas_palette_t *palette,
    const char *p, const char *last);
static canvas_status_t canvas_stored_inflate(const canvas_stored_t *stored,
    uint8_t *packed, size_t len);


canvas_status_t
canvas_stored_parse(const uint8_t *value, size_t len, canvas_stored_t *stored)
{
    uint64_t     width, height;
    const char  *p, *last;

    p = (const char *) value;
    last = len ? memchr(value, '\n', len) : NULL;

    if (last == NULL) {
        return CANVAS_INVALID;
    }

    stored->data = (const uint8_t *) last + 1;
    stored->len = len - (size_t) (stored->data - value);

    p = canvas_stored_form(stored, p, last);
    p = canvas_stored_number(p, last, CANVAS_STORED_SIDE, &width);
    p = canvas_stored_number(p, last, CANVAS_STORED_SIDE, &height);
    p = canvas_stored_number(p, last, CANVAS_NUM_SAFE_MAX, &stored->epoch);
    p = canvas_stored_number(p, last, CANVAS_NUM_SAFE_MAX, &stored->seq);

    if (p == NULL || width == 0 || height == 0
        || width * height > CANVAS_STORED_PIXELS)
    {
        return CANVAS_INVALID;
    }

    stored->width = (unsigned) width;
    stored->height = (unsigned) height;

    return canvas_stored_palette(&stored->palette, p, last);
}


canvas_status_t
canvas_stored_unpack(const canvas_stored_t *stored, uint8_t *pixels)
{
    size_t            n, len;
    uint8_t          *packed;
    unsigned          bits;
    canvas_status_t   status;

    n = (size_t) stored->width * stored->height;
    bits = canvas_palette_bits(&stored->palette);
    len = canvas_grid_packed_size(n, bits);

    if (!stored->gzip) {

        if (stored->len != len) {
            return CANVAS_INVALID;
        }

        canvas_grid_unpack(pixels, stored->data, n, bits);

        return CANVAS_OK;
    }

    packed = malloc(len);
    if (packed == NULL) {
        return CANVAS_NO_MEMORY;
    }

    status = canvas_stored_inflate(stored, packed, len);

    if (status == CANVAS_OK) {
        canvas_grid_unpack(pixels, packed, n, bits);
    }

    free(packed);

    return status;
}


/* each of these returns the byte behind its word and a blank, or NULL */

static const char *
canvas_stored_form(canvas_stored_t *stored, const char *p, const char *last)
{
    static const char  packed[] = "packed ", gzip[] = "gzip ";

    if ((size_t) (last - p) > sizeof(packed) - 1
        && memcmp(p, packed, sizeof(packed) - 1) == 0)
    {
        stored->gzip = 0;
        return p + sizeof(packed) - 1;
    }

    if ((size_t) (last - p) > sizeof(gzip) - 1
        && memcmp(p, gzip, sizeof(gzip) - 1) == 0)
    {
        stored->gzip = 1;
        return p + sizeof(gzip) - 1;
    }

    return NULL;
}


static const char *
canvas_stored_number(const char *p, const char *last, uint64_t max,
    uint64_t *value)
{
    if (p == NULL) {
        return NULL;
    }

    p = canvas_num_read(p, last, max, value);

    return (p == NULL || p == last || *p != ' ') ? NULL : p + 1;
}


static canvas_status_t
canvas_stored_palette(canvas_palette_t *palette, const char *p,
    const char *last)
{
    canvas_status_t  status;

    memset(palette, 0, sizeof(canvas_palette_t));

    for ( ;; ) {

        if ((size_t) (last - p) < CANVAS_STORED_COLOR) {
            return CANVAS_INVALID;
        }

        status = canvas_palette_add(palette, p, CANVAS_STORED_COLOR);
        if (status != CANVAS_OK) {
            return CANVAS_INVALID;
        }

        p += CANVAS_STORED_COLOR;

        if (p == last) {
            return palette->n < 2 ? CANVAS_INVALID : CANVAS_OK;
        }

        if (*p++ != ',') {
            return CANVAS_INVALID;
        }
    }
}


static canvas_status_t
canvas_stored_inflate(const canvas_stored_t *stored, uint8_t *packed,
    size_t len)
{
    int       rc;
    size_t    made;
    z_stream  zs;

    memset(&zs, 0, sizeof(z_stream));

    if (inflateInit2(&zs, CANVAS_STORED_WINDOW) != Z_OK) {
        return CANVAS_NO_MEMORY;
    }

    zs.next_in = (Bytef *) (uintptr_t) stored->data;
    zs.avail_in = (uInt) stored->len;
    zs.next_out = packed;
    zs.avail_out = (uInt) len;

    rc = inflate(&zs, Z_FINISH);
    made = zs.total_out;

    (void) inflateEnd(&zs);

    return rc == Z_STREAM_END && made == len ? CANVAS_OK : CANVAS_INVALID;
}
