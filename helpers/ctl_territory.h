/*
 * ctl_territory: who owns which pixel of a canvas, and how large the
 * 4-connected areas of one owner are, exact after every change.
 *
 * A pixel points to a node; nodes are joined when areas meet (union by size),
 * and the size stands at the root.  When an owner loses a pixel, the corners
 * around it tell in constant time that the rest is still connected, else its
 * contour does (ctl_contour).  When the rest is not, its parts are flooded in
 * turns until all but one are done: the smaller ones get nodes of their own.
 * Nodes that nothing points to are swept together when the array is full,
 * at most once in a quarter of the canvas' pixels.
 *
 * A change costs next to nothing but where it cuts an area in two: then the
 * pixels of the smaller part.  Memory: 17 bytes a pixel, 285 MB for the
 * largest canvas of 16,777,216.
 */

#ifndef CTL_TERRITORY_H_INCLUDED
#define CTL_TERRITORY_H_INCLUDED

#include "ctl_error.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    unsigned   width;
    unsigned   height;
    size_t     stride;          /* with a border of a pixel, as height */
    size_t     cells;
    uint32_t  *owner;           /* of a cell; 0: nobody */
    uint32_t  *label;           /* its node; no meaning where nobody owns */
    uint32_t  *next;            /* a cell's successor while flooding */
    uint32_t  *node;            /* parent, or CTL_TERRITORY_ROOT | size */
    size_t     nodes;
    size_t     nodes_max;
} ctl_territory_t;

#define ctl_territory_cell(territory, x, y)                                  \
    (((size_t) (y) + 1) * (territory)->stride + (x) + 1)

/* all zero is a closed one; 1 to 2^24 pixels */
ctl_status_t ctl_territory_open(ctl_territory_t *territory, unsigned width,
    unsigned height, ctl_error_t *error);
void ctl_territory_close(ctl_territory_t *territory);

/* nobody owns anything */
void ctl_territory_clear(ctl_territory_t *territory);

/* gives a cell to owner; returns the size of the area it is in, 0: nobody's */
uint32_t ctl_territory_set(ctl_territory_t *territory, size_t cell,
    uint32_t owner);

uint32_t ctl_territory_size(ctl_territory_t *territory, size_t cell);

#endif /* CTL_TERRITORY_H_INCLUDED */
