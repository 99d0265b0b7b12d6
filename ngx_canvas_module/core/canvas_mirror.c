/*
 * canvas_mirror: see the header.  A process may be killed at any instruction
 * here while others go on with the memory, so the order of the writes is the
 * design: the fences keep the compiler and the processor to it.
 */

#include "canvas_mirror.h"
#include "canvas_grid.h"

#include <stdatomic.h>
#include <string.h>


#define CANVAS_MIRROR_ALIGN     64

/* coordinates have 16 bits; a Redis string holds 512 MiB */
#define CANVAS_MIRROR_SIDE_MAX  65536
#define CANVAS_MIRROR_AREA_MAX  (UINT64_C(512) << 20)
#define CANVAS_MIRROR_RING_MAX  (1U << 24)

#define canvas_mirror_align(n)                                                \
    (((n) + CANVAS_MIRROR_ALIGN - 1) / CANVAS_MIRROR_ALIGN                    \
     * CANVAS_MIRROR_ALIGN)

#define canvas_mirror_barrier()  atomic_thread_fence(memory_order_release)

_Static_assert(sizeof(canvas_change_t) == 24, "a change is 24 bytes");
_Static_assert(sizeof(canvas_mirror_t) == 72, "the head is 72 bytes");


static size_t canvas_mirror_sums_offset(uint32_t width, uint32_t height);
static size_t canvas_mirror_ring_offset(uint32_t width, uint32_t height);
static uint32_t canvas_mirror_swap(const canvas_mirror_t *mirror,
    const canvas_change_t *change);
static uint32_t *canvas_mirror_tiles(const canvas_mirror_t *mirror);
static canvas_change_t *canvas_mirror_ring(const canvas_mirror_t *mirror);


size_t
canvas_mirror_size(uint32_t width, uint32_t height, uint32_t ring_size)
{
    if (width == 0 || width > CANVAS_MIRROR_SIDE_MAX
        || height == 0 || height > CANVAS_MIRROR_SIDE_MAX
        || (uint64_t) width * height > CANVAS_MIRROR_AREA_MAX
        || ring_size == 0 || ring_size > CANVAS_MIRROR_RING_MAX
        || (ring_size & (ring_size - 1)) != 0)
    {
        return 0;
    }

    return canvas_mirror_ring_offset(width, height)
           + ring_size * sizeof(canvas_change_t);
}


void
canvas_mirror_init(canvas_mirror_t *mirror, uint32_t width, uint32_t height,
    uint32_t ring_size)
{
    memset(mirror, 0, sizeof(canvas_mirror_t));

    mirror->magic = CANVAS_MIRROR_MAGIC;
    mirror->version = CANVAS_MIRROR_VERSION;
    mirror->width = width;
    mirror->height = height;
    mirror->ring_size = ring_size;
}


void
canvas_mirror_settle(canvas_mirror_t *mirror)
{
    const canvas_change_t  *change;

    if (!mirror->valid || mirror->journal_seq != mirror->seq + 1) {
        return;
    }

    change = &canvas_mirror_ring(mirror)[mirror->journal_seq
                                         & (mirror->ring_size - 1)];

    canvas_mirror_image(mirror)[(size_t) change->y * mirror->width
                                + change->x] = change->color;
    canvas_mirror_tiles(mirror)[mirror->journal_tile] = mirror->journal_sum;

    canvas_mirror_barrier();

    mirror->seq = mirror->journal_seq;
}


canvas_status_t
canvas_mirror_apply(canvas_mirror_t *mirror, uint64_t epoch, uint64_t seq,
    const canvas_change_t *change)
{
    size_t            tile;
    canvas_change_t  *entry;

    canvas_mirror_settle(mirror);

    if (!mirror->valid || mirror->epoch != epoch) {
        return CANVAS_STALE;
    }

    if (seq <= mirror->seq) {
        return CANVAS_DONE;
    }

    if (seq != mirror->seq + 1) {
        return CANVAS_GAP;
    }

    if (change->x >= mirror->width || change->y >= mirror->height) {
        return CANVAS_INVALID;
    }

    /* a full ring gives its oldest entry up before that is overwritten */

    if (mirror->seq - mirror->base >= mirror->ring_size) {
        mirror->base = seq - mirror->ring_size;
        canvas_mirror_barrier();
    }

    entry = &canvas_mirror_ring(mirror)[seq & (mirror->ring_size - 1)];
    *entry = *change;
    entry->old = canvas_mirror_image(mirror)[(size_t) change->y
                                             * mirror->width + change->x];

    tile = canvas_sum_tile(mirror->width, change->x, change->y);

    mirror->journal_tile = (uint32_t) tile;
    mirror->journal_sum = canvas_mirror_tiles(mirror)[tile]
                          ^ canvas_mirror_swap(mirror, entry);

    canvas_mirror_barrier();

    mirror->journal_seq = seq;

    canvas_mirror_barrier();

    canvas_mirror_settle(mirror);

    return CANVAS_OK;
}


canvas_status_t
canvas_mirror_load(canvas_mirror_t *mirror, uint64_t epoch, uint64_t seq,
    canvas_reason_t reason, const uint8_t *packed, size_t len, unsigned bits)
{
    size_t  n;

    n = (size_t) mirror->width * mirror->height;

    if ((bits != 4 && bits != 8) || len != canvas_grid_packed_size(n, bits)) {
        return CANVAS_INVALID;
    }

    if (mirror->valid
        && (mirror->epoch > epoch
            || (mirror->epoch == epoch && mirror->seq >= seq)))
    {
        return CANVAS_DONE;
    }

    /* cut half-way it stays invalid, and the next process loads again */

    mirror->valid = 0;
    canvas_mirror_barrier();

    canvas_grid_unpack(canvas_mirror_image(mirror), packed, n, bits);
    canvas_sum_image(canvas_mirror_tiles(mirror), canvas_mirror_image(mirror),
                     mirror->width, mirror->height);

    mirror->journal_seq = 0;
    mirror->epoch = epoch;
    mirror->seq = seq;
    mirror->base = seq;
    mirror->reason = (uint32_t) reason;
    mirror->loads++;

    canvas_mirror_barrier();
    mirror->valid = 1;

    return CANVAS_OK;
}


canvas_status_t
canvas_mirror_since(const canvas_mirror_t *mirror, uint64_t epoch,
    uint64_t since, canvas_change_t *changes, size_t max, size_t *n)
{
    size_t                  i, count;
    const canvas_change_t  *ring;

    *n = 0;

    if (!mirror->valid || mirror->epoch != epoch
        || since > mirror->seq || since < mirror->base)
    {
        return CANVAS_STALE;
    }

    ring = canvas_mirror_ring(mirror);
    count = (size_t) (mirror->seq - since);

    if (count > max) {
        count = max;
    }

    for (i = 0; i < count; i++) {
        changes[i] = ring[(since + 1 + i) & (mirror->ring_size - 1)];
    }

    *n = count;

    return CANVAS_OK;
}


canvas_status_t
canvas_mirror_sums(const canvas_mirror_t *mirror, uint64_t epoch, uint64_t seq,
    uint32_t *sums)
{
    uint64_t                s;
    const canvas_change_t  *change, *ring;

    if (!mirror->valid || mirror->epoch != epoch
        || seq > mirror->seq || seq < mirror->base)
    {
        return CANVAS_STALE;
    }

    memcpy(sums, canvas_mirror_tiles(mirror),
           canvas_sum_tiles(mirror->width) * canvas_sum_tiles(mirror->height)
           * sizeof(uint32_t));

    ring = canvas_mirror_ring(mirror);

    /* XOR takes a change back as it was made */

    for (s = seq + 1; s <= mirror->seq; s++) {
        change = &ring[s & (mirror->ring_size - 1)];
        sums[canvas_sum_tile(mirror->width, change->x, change->y)]
            ^= canvas_mirror_swap(mirror, change);
    }

    return CANVAS_OK;
}


uint8_t *
canvas_mirror_image(canvas_mirror_t *mirror)
{
    return (uint8_t *) mirror + canvas_mirror_align(sizeof(canvas_mirror_t));
}


static size_t
canvas_mirror_sums_offset(uint32_t width, uint32_t height)
{
    return canvas_mirror_align(canvas_mirror_align(sizeof(canvas_mirror_t))
                               + (size_t) width * height);
}


static size_t
canvas_mirror_ring_offset(uint32_t width, uint32_t height)
{
    return canvas_mirror_align(canvas_mirror_sums_offset(width, height)
                               + canvas_sum_tiles(width)
                                 * canvas_sum_tiles(height)
                                 * sizeof(uint32_t));
}


/* what a change does to the sum of its tile */

static uint32_t
canvas_mirror_swap(const canvas_mirror_t *mirror,
    const canvas_change_t *change)
{
    return canvas_sum_pixel(mirror->width, change->x, change->y, change->old)
           ^ canvas_sum_pixel(mirror->width, change->x, change->y,
                              change->color);
}


static uint32_t *
canvas_mirror_tiles(const canvas_mirror_t *mirror)
{
    return (uint32_t *) ((uintptr_t) mirror
                         + canvas_mirror_sums_offset(mirror->width,
                                                     mirror->height));
}


static canvas_change_t *
canvas_mirror_ring(const canvas_mirror_t *mirror)
{
    size_t  offset;

    offset = canvas_mirror_ring_offset(mirror->width, mirror->height);

    return (canvas_change_t *) ((uintptr_t) mirror + offset);
}
