/*
 * ctl_contour: see the header.
 *
 * A contour is followed with the owner's pixels on the right hand: a place on
 * it is a pixel and the side on which it ends.  Each place has one next place
 * and one before, so every contour comes back to where it began.
 */

#include "ctl_contour.h"

typedef struct {
    size_t    cell;
    unsigned  side;         /* of cell: what lies there is not who's */
    uint8_t   next;         /* the group it came to; NONE: on its way */
} ctl_contour_trace_t;


static unsigned ctl_contour_ring(const uint32_t *owner,
    const ptrdiff_t *offset, size_t at, uint32_t who, uint8_t group[4]);
static void ctl_contour_follow(const uint32_t *owner,
    const ptrdiff_t *offset, size_t at, uint32_t who, const uint8_t group[4],
    ctl_contour_trace_t *traces, unsigned n);
static void ctl_contour_step(const uint32_t *owner, const ptrdiff_t *offset,
    uint32_t who, ctl_contour_trace_t *trace);
static unsigned ctl_contour_join(const ctl_contour_trace_t *traces,
    unsigned n, uint8_t part[4]);
static unsigned ctl_contour_number(uint8_t part[4]);


unsigned
ctl_contour_parts(const uint32_t *owner, size_t stride, size_t at,
    uint32_t who, uint8_t part[4])
{
    unsigned             d, n;
    uint8_t              group[4];
    const ptrdiff_t      offset[4] = ctl_contour_offsets(stride);
    ctl_contour_trace_t  traces[4];

    n = ctl_contour_ring(owner, offset, at, who, part);
    if (n < 2) {
        return n;
    }

    for (d = 0; d < 4; d++) {
        group[d] = part[d];

        if (group[d] != CTL_CONTOUR_NONE) {
            traces[group[d]].cell = at + offset[d];
            traces[group[d]].side = d ^ 2;
            traces[group[d]].next = CTL_CONTOUR_NONE;
        }
    }

    ctl_contour_follow(owner, offset, at, who, group, traces, n);

    return ctl_contour_join(traces, n, part);
}


/* neighbours that are connected through a corner between them */
static unsigned
ctl_contour_ring(const uint32_t *owner, const ptrdiff_t *offset, size_t at,
    uint32_t who, uint8_t group[4])
{
    uint8_t   from;
    unsigned  d, e, next;

    for (d = 0; d < 4; d++) {
        group[d] = owner[at + offset[d]] == who ? d : CTL_CONTOUR_NONE;
    }

    for (d = 0; d < 4; d++) {
        next = (d + 1) & 3;
        from = group[next];

        if (group[d] == CTL_CONTOUR_NONE || from == CTL_CONTOUR_NONE
            || owner[at + offset[d] + offset[next]] != who)
        {
            continue;
        }

        for (e = 0; e < 4; e++) {
            group[e] = group[e] == from ? group[d] : group[e];
        }
    }

    return ctl_contour_number(group);
}


/* in turns, so that the shortest decides; what one is left with is implied */
static void
ctl_contour_follow(const uint32_t *owner, const ptrdiff_t *offset, size_t at,
    uint32_t who, const uint8_t group[4], ctl_contour_trace_t *traces,
    unsigned n)
{
    unsigned              i, d, left;
    ctl_contour_trace_t  *trace, start[4];

    for (i = 0; i < n; i++) {
        start[i] = traces[i];
    }

    for (left = n; left > 1; /* void */) {

        for (i = 0; i < n && left > 1; i++) {
            trace = &traces[i];

            if (trace->next != CTL_CONTOUR_NONE) {
                continue;
            }

            ctl_contour_step(owner, offset, who, trace);

            if (trace->cell + offset[trace->side] != at) {
                continue;
            }

            d = trace->side ^ 2;

            if (group[d] != i || trace->cell == start[i].cell) {
                trace->next = group[d];
                left--;
            }
        }
    }
}


static void
ctl_contour_step(const uint32_t *owner, const ptrdiff_t *offset,
    uint32_t who, ctl_contour_trace_t *trace)
{
    size_t    cell;
    unsigned  ahead;

    ahead = (trace->side + 1) & 3;
    cell = trace->cell + offset[ahead];

    if (owner[cell] != who) {
        trace->side = ahead;
        return;
    }

    trace->cell = cell;
    cell += offset[trace->side];

    if (owner[cell] == who) {
        trace->cell = cell;
        trace->side = (trace->side + 3) & 3;
    }
}


/*
 * Which group follows which is a permutation: what is not known of the last
 * one is the group that no other came to.
 */
static unsigned
ctl_contour_join(const ctl_contour_trace_t *traces, unsigned n,
    uint8_t part[4])
{
    uint8_t   next[4], from, to;
    unsigned  i, d, sum;

    sum = n * (n - 1) / 2;

    for (i = 0; i < n; i++) {
        sum -= traces[i].next != CTL_CONTOUR_NONE ? traces[i].next : 0;
    }

    for (i = 0; i < n; i++) {
        next[i] = traces[i].next != CTL_CONTOUR_NONE ? traces[i].next : sum;
    }

    /* the lowest of a cycle names it */
    for (i = 0; i < n; i++) {
        from = i;

        for (to = next[i]; to != i; to = next[to]) {
            from = to < from ? to : from;
        }

        for (d = 0; d < 4; d++) {
            if (part[d] == i) {
                part[d] = from;
            }
        }
    }

    return ctl_contour_number(part);
}


/* names in 0 to 3 become 0, 1, 2 in order of direction */
static unsigned
ctl_contour_number(uint8_t part[4])
{
    uint8_t   name[4];
    unsigned  d, e, n;

    n = 0;

    for (d = 0; d < 4; d++) {
        name[d] = part[d];

        if (name[d] == CTL_CONTOUR_NONE) {
            continue;
        }

        for (e = 0; e < d && name[e] != name[d]; e++) {
            /* void */
        }

        part[d] = e < d ? part[e] : n++;
    }

    return n;
}
