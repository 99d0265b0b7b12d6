/*
 * ctl_heatmap: see the header.
 */

#include "ctl_heatmap.h"

#include "ctl_events.h"
#include "ctl_heat.h"

#include <inttypes.h>
#include <stdlib.h>

typedef struct {
    const ctl_rect_t  *rect;
    uint32_t          *counts;
} ctl_heatmap_t;


static ctl_status_t ctl_heatmap_count(void *data,
    const ctl_change_t *change);


ctl_status_t
ctl_heatmap_draw(ctl_t *ctl, const ctl_week_t *week, ctl_position_t to,
    const ctl_rect_t *rect, ctl_image_t *image)
{
    size_t          n;
    uint64_t        missing;
    ctl_status_t    status;
    ctl_heatmap_t   map;

    n = (size_t) rect->width * rect->height;

    image->width = rect->width;
    image->height = rect->height;
    image->pixels = malloc(n);
    ctl_heat_ramp(&image->palette);

    map.rect = rect;
    map.counts = calloc(n, sizeof(uint32_t));

    if (image->pixels == NULL || map.counts == NULL) {
        free(map.counts);
        return ctl_error_memory(&ctl->error);
    }

    status = ctl_events_run(ctl, week, week->start, to, ctl_heatmap_count,
                            &map, &missing);

    if (status == CTL_OK && missing > 0) {
        status = ctl_error_set(&ctl->error, CTL_FAILED,
                               "%" PRIu64 " of the changes to count are not "
                               "in PostgreSQL any more (events are kept for "
                               "a limited time)", missing);
    }

    if (status == CTL_OK) {
        ctl_heat_levels(image->pixels, map.counts, n);
    }

    free(map.counts);

    return status;
}


/* a cleared canvas is nobody's change */
static ctl_status_t
ctl_heatmap_count(void *data, const ctl_change_t *change)
{
    unsigned        x, y;
    ctl_heatmap_t  *map;

    map = data;

    /* left of or above the rectangle: wraps to what is beyond it */
    x = change->x - map->rect->x;
    y = change->y - map->rect->y;

    if (!change->clear && x < map->rect->width && y < map->rect->height) {
        map->counts[(size_t) y * map->rect->width + x]++;
    }

    return CTL_OK;
}
