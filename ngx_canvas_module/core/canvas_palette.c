/*
 * canvas_palette: see the header.
 */

#include "canvas_palette.h"

#include <string.h>


#define CANVAS_PALETTE_TEXT_LEN  (sizeof("#RRGGBB") - 1)


static int canvas_palette_digit(char c);


static const uint8_t  canvas_palette_colors[16][3] = {
    { 0xff, 0x45, 0x00 }, { 0xff, 0xa8, 0x00 },
    { 0xff, 0xd6, 0x35 }, { 0x00, 0xa3, 0x68 },
    { 0x7e, 0xed, 0x56 }, { 0x24, 0x50, 0xa4 },
    { 0x36, 0x90, 0xea }, { 0x51, 0xe9, 0xf4 },
    { 0x81, 0x1e, 0x9f }, { 0xb4, 0x4a, 0xc0 },
    { 0xff, 0x99, 0xaa }, { 0x9c, 0x69, 0x26 },
    { 0x00, 0x00, 0x00 }, { 0x89, 0x8d, 0x90 },
    { 0xd4, 0xd7, 0xd9 }, { 0xff, 0xff, 0xff }
};


void
canvas_palette_default(canvas_palette_t *palette)
{
    memset(palette, 0, sizeof(canvas_palette_t));
    memcpy(palette->rgb, canvas_palette_colors, sizeof(canvas_palette_colors));
    palette->n = 16;
}


canvas_status_t
canvas_palette_add(canvas_palette_t *palette, const char *text, size_t len)
{
    int       high, low;
    unsigned  i;
    uint8_t   rgb[3];

    if (len != CANVAS_PALETTE_TEXT_LEN || text[0] != '#') {
        return CANVAS_INVALID;
    }

    for (i = 0; i < 3; i++) {
        high = canvas_palette_digit(text[1 + 2 * i]);
        low = canvas_palette_digit(text[2 + 2 * i]);

        if (high < 0 || low < 0) {
            return CANVAS_INVALID;
        }

        rgb[i] = (uint8_t) (high << 4 | low);
    }

    if (palette->n >= CANVAS_PALETTE_MAX) {
        return CANVAS_TOO_LARGE;
    }

    memcpy(palette->rgb[palette->n++], rgb, 3);

    return CANVAS_OK;
}


unsigned
canvas_palette_bits(const canvas_palette_t *palette)
{
    return palette->n <= 16 ? 4 : 8;
}


size_t
canvas_palette_json(const canvas_palette_t *palette, char *buf)
{
    char               *p;
    unsigned            i, k;
    const uint8_t      *rgb;

    static const char   hex[] = "0123456789ABCDEF";

    if (buf == NULL) {
        /* "[" and "]", then quotes and a comma a colour but for the last */
        return 2 + palette->n * (CANVAS_PALETTE_TEXT_LEN + 3)
               - (palette->n != 0);
    }

    p = buf;
    *p++ = '[';

    for (i = 0; i < palette->n; i++) {

        if (i) {
            *p++ = ',';
        }

        rgb = palette->rgb[i];
        *p++ = '"';
        *p++ = '#';

        for (k = 0; k < 3; k++) {
            *p++ = hex[rgb[k] >> 4];
            *p++ = hex[rgb[k] & 0xf];
        }

        *p++ = '"';
    }

    *p++ = ']';

    return (size_t) (p - buf);
}


static int
canvas_palette_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    return -1;
}
