/*
 * ctl_territory: see the header.
 */

#include "ctl_territory.h"

#include "ctl_contour.h"

#include <stdlib.h>
#include <string.h>

#define CTL_TERRITORY_ROOT   0x80000000u
#define CTL_TERRITORY_SPARE  64

/* a change makes at most one for its pixel and four for what it cuts */
#define CTL_TERRITORY_NEED   5

/* one part of what a lost pixel cut; a list of cells through next[] */
typedef struct {
    size_t    first;
    size_t    at;               /* the one to look around next */
    size_t    last;
    uint32_t  label;
    uint32_t  size;
    int       done;
} ctl_territory_part_t;


static void ctl_territory_lose(ctl_territory_t *territory, size_t cell);
static void ctl_territory_cut(ctl_territory_t *territory, size_t cell,
    uint32_t owner, uint32_t root, const uint8_t part[4], unsigned n);
static int ctl_territory_flood(ctl_territory_t *territory, uint32_t owner,
    ctl_territory_part_t *part);
static void ctl_territory_settle(ctl_territory_t *territory, uint32_t root,
    const ctl_territory_part_t *part);
static uint32_t ctl_territory_gain(ctl_territory_t *territory, size_t cell,
    uint32_t owner);
static uint32_t ctl_territory_join(ctl_territory_t *territory, uint32_t a,
    uint32_t b);
static uint32_t ctl_territory_root(ctl_territory_t *territory,
    uint32_t node);
static void ctl_territory_sweep(ctl_territory_t *territory);


ctl_status_t
ctl_territory_open(ctl_territory_t *territory, unsigned width,
    unsigned height, ctl_error_t *error)
{
    size_t  n;

    memset(territory, 0, sizeof(*territory));

    territory->width = width;
    territory->height = height;
    territory->stride = (size_t) width + 2;
    territory->cells = territory->stride * ((size_t) height + 2);

    n = territory->cells;
    territory->nodes_max = n + n / 4 + CTL_TERRITORY_SPARE;

    territory->owner = calloc(n, sizeof(uint32_t));
    territory->label = malloc(n * sizeof(uint32_t));
    territory->next = malloc(n * sizeof(uint32_t));
    territory->node = malloc(territory->nodes_max * sizeof(uint32_t));

    if (territory->owner == NULL || territory->label == NULL
        || territory->next == NULL || territory->node == NULL)
    {
        ctl_territory_close(territory);
        return ctl_error_memory(error);
    }

    return CTL_OK;
}


void
ctl_territory_close(ctl_territory_t *territory)
{
    free(territory->owner);
    free(territory->label);
    free(territory->next);
    free(territory->node);
    memset(territory, 0, sizeof(*territory));
}


void
ctl_territory_clear(ctl_territory_t *territory)
{
    memset(territory->owner, 0, territory->cells * sizeof(uint32_t));
    territory->nodes = 0;
}


uint32_t
ctl_territory_set(ctl_territory_t *territory, size_t cell, uint32_t owner)
{
    if (territory->owner[cell] != owner) {

        if (territory->nodes + CTL_TERRITORY_NEED > territory->nodes_max) {
            ctl_territory_sweep(territory);
        }

        if (territory->owner[cell] != 0) {
            ctl_territory_lose(territory, cell);
        }

        if (owner != 0) {
            return ctl_territory_gain(territory, cell, owner);
        }
    }

    return ctl_territory_size(territory, cell);
}


uint32_t
ctl_territory_size(ctl_territory_t *territory, size_t cell)
{
    uint32_t  root;

    if (territory->owner[cell] == 0) {
        return 0;
    }

    root = ctl_territory_root(territory, territory->label[cell]);
    territory->label[cell] = root;

    return territory->node[root] & ~CTL_TERRITORY_ROOT;
}


static void
ctl_territory_lose(ctl_territory_t *territory, size_t cell)
{
    uint8_t   part[4];
    uint32_t  owner, root;
    unsigned  n;

    owner = territory->owner[cell];
    root = ctl_territory_root(territory, territory->label[cell]);

    territory->owner[cell] = 0;
    territory->node[root]--;

    n = ctl_contour_parts(territory->owner, territory->stride, cell, owner,
                          part);
    if (n > 1) {
        ctl_territory_cut(territory, cell, owner, root, part, n);
    }
}


/* the last one that is not done is the largest, and keeps its nodes */
static void
ctl_territory_cut(ctl_territory_t *territory, size_t cell, uint32_t owner,
    uint32_t root, const uint8_t part[4], unsigned n)
{
    unsigned               d, i, left;
    const ptrdiff_t        offset[4] = ctl_contour_offsets(territory->stride);
    ctl_territory_part_t   parts[4];

    for (d = 0; d < 4; d++) {
        i = part[d];

        if (i != CTL_CONTOUR_NONE) {
            parts[i].first = cell + offset[d];
        }
    }

    for (i = 0; i < n; i++) {
        parts[i].at = parts[i].last = parts[i].first;
        parts[i].label = territory->nodes++;
        parts[i].size = 1;
        parts[i].done = 0;
        territory->label[parts[i].first] = parts[i].label;
    }

    for (left = n; left > 1; /* void */) {
        for (i = 0; i < n && left > 1; i++) {
            if (!parts[i].done) {
                left -= ctl_territory_flood(territory, owner, &parts[i]);
            }
        }
    }

    for (i = 0; i < n; i++) {
        ctl_territory_settle(territory, root, &parts[i]);
    }
}


/* looks around one cell; 1: it was the last */
static int
ctl_territory_flood(ctl_territory_t *territory, uint32_t owner,
    ctl_territory_part_t *part)
{
    size_t           cell;
    unsigned         d;
    const ptrdiff_t  offset[4] = ctl_contour_offsets(territory->stride);

    for (d = 0; d < 4; d++) {
        cell = part->at + offset[d];

        if (territory->owner[cell] == owner
            && territory->label[cell] != part->label)
        {
            territory->label[cell] = part->label;
            territory->next[part->last] = cell;
            part->last = cell;
            part->size++;
        }
    }

    part->done = part->at == part->last;

    if (!part->done) {
        part->at = territory->next[part->at];
    }

    return part->done;
}


static void
ctl_territory_settle(ctl_territory_t *territory, uint32_t root,
    const ctl_territory_part_t *part)
{
    size_t  cell;

    if (part->done) {
        territory->node[part->label] = CTL_TERRITORY_ROOT | part->size;
        territory->node[root] -= part->size;
        return;
    }

    territory->node[part->label] = CTL_TERRITORY_ROOT;

    for (cell = part->first; ; cell = territory->next[cell]) {
        territory->label[cell] = root;

        if (cell == part->last) {
            break;
        }
    }
}


static uint32_t
ctl_territory_gain(ctl_territory_t *territory, size_t cell, uint32_t owner)
{
    int              found;
    size_t           at;
    unsigned         d;
    uint32_t         root, other;
    const ptrdiff_t  offset[4] = ctl_contour_offsets(territory->stride);

    found = 0;
    root = 0;

    for (d = 0; d < 4; d++) {
        at = cell + offset[d];

        if (territory->owner[at] == owner) {
            other = ctl_territory_root(territory, territory->label[at]);
            root = found ? ctl_territory_join(territory, root, other)
                         : other;
            found = 1;
        }
    }

    if (!found) {
        root = territory->nodes++;
        territory->node[root] = CTL_TERRITORY_ROOT;
    }

    territory->owner[cell] = owner;
    territory->label[cell] = root;
    territory->node[root]++;

    return territory->node[root] & ~CTL_TERRITORY_ROOT;
}


/* of two roots, which may be the same one */
static uint32_t
ctl_territory_join(ctl_territory_t *territory, uint32_t a, uint32_t b)
{
    uint32_t   large, small;
    uint32_t  *node;

    if (a == b) {
        return a;
    }

    node = territory->node;
    large = node[a] >= node[b] ? a : b;
    small = large == a ? b : a;

    node[large] += node[small] & ~CTL_TERRITORY_ROOT;
    node[small] = large;

    return large;
}


static uint32_t
ctl_territory_root(ctl_territory_t *territory, uint32_t node)
{
    uint32_t   up;
    uint32_t  *nodes;

    nodes = territory->node;

    while (!(nodes[node] & CTL_TERRITORY_ROOT)) {
        up = nodes[node];

        if (!(nodes[up] & CTL_TERRITORY_ROOT)) {
            nodes[node] = nodes[up];
        }

        node = up;
    }

    return node;
}


/*
 * Roots that own a cell get the first numbers; a root that has its new one
 * holds it as if that were its parent, and next[] holds the sizes meanwhile.
 */
static void
ctl_territory_sweep(ctl_territory_t *territory)
{
    size_t     i, n;
    uint32_t   root;
    uint32_t  *node;

    node = territory->node;

    for (i = 0; i < territory->cells; i++) {
        if (territory->owner[i] != 0) {
            territory->label[i] = ctl_territory_root(territory,
                                                     territory->label[i]);
        }
    }

    n = 0;

    for (i = 0; i < territory->cells; i++) {
        if (territory->owner[i] == 0) {
            continue;
        }

        root = territory->label[i];

        if (node[root] & CTL_TERRITORY_ROOT) {
            territory->next[n] = node[root];
            node[root] = n++;
        }

        territory->label[i] = node[root];
    }

    memcpy(node, territory->next, n * sizeof(uint32_t));
    territory->nodes = n;
}
