/*
 * ngx_canvas_shm: the zone in which all workers share the mirror of a canvas
 * (canvas_mirror: image, checksums, ring of changes) and a few counters.  Every
 * function locks, copies and unlocks; nothing is called out to while locked.
 * The lock is the zone's slab mutex: nginx frees it when its holder dies.
 */

#ifndef NGX_CANVAS_SHM_H_INCLUDED
#define NGX_CANVAS_SHM_H_INCLUDED

#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_canvas_counters.h"

#include "canvas_mirror.h"

typedef struct {
    ngx_slab_pool_t        *shpool;
    canvas_mirror_t        *mirror;
    ngx_canvas_counters_t  *counters;
    /* open WebSockets by process slot: a slot is reset by its next process,
     * so that a killed worker leaves no count behind */
    ngx_atomic_t            online[NGX_MAX_PROCESSES];
} ngx_canvas_shm_t;

typedef struct {
    uint64_t          epoch;
    uint64_t          seq;
    uint64_t          base;         /* the ring reaches back to here */
    ngx_uint_t        loads;
    canvas_reason_t   reason;
    unsigned          valid:1;
} ngx_canvas_position_t;

typedef struct {
    ngx_uint_t        x;
    ngx_uint_t        y;
    ngx_uint_t        width;
    ngx_uint_t        height;
} ngx_canvas_rectangle_t;

/* adds the zone for a canvas of this geometry; NULL on error (logged) */
ngx_shm_zone_t *ngx_canvas_shm_add(ngx_conf_t *cf, ngx_str_t *name,
    ngx_uint_t width, ngx_uint_t height, ngx_uint_t ring, void *tag);

void ngx_canvas_shm_position(ngx_canvas_shm_t *shm,
    ngx_canvas_position_t *position);

/* as canvas_mirror_apply() */
canvas_status_t ngx_canvas_shm_apply(ngx_canvas_shm_t *shm, uint64_t epoch,
    uint64_t seq, const canvas_change_t *change);

/* as canvas_mirror_load() */
canvas_status_t ngx_canvas_shm_load(ngx_canvas_shm_t *shm, uint64_t epoch,
    uint64_t seq, canvas_reason_t reason, const u_char *packed, size_t len,
    ngx_uint_t bits);

/* forgets an image of this epoch; the next load is taken whatever it is */
void ngx_canvas_shm_forget(ngx_canvas_shm_t *shm, uint64_t epoch);

/* as canvas_mirror_since(); position (may be NULL) is of the same instant */
canvas_status_t ngx_canvas_shm_since(ngx_canvas_shm_t *shm, uint64_t epoch,
    uint64_t since, canvas_change_t *changes, size_t max, size_t *n,
    ngx_canvas_position_t *position);

/*
 * copies the image, one byte a pixel, into image (width * height bytes) and
 * its position; CANVAS_STALE while there is none yet.  Safe on any thread
 */
canvas_status_t ngx_canvas_shm_image(ngx_canvas_shm_t *shm, u_char *image,
    ngx_canvas_position_t *position);

/*
 * as canvas_mirror_sums(): the checksums of all tiles, row by row, at exactly
 * that seq; sums holds canvas_sum_tiles(width) * canvas_sum_tiles(height)
 */
canvas_status_t ngx_canvas_shm_sums(ngx_canvas_shm_t *shm, uint64_t epoch,
    uint64_t seq, uint32_t *sums);

/*
 * copies a part of the image, row by row, and its position; CANVAS_INVALID
 * when it is not inside, CANVAS_STALE while there is no image yet
 */
canvas_status_t ngx_canvas_shm_rectangle(ngx_canvas_shm_t *shm,
    const ngx_canvas_rectangle_t *rectangle, u_char *pixels,
    ngx_canvas_position_t *position);

/* sets this process' count of open WebSockets */
void ngx_canvas_shm_online_set(ngx_canvas_shm_t *shm, ngx_uint_t n);

/* open WebSockets of all workers */
ngx_uint_t ngx_canvas_shm_online(ngx_canvas_shm_t *shm);

#endif /* NGX_CANVAS_SHM_H_INCLUDED */
