/*
 * ctl_contour: whether the neighbours of a pixel are still connected without
 * it, found along edges instead of across areas.
 *
 * A grid here has a border of one pixel that nobody owns; connected means
 * 4-connected.  A pixel that was taken out lies in one piece of what is not
 * its owner's (pieces are 8-connected), and an area has one border with a
 * piece: two neighbours are of one area if and only if that border, followed
 * from the one, comes by the other.  So nothing has to be searched, marked or
 * remembered, and the cost is the length of the shorter way round.
 */

#ifndef CTL_CONTOUR_H_INCLUDED
#define CTL_CONTOUR_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#define CTL_CONTOUR_NONE  4

/* what lies north, east, south and west, one row being stride pixels long */
#define ctl_contour_offsets(stride)                                          \
    { -(ptrdiff_t) (stride), 1, (ptrdiff_t) (stride), -1 }

/*
 * The areas of who around pixel at, which is not its own (any more).
 * part[d]: which of them the neighbour in direction d is in, counted from 0;
 * CTL_CONTOUR_NONE: it is not who's.  Returns how many they are.
 */
unsigned ctl_contour_parts(const uint32_t *owner, size_t stride, size_t at,
    uint32_t who, uint8_t part[4]);

#endif /* CTL_CONTOUR_H_INCLUDED */
