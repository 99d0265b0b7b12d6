/*
 * canvas_mirror: one view of the log: the image of a canvas at a seq, the
 * checksums of its tiles and a ring of the last changes.  It lives in flat
 * memory without pointers, so that processes can share it; locking is the
 * caller's.
 *
 * Rule: a change is applied only if it is exactly seq + 1 of the same epoch.
 * It is written down (ring entry, journal) before image, sum and seq are
 * touched.  Killed before the journal's seq is set, nothing has happened;
 * killed after it, canvas_mirror_settle() makes the rest good.
 */

#ifndef CANVAS_MIRROR_H_INCLUDED
#define CANVAS_MIRROR_H_INCLUDED

#include "canvas_event.h"
#include "canvas_sum.h"

#define CANVAS_MIRROR_MAGIC    0x43414e56      /* "CANV" */
#define CANVAS_MIRROR_VERSION  2

/* one change in the ring: 24 bytes */
typedef struct {
    uint16_t  x;
    uint16_t  y;
    uint8_t   color;
    uint8_t   kind;             /* 's': nobody placed it */
    uint8_t   old;              /* the colour here before; set by apply */
    uint8_t   reserved;
    uint8_t   actor[16];
} canvas_change_t;

/*
 * The head of the memory; image (width * height bytes, one a pixel), sums
 * (one of 32 bits a tile, row by row) and ring (ring_size changes; that of
 * seq s at s & (ring_size - 1)) follow at fixed offsets, each aligned to 64
 * bytes (from the head; the head itself to 8).
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
    uint64_t  journal_seq;      /* seq + 1: that change is being made */
    uint32_t  journal_tile;     /* of it */
    uint32_t  journal_sum;      /* which that tile will have */
} canvas_mirror_t;

/* bytes needed; 0 if the geometry is out of range or ring_size no power of 2 */
size_t canvas_mirror_size(uint32_t width, uint32_t height, uint32_t ring_size);

/* formats mem, which holds canvas_mirror_size() bytes; not valid yet */
void canvas_mirror_init(canvas_mirror_t *mirror, uint32_t width,
    uint32_t height, uint32_t ring_size);

/*
 * Ends what a killed writer has begun.  To be called by whoever has got the
 * lock, before anything else.
 */
void canvas_mirror_settle(canvas_mirror_t *mirror);

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

/*
 * The checksums of all tiles at exactly seq; sums holds one for each.
 * CANVAS_STALE as canvas_mirror_since().
 */
canvas_status_t canvas_mirror_sums(const canvas_mirror_t *mirror,
    uint64_t epoch, uint64_t seq, uint32_t *sums);

/* the image, one byte a pixel */
uint8_t *canvas_mirror_image(canvas_mirror_t *mirror);

#endif /* CANVAS_MIRROR_H_INCLUDED */
