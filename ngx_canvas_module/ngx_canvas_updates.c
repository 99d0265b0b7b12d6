/*
 * ngx_canvas_updates: see the header.  The last blocks that were asked for
 * are kept, encoded and compressed, by each worker: a burst of caches that
 * all miss one costs no more than copies.
 */

#include "ngx_canvas_updates.h"

#include <zlib.h>

#include "canvas_proto.h"
#include "ngx_canvas_accept.h"
#include "ngx_canvas_arg.h"
#include "ngx_canvas_send.h"
#include "ngx_canvas_image.h"
#include "ngx_canvas_reply.h"
#include "ngx_canvas_worker.h"


#define NGX_CANVAS_UPDATES_MAX     65536    /* changes of one answer */

#define NGX_CANVAS_UPDATES_SLOTS   64
#define NGX_CANVAS_UPDATES_BYTES   (9 + 5 * NGX_CANVAS_UPDATES_BLOCK)

/* Cache-Control of a block that is not there (yet), in seconds */
#define NGX_CANVAS_UPDATES_LATER   1

/* 2 KB: a block is smaller */
#define NGX_CANVAS_UPDATES_WINDOW  (11 + 16)
#define NGX_CANVAS_UPDATES_MEMORY  4
#define NGX_CANVAS_UPDATES_LEVEL   6

typedef struct {
    uint64_t    epoch;                  /* 0: empty */
    uint64_t    n;
    size_t      gzip_len;               /* 0: not smaller */
    u_char      bytes[NGX_CANVAS_UPDATES_BYTES];
    u_char      gzip[NGX_CANVAS_UPDATES_BYTES];
} ngx_canvas_updates_slot_t;

/* block n in slot n % SLOTS */
struct ngx_canvas_updates_s {
    ngx_canvas_updates_slot_t  slots[NGX_CANVAS_UPDATES_SLOTS];
};


static canvas_code_t ngx_canvas_updates_get(ngx_canvas_worker_t *worker,
    uint64_t epoch, uint64_t n, ngx_canvas_updates_slot_t **slot);
static canvas_code_t ngx_canvas_updates_encode(ngx_canvas_shm_t *shm,
    ngx_canvas_updates_slot_t *slot, uint64_t epoch, uint64_t n);
static size_t ngx_canvas_updates_gzip(u_char *in, u_char *out);
static ngx_int_t ngx_canvas_updates_send(ngx_http_request_t *r,
    ngx_canvas_updates_slot_t *slot);
static ngx_int_t ngx_canvas_updates_reply(ngx_http_request_t *r,
    ngx_int_t max_age, u_char *body, size_t len);


/*
 * The changes after since, at most NGX_CANVAS_UPDATES_MAX of them.  The seq
 * in body and header is that of the last change in the body: who asks again
 * from there misses nothing.
 */

ngx_int_t
ngx_canvas_updates_since(ngx_http_request_t *r, ngx_canvas_conf_t *canvas)
{
    size_t                  max, n, len;
    u_char                 *body;
    uint64_t                since, epoch;
    canvas_change_t        *changes;
    ngx_canvas_shm_t       *shm;
    ngx_canvas_position_t   position;

    if (ngx_canvas_arg(r, "since", &since) != NGX_OK
        || ngx_canvas_arg(r, "epoch", &epoch) != NGX_OK)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_INVALID_MESSAGE, 0, NULL);
    }

    shm = canvas->worker->shm;

    ngx_canvas_shm_position(shm, &position);

    if (!position.valid) {
        return ngx_canvas_reply_error(r, CANVAS_CODE_UNAVAILABLE, 0, NULL);
    }

    if (epoch != position.epoch || since > position.seq
        || since < position.base)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_RESYNC, 0, NULL);
    }

    max = ngx_min(position.seq - since, NGX_CANVAS_UPDATES_MAX);

    /* one more: pools know no allocation of nothing */
    changes = ngx_palloc(r->pool, (max + 1) * sizeof(canvas_change_t));
    body = ngx_pnalloc(r->pool, canvas_proto_updates_binary(NULL, NULL, max,
                                                            0));
    if (changes == NULL || body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_canvas_shm_since(shm, epoch, since, changes, max, &n, NULL)
        != CANVAS_OK)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_RESYNC, 0, NULL);
    }

    len = canvas_proto_updates_binary(body, changes, n, since + n);
    (void) ngx_pfree(r->pool, changes);

    if (ngx_canvas_send_position(r, since + n, epoch) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_updates_reply(r, NGX_CANVAS_IMAGE_MAX_AGE, body, len);
}


ngx_int_t
ngx_canvas_updates_block(ngx_http_request_t *r, ngx_canvas_conf_t *canvas,
    ngx_str_t *name)
{
    u_char                     *slash, *last;
    uint64_t                    epoch, n;
    canvas_code_t               code;
    ngx_canvas_updates_slot_t  *slot;

    last = name->data + name->len;
    slash = ngx_strlchr(name->data, last, '/');

    if (slash == NULL
        || ngx_canvas_arg_number(name->data, slash - name->data, &epoch)
           != NGX_OK
        || ngx_canvas_arg_number(slash + 1, last - slash - 1, &n) != NGX_OK)
    {
        return ngx_canvas_reply_error(r, CANVAS_CODE_NOT_FOUND, 0, NULL);
    }

    code = ngx_canvas_updates_get(canvas->worker, epoch, n, &slot);

    switch (code) {

    case CANVAS_CODE_OK:
        return ngx_canvas_updates_send(r, slot);

    case CANVAS_CODE_NOT_FOUND:
    case CANVAS_CODE_RESYNC:
        return ngx_canvas_reply_error_for(r, code, NGX_CANVAS_UPDATES_LATER);

    default:
        return ngx_canvas_reply_error(r, code, 0, NULL);
    }
}


static canvas_code_t
ngx_canvas_updates_get(ngx_canvas_worker_t *worker, uint64_t epoch,
    uint64_t n, ngx_canvas_updates_slot_t **slot)
{
    canvas_code_t  code;

    if (worker->updates == NULL) {
        worker->updates = ngx_pcalloc(worker->pool,
                                      sizeof(ngx_canvas_updates_t));
        if (worker->updates == NULL) {
            return CANVAS_CODE_INTERNAL;
        }
    }

    *slot = &worker->updates->slots[n % NGX_CANVAS_UPDATES_SLOTS];

    if ((*slot)->epoch == epoch && (*slot)->n == n && epoch) {
        return CANVAS_CODE_OK;
    }

    code = ngx_canvas_updates_encode(worker->shm, *slot, epoch, n);

    if (code == CANVAS_CODE_OK) {
        (*slot)->gzip_len = ngx_canvas_updates_gzip((*slot)->bytes,
                                                    (*slot)->gzip);
        (*slot)->epoch = epoch;
        (*slot)->n = n;
    }

    return code;
}


/* NOT_FOUND: not complete yet.  RESYNC: not kept, or of another epoch */

static canvas_code_t
ngx_canvas_updates_encode(ngx_canvas_shm_t *shm,
    ngx_canvas_updates_slot_t *slot, uint64_t epoch, uint64_t n)
{
    size_t                  found;
    uint64_t                since, last;
    canvas_change_t         changes[NGX_CANVAS_UPDATES_BLOCK];
    ngx_canvas_position_t   position;

    /* numbers have 53 bits: no overflow */
    since = n * NGX_CANVAS_UPDATES_BLOCK;
    last = since + NGX_CANVAS_UPDATES_BLOCK;

    if (ngx_canvas_shm_since(shm, epoch, since, changes,
                             NGX_CANVAS_UPDATES_BLOCK, &found, &position)
        == CANVAS_OK)
    {
        if (found < NGX_CANVAS_UPDATES_BLOCK) {
            return CANVAS_CODE_NOT_FOUND;
        }

        /* what the slot held is gone from here on */
        slot->epoch = 0;
        (void) canvas_proto_updates_binary(slot->bytes, changes, found, last);

        return CANVAS_CODE_OK;
    }

    if (!position.valid) {
        return CANVAS_CODE_UNAVAILABLE;
    }

    return position.epoch == epoch && since > position.seq
           ? CANVAS_CODE_NOT_FOUND : CANVAS_CODE_RESYNC;
}


/* the length, 0 when it is no smaller (or there is no memory) */

static size_t
ngx_canvas_updates_gzip(u_char *in, u_char *out)
{
    int       rc;
    z_stream  zs;

    ngx_memzero(&zs, sizeof(z_stream));

    if (deflateInit2(&zs, NGX_CANVAS_UPDATES_LEVEL, Z_DEFLATED,
                     NGX_CANVAS_UPDATES_WINDOW, NGX_CANVAS_UPDATES_MEMORY,
                     Z_DEFAULT_STRATEGY)
        != Z_OK)
    {
        return 0;
    }

    zs.next_in = in;
    zs.avail_in = NGX_CANVAS_UPDATES_BYTES;
    zs.next_out = out;
    zs.avail_out = NGX_CANVAS_UPDATES_BYTES - 1;

    rc = deflate(&zs, Z_FINISH);

    (void) deflateEnd(&zs);

    return rc == Z_STREAM_END ? zs.total_out : 0;
}


static ngx_int_t
ngx_canvas_updates_send(ngx_http_request_t *r,
    ngx_canvas_updates_slot_t *slot)
{
    size_t      len;
    u_char     *body;
    ngx_str_t   tag;
    ngx_str_t   vary = ngx_string("Accept-Encoding");
    ngx_uint_t  gzip;

    gzip = slot->gzip_len && ngx_canvas_accept_gzip(r);
    len = gzip ? slot->gzip_len : NGX_CANVAS_UPDATES_BYTES;

    /* the slot may be another block's before this is sent */
    body = ngx_pnalloc(r->pool, len);
    tag.data = ngx_pnalloc(r->pool, 2 * NGX_INT64_LEN
                                    + sizeof("\"--block-gzip\""));

    if (body == NULL || tag.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(body, gzip ? slot->gzip : slot->bytes, len);

    tag.len = ngx_sprintf(tag.data, "\"%uL-%uL-block%s\"", slot->epoch,
                          slot->n, gzip ? "-gzip" : "")
              - tag.data;

    if (ngx_canvas_reply_etag(r, &tag) != NGX_OK
        || ngx_canvas_reply_header(r, "Vary", &vary) != NGX_OK
        || (gzip && ngx_canvas_reply_gzip(r) != NGX_OK)
        || ngx_canvas_send_position(r,
                                     (slot->n + 1) * NGX_CANVAS_UPDATES_BLOCK,
                                     slot->epoch)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_canvas_updates_reply(r, NGX_CANVAS_REPLY_IMMUTABLE, body, len);
}


static ngx_int_t
ngx_canvas_updates_reply(ngx_http_request_t *r, ngx_int_t max_age,
    u_char *body, size_t len)
{
    ngx_canvas_reply_t  reply;

    reply.status = NGX_HTTP_OK;
    ngx_str_set(&reply.type, "application/octet-stream");
    reply.max_age = max_age;

    return ngx_canvas_reply(r, &reply, body, len);
}
