/*
 * ngx_canvas_shm: see the header.  The zone's name carries the geometry, so
 * that a reload with another size gets a new zone and the old workers keep
 * theirs until they are gone.
 */

#include "ngx_canvas_shm.h"


/* of an image, copied with the lock held: tens of microseconds */
#define NGX_CANVAS_SHM_STRIPE   ((size_t) 512 * 1024)
#define NGX_CANVAS_SHM_TRIES    3

#define NGX_CANVAS_SHM_CHANGES  256

typedef struct {
    ngx_uint_t  width;
    ngx_uint_t  height;
    ngx_uint_t  ring;
} ngx_canvas_shm_ctx_t;


static ngx_int_t ngx_canvas_shm_init(ngx_shm_zone_t *zone, void *data);
static void ngx_canvas_shm_lock(ngx_canvas_shm_t *shm);
static void ngx_canvas_shm_copy(ngx_canvas_shm_t *shm, u_char *image,
    size_t offset, size_t n, ngx_canvas_position_t *position);
static canvas_status_t ngx_canvas_shm_repaint(ngx_canvas_shm_t *shm,
    u_char *image, ngx_canvas_position_t *position);
static void ngx_canvas_shm_copy_position(canvas_mirror_t *mirror,
    ngx_canvas_position_t *position);


ngx_shm_zone_t *
ngx_canvas_shm_add(ngx_conf_t *cf, ngx_str_t *name, ngx_uint_t width,
    ngx_uint_t height, ngx_uint_t ring, void *tag)
{
    size_t                 size;
    u_char                *p;
    ngx_str_t              zone_name;
    ngx_shm_zone_t        *zone;
    ngx_canvas_shm_ctx_t  *ctx;

    size = canvas_mirror_size(width, height, ring);

    if (size == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "canvas \"%V\" of %uix%ui with a ring of %ui "
                           "cannot be held in shared memory",
                           name, width, height, ring);
        return NULL;
    }

    ctx = ngx_pcalloc(cf->pool, sizeof(ngx_canvas_shm_ctx_t));
    zone_name.data = ngx_pnalloc(cf->pool, name->len
                                           + sizeof("canvas::x:")
                                           + 3 * NGX_INT_T_LEN);

    if (ctx == NULL || zone_name.data == NULL) {
        return NULL;
    }

    p = ngx_sprintf(zone_name.data, "canvas:%V:%uix%ui:%ui", name, width,
                    height, ring);
    zone_name.len = p - zone_name.data;

    /* the slab allocator's own pages come on top of the mirror */
    size += sizeof(ngx_canvas_counters_t);
    size += size / 64 + 16 * ngx_pagesize;

    zone = ngx_shared_memory_add(cf, &zone_name, ngx_align(size, ngx_pagesize),
                                 tag);
    if (zone == NULL) {
        return NULL;
    }

    if (zone->data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate canvas \"%V\"", name);
        return NULL;
    }

    ctx->width = width;
    ctx->height = height;
    ctx->ring = ring;

    zone->init = ngx_canvas_shm_init;
    zone->data = ctx;

    return zone;
}


void
ngx_canvas_shm_position(ngx_canvas_shm_t *shm, ngx_canvas_position_t *position)
{
    ngx_canvas_shm_lock(shm);

    ngx_canvas_shm_copy_position(shm->mirror, position);

    ngx_shmtx_unlock(&shm->shpool->mutex);
}


canvas_status_t
ngx_canvas_shm_apply(ngx_canvas_shm_t *shm, uint64_t epoch, uint64_t seq,
    const canvas_change_t *change)
{
    canvas_status_t  status;

    ngx_canvas_shm_lock(shm);

    status = canvas_mirror_apply(shm->mirror, epoch, seq, change);

    ngx_shmtx_unlock(&shm->shpool->mutex);

    return status;
}


canvas_status_t
ngx_canvas_shm_load(ngx_canvas_shm_t *shm, uint64_t epoch, uint64_t seq,
    canvas_reason_t reason, const u_char *packed, size_t len, ngx_uint_t bits)
{
    canvas_status_t  status;

    ngx_canvas_shm_lock(shm);

    status = canvas_mirror_load(shm->mirror, epoch, seq, reason, packed, len,
                                bits);

    ngx_shmtx_unlock(&shm->shpool->mutex);

    return status;
}


void
ngx_canvas_shm_forget(ngx_canvas_shm_t *shm, uint64_t epoch)
{
    ngx_canvas_shm_lock(shm);

    if (shm->mirror->epoch == epoch) {
        shm->mirror->valid = 0;
    }

    ngx_shmtx_unlock(&shm->shpool->mutex);
}


canvas_status_t
ngx_canvas_shm_since(ngx_canvas_shm_t *shm, uint64_t epoch, uint64_t since,
    canvas_change_t *changes, size_t max, size_t *n,
    ngx_canvas_position_t *position)
{
    canvas_status_t  status;

    ngx_canvas_shm_lock(shm);

    status = canvas_mirror_since(shm->mirror, epoch, since, changes, max, n);

    if (position) {
        ngx_canvas_shm_copy_position(shm->mirror, position);
    }

    ngx_shmtx_unlock(&shm->shpool->mutex);

    return status;
}


/*
 * A large image would hold the lock, and with it every worker, for
 * milliseconds: it is copied in stripes, each as it stands then, and what was
 * painted meanwhile is painted again at the end.
 */

canvas_status_t
ngx_canvas_shm_image(ngx_canvas_shm_t *shm, u_char *image,
    ngx_canvas_position_t *position)
{
    size_t       offset, size;
    ngx_uint_t   tries;

    size = (size_t) shm->mirror->width * shm->mirror->height;

    for (tries = 0; tries < NGX_CANVAS_SHM_TRIES; tries++) {

        ngx_canvas_shm_position(shm, position);

        if (!position->valid) {
            return CANVAS_STALE;
        }

        for (offset = 0; offset < size; offset += NGX_CANVAS_SHM_STRIPE) {
            ngx_canvas_shm_copy(shm, image, offset,
                                ngx_min(size - offset, NGX_CANVAS_SHM_STRIPE),
                                NULL);
        }

        if (ngx_canvas_shm_repaint(shm, image, position) == CANVAS_OK) {
            return CANVAS_OK;
        }
    }

    /* the ring is overtaken again and again */

    ngx_canvas_shm_copy(shm, image, 0, size, position);

    return position->valid ? CANVAS_OK : CANVAS_STALE;
}


canvas_status_t
ngx_canvas_shm_sums(ngx_canvas_shm_t *shm, uint64_t epoch, uint64_t seq,
    uint32_t *sums)
{
    canvas_status_t  status;

    ngx_canvas_shm_lock(shm);

    status = canvas_mirror_sums(shm->mirror, epoch, seq, sums);

    ngx_shmtx_unlock(&shm->shpool->mutex);

    return status;
}


canvas_status_t
ngx_canvas_shm_rectangle(ngx_canvas_shm_t *shm,
    const ngx_canvas_rectangle_t *rectangle, u_char *pixels,
    ngx_canvas_position_t *position)
{
    u_char           *row;
    ngx_uint_t        i;
    canvas_mirror_t  *mirror;

    mirror = shm->mirror;

    if (rectangle->width > mirror->width || rectangle->height > mirror->height
        || rectangle->x > mirror->width - rectangle->width
        || rectangle->y > mirror->height - rectangle->height)
    {
        return CANVAS_INVALID;
    }

    ngx_canvas_shm_lock(shm);

    ngx_canvas_shm_copy_position(mirror, position);

    row = canvas_mirror_image(mirror) + rectangle->y * mirror->width
          + rectangle->x;

    for (i = 0; i < rectangle->height; i++) {
        pixels = ngx_cpymem(pixels, row, rectangle->width);
        row += mirror->width;
    }

    ngx_shmtx_unlock(&shm->shpool->mutex);

    return position->valid ? CANVAS_OK : CANVAS_STALE;
}


void
ngx_canvas_shm_online_set(ngx_canvas_shm_t *shm, ngx_uint_t n)
{
    shm->online[ngx_process_slot] = n;
}


ngx_uint_t
ngx_canvas_shm_online(ngx_canvas_shm_t *shm)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < NGX_MAX_PROCESSES; i++) {
        n += shm->online[i];
    }

    return n;
}


static ngx_int_t
ngx_canvas_shm_init(ngx_shm_zone_t *zone, void *data)
{
    size_t                 size;
    ngx_slab_pool_t       *shpool;
    ngx_canvas_shm_t      *shm;
    ngx_canvas_shm_ctx_t  *ctx;

    if (data) {
        /* the zone of the cycle before: same name, so same geometry */
        zone->data = data;
        return NGX_OK;
    }

    ctx = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = shpool->data;
        return NGX_OK;
    }

    size = canvas_mirror_size(ctx->width, ctx->height, ctx->ring);

    shm = ngx_slab_calloc(shpool, sizeof(ngx_canvas_shm_t));

    if (shm) {
        shm->mirror = ngx_slab_alloc(shpool, size);
        shm->counters = ngx_slab_calloc(shpool,
                                        sizeof(ngx_canvas_counters_t));
    }

    if (shm == NULL || shm->mirror == NULL || shm->counters == NULL) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                      "canvas shm: %uz bytes do not fit into zone \"%V\"",
                      size, &zone->shm.name);
        return NGX_ERROR;
    }

    shm->shpool = shpool;
    canvas_mirror_init(shm->mirror, ctx->width, ctx->height, ctx->ring);

    shpool->data = shm;
    zone->data = shm;

    return NGX_OK;
}


/* a process may have been killed half-way through a change */

static void
ngx_canvas_shm_lock(ngx_canvas_shm_t *shm)
{
    ngx_shmtx_lock(&shm->shpool->mutex);

    canvas_mirror_settle(shm->mirror);
}


/* a part of the image, and where it stands (may be NULL) */

static void
ngx_canvas_shm_copy(ngx_canvas_shm_t *shm, u_char *image, size_t offset,
    size_t n, ngx_canvas_position_t *position)
{
    ngx_canvas_shm_lock(shm);

    ngx_memcpy(image + offset, canvas_mirror_image(shm->mirror) + offset, n);

    if (position) {
        ngx_canvas_shm_copy_position(shm->mirror, position);
    }

    ngx_shmtx_unlock(&shm->shpool->mutex);
}


/*
 * Brings an image, of which no pixel is older than position, to where the
 * mirror is now.  CANVAS_STALE: the ring does not reach back that far.
 */

static canvas_status_t
ngx_canvas_shm_repaint(ngx_canvas_shm_t *shm, u_char *image,
    ngx_canvas_position_t *position)
{
    size_t                  i, n;
    ngx_uint_t              loads;
    canvas_change_t         changes[NGX_CANVAS_SHM_CHANGES];
    canvas_status_t         status;
    ngx_canvas_position_t   now;

    loads = position->loads;

    do {
        status = ngx_canvas_shm_since(shm, position->epoch, position->seq,
                                      changes, NGX_CANVAS_SHM_CHANGES, &n,
                                      &now);

        if (status != CANVAS_OK || now.loads != loads) {
            return CANVAS_STALE;
        }

        for (i = 0; i < n; i++) {
            image[(size_t) changes[i].y * shm->mirror->width + changes[i].x]
                = changes[i].color;
        }

        position->seq += n;

    } while (position->seq < now.seq);

    *position = now;

    return CANVAS_OK;
}


static void
ngx_canvas_shm_copy_position(canvas_mirror_t *mirror,
    ngx_canvas_position_t *position)
{
    position->epoch = mirror->epoch;
    position->seq = mirror->seq;
    position->base = mirror->base;
    position->loads = mirror->loads;
    position->reason = mirror->reason;
    position->valid = mirror->valid ? 1 : 0;
}
