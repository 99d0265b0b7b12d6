/*
 * ctl_heatmap: where a week was fought over: how often each pixel changed.
 */

#ifndef CTL_HEATMAP_H_INCLUDED
#define CTL_HEATMAP_H_INCLUDED

#include "ctl_image.h"
#include "ctl_week.h"

/*
 * An image of the changes up to a position, with the ramp of ctl_heat as its
 * palette.  rect: what is counted and drawn.  CTL_FAILED: changes are gone.
 */
ctl_status_t ctl_heatmap_draw(ctl_t *ctl, const ctl_week_t *week,
    ctl_position_t to, const ctl_rect_t *rect, ctl_image_t *image);

#endif /* CTL_HEATMAP_H_INCLUDED */
