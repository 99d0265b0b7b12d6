/*
 * ctl_colors: the colours of an event file: those of a palette that is given,
 * or those that are found in it.
 */

#ifndef CTL_COLORS_H_INCLUDED
#define CTL_COLORS_H_INCLUDED

#include "canvas_palette.h"
#include "ctl_error.h"

#include <stdbool.h>

#define CTL_COLORS_SLOTS  1024      /* a power of two, 4 x the palette */

typedef struct {
    bool               open;        /* what is not there is added */
    canvas_palette_t   palette;
    uint32_t           keys[CTL_COLORS_SLOTS];      /* 0xRRGGBB + 1; 0: free */
    uint8_t            index[CTL_COLORS_SLOTS];
} ctl_colors_t;

/* the sixteen colours of the 2017 event, white first */
void ctl_colors_2017(canvas_palette_t *palette);

/* a file of one #RRGGBB a line; 2 to 256 of them */
ctl_status_t ctl_colors_file(const char *path, canvas_palette_t *palette,
    ctl_error_t *error);

/* palette == NULL: colours are collected, in the order they come */
void ctl_colors_init(ctl_colors_t *colors, const canvas_palette_t *palette);

/* index of a colour; -1: not in the palette, or the 257th */
int ctl_colors_index(ctl_colors_t *colors, uint32_t rgb);

/*
 * The indexes in to of all of from's colours.  false: to has not all of them,
 * and map is as it was.
 */
bool ctl_colors_map(const canvas_palette_t *from, const canvas_palette_t *to,
    uint8_t map[CANVAS_PALETTE_MAX]);

#endif /* CTL_COLORS_H_INCLUDED */
