/*
 * canvas_mirror: one view of the log: the image of a canvas at a seq and a
 * ring of the last changes.  It lives in flat memory without pointers, so
 * that processes can share it; locking is the caller's.
 *
 * Rule: a change is applied only if it is exactly seq + 1 of the same epoch.
 * The order of writes within (ring entry, pixel, seq) makes an apply that
 * was cut half-way by a kill harmless: seq did not move, it is done again.
 */

#ifndef CANVAS_MIRROR_H_INCLUDED
#define CANVAS_MIRROR_H_INCLUDED

#include "canvas_event.h"

#define CANVAS_MIRROR_MAGIC    0x43414e56      /* "CANV" */
#define CANVAS_MIRROR_VERSION  1

/* one change in the ring: 24 bytes */
typedef struct {
    uint16_t  x;
    uint16_t  y;
    uint8_t   color;
    uint8_t   kind;
    uint8_t   reserved[2];
    uint8_t   actor[16];
} canvas_change_t;

/*
 * The head of the memory; image (width * height bytes, one a pixel) and ring
 * (ring_size changes; that of seq s at s & (ring_size - 1)) follow at fixed
 * offsets, both aligned to 64 bytes (from the head; the head itself to 8).
 */
typedef struct {
    uint32_t  magic;
    uint32_t  version;
    uint32_t  width;
    uint32_t  height;
    uint32_t  ring_size;        /* a power of two */
    uint32_t  valid;            /* 0 until the first load */
    uint64_t  epoch;
    uint64_t  seq;              /* of the image */
    uint64_t  base;             /* the ring holds (base, seq] */
    uint32_t  reason;           /* canvas_reason_t: why the epoch began */
    uint32_t  loads;            /* how often the image was replaced */
} canvas_mirror_t;

/* bytes needed; 0 if the geometry is out of range or ring_size no power of 2 */
size_t canvas_mirror_size(uint32_t width, uint32_t height, uint32_t ring_size);

/* formats mem, which holds canvas_mirror_size() bytes; not valid yet */
void canvas_mirror_init(canvas_mirror_t *mirror, uint32_t width,
    uint32_t height, uint32_t ring_size);

/*
 * CANVAS_OK applied · CANVAS_DONE at or behind the image's seq · CANVAS_GAP
 * ahead of seq + 1 · CANVAS_STALE other epoch or image not valid ·
 * CANVAS_INVALID outside the canvas
 */
canvas_status_t canvas_mirror_apply(canvas_mirror_t *mirror, uint64_t epoch,
    uint64_t seq, const canvas_change_t *change);

/*
 * Replaces the image by a packed one read at epoch and seq, and empties the
 * ring.  CANVAS_DONE, and nothing changed, when the image already stands at
 * this epoch with an equal or newer seq, or at a newer epoch.
 * CANVAS_INVALID when len or bits is not what this geometry packs to.
 */
canvas_status_t canvas_mirror_load(canvas_mirror_t *mirror, uint64_t epoch,
    uint64_t seq, canvas_reason_t reason, const uint8_t *packed, size_t len,
    unsigned bits);

/*
 * Copies up to max changes after since, oldest first; *n is how many, the
 * first has seq since + 1.  CANVAS_STALE when the ring does not reach back
 * that far, since is ahead of seq, the epoch is another, or not valid.
 */
canvas_status_t canvas_mirror_since(const canvas_mirror_t *mirror,
    uint64_t epoch, uint64_t since, canvas_change_t *changes, size_t max,
    size_t *n);

/* the image, one byte a pixel */
uint8_t *canvas_mirror_image(canvas_mirror_t *mirror);

#endif /* CANVAS_MIRROR_H_INCLUDED */
