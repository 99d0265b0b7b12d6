/*
 * ctl_heat: how often pixels changed, as colours: a logarithmic scale on a
 * ramp from near black over violet, red and orange to near white, of even
 * steps of lightness, so that it also reads in grey.
 */

#ifndef CTL_HEAT_H_INCLUDED
#define CTL_HEAT_H_INCLUDED

#include "canvas_palette.h"

/* the ramp as a palette of 256 */
void ctl_heat_ramp(canvas_palette_t *ramp);

/*
 * The index of each count: 0 for none, 255 for the highest of all n, and
 * 255 * log(1 + count) / log(1 + highest), rounded, but at least 1, between.
 */
void ctl_heat_levels(uint8_t *levels, const uint32_t *counts, size_t n);

#endif /* CTL_HEAT_H_INCLUDED */
