/*
 * ctl_colors: see the header.  A small hash table: a file asks for a colour
 * 160 million times.
 */

#include "ctl_colors.h"

#include "ctl_file.h"

#include <stdlib.h>
#include <string.h>


static uint32_t ctl_colors_rgb(const uint8_t rgb[3]);
static size_t ctl_colors_slot(const ctl_colors_t *colors, uint32_t rgb);


static const uint8_t  ctl_colors_of_2017[16][3] = {
    { 0xff, 0xff, 0xff }, { 0xe4, 0xe4, 0xe4 },
    { 0x88, 0x88, 0x88 }, { 0x22, 0x22, 0x22 },
    { 0xff, 0xa7, 0xd1 }, { 0xe5, 0x00, 0x00 },
    { 0xe5, 0x95, 0x00 }, { 0xa0, 0x6a, 0x42 },
    { 0xe5, 0xd9, 0x00 }, { 0x94, 0xe0, 0x44 },
    { 0x02, 0xbe, 0x01 }, { 0x00, 0xe5, 0xf0 },
    { 0x00, 0x83, 0xc7 }, { 0x00, 0x00, 0xea },
    { 0xe0, 0x4a, 0xff }, { 0x82, 0x00, 0x80 }
};


void
ctl_colors_2017(canvas_palette_t *palette)
{
    memset(palette, 0, sizeof(*palette));
    memcpy(palette->rgb, ctl_colors_of_2017, sizeof(ctl_colors_of_2017));
    palette->n = 16;
}


ctl_status_t
ctl_colors_file(const char *path, canvas_palette_t *palette,
    ctl_error_t *error)
{
    char          *text, *line, *rest;
    size_t         len;
    unsigned       n;
    ctl_status_t   status;

    status = ctl_file_read(path, &text, &len, error);
    if (status != CTL_OK) {
        return status;
    }

    palette->n = 0;
    n = 0;
    rest = text;

    while ((line = strsep(&rest, "\n")) != NULL && status == CTL_OK) {
        n++;
        len = strcspn(line, " \t\r");

        if (len > 0 && canvas_palette_add(palette, line, len) != CANVAS_OK) {
            status = ctl_error_set(error, CTL_FAILED,
                                   "%s:%u: expected #RRGGBB, at most %d",
                                   path, n, CANVAS_PALETTE_MAX);
        }
    }

    if (status == CTL_OK && palette->n < 2) {
        status = ctl_error_set(error, CTL_FAILED,
                               "%s: expected at least 2 colours", path);
    }

    free(text);

    return status;
}


void
ctl_colors_init(ctl_colors_t *colors, const canvas_palette_t *palette)
{
    size_t    slot;
    uint32_t  rgb;
    unsigned  i;

    memset(colors, 0, sizeof(*colors));

    if (palette == NULL) {
        colors->open = true;
        return;
    }

    colors->palette = *palette;

    /* of a colour that is there twice the first */
    for (i = palette->n; i > 0; i--) {
        rgb = ctl_colors_rgb(palette->rgb[i - 1]);
        slot = ctl_colors_slot(colors, rgb);
        colors->keys[slot] = rgb + 1;
        colors->index[slot] = i - 1;
    }
}


int
ctl_colors_index(ctl_colors_t *colors, uint32_t rgb)
{
    size_t    slot;
    uint8_t  *entry;

    slot = ctl_colors_slot(colors, rgb);

    if (colors->keys[slot] != 0) {
        return colors->index[slot];
    }

    if (!colors->open || colors->palette.n == CANVAS_PALETTE_MAX) {
        return -1;
    }

    entry = colors->palette.rgb[colors->palette.n];
    entry[0] = rgb >> 16;
    entry[1] = rgb >> 8;
    entry[2] = rgb;

    colors->keys[slot] = rgb + 1;
    colors->index[slot] = colors->palette.n;

    return colors->palette.n++;
}


bool
ctl_colors_map(const canvas_palette_t *from, const canvas_palette_t *to,
    uint8_t map[CANVAS_PALETTE_MAX])
{
    int           index;
    uint8_t       found[CANVAS_PALETTE_MAX];
    unsigned      i;
    ctl_colors_t  colors;

    ctl_colors_init(&colors, to);

    for (i = 0; i < from->n; i++) {
        index = ctl_colors_index(&colors, ctl_colors_rgb(from->rgb[i]));
        if (index < 0) {
            return false;
        }

        found[i] = index;
    }

    memcpy(map, found, from->n);

    return true;
}


static uint32_t
ctl_colors_rgb(const uint8_t rgb[3])
{
    return (uint32_t) rgb[0] << 16 | (uint32_t) rgb[1] << 8 | rgb[2];
}


/* where it is, or where it would be: never full */
static size_t
ctl_colors_slot(const ctl_colors_t *colors, uint32_t rgb)
{
    size_t  slot;

    slot = (rgb * UINT32_C(2654435761) >> 16) & (CTL_COLORS_SLOTS - 1);

    while (colors->keys[slot] != 0 && colors->keys[slot] != rgb + 1) {
        slot = (slot + 1) & (CTL_COLORS_SLOTS - 1);
    }

    return slot;
}
