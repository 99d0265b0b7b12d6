/*
 * ctl_heat: see the header.
 */

#include "ctl_heat.h"

#include <math.h>

#define CTL_HEAT_TOP  (CANVAS_PALETTE_MAX - 1)


/*
 * Even steps of OKLab lightness from 0.13 to 0.98 while the hue turns from
 * violet to yellow; what lies between two is interpolated.
 */
static const uint8_t  ctl_heat_steps[][3] = {
    { 0x06, 0x01, 0x24 },
    { 0x18, 0x00, 0x39 },
    { 0x2e, 0x00, 0x49 },
    { 0x46, 0x01, 0x54 },
    { 0x61, 0x03, 0x5b },
    { 0x7c, 0x05, 0x5d },
    { 0x99, 0x08, 0x5b },
    { 0xb6, 0x0c, 0x53 },
    { 0xcd, 0x26, 0x48 },
    { 0xe0, 0x41, 0x3a },
    { 0xef, 0x5d, 0x2c },
    { 0xf9, 0x79, 0x24 },
    { 0xfd, 0x97, 0x37 },
    { 0xfd, 0xb3, 0x57 },
    { 0xfe, 0xcd, 0x7a },
    { 0xfe, 0xe5, 0xa1 },
    { 0xff, 0xfa, 0xd9 }
};

#define CTL_HEAT_STEPS                                                       \
    (sizeof(ctl_heat_steps) / sizeof(ctl_heat_steps[0]) - 1)


void
ctl_heat_ramp(canvas_palette_t *ramp)
{
    unsigned        i, c, at, step, part;
    const uint8_t  *low, *high;

    for (i = 0; i <= CTL_HEAT_TOP; i++) {
        at = i * CTL_HEAT_STEPS;
        step = at / CTL_HEAT_TOP;
        part = at % CTL_HEAT_TOP;

        low = ctl_heat_steps[step];
        high = ctl_heat_steps[step < CTL_HEAT_STEPS ? step + 1 : step];

        for (c = 0; c < 3; c++) {
            ramp->rgb[i][c] = (low[c] * (CTL_HEAT_TOP - part)
                               + high[c] * part + CTL_HEAT_TOP / 2)
                              / CTL_HEAT_TOP;
        }
    }

    ramp->n = CANVAS_PALETTE_MAX;
}


void
ctl_heat_levels(uint8_t *levels, const uint32_t *counts, size_t n)
{
    size_t    i;
    double    unit;
    uint8_t   level;
    uint32_t  highest;

    highest = 0;

    for (i = 0; i < n; i++) {
        highest = counts[i] > highest ? counts[i] : highest;
    }

    unit = highest > 0 ? CTL_HEAT_TOP / log1p(highest) : 0;

    for (i = 0; i < n; i++) {
        level = (uint8_t) lrint(unit * log1p(counts[i]));
        levels[i] = counts[i] > 0 && level == 0 ? 1 : level;
    }
}
