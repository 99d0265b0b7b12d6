/*
 * ngx_canvas_catchup: see the header.  What is kept is bounded: so many
 * entries of at most a block in each wire form; the one that was not asked
 * for longest gives way.
 */

#include "ngx_canvas_catchup.h"


#define NGX_CANVAS_CATCHUP_BLOCKS  32
#define NGX_CANVAS_CATCHUP_ODD     16


typedef struct {
    uint64_t                    from;
    uint64_t                    to;         /* 0: empty */
    uint64_t                    used;       /* when, in requests */
    ngx_canvas_frames_t         frames;
} ngx_canvas_catchup_entry_t;

struct ngx_canvas_catchup_s {
    ngx_canvas_shm_t           *shm;
    ngx_canvas_encoder_t       *encoder;
    uint64_t                    requests;
    ngx_canvas_catchup_entry_t  blocks[NGX_CANVAS_CATCHUP_BLOCKS];
    ngx_canvas_catchup_entry_t  odd[NGX_CANVAS_CATCHUP_ODD];
    canvas_change_t             changes[NGX_CANVAS_ENCODE_MAX];
    uint16_t                    picks[NGX_CANVAS_ENCODE_MAX];
};


static ngx_int_t ngx_canvas_catchup_shared(ngx_canvas_catchup_t *catchup,
    ngx_canvas_catchup_ask_t *ask, ngx_canvas_frame_t **frame);
static ngx_int_t ngx_canvas_catchup_inside(ngx_canvas_catchup_t *catchup,
    ngx_canvas_catchup_ask_t *ask, ngx_canvas_frame_t **frame);
static ngx_int_t ngx_canvas_catchup_read(ngx_canvas_catchup_t *catchup,
    ngx_canvas_catchup_ask_t *ask, size_t max, size_t *n);
static ngx_canvas_catchup_entry_t *ngx_canvas_catchup_entry(
    ngx_canvas_catchup_t *catchup, uint64_t from, uint64_t to);
static void ngx_canvas_catchup_clear(ngx_canvas_catchup_entry_t *entries,
    ngx_uint_t n);


ngx_canvas_catchup_t *
ngx_canvas_catchup_create(ngx_pool_t *pool, ngx_canvas_shm_t *shm,
    ngx_canvas_encoder_t *encoder)
{
    ngx_canvas_catchup_t  *catchup;

    catchup = ngx_pcalloc(pool, sizeof(ngx_canvas_catchup_t));
    if (catchup == NULL) {
        return NULL;
    }

    catchup->shm = shm;
    catchup->encoder = encoder;

    return catchup;
}


ngx_int_t
ngx_canvas_catchup(ngx_canvas_catchup_t *catchup,
    ngx_canvas_catchup_ask_t *ask, ngx_canvas_frame_t **frame)
{
    ngx_int_t  rc;

    rc = ask->view ? ngx_canvas_catchup_inside(catchup, ask, frame)
                   : ngx_canvas_catchup_shared(catchup, ask, frame);

    if (rc == NGX_OK && *frame) {
        ngx_canvas_count(catchup->encoder->counters,
                         NGX_CANVAS_COUNT_CATCHUPS, 1);
    }

    return rc;
}


void
ngx_canvas_catchup_forget(ngx_canvas_catchup_t *catchup)
{
    ngx_canvas_catchup_clear(catchup->blocks, NGX_CANVAS_CATCHUP_BLOCKS);
    ngx_canvas_catchup_clear(catchup->odd, NGX_CANVAS_CATCHUP_ODD);
}


static ngx_int_t
ngx_canvas_catchup_shared(ngx_canvas_catchup_t *catchup,
    ngx_canvas_catchup_ask_t *ask, ngx_canvas_frame_t **frame)
{
    size_t                       n;
    uint64_t                     block;
    ngx_int_t                    rc;
    ngx_canvas_batch_t           batch;
    ngx_canvas_catchup_entry_t  *entry;

    block = ask->from - ask->from % NGX_CANVAS_CATCHUP_BLOCK
            + NGX_CANVAS_CATCHUP_BLOCK;

    ask->to = ngx_min(ask->to, block);

    entry = ngx_canvas_catchup_entry(catchup, ask->from, ask->to);

    if (entry->frames.wires[ask->wire] == NULL) {

        rc = ngx_canvas_catchup_read(catchup, ask, ask->to - ask->from, &n);

        if (rc != NGX_OK || n < ask->to - ask->from) {
            return rc != NGX_OK ? rc : NGX_DECLINED;
        }

        batch.changes = catchup->changes;
        batch.picks = NULL;
        batch.n = n;
        batch.from = ask->from;
        batch.to = ask->to;

        if (ngx_canvas_encode(catchup->encoder, &entry->frames, ask->wire,
                              &batch)
            == NULL)
        {
            return NGX_ERROR;
        }
    }

    *frame = entry->frames.wires[ask->wire];
    (*frame)->refs++;

    return NGX_OK;
}


/* of a viewport: nobody else asks for the same */

static ngx_int_t
ngx_canvas_catchup_inside(ngx_canvas_catchup_t *catchup,
    ngx_canvas_catchup_ask_t *ask, ngx_canvas_frame_t **frame)
{
    size_t               n;
    ngx_int_t            rc;
    ngx_canvas_batch_t   batch;
    ngx_canvas_frames_t  frames;

    rc = ngx_canvas_catchup_read(catchup, ask,
                                 ngx_min(ask->to - ask->from,
                                         NGX_CANVAS_ENCODE_MAX), &n);

    if (rc != NGX_OK || n == 0) {
        return rc != NGX_OK ? rc : NGX_DECLINED;
    }

    ask->to = ask->from + n;

    batch.changes = catchup->changes;
    batch.picks = catchup->picks;
    batch.n = ngx_canvas_view_pick(ask->view, catchup->changes, n,
                                   catchup->picks);
    batch.from = ask->from;
    batch.to = ask->to;

    *frame = NULL;

    if (batch.n == 0) {
        return NGX_OK;
    }

    ngx_memzero(&frames, sizeof(ngx_canvas_frames_t));

    *frame = ngx_canvas_encode(catchup->encoder, &frames, ask->wire, &batch);

    if (*frame) {
        (*frame)->refs++;
    }

    ngx_canvas_encode_release(&frames);

    return *frame ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_canvas_catchup_read(ngx_canvas_catchup_t *catchup,
    ngx_canvas_catchup_ask_t *ask, size_t max, size_t *n)
{
    canvas_status_t  status;

    status = ngx_canvas_shm_since(catchup->shm, ask->epoch, ask->from,
                                  catchup->changes, max, n, NULL);

    return status == CANVAS_OK ? NGX_OK : NGX_DECLINED;
}


static ngx_canvas_catchup_entry_t *
ngx_canvas_catchup_entry(ngx_canvas_catchup_t *catchup, uint64_t from,
    uint64_t to)
{
    ngx_uint_t                   i, n;
    ngx_canvas_catchup_entry_t  *entries, *entry;

    if (to - from == NGX_CANVAS_CATCHUP_BLOCK) {
        entries = catchup->blocks;
        n = NGX_CANVAS_CATCHUP_BLOCKS;

    } else {
        entries = catchup->odd;
        n = NGX_CANVAS_CATCHUP_ODD;
    }

    entry = entries;

    for (i = 0; i < n; i++) {

        if (entries[i].to == to && entries[i].from == from) {
            entries[i].used = ++catchup->requests;
            return &entries[i];
        }

        if (entries[i].used < entry->used) {
            entry = &entries[i];
        }
    }

    ngx_canvas_encode_release(&entry->frames);

    entry->from = from;
    entry->to = to;
    entry->used = ++catchup->requests;

    return entry;
}


static void
ngx_canvas_catchup_clear(ngx_canvas_catchup_entry_t *entries, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        ngx_canvas_encode_release(&entries[i].frames);
        entries[i].to = 0;
        entries[i].used = 0;
    }
}
