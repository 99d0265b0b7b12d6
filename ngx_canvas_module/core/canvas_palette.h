/*
 * canvas_palette: the list of colours of a canvas, 2 to 256 of them.
 * Up to 16 colours are stored at 4 bits a pixel, more at 8.
 */

#ifndef CANVAS_PALETTE_H_INCLUDED
#define CANVAS_PALETTE_H_INCLUDED

#include "canvas_status.h"

#define CANVAS_PALETTE_MAX  256

typedef struct {
    unsigned  n;                            /* number of colours */
    uint8_t   rgb[CANVAS_PALETTE_MAX][3];
} canvas_palette_t;

/* the 16 colours of the contract; white is 15 */
void canvas_palette_default(canvas_palette_t *palette);

/* appends "#RRGGBB"; CANVAS_INVALID if malformed, CANVAS_TOO_LARGE if full */
canvas_status_t canvas_palette_add(canvas_palette_t *palette,
    const char *text, size_t len);

/* 4 or 8 */
unsigned canvas_palette_bits(const canvas_palette_t *palette);

/*
 * writes the palette as a JSON array of "#RRGGBB" strings, no terminating
 * NUL; with buf == NULL returns the length alone
 */
size_t canvas_palette_json(const canvas_palette_t *palette, char *buf);

#endif /* CANVAS_PALETTE_H_INCLUDED */
